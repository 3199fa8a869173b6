/** One simple record set as somebody typed it: what it is to be, given what is there. Pure. */

import { Failure } from "../../errors.ts";
import { type DomainName, displayName } from "../../route53/names.ts";
import { canonicalValue, quoteText, RecordDataError } from "../../route53/record-data.ts";
import type { RecordSet, RecordType } from "../../route53/record-set.ts";
import type { LiveRecordSet, LiveZone } from "../live/live-state.ts";
import { recordSetText } from "../record-set-diff.ts";
import type { RecordEdits } from "./plan.ts";

export interface SetRequest {
  readonly name: DomainName;
  readonly type: RecordType;
  /** As typed: a text may come without its quotation marks, which a shell takes off. */
  readonly values: readonly string[];
  /** What is there keeps its own; a new one gets {@link DEFAULT_TTL_SECONDS}. */
  readonly ttlSeconds: number | undefined;
  /** Also the NS and SOA of the zone itself. */
  readonly force: boolean;
}

const DEFAULT_TTL_SECONDS = 300;

function usage(code: string, message: string, next: string): Failure {
  return new Failure({ kind: "usage", code: `records.${code}`, message, next });
}

/** Throws a Failure for what cannot be set this way. */
export function setRecords(request: SetRequest, zone: LiveZone): RecordEdits {
  const { name, type } = request;
  const subject = `${displayName(name)} ${type}`;
  if (name === zone.name && (type === "NS" || type === "SOA") && !request.force) {
    throw usage(
      "apex",
      `${subject} is what makes the zone a zone: with wrong values nobody finds it`,
      "add --force if you mean it",
    );
  }
  const there = zone.recordSets.filter(({ set }) => set.name === name && set.type === type);
  const routed = there.filter(({ set }) => set.policy.kind !== "simple" && set.trafficPolicyInstanceId === undefined);
  const [first] = routed;
  if (first !== undefined) {
    const ids = routed.map(({ set }) => set.setIdentifier ?? "").join(", ");
    throw usage(
      "routed",
      `${subject} has a ${first.set.policy.kind} policy with ${routed.length} answers: ${ids}`,
      "change it with r53kit setup, or delete it first with r53kit records delete --all",
    );
  }
  const set = wantedSet(request, there[0]);
  return { wanted: [{ set, place: { file: "the command line" } }], removed: [], notes: notesOn(there[0], set) };
}

function wantedSet(request: SetRequest, there: LiveRecordSet | undefined): RecordSet {
  const { name, type } = request;
  const before = there?.set.answer.kind === "records" ? there.set.answer.ttlSeconds : undefined;
  // Whoever sets a value says nothing of the check that guards it.
  const healthCheckId = there?.set.healthCheckId;
  return {
    name,
    type,
    policy: { kind: "simple" },
    answer: {
      kind: "records",
      ttlSeconds: request.ttlSeconds ?? before ?? DEFAULT_TTL_SECONDS,
      values: [...new Set(request.values.map((value) => readValue(type, value)))],
    },
    ...(healthCheckId === undefined ? {} : { healthCheckId }),
  };
}

function readValue(type: RecordType, typed: string): string {
  const isText = type === "TXT" || type === "SPF";
  const value = isText && !typed.trimStart().startsWith('"') ? quoteText(Buffer.from(typed, "utf8")) : typed.trim();
  try {
    return canonicalValue(type, value);
  } catch (error) {
    if (!(error instanceof RecordDataError)) throw error;
    throw usage(
      "bad-value",
      `'${typed}' is no ${type} value: ${error.detail}`,
      `write it as Route 53 takes ${type} values`,
    );
  }
}

function notesOn(there: LiveRecordSet | undefined, set: RecordSet): string[] {
  return there?.set.answer.kind === "alias"
    ? [`${recordSetText(set)} is an alias now and becomes a record of its own`]
    : [];
}
