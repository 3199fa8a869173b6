/** A hosted zone as a BIND master file. What a master file cannot say (aliases, routing policies) stands in it as a comment. Pure. */

import { type DomainName, displayName } from "../../route53/names.ts";
import { RecordDataError } from "../../route53/record-data.ts";
import type { RecordSet } from "../../route53/record-set.ts";
import { type ExportedZone, OF_AN_INSTANCE, recordSetInWords, subjectOf, type Unsaid } from "../unsaid.ts";
import { masterName } from "./escapes.ts";
import { masterData } from "./record-data.ts";

export interface MasterFileZone {
  readonly id: string;
  readonly name: DomainName;
  /** In the order of ListResourceRecordSets. */
  readonly recordSets: readonly RecordSet[];
}

const HEALTH_CHECK = "a zone file has no health checks: the record is in it without";

function whyNot(set: RecordSet): string | undefined {
  if (set.trafficPolicyInstanceId !== undefined) return OF_AN_INSTANCE;
  if (set.policy.kind !== "simple") return "a zone file has no routing policies";
  return set.answer.kind === "alias" ? "a zone file has no aliases" : undefined;
}

/** Owners in columns up to this width. */
const WIDEST_OWNER = 32;

/** The SOA first, as a master file must have it; everything else in the order given. */
export function writeMasterFile({ id, name: zone, recordSets }: MasterFileZone): ExportedZone {
  const unsaid: Unsaid[] = [];
  const soaFirst = [
    ...recordSets.filter(({ type }) => type === "SOA"),
    ...recordSets.filter(({ type }) => type !== "SOA"),
  ];
  const ownerOf = (set: RecordSet) => masterName(set.name, zone);
  const width = soaFirst.reduce((widest, set) => Math.max(widest, Math.min(WIDEST_OWNER, ownerOf(set).length)), 0);
  let said = 0;
  const lines = soaFirst.flatMap((set) => {
    const why = whyNot(set);
    if (why === undefined) {
      const records = linesOf(set, ownerOf(set).padEnd(width));
      if (records !== undefined) {
        if (set.healthCheckId !== undefined) unsaid.push({ subject: subjectOf(set), why: HEALTH_CHECK });
        said++;
        return records;
      }
    }
    const reason = why ?? "a value that is none of its type";
    unsaid.push({ subject: subjectOf(set), why: reason });
    return [`; not in this file (${reason}): ${recordSetInWords(set)}`];
  });
  const head = [
    `; ${displayName(zone)}, hosted zone ${id} at Route 53`,
    ...(unsaid.length === 0 ? [] : ["; a zone file cannot say all of it: see the comments"]),
    `$ORIGIN ${masterName(zone, undefined)}`,
  ];
  return { text: `${[...head, ...lines].join("\n")}\n`, unsaid, said };
}

/** Undefined when a value is none of its type, which only a zone that others wrote can have. */
function linesOf(set: RecordSet, owner: string): string[] | undefined {
  if (set.answer.kind !== "records") return undefined;
  const { ttlSeconds, values } = set.answer;
  try {
    return values.map((value) => `${owner} ${ttlSeconds} IN ${set.type} ${masterData(set.type, value)}`);
  } catch (error) {
    if (error instanceof RecordDataError) return undefined;
    throw error;
  }
}
