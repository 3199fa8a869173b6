/**
 * What this project created where tags cannot say it: record sets, traffic policies and their instances, query logging.
 * It lives beside the local state, one file a project, and is written *before* each effect, so that nothing that landed
 * is unknown to it. The file is one JSON line, and behind it, while a run is under way or after one that was killed, a line
 * for each patch: what one step writes does not grow with the ledger. An entry for something that never landed does no harm: what is removed is the intersection of the
 * ledger and the live state, and a record set only while it still is exactly what was written.
 *
 * Its limit: another machine has another ledger, and there a record set that left the file stays in the zone.
 */

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../errors.ts";

const LEDGER_FORMAT = "r53kit.ledger/1";

export interface Ledger {
  readonly format: typeof LEDGER_FORMAT;
  /** By zone id, then by record set key: the hash of what was written; two of them while it may be either. */
  readonly recordSets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** See {@link policyKey}; an id is known only after the effect. */
  readonly trafficPolicies: readonly string[];
  /** See {@link instanceKey}. */
  readonly trafficPolicyInstances: readonly string[];
  /** See {@link policyKey}: a collection's name is unique in its account, too. */
  readonly cidrCollections: readonly string[];
  /** Zone ids. */
  readonly queryLogging: readonly string[];
}

/** Of a project that made nothing yet. */
export const EMPTY_LEDGER: Ledger = {
  format: LEDGER_FORMAT,
  recordSets: {},
  trafficPolicies: [],
  trafficPolicyInstances: [],
  cidrCollections: [],
  queryLogging: [],
};

/** Where a project's ledger is, under the directory that holds the state of r53kit. */
export function ledgerFile(home: string, project: string): string {
  return join(home, "setup", `${encodeURIComponent(project)}.ledger.json`);
}

/** A zone has at most one instance of a name and type. */
export function instanceKey(zoneId: string, name: string, type: string): string {
  return `${zoneId} ${name} ${type}`;
}

/** Policies have unique names in an account, and other accounts have others. */
export function policyKey(account: string, name: string): string {
  return `${account} ${name}`;
}

/** The names of all policies that were made, in whatever account. */
export function policyNames({ trafficPolicies }: Pick<Ledger, "trafficPolicies">): string[] {
  return trafficPolicies.map(nameOfKey);
}

/** The same of CIDR collections. */
export function cidrCollectionNames({ cidrCollections }: Pick<Ledger, "cidrCollections">): string[] {
  return cidrCollections.map(nameOfKey);
}

function nameOfKey(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}

export function readLedger(file: string): Ledger {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return EMPTY_LEDGER;
    throw error;
  }
  const [first = "", ...rest] = text.split("\n");
  try {
    const ledger = JSON.parse(first) as Ledger;
    // One that is older may lack a list.
    if (ledger.format === LEDGER_FORMAT) {
      const whole = { ...EMPTY_LEDGER, ...ledger };
      const patches = patchesIn(rest);
      return patches.length === 0 ? whole : withPatches(whole, patches);
    }
  } catch {
    // Falls through: text that is no JSON is no ledger.
  }
  throw new Failure({
    kind: "failed",
    code: "setup.bad-ledger",
    message: `${file} is no ledger that this version of r53kit can read`,
    next: "move it away; record sets that later leave the file will then stay in their zone",
  });
}

/** A run that was killed may have left the last one cut: what it was to come before was not begun. */
function patchesIn(lines: readonly string[]): LedgerPatch[] {
  return lines.slice(0, -1).map((line) => JSON.parse(line) as LedgerPatch);
}

/** Atomic and durable: the new text is on the disk before it takes the old one's place. */
export function writeLedger(file: string, ledger: Ledger): void {
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.new`;
  const handle = openSync(fresh, "w");
  try {
    writeSync(handle, `${JSON.stringify(ledger)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
}

/** The entry of a record set that is about to be written over what the ledger has of it: it may end as either. */
export function eitherOf(entry: string | undefined, hash: string): string {
  return [...new Set([...(entry?.split(" ") ?? []), hash])].join(" ");
}

/** Whether a record set with this hash is as this project left it. */
export function isAsWritten(entry: string | undefined, hash: string): boolean {
  return entry?.split(" ").includes(hash) ?? false;
}

type NameList = "trafficPolicies" | "trafficPolicyInstances" | "cidrCollections" | "queryLogging";

/** What one step does to a ledger: data, for it stands in the file. Carried out twice it is as carried out once. */
export type LedgerPatch =
  | {
      readonly patch: "record-sets";
      readonly zoneId: string;
      /** By record set key. */
      readonly written: Readonly<Record<string, string>>;
      readonly gone: readonly string[];
    }
  | { readonly patch: "zone-gone"; readonly zoneId: string }
  | { readonly patch: "name" | "name-gone"; readonly list: NameList; readonly name: string };

export function recordSetsPatch(
  zoneId: string,
  written: ReadonlyMap<string, string>,
  gone: readonly string[] = [],
): LedgerPatch {
  return { patch: "record-sets", zoneId, written: Object.fromEntries(written), gone };
}

export function namePatch(list: NameList, name: string): LedgerPatch {
  return { patch: "name", list, name };
}

export function nameGonePatch(list: NameList, name: string): LedgerPatch {
  return { patch: "name-gone", list, name };
}

/** A ledger that patches change in place. */
export type PatchedLedger = Omit<Ledger, "recordSets" | NameList> & {
  readonly recordSets: Record<string, Record<string, string>>;
} & Record<NameList, readonly string[]>;

/** A copy that may be changed. */
export function copyOf(ledger: Ledger): PatchedLedger {
  const zones = Object.entries(ledger.recordSets).map(([zoneId, sets]) => [zoneId, { ...sets }]);
  return { ...ledger, recordSets: Object.fromEntries(zones) };
}

export function withPatches(ledger: Ledger, patches: Iterable<LedgerPatch>): Ledger {
  const copy = copyOf(ledger);
  for (const patch of patches) patchInPlace(copy, patch);
  return copy;
}

export function patchInPlace(ledger: PatchedLedger, patch: LedgerPatch): void {
  switch (patch.patch) {
    case "record-sets": {
      const { zoneId, written, gone } = patch;
      ledger.recordSets[zoneId] ??= {};
      const zone = ledger.recordSets[zoneId];
      Object.assign(zone, written);
      for (const key of gone) delete zone[key];
      return;
    }
    case "zone-gone": {
      const { zoneId } = patch;
      delete ledger.recordSets[zoneId];
      ledger.trafficPolicyInstances = ledger.trafficPolicyInstances.filter((key) => !key.startsWith(`${zoneId} `));
      ledger.queryLogging = ledger.queryLogging.filter((id) => id !== zoneId);
      return;
    }
    case "name": {
      const { list, name } = patch;
      if (!ledger[list].includes(name)) ledger[list] = [...ledger[list], name];
      return;
    }
    case "name-gone":
      ledger[patch.list] = ledger[patch.list].filter((one) => one !== patch.name);
  }
}
