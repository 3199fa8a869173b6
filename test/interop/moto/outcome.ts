/** Two servers' answers made comparable: what each made up for itself (ids, times, tokens, its name servers) counts as the same. */

export type Outcome = { readonly output: object } | { readonly error: Error };

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

const MADE_UP: readonly (readonly [RegExp, string])[] = [
  [/^\/change\/C?[A-Z0-9]+$/, "/change/<id>"],
  [/^\/delegationset\/N?[A-Z0-9]+$/, "/delegationset/<id>"],
  [/^ns-\d+\.awsdns-\d+\.(com|net|org|co\.uk)\.?$/, "<name server>"],
  [/^ns-\d+\.awsdns-\d+\.(?:com|net|org|co\.uk)\. (.*)$/, "<name server> $1"],
];
/** Members whose values are each server's own. */
const OWN = new Set([
  "nextForwardToken",
  "nextBackwardToken",
  "nextSequenceToken",
  "uploadSequenceToken",
  "eventId",
  "ingestionTime",
  "lastIngestionTime",
  "creationTime",
  "SubmittedAt",
]);

function plain(value: unknown, ids: ReadonlyMap<string, string>, key = ""): Plain {
  if (value === null || value === undefined) return null;
  if (OWN.has(key)) return `<${key}>`;
  if (value instanceof Date) return "<time>";
  if (Array.isArray(value)) return value.map((one) => plain(one, ids));
  if (typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name, one]) => name !== "$metadata" && one !== undefined)
        .map(([name, one]) => [name, plain(one, ids, name)]),
    );
  }
  if (typeof value !== "string") return value as number | boolean;
  let text = value.replace(/^https?:\/\/[^/]+/, "");
  for (const [name, id] of ids) text = text.replaceAll(id, `<${name}>`);
  for (const [pattern, shown] of MADE_UP) text = text.replace(pattern, shown);
  return text;
}

/** An answer as plain data: the output, or code, status and message of an error. */
export function comparable(outcome: Outcome, ids: ReadonlyMap<string, string>): Plain {
  if ("output" in outcome) return { output: plain(outcome.output, ids) };
  const { name, message } = outcome.error;
  const { $metadata } = outcome.error as { $metadata?: { httpStatusCode?: number } };
  return { error: { code: name, status: $metadata?.httpStatusCode ?? null, message: plain(message, ids) } };
}

export interface DifferingPlace {
  /** e.g. `output.HostedZones[0].Name`; where only one has an answer at all, `output` or `error`. */
  readonly place: string;
  readonly ours: string;
  readonly moto: string;
}

/** The places where two answers differ, the outermost of each. */
export function differingPlaces(ours: Plain, moto: Plain, place = ""): DifferingPlace[] {
  const isObject = (value: Plain): value is { [key: string]: Plain } | Plain[] =>
    typeof value === "object" && value !== null;
  if (isObject(ours) && isObject(moto) && Array.isArray(ours) === Array.isArray(moto)) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(moto)])].sort();
    return keys.flatMap((key) => {
      const at = Array.isArray(ours) ? `${place}[${key}]` : place === "" ? key : `${place}.${key}`;
      const [a, b] = [ours, moto].map((side) => (side as { [key: string]: Plain })[key] ?? null);
      return differingPlaces(a ?? null, b ?? null, at);
    });
  }
  if (ours === moto) return [];
  return [{ place, ours: JSON.stringify(ours), moto: JSON.stringify(moto) }];
}
