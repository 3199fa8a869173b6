/** The AWS protocol server: one HTTP request handler for any number of services, driven by the SDK's own schemas. */

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, MalformedRequestError } from "./aws-error.ts";
import { ClientGoneError, readBody } from "./body.ts";
import { refusalOf } from "./guard.ts";
import type { BoundProtocol, Match } from "./protocol.ts";
import { credentialScopeOf, type WireRequest, type WireResponse } from "./request.ts";
import type { RequestContext, ServiceDefinition } from "./service.ts";
import { validationMessage } from "./validation.ts";
import { writeXmlError } from "./xml-output.ts";

export const DEFAULT_ACCOUNT = "123456789012";
const DEFAULT_REGION = "us-east-1";

/** One answered request. */
export interface Call {
  readonly requestId: string;
  /** Signing name, e.g. `route53`; undefined when no service was recognised. */
  readonly service: string | undefined;
  /** Undefined when none was recognised. */
  readonly operation: string | undefined;
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly durationMs: number;
}

export interface ProtocolServerSettings {
  readonly services: readonly ServiceDefinition[];
  /** Twelve digits; {@link DEFAULT_ACCOUNT} when left out. */
  readonly account?: string;
  /** Called after each answer. */
  readonly onCall?: (call: Call) => void;
  /** Called when a handler threw something that is no {@link AwsError}; the client got `InternalFailure`. */
  readonly onDefect?: (error: unknown, call: { service: string; operation: string }) => void;
  /** 10 MB when left out. */
  readonly maxBodyBytes?: number;
  /** How long a client may take to send its body, real ms; 30,000 when left out. */
  readonly bodyTimeoutMs?: number;
}

export interface ProtocolServer {
  /** Answers one request; never throws. For `http.createServer`. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly services: readonly ServiceDefinition[];
}

interface Recognised {
  readonly service: ServiceDefinition;
  readonly protocol: BoundProtocol;
  readonly match: Match;
}

interface Outcome {
  readonly response: WireResponse;
  readonly service?: string;
  readonly operation?: string;
  readonly errorCode?: string;
}

/** An error before any service is known: JSON for whoever speaks JSON, else XML. */
function plainError(error: AwsError, request: Pick<IncomingMessage, "headers">, requestId: string): WireResponse {
  const type = request.headers["content-type"] ?? "";
  if (request.headers["x-amz-target"] !== undefined || type.includes("json")) {
    return {
      status: error.httpStatus,
      headers: { "Content-Type": "application/json", "x-amzn-RequestId": requestId, "x-amzn-ErrorType": error.code },
      body: JSON.stringify({ __type: error.code, message: error.message }),
    };
  }
  return {
    status: error.httpStatus,
    headers: { "Content-Type": "text/xml", "x-amzn-RequestId": requestId },
    body: writeXmlError(error, requestId, "http://webservices.amazon.com/AWSFault/2005-15-09"),
  };
}

/** The signature names the service; without one, whichever service recognises the request has it. */
function recognise(services: readonly ServiceDefinition[], request: WireRequest): Recognised | AwsError {
  const signedFor = request.scope?.service;
  const candidates =
    signedFor === undefined ? services : services.filter((service) => service.signingName === signedFor);
  for (const service of candidates) {
    for (const protocol of service.protocols) {
      const match = protocol.match(request);
      if (match !== undefined) return { service, protocol, match };
    }
  }
  const [only] = candidates;
  if (signedFor !== undefined && only !== undefined) {
    return {
      service: only,
      protocol: only.protocols[0],
      match: { kind: "unknown", what: `${request.method} ${request.path}` },
    };
  }
  const served = services.map((service) => service.signingName).join(", ");
  if (signedFor !== undefined) {
    return new AwsError({
      code: "NotImplemented",
      message: `Service '${signedFor}' is not implemented by this server. It serves: ${served}.`,
      httpStatus: 501,
    });
  }
  return new AwsError({
    code: "UnknownOperationException",
    message: `No service was recognised in ${request.method} ${request.path}. This server serves: ${served}.`,
    httpStatus: 404,
  });
}

/** Sends a body part by part, no faster than the client reads. */
async function sendStream(
  response: ServerResponse,
  answer: WireResponse,
  parts: AsyncIterable<Uint8Array>,
  gone: AbortSignal,
): Promise<void> {
  response.writeHead(answer.status, { ...answer.headers });
  // The client learns that the stream is open before there is anything in it.
  response.flushHeaders();
  for await (const part of parts) {
    if (gone.aborted) return;
    if (response.write(part)) continue;
    // Rejects when the client goes away; then there is nobody to send the rest to.
    await once(response, "drain", { signal: gone }).catch(() => {});
  }
  response.end();
}

async function send(
  response: ServerResponse,
  answer: WireResponse,
  closing: boolean,
  gone: AbortSignal,
): Promise<void> {
  if (response.destroyed || response.headersSent) return;
  if (typeof answer.body === "object" && Symbol.asyncIterator in answer.body) {
    return sendStream(response, answer, answer.body, gone);
  }
  const body = typeof answer.body === "string" ? Buffer.from(answer.body, "utf8") : Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    "Content-Length": String(body.length),
    ...(closing ? { Connection: "close" } : {}),
  });
  response.end(body);
}

