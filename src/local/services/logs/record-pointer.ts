/** What `@ptr` says in a query's results: where a log event lies, opaque to clients. */

import type { LogGroupAddress } from "./log-arns.ts";
import type { EventPosition } from "./log-storage.ts";

export function encodePointer({ region, name }: LogGroupAddress, { timestamp, sequence }: EventPosition): string {
  return Buffer.from(JSON.stringify([region, name, timestamp, sequence]), "utf8").toString("base64");
}

/** Undefined when the text is none of ours. */
export function decodePointer(
  text: string,
): { readonly address: LogGroupAddress; readonly position: EventPosition } | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [region, name, timestamp, sequence] = parts as unknown[];
  if (typeof region !== "string" || typeof name !== "string") return undefined;
  if (!Number.isSafeInteger(timestamp) || !Number.isSafeInteger(sequence)) return undefined;
  return { address: { region, name }, position: { timestamp: Number(timestamp), sequence: Number(sequence) } };
}
