/** CIDR collections: made and widened before the records that use them, narrowed and deleted after. */

import { Failure } from "../../errors.ts";
import { cidrNormalForm, cidrTransition } from "../cidr-blocks.ts";
import { policyKey } from "../ledger.ts";
import type { LiveCidrCollection, LiveState } from "../live/live-state.ts";
import { cidrCollectionReference } from "../ownership.ts";
import type { CidrCollectionChange } from "../plan.ts";
import type { Planning } from "../planning.ts";

function asRead({ id, version, locations }: LiveCidrCollection): NonNullable<CidrCollectionChange["before"]> {
  return { id, version, locations };
}

/** Fills `known` with the collections that are there; run before the record sets' diff. Throws a Failure for what cannot be done. */
export function planCidrCollections({ config, places, live, ledger, known }: Planning): CidrCollectionChange[] {
  const changes: CidrCollectionChange[] = [];
  const last: CidrCollectionChange[] = [];
  for (const { key, name, locations, path } of config.cidrCollections) {
    const there = live.cidrCollections?.find((one) => one.name === name);
    const base = { kind: "cidr-collection", key, subject: `CIDR collection ${name}`, place: places.of(path) } as const;
    const after = { name, callerReference: cidrCollectionReference(config.project, key), locations };
    if (there === undefined) {
      const blocks = locations.reduce((sum, one) => sum + one.blocks.length, 0);
      const why = `there is no such CIDR collection yet: ${count(blocks, "block")} in ${count(locations.length, "location")}`;
      changes.push({ ...base, action: "add", how: "create", why, before: null, after });
      continue;
    }
    known.set({ ref: "cidr-collection", key }, there.id);
    const transition = cidrTransition(there.locations, locations, (location) => isUsed(there.id, location, live));
    if (transition.kind === "stuck") {
      throw new Failure({
        kind: "failed",
        code: "setup.conflict",
        message: `${transition.block} is the only block of the location ${transition.location}, which record sets use, and it would be the only one of ${transition.to}: Route 53 lets neither be empty on the way`,
        where: base.place,
        next: `give ${transition.to} another block too, and take that away in the next apply`,
      });
    }
    const { first } = transition;
    if (cidrNormalForm(first) !== cidrNormalForm(there.locations)) {
      const why = blocksWhy(there.locations, first);
      changes.push({
        ...base,
        action: "change",
        how: "change",
        why,
        before: asRead(there),
        after: { ...after, locations: first },
      });
    }
    if (cidrNormalForm(first) !== cidrNormalForm(locations)) {
      const why = `${blocksWhy(first, locations)}, when no record set uses what goes`;
      last.push({ ...base, action: "change", how: "trim", why, before: asRead(there), after });
    }
  }
  for (const there of live.cidrCollections ?? []) {
    const { name } = there;
    if (config.cidrCollections.some((one) => one.name === name)) continue;
    if (!ledger.cidrCollections.includes(policyKey(live.account, name)) || isNamed(there.id, config)) continue;
    last.push({
      kind: "cidr-collection",
      action: "remove",
      how: "delete",
      key: name,
      subject: `CIDR collection ${name}`,
      why: "made from this file, which no longer names it",
      before: asRead(there),
      after: null,
    });
  }
  return [...changes, ...last];
}

/** Whether the file uses a collection by its id. */
function isNamed(collectionId: string, config: Planning["config"]): boolean {
  return config.zones.some(({ recordSets }) =>
    recordSets.some(({ policy }) => policy.kind === "cidr" && policy.collectionId === collectionId),
  );
}

function isUsed(collectionId: string, location: string, live: LiveState): boolean {
  return live.zones.some(({ zone }) =>
    zone?.recordSets.some(
      ({ set: { policy } }) =>
        policy.kind === "cidr" && policy.collectionId === collectionId && policy.locationName === location,
    ),
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** `2 blocks added, 1 moved, 3 removed` */
function blocksWhy(from: CidrCollectionLocations, to: CidrCollectionLocations): string {
  const [before, after] = [from, to].map(
    (locations) => new Map(locations.flatMap(({ name, blocks }) => blocks.map((block) => [block, name] as const))),
  );
  const added = [...(after?.keys() ?? [])].filter((block) => !before?.has(block)).length;
  const removed = [...(before?.keys() ?? [])].filter((block) => !after?.has(block)).length;
  const moved = [...(after ?? [])].filter(([block, name]) => (before?.get(block) ?? name) !== name).length;
  const parts = [
    [added, "added"],
    [moved, "moved"],
    [removed, "removed"],
  ] as const;
  return parts.flatMap(([number, done]) => (number === 0 ? [] : [`${count(number, "block")} ${done}`])).join(", ");
}

type CidrCollectionLocations = LiveCidrCollection["locations"];