export function createProtocolServer(settings: ProtocolServerSettings): ProtocolServer {
  const { services } = settings;
  const account = settings.account ?? DEFAULT_ACCOUNT;
  const limits = { maxBytes: settings.maxBodyBytes ?? 10 * 1024 * 1024, timeoutMs: settings.bodyTimeoutMs ?? 30_000 };

  async function run(
    { service, protocol, match }: Recognised,
    request: WireRequest,
    context: RequestContext,
  ): Promise<Outcome> {
    const fail = (error: AwsError, operation?: string): Outcome => ({
      response: protocol.writeError(error, context.requestId),
      service: service.signingName,
      ...(operation === undefined ? {} : { operation }),
      errorCode: error.code,
    });
    if (match.kind === "unknown") {
      return fail(
        new AwsError({
          code: "UnknownOperationException",
          message: `${service.title} has no operation ${match.what}.`,
          httpStatus: 404,
        }),
      );
    }
    const { operation } = match;
    const handler = service.handler(operation.name);
    if (handler === undefined) {
      const message = `${service.title} operation ${operation.name} is not implemented by this server.`;
      return fail(new AwsError({ code: "NotImplemented", message, httpStatus: 501 }), operation.name);
    }
    try {
      const input = protocol.read(request, match);
      const invalid = validationMessage(service.check(operation)(input));
      if (invalid !== undefined) throw new AwsError({ code: service.requestErrors.invalid, message: invalid });
      const output = await handler(input, context);
      const response = protocol.write(operation, output as Record<string, unknown>, context.requestId);
      return { response, service: service.signingName, operation: operation.name };
    } catch (error) {
      if (error instanceof AwsError) return fail(error, operation.name);
      if (error instanceof MalformedRequestError) {
        return fail(new AwsError({ code: service.requestErrors.malformed, message: error.message }), operation.name);
      }
      settings.onDefect?.(error, { service: service.signingName, operation: operation.name });
      const message = "An internal error has occurred. Please retry your query at a later time.";
      return fail(new AwsError({ code: "InternalFailure", message, httpStatus: 500 }), operation.name);
    }
  }

  async function answer(incoming: IncomingMessage, requestId: string, signal: AbortSignal): Promise<Outcome> {
    const refused = (error: AwsError): Outcome => ({
      response: plainError(error, incoming, requestId),
      errorCode: error.code,
    });
    const refusal = refusalOf(incoming.headers);
    if (refusal !== undefined)
      return refused(new AwsError({ code: "AccessDenied", message: refusal, httpStatus: 403 }));
    try {
      const [path = "/", search = ""] = splitTarget(incoming.url ?? "/");
      const query = new URLSearchParams(search);
      const request: WireRequest = {
        method: incoming.method ?? "GET",
        path,
        query,
        headers: incoming.headers,
        body: await readBody(incoming, limits),
        scope: credentialScopeOf(incoming.headers, query),
      };
      const recognised = recognise(services, request);
      if (recognised instanceof AwsError) return refused(recognised);
      const region = request.scope?.region ?? DEFAULT_REGION;
      return await run(recognised, request, { requestId, region, account, signal });
    } catch (error) {
      if (error instanceof AwsError) return refused(error);
      if (error instanceof MalformedRequestError)
        return refused(new AwsError({ code: "MalformedInput", message: error.message }));
      throw error;
    }
  }

  return {
    services,
    async handle(incoming, outgoing) {
      const startedAt = performance.now();
      const requestId = randomUUID();
      const gone = new AbortController();
      outgoing.once("close", () => {
        if (!outgoing.writableFinished) gone.abort(new ClientGoneError("the client closed the connection"));
      });
      try {
        const { response, service, operation, errorCode } = await answer(incoming, requestId, gone.signal);
        await send(outgoing, response, !incoming.complete, gone.signal);
        const durationMs = performance.now() - startedAt;
        settings.onCall?.({ requestId, service, operation, status: response.status, errorCode, durationMs });
      } catch (error) {
        if (error instanceof ClientGoneError) return;
        settings.onDefect?.(error, { service: "-", operation: "-" });
        outgoing.destroy();
      }
    },
  };
}

/** The path and the query of a request target, which may be absolute (`GET http://localhost/x`, as proxies are sent). */
function splitTarget(target: string): [path: string, query: string] {
  const own = target.startsWith("/") ? target : target.replace(/^[a-z]+:\/\/[^/?#]*/i, "");
  const mark = own.indexOf("?");
  const path = mark === -1 ? own : own.slice(0, mark);
  return [path === "" ? "/" : path, mark === -1 ? "" : own.slice(mark + 1)];
}
