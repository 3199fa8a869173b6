/** What a CIDR collection holds, and what a batch of changes makes of it. Pure. */

import { readCidrBlock } from "./cidr-block.ts";
import { MAX_CIDR_BLOCKS_PER_COLLECTION } from "./limits.ts";

export interface CidrLocation {
  readonly name: string;
  /** In canonical text, sorted; never empty: a location is gone with its last block. */
  readonly blocks: readonly string[];
}

export interface CidrChange {
  readonly locationName: string;
  readonly action: "PUT" | "DELETE_IF_EXISTS";
  readonly blocks: readonly string[];
}

export type CidrChangeResult =
  | { readonly ok: true; readonly locations: readonly CidrLocation[] }
  | { readonly ok: false; readonly code: "InvalidInput" | "LimitsExceeded"; readonly message: string }
  /** A block cannot be in two locations. */
  | { readonly ok: false; readonly code: "CidrBlockInUseException"; readonly message: string };

/** By code unit, so that the order is the same everywhere. */
function sorted(blocks: Iterable<string>): string[] {
  return [...blocks].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The changes happen in the order given, so that one batch can move a block: deleted from one location, put into another. */
export function changeCidrLocations(
  locations: readonly CidrLocation[],
  changes: readonly CidrChange[],
): CidrChangeResult {
  const draft = new Map(locations.map(({ name, blocks }) => [name, new Set(blocks)]));
  const locationOf = new Map(locations.flatMap(({ name, blocks }) => blocks.map((block) => [block, name] as const)));
  for (const { locationName, action, blocks } of changes) {
    for (const text of blocks) {
      const read = readCidrBlock(text);
      if ("problem" in read) return { ok: false, code: "InvalidInput", message: read.problem };
      const { block } = read;
      const held = locationOf.get(block);
      if (action === "DELETE_IF_EXISTS") {
        if (held !== locationName) continue;
        locationOf.delete(block);
        draft.get(held)?.delete(block);
        continue;
      }
      if (held !== undefined && held !== locationName) {
        return {
          ok: false,
          code: "CidrBlockInUseException",
          message: `The CIDR block ${block} is already in use by location ${held}.`,
        };
      }
      locationOf.set(block, locationName);
      const inLocation = draft.get(locationName);
      if (inLocation === undefined) draft.set(locationName, new Set([block]));
      else inLocation.add(block);
    }
  }
  if (locationOf.size > MAX_CIDR_BLOCKS_PER_COLLECTION) {
    return {
      ok: false,
      code: "LimitsExceeded",
      message: `A CIDR collection cannot have more than ${MAX_CIDR_BLOCKS_PER_COLLECTION} CIDR blocks.`,
    };
  }
  return {
    ok: true,
    locations: [...draft].flatMap(([name, blocks]) => (blocks.size === 0 ? [] : [{ name, blocks: sorted(blocks) }])),
  };
}
