/** A request as the protocols see it: read whole, with what its signature says about the service and region. */

import type { IncomingHttpHeaders } from "node:http";

export interface WireRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What the signature covers; undefined for an unsigned request. */
  readonly scope: CredentialScope | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In parts when it is a stream, which has to end when the request's signal is aborted. */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** The credential scope of a Signature Version 4: `AKID/20261120/us-east-1/route53/aws4_request`. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The service's signing name, e.g. `route53`. */
  readonly service: string;
}

/** Source: AWS Signature Version 4, "Elements of an AWS API request signature". The signature itself is not verified. */
export function credentialScopeOf(headers: IncomingHttpHeaders, query: URLSearchParams): CredentialScope | undefined {
  const credential =
    /^AWS4-\S+\s.*?Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ??
    query.get("X-Amz-Credential") ??
    undefined;
  if (credential === undefined) return undefined;
  // An access key id may hold slashes in theory; the scope is always the last four parts.
  const parts = credential.split("/");
  const [service, region] = [parts.at(-2), parts.at(-3)];
  if (parts.length < 5 || !service || !region) return undefined;
  return { accessKeyId: parts.slice(0, -4).join("/"), region, service };
}

/** A header that came more than once counts as one, joined by commas. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(",") : value;
}
