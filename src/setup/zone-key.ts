/**
 * How plans tell the zones of an account apart: by name and kind, since a public and a private zone may have one name. A
 * public zone's key is its name.
 */

import { type DomainName, displayName, domainName } from "../route53/names.ts";

export type PrivateZoneKey = string & { readonly __privateZoneKey: unique symbol };
export type ZoneKey = DomainName | PrivateZoneKey;

/** No name has a space: it would be an escape. */
const PRIVATE = " private";

export function zoneKey(zone: { readonly name: DomainName; readonly private?: boolean | undefined }): ZoneKey {
  return zone.private ? (`${zone.name}${PRIVATE}` as PrivateZoneKey) : zone.name;
}

export function isPrivateZone(key: ZoneKey): key is PrivateZoneKey {
  return key.endsWith(PRIVATE);
}

export function nameOfZone(key: ZoneKey): DomainName {
  return isPrivateZone(key) ? (key.slice(0, -PRIVATE.length) as DomainName) : key;
}

/** For people: `example.com`, `example.com (private)`. */
export function zoneText(key: ZoneKey): string {
  return `${displayName(nameOfZone(key))}${isPrivateZone(key) ? " (private)" : ""}`;
}

/** Whether a value of a saved plan is one, in canonical spelling. */
export function isZoneKey(value: unknown): value is ZoneKey {
  if (typeof value !== "string") return false;
  const name = nameOfZone(value as ZoneKey);
  try {
    return domainName(name) === name;
  } catch {
    return false;
  }
}
