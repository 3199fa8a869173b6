/**
 * Answers that are streams of events, as `application/vnd.amazon.eventstream` frames (Smithy's "Event stream specification"):
 * first an `initial-response` with what else the output has, then one message for each event, an exception being the last.
 */

import { EventStreamCodec } from "@smithy/core/event-streams";
import type { NormalizedSchema } from "@smithy/core/schema";
import { fromUtf8, toUtf8 } from "@smithy/core/serde";

export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

/** Writes the body of one message. */
export type WriteBody = (schema: NormalizedSchema, value: unknown) => string;

const ERROR = -3;

/** The member of an output that is a stream of events; undefined where there is none. */
export function eventStreamMemberOf(output: NormalizedSchema): string | undefined {
  if (!output.isStructSchema()) return undefined;
  for (const [name, member] of output.structIterator()) {
    if (member.isStreaming() && member.isStructSchema()) return name;
  }
  return undefined;
}

function isError(schema: NormalizedSchema): boolean {
  const raw: unknown = schema.getSchema();
  return Array.isArray(raw) && raw[0] === ERROR;
}

/** The frames of an output whose `streamMember` is an async iterable of events: objects with the one member of the union that is meant. */
export async function* encodeEventStream(
  output: NormalizedSchema,
  streamMember: string,
  value: Readonly<Record<string, unknown>>,
  format: { readonly contentType: string; readonly write: WriteBody },
): AsyncGenerator<Uint8Array, void, undefined> {
  const codec = new EventStreamCodec(toUtf8, fromUtf8);
  const frame = (type: string, name: string, body: string) => {
    const text = (header: string) => ({ type: "string" as const, value: header });
    return codec.encode({
      headers: {
        ":message-type": text(type),
        [type === "exception" ? ":exception-type" : ":event-type"]: text(name),
        ":content-type": text(format.contentType),
      },
      body: fromUtf8(body),
    });
  };
  const { [streamMember]: events, ...rest } = value;
  yield frame("event", "initial-response", format.write(output, rest));
  const union = output.getMemberSchema(streamMember);
  for await (const event of events as AsyncIterable<Readonly<Record<string, unknown>>>) {
    for (const [name, content] of Object.entries(event)) {
      const schema = union.getMemberSchema(name);
      yield frame(isError(schema) ? "exception" : "event", name, format.write(schema, content));
    }
  }
}
