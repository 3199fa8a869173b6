/** Pages of Route 53's lists: how many items one holds, and where the next begins. */

import { DEFAULT_PAGE, MAX_PAGE } from "../../../route53/limits.ts";
import { invalidInput, route53Error } from "./errors.ts";

export interface Page<Item> {
  readonly items: Item[];
  /** The first item of the next page; undefined on the last one. */
  readonly next: Item | undefined;
}

/** A larger number than there is counts as the largest (API reference, the lists' MaxItems). Throws InvalidInput below 1. */
export function pageSize(maxItems: number | undefined, size = DEFAULT_PAGE, most = MAX_PAGE): number {
  if (maxItems === undefined) return size;
  if (!Number.isInteger(maxItems) || maxItems < 1) {
    throw invalidInput(`Invalid parameter : maxitems must be a positive number, but was ${maxItems}.`);
  }
  return Math.min(maxItems, most);
}

/** Takes one page, reading a single item more than it holds. */
export function takePage<Item>(items: Iterable<Item>, size: number): Page<Item> {
  const page: Item[] = [];
  for (const item of items) {
    if (page.length === size) return { items: page, next: item };
    page.push(item);
  }
  return { items: page, next: undefined };
}

/** An opaque token that says where the next page begins. */
export function pageToken(...place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

function placeOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

/** What {@link pageToken} was given; undefined without a token. Throws the error that the operation's model has for others. */
export function readPageToken(
  token: string | undefined,
  parts: number,
  refusal: "InvalidInput" | "InvalidPaginationToken" = "InvalidInput",
): readonly string[] | undefined {
  if (token === undefined) return undefined;
  const place = placeOf(token);
  if (Array.isArray(place) && place.length === parts && place.every((part) => typeof part === "string")) return place;
  throw route53Error(
    refusal,
    "The value that you specified to get the second or subsequent page of results is invalid.",
  );
}
