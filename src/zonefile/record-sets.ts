/** A master file's records as Route 53's record sets: what cannot stand together is refused, the apex NS and SOA are left alone. Pure. */

import { MAX_RECORDS_PER_RECORD_SET } from "../route53/limits.ts";
import { type DomainName, displayName, isWildcard } from "../route53/names.ts";
import type { RecordSet } from "../route53/record-set.ts";
import type { Position, ZoneFileProblem } from "./master-file/problem.ts";
import type { MasterRecord } from "./master-file/read.ts";

export interface PlacedRecordSet {
  readonly set: RecordSet;
  /** Of its first record. */
  readonly place: Position;
}

export interface ZoneFileRecordSets {
  /** In the order of the file. */
  readonly recordSets: readonly PlacedRecordSet[];
  readonly problems: readonly ZoneFileProblem[];
  /** What was left out or decided, in sentences. */
  readonly notes: readonly string[];
}

interface Group {
  readonly first: MasterRecord;
  readonly records: MasterRecord[];
}

export function recordSetsOf(records: readonly MasterRecord[], zone: DomainName): ZoneFileRecordSets {
  const notes: string[] = [];
  const apex = records.filter((record) => record.name === zone && (record.type === "SOA" || record.type === "NS"));
  if (apex.length > 0) {
    const types = [...new Set(apex.map(({ type }) => type))].sort().reverse().join(" and ");
    notes.push(`the ${types} of ${displayName(zone)} itself stay as Route 53 has them`);
  }
  const groups = new Map<string, Group>();
  const apexRecords = new Set(apex);
  for (const record of records) {
    if (apexRecords.has(record)) continue;
    const key = `${record.name} ${record.type}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: record, records: [record] });
    else group.records.push(record);
  }
  const problems = [...groups.values()].flatMap((group) => problemsOf(group, zone));
  problems.push(...cnameProblems([...groups.values()]));
  const recordSets = [...groups.values()].map((group) => ({ set: joined(group, notes), place: group.first.place }));
  return { recordSets, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column), notes };
}

function joined({ first, records }: Group, notes: string[]): RecordSet {
  const values = new Map<string, MasterRecord>();
  for (const record of records) {
    const same = values.get(record.value);
    if (same === undefined) values.set(record.value, record);
    else notes.push(`line ${record.place.line} says the same as line ${same.place.line}, and counts once`);
  }
  const ttls = [...new Set(records.map(({ ttlSeconds }) => ttlSeconds))];
  const ttlSeconds = Math.min(...ttls);
  if (ttls.length > 1) {
    // RFC 2181 section 5.2: a set has one TTL, and where it has not, the lowest counts.
    notes.push(
      `the records of ${displayName(first.name)} ${first.type} have the TTLs ${ttls.join(", ")}; the set takes ${ttlSeconds}`,
    );
  }
  return {
    name: first.name,
    type: first.type,
    policy: { kind: "simple" },
    answer: { kind: "records", ttlSeconds, values: [...values.keys()] },
  };
}

function problemsOf({ first, records }: Group, zone: DomainName): ZoneFileProblem[] {
  const { name, type, place } = first;
  const subject = `${displayName(name)} ${type}`;
  const problem = (code: string, message: string, next: string, at: Position = place): ZoneFileProblem => ({
    ...at,
    code: `zonefile.${code}`,
    message,
    next,
  });
  const problems: ZoneFileProblem[] = [];
  if (type === "SOA") problems.push(problem("misplaced", `${subject}: an SOA stands at the apex`, "leave it out"));
  if (type === "DS" && name === zone) {
    problems.push(problem("misplaced", `${subject}: a DS stands in the parent zone`, "leave it out"));
  }
  if (type === "NS" && isWildcard(name)) {
    problems.push(problem("misplaced", `${subject}: a wildcard cannot be delegated`, "delegate each name"));
  }
  if (type === "CNAME" && name === zone) {
    problems.push(
      problem("cname", `${subject}: the apex cannot be a CNAME`, "use an alias: r53kit setup, alias: { target: ... }"),
    );
  }
  const second = records.find((record) => record.value !== first.value);
  if (type === "CNAME" && second !== undefined) {
    problems.push(
      problem(
        "cname",
        `${subject} has two targets, in line ${place.line} and here`,
        "leave one of them, or use weighted records",
        second.place,
      ),
    );
  }
  if (new Set(records.map(({ value }) => value)).size > MAX_RECORDS_PER_RECORD_SET) {
    problems.push(
      problem(
        "too-many-records",
        `${subject} has ${records.length} records; ${MAX_RECORDS_PER_RECORD_SET} are the most`,
        "spread them over several names",
      ),
    );
  }
  return problems;
}

/** A CNAME stands alone at its name (RFC 1034 section 3.6.2). */
function cnameProblems(groups: readonly Group[]): ZoneFileProblem[] {
  const cnames = new Map(groups.filter(({ first }) => first.type === "CNAME").map(({ first }) => [first.name, first]));
  return groups.flatMap(({ first }) => {
    const cname = cnames.get(first.name);
    if (cname === undefined || first.type === "CNAME") return [];
    return [
      {
        ...first.place,
        code: "zonefile.cname",
        message: `${displayName(first.name)} has a CNAME in line ${cname.place.line}, and ${first.type} here: a CNAME stands alone at its name`,
        next: "leave one of them out",
      },
    ];
  });
}
