/** Traffic policy documents: health checks by key to ids, and comparing what two documents say. */

import type { JsonValue } from "../config/config.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { KnownIds } from "./references.ts";

/**
 * The document with a reference or an id for every `HealthCheck` that is a key of the file. References are objects where
 * the format has strings; they are resolved before the document is sent.
 */
export function withHealthChecks(document: JsonValue, keys: ReadonlySet<string>, known: KnownIds): JsonValue {
  if (document === null || typeof document !== "object") return document;
  if (isList(document)) return document.map((one) => withHealthChecks(one, keys, known));
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      if (name !== "HealthCheck" || typeof value !== "string" || !keys.has(value)) {
        return [name, withHealthChecks(value, keys, known)];
      }
      const reference = { ref: "health-check", key: value } as const;
      return [name, known.get(reference) ?? reference];
    }),
  );
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether two documents say the same: the order of keys means nothing, the order of lists does. */
export function sameDocument(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The values that a document's endpoints of type `value` have, and whether there are others. */
export function endpointValues(document: JsonValue): { readonly values: string[]; readonly others: boolean } {
  const endpoints = Object.values(objectAt(document, "Endpoints"));
  const values = endpoints.flatMap((one) => {
    const { Type, Value } = objectOf(one);
    return (Type === undefined || Type === "value") && typeof Value === "string" ? [Value] : [];
  });
  return { values, others: values.length < endpoints.length };
}

/** Whether every geolocation rule has an answer for everywhere else. */
export function answersEverywhere(document: JsonValue): boolean {
  return Object.values(objectAt(document, "Rules")).every((rule) => {
    const { RuleType, Locations } = objectOf(rule);
    if (RuleType !== "geo" || Locations === undefined || !isList(Locations)) return true;
    return Locations.some((place) => String(objectOf(place).IsDefault) === "true");
  });
}

function objectOf(value: JsonValue | undefined): { readonly [key: string]: JsonValue } {
  return value !== undefined && value !== null && typeof value === "object" && !isList(value) ? value : {};
}

function objectAt(value: JsonValue, key: string): { readonly [key: string]: JsonValue } {
  return objectOf(objectOf(value)[key]);
}
