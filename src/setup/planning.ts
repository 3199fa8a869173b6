/** What every phase plans from: the file, the live state, the ledger, and which ids are known already. */

import type { Config } from "../config/config.ts";
import type { Places } from "../config/load.ts";
import type { Expectation } from "./expectations.ts";
import type { Ledger } from "./ledger.ts";
import type { LiveState, LiveZone } from "./live/live-state.ts";
import type { Batch, Change } from "./plan.ts";
import { type IdOrReference, KnownIds, type Reference } from "./references.ts";
import { type ZoneKey, zoneKey } from "./zone-key.ts";

export interface Planning {
  readonly config: Config;
  readonly places: Places;
  readonly live: LiveState;
  readonly ledger: Ledger;
  /** What exists and stays. */
  readonly known: KnownIds;
  /** For people; phases add to it. */
  readonly notes: string[];
}

/** What a phase plans. */
export interface PhaseDraft {
  readonly changes: readonly Change[];
  readonly batches?: readonly Batch[];
  readonly expectations: readonly Expectation[];
}

export function liveZone(live: LiveState, key: ZoneKey): LiveZone | undefined {
  return live.zones.find((slot) => zoneKey(slot) === key)?.zone;
}

/** The id when it is known, else the reference. */
export function idOr(known: KnownIds, reference: Reference): IdOrReference {
  return known.get(reference) ?? reference;
}

/** The ids of what is there already, whoever needs them. */
export function idsOfZones(live: LiveState): KnownIds {
  const known = new KnownIds();
  for (const slot of live.zones) {
    if (slot.zone !== undefined) known.set({ ref: "hosted-zone", zone: zoneKey(slot) }, slot.zone.id);
  }
  for (const { key, id } of live.delegationSets ?? []) known.set({ ref: "delegation-set", key }, id);
  return known;
}
