/** The members of an input that travel outside the body (labels, query, headers), and those of an output that do. Shared by the REST protocols. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import { memberPath } from "./input-path.ts";
import { type Operation, structureWith } from "./operation.ts";
import { headerOf, type WireRequest } from "./request.ts";
import { readScalar, TIMESTAMP, timestampFormatOf } from "./scalars.ts";

type Traits = Readonly<Record<string, unknown>>;

function traitsOf(member: NormalizedSchema): Traits {
  return member.getMergedTraits() as Traits;
}

const OUTSIDE = [
  "httpLabel",
  "httpQuery",
  "httpQueryParams",
  "httpHeader",
  "httpPrefixHeaders",
  "httpPayload",
  "httpResponseCode",
];

/** What of a structure is in the body, where nothing is the payload as a whole. */
export interface Body {
  /** The members in the body, as a structure of the same name. */
  readonly structure: NormalizedSchema;
  readonly empty: boolean;
  /** The member that is the whole body, if there is one. */
  readonly payload: readonly [name: string, member: NormalizedSchema] | undefined;
}

const bodies = new WeakMap<NormalizedSchema, Body>();

export function bodyOf(structure: NormalizedSchema): Body {
  const known = bodies.get(structure);
  if (known !== undefined) return known;
  const body: Body = structure.isStructSchema()
    ? {
        structure: structureWith(structure, (member) => !OUTSIDE.some((trait) => trait in traitsOf(member))),
        empty: ![...structure.structIterator()].some(
          ([, member]) => !OUTSIDE.some((trait) => trait in traitsOf(member)),
        ),
        payload: [...structure.structIterator()].find(([, member]) => "httpPayload" in traitsOf(member)),
      }
    : { structure, empty: true, payload: undefined };
  bodies.set(structure, body);
  return body;
}

function readHeaderList(member: NormalizedSchema, text: string, path: string): unknown[] {
  const item = member.getValueSchema();
  return text.split(",").map((one) => readScalar(item, one.trim(), TIMESTAMP.httpDate, path));
}

/** Labels, query parameters and headers of a request, by member. Throws {@link MalformedRequestError}. */
export function readBindings(
  input: NormalizedSchema,
  request: WireRequest,
  labels: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  if (!input.isStructSchema()) return value;
  for (const [name, member] of input.structIterator()) {
    const traits = traitsOf(member);
    const path = memberPath("", name);
    const label = labels[name];
    if (traits.httpLabel !== undefined && label !== undefined) {
      value[name] = readScalar(member, label, TIMESTAMP.dateTime, path);
    } else if (typeof traits.httpQuery === "string") {
      const texts = request.query.getAll(traits.httpQuery);
      if (member.isListSchema()) {
        const item = member.getValueSchema();
        if (texts.length > 0) value[name] = texts.map((text) => readScalar(item, text, TIMESTAMP.dateTime, path));
      } else if (texts.length > 1) {
        throw new MalformedRequestError(`query parameter '${traits.httpQuery}' occurs more than once`);
      } else if (texts[0] !== undefined) {
        value[name] = readScalar(member, texts[0], TIMESTAMP.dateTime, path);
      }
    } else if (traits.httpQueryParams !== undefined) {
      value[name] = Object.fromEntries(request.query);
    } else if (typeof traits.httpHeader === "string") {
      const text = headerOf(request.headers, traits.httpHeader);
      if (text === undefined) continue;
      value[name] = member.isListSchema()
        ? readHeaderList(member, text, path)
        : readScalar(member, text, TIMESTAMP.httpDate, path);
    } else if (typeof traits.httpPrefixHeaders === "string") {
      const prefix = traits.httpPrefixHeaders.toLowerCase();
      value[name] = Object.fromEntries(
        Object.keys(request.headers)
          .filter((header) => header.startsWith(prefix))
          .map((header) => [header.slice(prefix.length), headerOf(request.headers, header)]),
      );
    }
  }
  return value;
}

function headerText(member: NormalizedSchema, value: unknown): string {
  if (value instanceof Date) {
    const format = timestampFormatOf(member, TIMESTAMP.httpDate);
    if (format === TIMESTAMP.dateTime) return value.toISOString();
    return format === TIMESTAMP.epochSeconds ? String(value.getTime() / 1000) : value.toUTCString();
  }
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  // A header cannot hold line breaks or characters beyond Latin-1; ids and URLs never do.
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}

/** The status and headers that an output asks for. */
export function writeBindings(
  operation: Operation,
  output: Readonly<Record<string, unknown>>,
): { status: number; headers: Record<string, string> } {
  let status = operation.http?.status ?? 200;
  const headers: Record<string, string> = {};
  if (!operation.output.isStructSchema()) return { status, headers };
  for (const [name, member] of operation.output.structIterator()) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    const traits = traitsOf(member);
    if (typeof traits.httpHeader === "string") {
      headers[traits.httpHeader] = headerText(member, value);
    } else if (traits.httpResponseCode !== undefined && typeof value === "number") {
      status = value;
    } else if (typeof traits.httpPrefixHeaders === "string") {
      for (const [key, one] of Object.entries(value as object))
        headers[`${traits.httpPrefixHeaders}${key}`] = headerText(member, one);
    }
  }
  return { status, headers };
}
