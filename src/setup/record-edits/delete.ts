/** Which record sets somebody means to delete. Pure. */

import { nearest } from "../../config/suggestion.ts";
import { Failure } from "../../errors.ts";
import { type DomainName, displayName } from "../../route53/names.ts";
import type { RecordType } from "../../route53/record-set.ts";
import type { LiveRecordSet, LiveZone } from "../live/live-state.ts";
import { recordSetText } from "../record-set-diff.ts";
import type { RecordEdits } from "./plan.ts";

export interface DeleteRequest {
  readonly name: DomainName;
  readonly type: RecordType | undefined;
  readonly setIdentifier: string | undefined;
  /** Everything that matches, where it is more than one. */
  readonly all: boolean;
}

function usage(code: string, message: string, next: string): Failure {
  return new Failure({ kind: "usage", code: `records.${code}`, message, next });
}

/** Throws a Failure when nothing matches, when it is not clear which one is meant, and for what is not ours to delete. */
export function deleteRecords(request: DeleteRequest, zone: LiveZone): RecordEdits {
  const { name, type, setIdentifier } = request;
  const asked = [displayName(name), type, setIdentifier].filter((part) => part !== undefined).join(" ");
  const matching = zone.recordSets.filter(
    ({ set }) =>
      set.name === name &&
      (type === undefined || set.type === type) &&
      (setIdentifier === undefined || set.setIdentifier === setIdentifier),
  );
  if (matching.length === 0) throw nothing(asked, name, zone);
  const removed = matching.filter(({ set }) => !isApexOwn(set, zone));
  const [first] = removed;
  if (first === undefined) {
    throw usage(
      "apex",
      `${asked} comes with the zone and goes with it`,
      "delete the hosted zone, if that is what you mean",
    );
  }
  const instance = removed.find(({ set }) => set.trafficPolicyInstanceId !== undefined)?.set;
  if (instance !== undefined) {
    throw usage(
      "of-an-instance",
      `${recordSetText(instance)} belongs to the traffic policy instance ${instance.trafficPolicyInstanceId}`,
      "delete the instance: its record set goes with it, and its bill ends",
    );
  }
  if (removed.length > 1 && !request.all) {
    const found = removed.map(({ set }) => recordSetText(set));
    const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : "";
    throw usage(
      "several",
      `${asked} is ${found.length} record sets: ${found.slice(0, MOST_NAMED).join(", ")}${more}`,
      "say which one (a type, --set-identifier), or add --all",
    );
  }
  return { wanted: [], removed, notes: [] };
}

const MOST_NAMED = 5;

function isApexOwn(set: LiveRecordSet["set"], zone: LiveZone): boolean {
  return set.name === zone.name && (set.type === "NS" || set.type === "SOA");
}

function nothing(asked: string, name: DomainName, zone: LiveZone): Failure {
  const here = zone.recordSets.filter(({ set }) => set.name === name);
  const known = new Set(zone.recordSets.map(({ set }) => displayName(set.name)));
  const near = nearest(displayName(name), known);
  const there = [...new Set(here.map(({ set }) => recordSetText(set)))].slice(0, MOST_NAMED).join(", ");
  const next =
    here.length > 0 ? `there is ${there}` : near === undefined ? "see r53kit records list" : `did you mean ${near}?`;
  return usage("not-found", `there is no ${asked} in zone ${zone.id}`, next);
}
