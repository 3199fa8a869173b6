/** Pages of Cloud Map's lists. Their tokens are opaque to clients: ours name the last item of the page before. */

import { invalidInput } from "./errors.ts";
import { PAGE_SIZE } from "./limits.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of the next page; empty on the last. */
  readonly next: { readonly NextToken?: string };
}

function lastOf(token: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null && "last" in value && typeof value.last === "string") {
      return value.last;
    }
  } catch {
    // Falls through: any text can come as a token.
  }
  throw invalidInput("The specified NextToken is not valid.");
}

/**
 * Takes a page of what `itemsAfter` gives, in the order of `keyOf`. `itemsAfter` gets the key of the last item before, or
 * undefined at the beginning. Throws InvalidInput for a token that is none of ours.
 */
export function takePage<Item>(
  { MaxResults, NextToken }: PageRequest,
  itemsAfter: (last: string | undefined) => Iterable<Item>,
  keyOf: (item: Item) => string,
): Page<Item> {
  const size = Math.min(MaxResults ?? PAGE_SIZE, PAGE_SIZE);
  const items: Item[] = [];
  for (const item of itemsAfter(NextToken === undefined ? undefined : lastOf(NextToken))) {
    const last = items.at(-1);
    if (items.length === size && last !== undefined) {
      const token = Buffer.from(JSON.stringify({ last: keyOf(last) }), "utf8").toString("base64url");
      return { items, next: { NextToken: token } };
    }
    items.push(item);
  }
  return { items, next: {} };
}
