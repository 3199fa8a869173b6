/**
 * The part of a misshapen file that can still be checked for its meaning, so that one wrong type in one record does not
 * hide the mistakes of all others: unknown keys are left out, and so is every entry that has a mistake of shape.
 */

import type { z } from "zod";
import type { SourcePath } from "./config.ts";
import { pathText, stepsOf } from "./schema-problems.ts";
import { nearest } from "./suggestion.ts";

export interface SoundPart {
  readonly value: unknown;
  /** Where the entry that is now at `index` of the list at `path` stands in the file. */
  originalIndex(path: SourcePath, index: number): number;
}

/** Lists and mappings whose entries can be left out one by one; the path of an entry is one step longer. */
const LISTS = ["records", "routing", "trafficFlow.instances"];
const MAPPINGS = ["healthChecks", "endpoints", "delegationSets", "cidrCollections", "trafficFlow.policies"];

/** The entry of the file that an issue is in, or undefined when nothing can be left out without changing what the rest means. */
function entryOf(path: SourcePath): SourcePath | undefined {
  const inZones = path[0] === "zones" && typeof path[1] === "number";
  const base = inZones ? 2 : 0;
  for (const length of [2, 3]) {
    const container = path.slice(base, base + length - 1).join(".");
    const known = inZones ? LISTS : [...LISTS, ...MAPPINGS];
    if (path.length >= base + length && known.includes(container)) return path.slice(0, base + length);
  }
  const key = path[base];
  if (["logging", "drill", "lint", "cost", "backend", "project"].includes(String(key))) return path.slice(0, base + 1);
  if (LISTS.includes(String(key)) || MAPPINGS.includes(String(key))) return path.slice(0, base + 1);
  return undefined;
}

/** Takes out what the issues are about. Undefined when what is left could not be judged. */
export function soundPart(value: unknown, issues: readonly z.core.$ZodIssue[]): SoundPart | undefined {
  const copy: unknown = structuredClone(value);
  const dropped = new Map<string, { readonly list: unknown[]; readonly indexes: Set<number> }>();
  for (const issue of issues) {
    const path = stepsOf(issue.path);
    // A key that is only misspelt leaves its entry without what it means; judging that would repeat the mistake.
    const misspelt =
      issue.code === "unrecognized_keys" &&
      entryOf(path) !== undefined &&
      issue.keys.some((key) => nearest(key, issue.message.split(" ")) !== undefined);
    if (issue.code === "unrecognized_keys" && !misspelt) {
      const holder = valueAt(copy, path);
      if (holder !== null && typeof holder === "object")
        for (const key of issue.keys) Reflect.deleteProperty(holder, key);
      continue;
    }
    if (path.length === 1 && path[0] === "version") {
      if (copy !== null && typeof copy === "object") Reflect.set(copy, "version", 1);
      continue;
    }
    const entry = entryOf(path);
    const last = entry?.at(-1);
    if (entry === undefined || last === undefined) return undefined;
    const holder = valueAt(copy, entry.slice(0, -1));
    if (Array.isArray(holder) && typeof last === "number") {
      const list = pathText(entry.slice(0, -1));
      const drops = dropped.get(list) ?? { list: holder, indexes: new Set() };
      drops.indexes.add(last);
      dropped.set(list, drops);
    } else if (holder !== null && typeof holder === "object") Reflect.deleteProperty(holder, last);
  }
  const originals = new Map<string, number[]>();
  for (const [path, { list, indexes }] of dropped) {
    const kept = list.map((_, i) => i).filter((i) => !indexes.has(i));
    originals.set(path, kept);
    const entries = kept.map((i) => list[i]);
    list.splice(0, list.length, ...entries);
  }
  return { value: copy, originalIndex: (path, index) => originals.get(pathText(path))?.[index] ?? index };
}

/** Undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: SourcePath): unknown {
  let here = value;
  for (const step of path) {
    if (here === null || typeof here !== "object") return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}
