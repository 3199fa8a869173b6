/** Reusable delegation sets, which zones are made with: a zone that exists keeps the name servers that it has. */

import type { ZoneConfig } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { delegationSetReference } from "../ownership.ts";
import type { DelegationSetChange } from "../plan.ts";
import { idOr, liveZone, type Planning } from "../planning.ts";
import type { IdOrReference } from "../references.ts";
import { zoneKey, zoneText } from "../zone-key.ts";

/** Those that are missing, and those that this project made and that left the file; `goingZones` are ids of zones that go too. */
export function planDelegationSets(
  { config, places, live, notes }: Planning,
  goingZones: ReadonlySet<string> = new Set(),
): DelegationSetChange[] {
  const changes: DelegationSetChange[] = [];
  for (const { key, id, path } of config.delegationSets) {
    if (id !== undefined || live.delegationSets?.some((set) => set.key === key)) continue;
    changes.push({
      kind: "delegation-set",
      action: "add",
      key,
      subject: `delegation set ${key}`,
      why: "there is no such delegation set yet",
      place: places.of(path),
      before: null,
      after: { callerReference: delegationSetReference(config.project, key) },
    });
  }
  for (const { key, id, own } of live.delegationSets ?? []) {
    if (!own || config.delegationSets.some((set) => set.key === key)) continue;
    const user = live.zones.find(({ zone }) => zone?.delegationSetId === id && !goingZones.has(zone.id));
    if (user !== undefined) {
      notes.push(`the delegation set ${key} (${id}) stays though it left the file: ${zoneText(zoneKey(user))} uses it`);
      continue;
    }
    changes.push({
      kind: "delegation-set",
      action: "remove",
      key,
      subject: `delegation set ${key}`,
      why: "made from this file, which no longer names it",
      before: { id },
      after: null,
    });
  }
  return changes;
}

/** What a zone that is made is made with. Throws a Failure for one that exists with other name servers. */
export function delegationSetOf(
  wanted: ZoneConfig,
  { config, places, live, known }: Planning,
): { readonly delegationSet?: IdOrReference } {
  const { delegationSet: key } = wanted;
  if (key === undefined) return {};
  const declared = config.delegationSets.find((set) => set.key === key);
  const delegationSet = declared?.id ?? idOr(known, { ref: "delegation-set", key });
  const there = liveZone(live, zoneKey(wanted));
  if (there === undefined || there.delegationSetId === delegationSet) return { delegationSet };
  const has =
    there.delegationSetId === undefined ? "a delegation set of its own" : `the delegation set ${there.delegationSetId}`;
  throw new Failure({
    kind: "usage",
    code: "setup.other-delegation-set",
    message: `${zoneText(zoneKey(wanted))} (${there.id}) has ${has}, and a zone's name servers cannot be changed`,
    where: places.of([...wanted.path, "delegationSet"]),
    next:
      there.delegationSetId === undefined
        ? `leave delegationSet out, or make its own set reusable (aws route53 create-reusable-delegation-set --hosted-zone-id ${there.id} --caller-reference ...) and name it with id:`
        : "leave delegationSet out, or name that set with id:",
  });
}
