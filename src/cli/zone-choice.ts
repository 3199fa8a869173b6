/** Which hosted zone is meant: named, by its id, or as the one that encloses a name. Never guesses between two. */

import type { Backend } from "../backend/backend.ts";
import { type ListedZone, listHostedZones } from "../backend/hosted-zones.ts";
import { editDistance, nearest } from "../config/suggestion.ts";
import { Failure } from "../errors.ts";
import { type DomainName, displayName, domainName, InvalidNameError, isWithin, splitLabels } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";

function usage(code: string, message: string, next: string): Failure {
  return new Failure({ kind: "usage", code: `zone.${code}`, message, next });
}

/** A name as typed. Throws a usage Failure for what is none. */
function typedName(text: string): DomainName {
  try {
    return domainName(text);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    throw usage("bad-name", error.message, "write labels of up to 63 characters, joined by dots");
  }
}

function theOnlyOne(zones: readonly ListedZone[], what: string): ListedZone | undefined {
  const [zone, other] = zones;
  if (other === undefined) return zone;
  const ids = zones.map((one) => `${one.id} (${one.private ? "private" : "public"})`).join(", ");
  throw usage("ambiguous", `${what} is the name of ${zones.length} hosted zones: ${ids}`, "say which one by its id");
}

/** By id, with or without `/hostedzone/`, or by exactly this name. */
export function zoneNamed(zones: readonly ListedZone[], asked: string): ListedZone {
  const byId = zones.find((zone) => zone.id === bareId(asked));
  if (byId !== undefined) return byId;
  const name = typedName(asked);
  const found = theOnlyOne(
    zones.filter((zone) => zone.name === name),
    displayName(name),
  );
  if (found !== undefined) return found;
  throw usage("not-found", `there is no hosted zone ${displayName(asked)} here`, nearbyText(displayName(name), zones));
}

/** The zone nearest above a name. */
export function zoneEnclosing(zones: readonly ListedZone[], name: DomainName): ListedZone {
  const enclosing = zones.filter((zone) => isWithin(name, zone.name));
  const deepest = Math.max(...enclosing.map((zone) => splitLabels(zone.name).length));
  const found = theOnlyOne(
    enclosing.filter((zone) => splitLabels(zone.name).length === deepest),
    displayName(enclosing.find((zone) => splitLabels(zone.name).length === deepest)?.name ?? name),
  );
  if (found !== undefined) return found;
  const labels = splitLabels(name);
  const tails = labels.map((_, i) => labels.slice(i).join("."));
  const near = tails
    .flatMap((tail) => {
      const zone = nearest(tail, namesOf(zones));
      return zone === undefined ? [] : [{ zone, distance: editDistance(tail, zone) }];
    })
    .sort((a, b) => a.distance - b.distance)[0]?.zone;
  throw usage(
    "not-found",
    `no hosted zone here encloses ${displayName(name)}`,
    near === undefined ? "name the zone with --zone" : `did you mean a name in ${near}? Or name the zone with --zone`,
  );
}

function namesOf(zones: readonly ListedZone[]): string[] {
  return [...new Set(zones.map((zone) => displayName(zone.name)))];
}

const MOST_NAMED = 5;

function nearbyText(asked: string, zones: readonly ListedZone[]): string {
  const names = namesOf(zones);
  const near = nearest(asked, names);
  if (near !== undefined) return `did you mean ${near}?`;
  if (names.length === 0) return "there are none; r53kit setup apply makes one";
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `there are ${names.slice(0, MOST_NAMED).join(", ")}${more}`;
}

/** An owner as typed: `@` is the apex, a name in the zone is itself, and any other without a dot at its end is below it. */
export function ownerIn(zone: ListedZone, typed: string): DomainName {
  if (typed === "@") return zone.name;
  const name = typedName(typed);
  if (isWithin(name, zone.name)) return name;
  if (typed.endsWith(".")) {
    throw usage(
      "outside",
      `${displayName(name)} lies outside of the zone ${displayName(zone.name)}`,
      "leave out the dot at its end to put it below the zone, or name another zone",
    );
  }
  return typedName(`${typed}.${zone.name}`);
}

/** The zone of a record and the record's name: with `zone` it may be relative, without it the name says the zone. */
export async function chooseOwner(
  backend: Backend,
  typed: string,
  zone: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly zone: ListedZone; readonly name: DomainName }> {
  const zones = await listHostedZones(await backend.clients.route53(), signal);
  if (zone !== undefined) {
    const chosen = zoneNamed(zones, zone);
    return { zone: chosen, name: ownerIn(chosen, typed) };
  }
  const name = typedName(typed);
  return { zone: zoneEnclosing(zones, name), name };
}

export async function chooseZone(backend: Backend, asked: string, signal: AbortSignal): Promise<ListedZone> {
  return zoneNamed(await listHostedZones(await backend.clients.route53(), signal), asked);
}
