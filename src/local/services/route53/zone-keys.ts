/** The keys that a zone is signed with at a moment: its key-signing keys, and the zone-signing keys that are rolled by themselves. */

import { zoneSigningKeysAt } from "../../../dns/dnssec-rollover.ts";
import { followingPrivateKey } from "../../../dns/dnssec-signing.ts";
import type { ZoneKeys } from "../../nameserver/published.ts";
import { below, type HostedZoneState, type KeySigningKeyState, type Route53State, valuesOf } from "./state.ts";

export function keySigningKeysOf(state: Route53State, zoneId: string): KeySigningKeyState[] {
  return valuesOf(state.keySigningKeys, below(zoneId));
}

/** Since when some key-signing key of a zone cannot sign, epoch ms; undefined while all of them can. */
export function stuckSince(keys: readonly KeySigningKeyState[]): number | undefined {
  const lost = keys.flatMap(({ status, lostAt }) =>
    status === "ACTION_NEEDED" && lostAt !== undefined ? [lostAt] : [],
  );
  return lost.length === 0 ? undefined : Math.min(...lost);
}

/** Undefined for a zone that is not to be signed. `nowMs` is wall time. */
export function zoneKeysAt(state: Route53State, zone: HostedZoneState, nowMs: number): ZoneKeys | undefined {
  const first = zone.dnssec ? state.zoneSigningKeys.get(zone.id) : undefined;
  if (first === undefined) return undefined;
  const keys = keySigningKeysOf(state, zone.id).filter(({ status }) => status !== "INACTIVE");
  const keySigningKeys: string[] = [];
  const outOfReach = new Map<string, number>();
  for (const { kmsArn, lostAt } of keys) {
    const key = state.kmsKeys.get(kmsArn);
    if (key === undefined) continue;
    keySigningKeys.push(key);
    if (lostAt !== undefined) outOfReach.set(key, lostAt);
  }
  // Nothing rolls while a key cannot sign what the roll would change (Developer Guide, "KMS key and ZSK management").
  const { signing, others } = zoneSigningKeysAt(zone.signingSince ?? nowMs, stuckSince(keys) ?? nowMs);
  const following = (number: number) => followingPrivateKey(first, number);
  return {
    keySigningKeys,
    zoneSigningKey: following(signing),
    ...(others.length === 0 ? {} : { otherZoneSigningKeys: others.map(following) }),
    ...(outOfReach.size === 0 ? {} : { outOfReach }),
  };
}

/** Whether other keys are to be served at one moment than at another. */
export function keysDiffer(state: Route53State, zone: HostedZoneState, oneMs: number, otherMs: number): boolean {
  if (!zone.dnssec) return false;
  const since = zone.signingSince ?? otherMs;
  const [one, other] = [oneMs, otherMs].map((ms) =>
    zoneSigningKeysAt(since, stuckSince(keySigningKeysOf(state, zone.id)) ?? ms),
  );
  return one?.signing !== other?.signing || one?.others.join() !== other?.others.join();
}
