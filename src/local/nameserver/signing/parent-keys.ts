/** The keys of the root and the suffixes: made when a zone is first served, and kept, so that a trust anchor stays good. */

import { newPrivateKey } from "../../../dns/dnssec-signing.ts";
import type { DomainName } from "../../../route53/names.ts";
import type { Store } from "../../store/store.ts";
import type { ZoneKeys } from "../published.ts";

export type KeysOfZone = (zone: DomainName) => ZoneKeys;

export function parentKeys(store: Store): KeysOfZone {
  const kept = store.table<ZoneKeys>("nameserver.zone-keys");
  return (zone) => {
    const known = kept.get(zone);
    if (known !== undefined) return known;
    const made: ZoneKeys = { keySigningKeys: [newPrivateKey()], zoneSigningKey: newPrivateKey() };
    store.write(() => kept.put(zone, made));
    return made;
  };
}
