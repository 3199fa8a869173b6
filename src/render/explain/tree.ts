/** A decision as a tree: every record set that was considered, why, and what is behind those that may answer. */

import { percentText } from "../../explain/chance.ts";
import type { LookupStep, ShownBranch, ShownNode } from "../../explain/explanation.ts";
import { criterionText } from "../../routing/sentences.ts";
import { type Look, paintOf } from "../paint.ts";
import { safeText } from "../safe-text.ts";

/** A line with those that hang from it; cells line up among the lines of one parent. */
interface Twig {
  readonly cells: readonly string[];
  readonly twigs: readonly Twig[];
  /** How wide each cell looks; colours are not counted. */
  readonly widths: readonly number[];
}

interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

function twig(cells: readonly Cell[], twigs: readonly Twig[]): Twig {
  return {
    cells: cells.map(({ text, paint }) => (paint === undefined || text === "" ? text : paint(text))),
    widths: cells.map(({ text }) => text.length),
    twigs,
  };
}

function healthText({ healthy, healthCauses }: ShownBranch): string {
  if (healthCauses.length === 0) return "no health check";
  const names = healthCauses
    .filter((cause) => healthy || !cause.healthy)
    .map(({ kind, name, id }) => (kind === "check" ? (name ?? id ?? "") : "its target"));
  return `${healthy ? "healthy" : "unhealthy"}: ${safeText(names.join(", "))}`;
}

function recordsText({ values, ttlSeconds }: Extract<ShownNode, { kind: "records" }>): string {
  return `${safeText(values.join(", "))}  TTL ${ttlSeconds}`;
}

/** What a branch leads to, in a few words; its tree hangs below. */
function leadsText(next: ShownNode): string {
  switch (next.kind) {
    case "records":
      return recordsText(next);
    case "alias":
      return `alias of ${safeText(next.target)} ${next.type}${next.found ? "" : ", in no zone here"}`;
    case "policy":
      return `${safeText(next.of)}`;
    case "again":
      return `${safeText(next.of)}, as above`;
    case "unvisited":
      return `${safeText(next.of)}, ${next.policy}`;
  }
}

const NOTHING: readonly Twig[] = [];

function branchTwig(branch: ShownBranch, look: Look): Twig {
  const paint = paintOf(look);
  const { chosen, healthy, label, next, share } = branch;
  const dim = chosen ? undefined : paint.dim;
  const plain = (text: string): Cell => ({ text, ...(dim === undefined ? {} : { paint: dim }) });
  const below = next.kind === "alias" ? next.next : next.kind === "policy" ? next : undefined;
  return twig(
    [
      chosen
        ? { text: "●", paint: paint.green }
        : healthy
          ? { text: "○", paint: paint.dim }
          : { text: "✗", paint: paint.red },
      { text: safeText(label), paint: chosen ? paint.bold : paint.dim },
      plain(chosen ? percentText(share) : ""),
      plain(safeText(criterionText(branch.criterion) ?? "")),
      { text: healthText(branch), paint: healthy ? paint.dim : paint.red },
      plain(`→ ${leadsText(next)}`),
    ],
    below === undefined ? NOTHING : nodeTwigs(below, look),
  );
}

function policyHead(node: Extract<ShownNode, { kind: "policy" }>, look: Look): Cell[] {
  const paint = paintOf(look);
  const fallback = node.noneHealthy ? "  nothing is healthy, so everything counts as healthy" : "";
  return [{ text: `${safeText(node.of)}  ${node.policy}` }, { text: fallback.trim(), paint: paint.yellow }];
}

/** What a name has without any choice: one line, below which aliases open. */
function singleTwig(of: string, next: ShownNode, checked: readonly Cell[], look: Look): Twig {
  const below = next.kind === "alias" && next.next !== undefined ? nodeTwigs(next.next, look) : NOTHING;
  return twig([{ text: `${safeText(of)}  →  ${leadsText(next)}` }, ...checked], below);
}

function nodeTwigs(node: ShownNode, look: Look): Twig[] {
  if (node.kind !== "policy") return [twig([{ text: leadsText(node) }], NOTHING)];
  const [only, ...others] = node.branches;
  if (node.policy === "simple" && only !== undefined && others.length === 0) {
    const checked: Cell[] =
      only.healthCauses.length === 0 ? [] : [{ text: healthText(only), paint: paintOf(look).dim }];
    return [singleTwig(node.of, only.next, checked, look)];
  }
  return [
    twig(
      policyHead(node, look),
      node.branches.map((branch) => branchTwig(branch, look)),
    ),
  ];
}

/** A traffic policy may start with an endpoint, which does not say what it is of. */
function rootTwigs(of: string, tree: ShownNode, look: Look): Twig[] {
  return tree.kind === "policy" ? nodeTwigs(tree, look) : [singleTwig(of, tree, [], look)];
}

function stepTwigs(step: LookupStep, look: Look): Twig[] {
  const paint = paintOf(look);
  const single = (text: string): Twig[] => [twig([{ text: safeText(text), paint: paint.yellow }], NOTHING)];
  switch (step.state) {
    case "hit":
      return rootTwigs(`${step.name} ${step.type}`, step.tree, look);
    case "follow": {
      const onward = step.targets.flatMap(({ next }) => stepTwigs(next, look));
      return rootTwigs(`${step.name} CNAME`, step.tree, look).map((one) => ({
        ...one,
        twigs: [...one.twigs, ...onward],
      }));
    }
    case "no-data":
      return single(`${step.owner} has ${step.types.join(", ") || "no records, only names below it"}`);
    case "name-error":
      return single(`${step.name} is not there`);
    case "delegation":
      return single(`${step.cut} is delegated to ${step.nameServers.join(", ")}`);
    case "outside":
      return single(`${step.name} is asked for elsewhere`);
    case "chain-ends":
      return single(`${step.name} again: the CNAMEs end here`);
  }
}

function* twigLines(twigs: readonly Twig[], indent: string, rooted: boolean): Generator<string> {
  const columns = Math.max(0, ...twigs.map(({ widths }) => widths.length));
  const widest = Array.from({ length: columns }, (_, column) =>
    Math.max(...twigs.map(({ widths }) => widths[column] ?? 0)),
  );
  for (const [index, { cells, widths, twigs: below }] of twigs.entries()) {
    const last = index === twigs.length - 1;
    const line = cells
      .map((cell, column) => cell + " ".repeat((widest[column] ?? 0) - (widths[column] ?? 0)))
      .filter((_, column) => widest[column] !== 0)
      .join("  ")
      .trimEnd();
    yield `${indent}${rooted ? (last ? "└─ " : "├─ ") : ""}${line}`;
    yield* twigLines(below, `${indent}${rooted ? (last ? "   " : "│  ") : ""}`, true);
  }
}

export function treeLines(lookup: LookupStep, look: Look): string[] {
  return [...twigLines(stepTwigs(lookup, look), "", false)];
}
