/** The blocks of a CIDR collection from one state to another: which requests, and what must wait until no record needs it. Pure. */

import type { CidrCollectionChange as ApiCidrChange } from "@aws-sdk/client-route-53";
import type { CidrLocation } from "../route53/cidr-collection.ts";

type LocationOf = ReadonlyMap<string, string>;

function byBlock(locations: readonly CidrLocation[]): Map<string, string> {
  return new Map(locations.flatMap(({ name, blocks }) => blocks.map((block) => [block, name] as const)));
}

function byLocation(locationOf: LocationOf): CidrLocation[] {
  const locations = new Map<string, string[]>();
  for (const [block, name] of locationOf) locations.set(name, [...(locations.get(name) ?? []), block]);
  return [...locations]
    .map(([name, blocks]) => ({ name, blocks: blocks.sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Equal texts: the same blocks in the same locations. */
export function cidrNormalForm(locations: readonly CidrLocation[]): string {
  return JSON.stringify(byLocation(byBlock(locations)).map(({ name, blocks }) => [name, blocks]));
}

/** Blocks of one ChangeCidrCollection request (API reference, ChangeCidrCollection, "Limits"); one that moves counts twice. */
const MOST_BLOCKS = 1000;

/** The requests that lead from one state to the other, each atomic. A block that moves is deleted and put in one of them. */
export function cidrRequests(from: readonly CidrLocation[], to: readonly CidrLocation[]): ApiCidrChange[][] {
  const before = byBlock(from);
  const after = byBlock(to);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (block) => before.get(block) !== after.get(block),
  );
  const requests: ApiCidrChange[][] = [];
  for (let at = 0; at < changed.length; at += MOST_BLOCKS / 2) {
    const blocks = changed.slice(at, at + MOST_BLOCKS / 2);
    const grouped = (locationOf: LocationOf) =>
      byLocation(
        new Map(
          blocks.flatMap((block) => {
            const name = locationOf.get(block);
            return name === undefined ? [] : [[block, name] as const];
          }),
        ),
      );
    const change =
      (Action: ApiCidrChange["Action"]) =>
      ({ name, blocks: CidrList }: CidrLocation) => ({
        LocationName: name,
        Action,
        CidrList: [...CidrList],
      });
    requests.push([...grouped(before).map(change("DELETE_IF_EXISTS")), ...grouped(after).map(change("PUT"))]);
  }
  return requests;
}

export type CidrTransition =
  /** `first` is what the collection is before records change, `last` what the file says, and so it is afterwards. */
  | { readonly kind: "ok"; readonly first: readonly CidrLocation[] }
  /** Its only block would go to a location that then has no other. */
  | { readonly kind: "stuck"; readonly location: string; readonly block: string; readonly to: string };

/**
 * A location is gone with its last block, and Route 53 lets none go that a record set uses. So a location that leaves while
 * records use it keeps something until they no longer do.
 */
export function cidrTransition(
  live: readonly CidrLocation[],
  wanted: readonly CidrLocation[],
  isUsed: (location: string) => boolean,
): CidrTransition {
  const first = byBlock(wanted);
  const staying = new Set(wanted.map(({ name }) => name));
  for (const { name, blocks } of live) {
    if (staying.has(name) || !isUsed(name)) continue;
    const unwanted = blocks.filter((block) => !first.has(block));
    for (const block of unwanted) first.set(block, name);
    if (unwanted.length > 0) continue;
    const sizes = new Map(byLocation(first).map((location) => [location.name, location.blocks.length]));
    const kept = blocks.find((block) => (sizes.get(first.get(block) ?? "") ?? 0) > 1);
    const [block = ""] = blocks;
    if (kept === undefined) return { kind: "stuck", location: name, block, to: first.get(block) ?? "" };
    first.set(kept, name);
  }
  return { kind: "ok", first: byLocation(first) };
}
