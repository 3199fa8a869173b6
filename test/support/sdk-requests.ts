/** The bytes that the SDK's own clients send for each operation, with inputs that the API models allow; nothing leaves the process. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { javaPattern } from "../../src/local/protocol/constraints/java-pattern.ts";
import type { ModelConstraints, ScalarConstraints } from "../../src/local/protocol/constraints/model.ts";
import { type Operation, requiredMembersOf } from "../../src/local/protocol/operation.ts";

export interface RecordedRequest {
  readonly operation: string;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Texts that fit one pattern or another. */
const TEXTS = [
  "myapp.com",
  "www",
  "abc-def",
  "a",
  "127.0.0.1",
  "11111111-2222-3333-4444-555555555555",
  "arn:aws:iam::123456789012:role/local",
  "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555",
  "123456789012",
  "123456",
  "1.0",
  "us",
  "s3://bucket/prefix",
  "/aws/route53/myapp.com",
];

/** Texts that the constraints allow, the likeliest first. */
function textsFor(constraints: ScalarConstraints | undefined): readonly string[] {
  if (constraints === undefined || constraints.is === "integer" || constraints.is === "number") return TEXTS;
  if (constraints.is === "enum") return constraints.values;
  const { min = 0, max = Infinity, pattern } = constraints;
  const regex = pattern === undefined ? undefined : javaPattern(pattern);
  // Repeated where it is too short: lengths of ids and tokens.
  return TEXTS.map((text) =>
    text.repeat(Math.max(1, Math.ceil(min / text.length))).slice(0, Math.max(min, text.length)),
  ).filter((text) => text.length >= min && text.length <= max && (regex?.test(text) ?? true));
}

function textFor(constraints: ScalarConstraints | undefined): string {
  const [text] = textsFor(constraints);
  if (text === undefined) throw new Error(`no text for ${JSON.stringify(constraints)}`);
  return text;
}

/** An input that breaks no constraint: all of its members, or those alone that are required. */
export function plausibleInput(
  operation: Operation,
  model: ModelConstraints | undefined,
  which: "all members" | "required members",
): Record<string, unknown> {
  const shapeOf = (name: string | undefined) => (name === undefined ? undefined : model?.shapes[name]);

  function value(schema: NormalizedSchema, name: string | undefined, depth: number): unknown {
    const shape = shapeOf(name);
    if (schema.isStructSchema()) {
      const members: Record<string, unknown> = {};
      const required = requiredMembersOf(schema);
      const shapes = shape?.is === "structure" ? shape.members : {};
      for (const [member, memberSchema] of schema.structIterator()) {
        const optional = !required.has(member) && !schema.isUnionSchema();
        if (optional && (which === "required members" || depth > 4)) continue;
        members[member] = value(memberSchema, shapes[member], depth + 1);
        // One member of a union is all it can have.
        if (schema.isUnionSchema()) break;
      }
      return members;
    }
    if (schema.isListSchema()) {
      const { item, min = 1 } = shape?.is === "list" ? shape : {};
      const one = shapeOf(item);
      const values = one?.is === "enum" ? one.values : [];
      return Array.from(
        { length: Math.max(1, min) },
        (_, i) => values[i] ?? value(schema.getValueSchema(), item, depth + 1),
      );
    }
    if (schema.isMapSchema()) {
      const { key, value: one, min = 1 } = shape?.is === "map" ? shape : {};
      const keyShape = shapeOf(key) as ScalarConstraints | undefined;
      const keys = textsFor(keyShape).slice(0, Math.max(1, min));
      return Object.fromEntries(keys.map((text) => [text, value(schema.getValueSchema(), one, depth + 1)]));
    }
    const scalar = shape as ScalarConstraints | undefined;
    if (schema.isStringSchema()) return textFor(scalar);
    if (schema.isBooleanSchema()) return false;
    if (schema.isNumericSchema()) {
      const { min = 1, max = Infinity } = scalar?.is === "integer" || scalar?.is === "number" ? scalar : {};
      return Math.min(Math.max(1, min), max);
    }
    if (schema.isTimestampSchema()) return new Date("2026-11-20T08:16:02Z");
    if (schema.isBlobSchema()) return new Uint8Array([1, 2, 3]);
    throw new Error(`no value for ${schema.getName(true)}`);
  }

  if (!operation.input.isStructSchema()) return {};
  return value(operation.input, model?.operations[operation.name], 0) as Record<string, unknown>;
}

interface SdkClient {
  send(command: unknown): Promise<unknown>;
  destroy(): void;
}

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Thrown in place of sending. */
class Recorded extends Error {}

function targetOf({ path, query = {} }: SentRequest): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const parts = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: string | null) =>
      one === null ? encode(name) : `${encode(name)}=${encode(one)}`,
    ),
  );
  return parts.length === 0 ? path : `${path}?${parts.join("&")}`;
}

/** Records what a service's client sends for an operation. `sdk` is the module, e.g. `@aws-sdk/client-route-53`. */
export class RequestRecorder {
  readonly #sdk: Readonly<Record<string, unknown>>;
  readonly #client: SdkClient;
  #sent: SentRequest | undefined;

  constructor(sdk: object) {
    this.#sdk = sdk as Record<string, unknown>;
    const name = Object.keys(sdk).find((key) => /^[A-Z]\w*Client$/.test(key));
    if (name === undefined) throw new Error("the module exports no client");
    const Client = this.#sdk[name] as new (config: object) => SdkClient;
    this.#client = new Client({
      endpoint: "http://127.0.0.1",
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      disableHostPrefix: true,
      requestHandler: {
        handle: async (request: SentRequest) => {
          this.#sent = request;
          throw new Recorded();
        },
      },
    });
  }

  async record(operation: string, input: Readonly<Record<string, unknown>>): Promise<RecordedRequest> {
    const Command = this.#sdk[`${operation}Command`] as new (input: object) => object;
    this.#sent = undefined;
    await this.#client.send(new Command(input)).catch((error: unknown) => {
      if (!(error instanceof Recorded)) throw error;
    });
    const sent = this.#sent as SentRequest | undefined;
    if (sent === undefined) throw new Error(`nothing was sent for ${operation}`);
    const body = Buffer.from((sent.body ?? "") as string);
    return { operation, method: sent.method, target: targetOf(sent), headers: sent.headers, body };
  }

  close(): void {
    this.#client.destroy();
  }
}
