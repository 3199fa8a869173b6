/** The environment variables that make any AWS client use the local backend, and that tell scripts where its resolvers are. */

import type { VpcResolver } from "../local/nameserver/vpc-resolvers.ts";
import { apiUrl, LOCAL_CREDENTIALS, type LocalPlace } from "./local-connection.ts";

export interface Environment {
  readonly set: Readonly<Record<string, string>>;
  /** What would lead a client elsewhere. */
  readonly unset: readonly string[];
}

/** Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints" and "Credential provider chain". */
export function localEnvironment(place: Pick<LocalPlace, "apiPort">): Environment {
  return {
    set: {
      AWS_ENDPOINT_URL: apiUrl(place),
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      // Cloud Map's DiscoverInstances would look for the host data-127.0.0.1.
      AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
    },
    unset: [
      "AWS_PROFILE",
      "AWS_DEFAULT_PROFILE",
      "AWS_SESSION_TOKEN",
      "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
      "AWS_ENDPOINT_URL_ROUTE_53",
      "AWS_ENDPOINT_URL_ROUTE_53_DOMAINS",
      "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
      "AWS_ENDPOINT_URL_EC2",
      "AWS_ENDPOINT_URL_SERVICEDISCOVERY",
      "AWS_ENDPOINT_URL_STS",
    ],
  };
}

/** `R53KIT_DNS_PORT`, `R53KIT_RESOLVER` for who is in no VPC, and e.g. `R53KIT_RESOLVER_VPC_0A1` for who is in vpc-0a1. */
export function resolverVariables(
  { dnsPort, resolver }: Pick<LocalPlace, "dnsPort" | "resolver">,
  vpcs: readonly Pick<VpcResolver, "id" | "address">[],
): Record<string, string> {
  const ofVpcs = vpcs.flatMap(({ id, address }) =>
    address === undefined ? [] : [[`R53KIT_RESOLVER_${id.toUpperCase().replaceAll("-", "_")}`, address] as const],
  );
  return { R53KIT_DNS_PORT: String(dnsPort), R53KIT_RESOLVER: resolver.address, ...Object.fromEntries(ofVpcs) };
}
