/**
 * A live zone as r53kit.yaml. What is written is read back and planned against the very state it was written from: a part
 * that the reader refuses, or that the plan would change, is left out of the file with the reason. So the plan of an
 * import is empty by construction; and since setup touches only what its file names, what is left out stays as it is. Pure.
 */

import { type LoadedConfig, readConfig } from "../../config/load.ts";
import { Failure } from "../../errors.ts";
import { EMPTY_LEDGER } from "../ledger.ts";
import { healthChecksInScope } from "../live/read-health-checks.ts";
import { makePlan } from "../make-plan.ts";
import type { Change, Plan } from "../plan.ts";
import { scopeOf } from "../scope.ts";
import { type Composition, compose, type LeftOut, type Part, partKey, partText } from "./compose.ts";
import type { ImportSource } from "./source.ts";

export interface ImportedSetup {
  readonly text: string;
  /** By their names beside the file. */
  readonly documents: ReadonlyMap<string, string>;
  readonly said: {
    readonly recordSets: number;
    readonly healthChecks: number;
    readonly trafficPolicies: number;
    readonly instances: number;
  };
  readonly unsaid: readonly Unsaid[];
}

export interface Unsaid {
  /** `api.example.com A` */
  readonly subject: string;
  readonly why: string;
  /** Record sets that are not in the file for it. */
  readonly recordSets: number;
}

const FILE = "r53kit.yaml";

export function importSetup(source: ImportSource, documents: "inline" | "files"): ImportedSetup {
  const without = new Map<string, LeftOut>();
  for (;;) {
    const draft = compose(source, { without, documents: "inline" });
    const found = wrongParts(draft, source);
    if (found.length === 0) break;
    for (const leftOut of found) {
      // Every round leaves something out that the one before had.
      if (without.has(partKey(leftOut.part))) throw unsayable(leftOut);
      without.set(partKey(leftOut.part), leftOut);
    }
  }
  const final = compose(source, { without, documents });
  return {
    text: final.text,
    documents: final.documents,
    said: {
      recordSets: final.said.reduce((sum, part) => sum + recordSetsIn(part), 0),
      healthChecks: final.said.filter(({ kind }) => kind === "health-check").length,
      trafficPolicies: final.said.filter(({ kind }) => kind === "traffic-policy").length,
      instances: final.said.filter(({ kind }) => kind === "instance").length,
    },
    // Of the registrar the file says that it is left as it is.
    unsaid: [...without.values(), ...final.leftOut]
      .filter(({ part }) => part.kind !== "zone")
      .map(({ part, why }) => ({
        subject: partText(part),
        why,
        recordSets: recordSetsIn(part),
      })),
  };
}

function recordSetsIn(part: Part): number {
  return part.kind === "records" ? part.group.sets.length : 0;
}

function unsayable({ part, why }: LeftOut): Failure {
  return new Failure({
    kind: "failed",
    code: "import.unsayable",
    message: `no r53kit.yaml can be written that leaves ${partText(part)} as it is: ${why}`,
    next: "import the zones one by one, or put right what it says",
  });
}

/** What of a text the reader refuses or the plan would change. */
function wrongParts(draft: Composition, source: ImportSource): LeftOut[] {
  const at = (line: number | undefined, why: string): LeftOut => {
    const part = line === undefined ? undefined : draft.partAt(line);
    if (part === undefined) throw new Error(`the import wrote ${FILE}:${line}, which cannot be: ${why}`);
    return { part, why };
  };
  const refused = (error: unknown): LeftOut[] => {
    if (!(error instanceof Failure)) throw error;
    return [error, ...error.others].map((one) => at(one.where?.line, one.message));
  };
  let loaded: LoadedConfig;
  try {
    loaded = readConfig(FILE, draft.text, {});
  } catch (error) {
    return refused(error);
  }
  let plan: Plan;
  try {
    plan = planOf(loaded, source);
  } catch (error) {
    return refused(error);
  }
  return plan.phases.flatMap(({ changes }) => changes.flatMap((change) => partsOf(change, draft, at)));
}

function planOf({ config, places }: LoadedConfig, source: ImportSource): Plan {
  const scope = scopeOf(config);
  return makePlan({
    config,
    places,
    live: { ...source.live, healthChecks: healthChecksInScope(source.healthChecks, source.tags, scope) },
    ledger: EMPTY_LEDGER,
    backend: { label: "import", confirmsChanges: false },
    now: 0,
  });
}

function partsOf(
  change: Change,
  draft: Composition,
  at: (line: number | undefined, why: string) => LeftOut,
): LeftOut[] {
  const why = `setup would change it: ${change.why}`;
  if (change.place !== undefined) return [at(change.place.line, why)];
  // What has no place of its own is there for the logging that the file asks for.
  return draft.said.filter(({ kind }) => kind === "logging").map((part) => ({ part, why }));
}
