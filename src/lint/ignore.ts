/** `lint.ignore`: takes out the findings that are meant, one by one, and says which entries have nothing left to take out. */

import type { Config, LintIgnore } from "../config/config.ts";
import { nearest } from "../config/suggestion.ts";
import { displayName } from "../route53/names.ts";
import type { Hit } from "./finding.ts";
import { LINT_DEFINITIONS } from "./registry.ts";
import { ignoreFinding } from "./rules/ignores.ts";

export interface Ignored {
  readonly hit: Hit;
  readonly reason: string;
}

export interface Sifted {
  readonly kept: readonly Hit[];
  readonly ignored: readonly Ignored[];
}

/** What `at` may say for a subject: it as it is, without the zone's name, and without the answer or the type at its end. */
function namedBy(at: string, subject: string, zones: readonly string[]): boolean {
  const wanted = at.trim().replace(/\s+/g, " ").toLowerCase();
  const full = subject.toLowerCase();
  return [full, ...zones.flatMap((zone) => withoutZone(full, zone))].some(
    (one) => one === wanted || one.startsWith(`${wanted} `),
  );
}

function withoutZone(subject: string, zone: string): string[] {
  const [name = "", ...rest] = subject.split(" ");
  if (name === zone) return [["@", ...rest].join(" ")];
  return name.endsWith(`.${zone}`) ? [[name.slice(0, -zone.length - 1), ...rest].join(" ")] : [];
}

export function sift(hits: readonly Hit[], { lintIgnores, zones }: Pick<Config, "lintIgnores" | "zones">): Sifted {
  const zoneNames = zones.map(({ name }) => displayName(name));
  const used = new Set<LintIgnore>();
  const kept: Hit[] = [];
  const ignored: Ignored[] = [];
  for (const hit of hits) {
    const entries = lintIgnores.filter(
      ({ code, at }) => code === hit.finding.code && namedBy(at, hit.subject, zoneNames),
    );
    for (const entry of entries) used.add(entry);
    const [first] = entries;
    if (first === undefined) kept.push(hit);
    else ignored.push({ hit, reason: first.reason });
  }
  for (const entry of lintIgnores) {
    if (!used.has(entry)) kept.push(idleEntry(entry, hits));
  }
  return { kept, ignored };
}

function idleEntry({ code, at, path }: LintIgnore, hits: readonly Hit[]): Hit {
  if (!LINT_DEFINITIONS.has(code)) {
    const near = nearest(code, LINT_DEFINITIONS.keys());
    return {
      finding: ignoreFinding("ignore.unknown-code", {
        code,
        remedy:
          near === undefined
            ? "Take the code from the finding itself; docs/reference/lint.md has all."
            : `Did you mean ${near}?`,
      }),
      subject: `ignore ${code} ${at}`,
      path: [...path, "code"],
    };
  }
  const elsewhere = hits.filter(({ finding }) => finding.code === code).map(({ subject }) => subject);
  return {
    finding: ignoreFinding("ignore.matches-nothing", {
      code,
      at,
      remedy:
        elsewhere.length === 0
          ? "Leave the entry out."
          : `Leave the entry out, or write one of: ${elsewhere.join(", ")}.`,
    }),
    subject: `ignore ${code} ${at}`,
    path: [...path, "at"],
  };
}
