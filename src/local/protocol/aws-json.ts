/** The awsJson 1.0 and 1.1 protocols (CloudWatch Logs, Route 53 Domains, Cloud Map, ...): the operation is in `X-Amz-Target`, bodies are JSON. */

import { JsonShapeSerializer } from "@aws-sdk/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import { EVENT_STREAM_TYPE, encodeEventStream, eventStreamMemberOf } from "./event-stream.ts";
import { readJson } from "./json-input.ts";
import type { Protocol } from "./protocol.ts";
import { headerOf, type WireResponse } from "./request.ts";
import { TIMESTAMP } from "./scalars.ts";
import { utf8 } from "./text-body.ts";

export interface AwsJsonSettings {
  readonly version: "1.0" | "1.1";
  /** What stands before the dot in `X-Amz-Target`, e.g. `Logs_20140328`. */
  readonly target: string;
}

const SERIALIZER_SETTINGS = {
  timestampFormat: { useTrait: true, default: TIMESTAMP.epochSeconds },
  jsonName: false,
} as const;

function parse(body: Uint8Array): unknown {
  const text = utf8(body);
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    // The engine's message quotes the body; where it broke is of no use to a client either.
    throw new MalformedRequestError("the body is not JSON");
  }
}

function writeJson(schema: NormalizedSchema, value: unknown): string {
  const serializer = new JsonShapeSerializer(SERIALIZER_SETTINGS);
  serializer.write(schema, value);
  return String(serializer.flush());
}

export function awsJson({ version, target }: AwsJsonSettings): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return (operations) => ({
    match(request) {
      const header = headerOf(request.headers, "x-amz-target");
      const dot = header?.lastIndexOf(".") ?? -1;
      if (header === undefined || header.slice(0, dot) !== target) return undefined;
      const name = header.slice(dot + 1);
      const operation = request.method === "POST" ? operations.get(name) : undefined;
      return operation === undefined ? { kind: "unknown", what: name } : { kind: "operation", operation, labels: {} };
    },
    read(request, { operation }) {
      const value = parse(request.body);
      return operation.input.isStructSchema() ? (readJson(operation.input, value) as Record<string, unknown>) : {};
    },
    write(operation, output, requestId): WireResponse {
      const stream = eventStreamMemberOf(operation.output);
      if (stream !== undefined) {
        const body = encodeEventStream(operation.output, stream, output, { contentType, write: writeJson });
        return { status: 200, headers: { "Content-Type": EVENT_STREAM_TYPE, "x-amzn-RequestId": requestId }, body };
      }
      const body = operation.output.isStructSchema() ? writeJson(operation.output, output) : "{}";
      return { status: 200, headers: { "Content-Type": contentType, "x-amzn-RequestId": requestId }, body };
    },
    writeError(error, requestId): WireResponse {
      return {
        status: error.httpStatus,
        headers: { "Content-Type": contentType, "x-amzn-RequestId": requestId, "x-amzn-ErrorType": error.code },
        body: JSON.stringify({ __type: error.code, message: error.message, ...error.members }),
      };
    },
  });
}
