/** Explains one question: the decision path as a tree and in words, and every answer with its exact probability. Pure. */

import { typeName } from "../dns/types.ts";
import { displayName } from "../route53/names.ts";
import type { Fraction } from "../routing/fraction.ts";
import { type OddsContext, type Prospect, prospectOf } from "../routing/odds.ts";
import { looksAtClient } from "../routing/reach.ts";
import type { ConsideredBranch, HealthCause, PolicyStep } from "../routing/reason.ts";
import { originText, stepSentence } from "../routing/sentences.ts";
import { chanceOf, percentText } from "./chance.ts";
import { type AskingClient, NOBODY } from "./clients.ts";
import {
  EXPLAIN_FORMAT,
  type Explanation,
  type LookupStep,
  type ShownHealthCause,
  type ShownNode,
} from "./explanation.ts";
import type { JudgedChecks } from "./health.ts";
import { delegatedServers, possibleAnswers, type Question, type Visit, visit } from "./question.ts";
import { contextIn, headOf, healthIn, reachIn, type Scene } from "./scene.ts";
import { answerSentence, lookupSentence } from "./words.ts";

/** `primary (0123-...)`: sentences name a check as people and Route 53 do. */
function checkText(id: string, health: JudgedChecks): string {
  const name = health.get(id)?.name;
  return name === undefined || name === id ? id : name;
}

function shownCause(cause: HealthCause, health: JudgedChecks): ShownHealthCause {
  if (cause.kind === "target") return cause;
  const { healthCheckId: id, healthy } = cause;
  const name = health.get(id)?.name;
  return { kind: "check", id, ...(name === undefined ? {} : { name }), healthy };
}

function shownNode(prospect: Prospect, health: JudgedChecks): ShownNode {
  switch (prospect.kind) {
    case "records":
      return { kind: "records", ttlSeconds: prospect.leaf.ttlSeconds, values: prospect.leaf.values };
    case "alias": {
      const { alias, found, next } = prospect;
      const target = displayName(alias.target);
      const shown = next === undefined ? {} : { next: shownNode(next, health) };
      return { kind: "alias", target, type: alias.type, found, ...shown };
    }
    case "again":
      return { kind: "again", of: originText(prospect.node.origin) };
    case "unvisited":
      return { kind: "unvisited", of: originText(prospect.node.origin), policy: prospect.node.kind };
    case "policy": {
      const { step, ways } = prospect;
      return {
        kind: "policy",
        policy: step.policy,
        of: originText(step.origin),
        why: step.why,
        noneHealthy: step.noneHealthy,
        branches: ways.flatMap(({ share, next }, index) => {
          const considered = step.considered[index];
          if (considered === undefined) return [];
          const { label, criterion, healthy, healthCauses, chosen } = considered;
          return {
            label,
            criterion,
            healthy,
            healthCauses: healthCauses.map((cause) => shownCause(cause, health)),
            chosen,
            share: chanceOf(share),
            next: shownNode(next, health),
          };
        }),
      };
    }
  }
}

function withCheckNames(step: PolicyStep, health: JudgedChecks): PolicyStep {
  const named = (cause: HealthCause): HealthCause =>
    cause.kind === "check" ? { ...cause, healthCheckId: checkText(cause.healthCheckId, health) } : cause;
  const considered = step.considered.map((one) => ({ ...one, healthCauses: one.healthCauses.map(named) }));
  return { ...step, considered };
}

/** One sentence a policy and alias, from the name that was asked downwards. */
function* treeSentences(prospect: Prospect, health: JudgedChecks): Generator<string> {
  if (prospect.kind === "alias") {
    const { alias, found, next } = prospect;
    yield stepSentence({ kind: "alias", alias, found });
    if (next !== undefined) yield* treeSentences(next, health);
  } else if (prospect.kind === "policy") {
    const { step, ways } = prospect;
    const shares = new Map<ConsideredBranch, Fraction>();
    const named = withCheckNames(step, health);
    for (const [index, { share }] of ways.entries()) {
      const considered = named.considered[index];
      if (considered !== undefined) shares.set(considered, share);
    }
    yield stepSentence(named, (branch) => {
      const share = shares.get(branch);
      return share === undefined || share.numerator === share.denominator ? undefined : percentText(chanceOf(share));
    });
    for (const { next, share } of ways) if (share.numerator > 0n) yield* treeSentences(next, health);
  }
}

function shownLookup(at: Visit, context: OddsContext, health: JudgedChecks): LookupStep {
  const { lookup } = at;
  const name = displayName(at.name);
  switch (lookup.state) {
    case "hit": {
      const tree = shownNode(prospectOf(lookup.tree, context), health);
      return { state: "hit", name, type: typeName(lookup.type), owner: displayName(lookup.node.name), tree };
    }
    case "follow":
      return {
        state: "follow",
        name,
        owner: displayName(lookup.node.name),
        tree: shownNode(prospectOf(lookup.tree, context), health),
        targets: [...at.onward].map(([target, next]) => ({
          target: displayName(target),
          next: shownLookup(next, context, health),
        })),
      };
    case "no-data": {
      const { node } = lookup;
      const types = [...node.sets.keys()].map(typeName).sort();
      return { state: "no-data", name, owner: displayName(node.name), types };
    }
    case "delegation": {
      const { cut } = lookup;
      return { state: "delegation", name, cut: displayName(cut.name), nameServers: delegatedServers(cut) };
    }
    case "name-error":
    case "outside":
    case "chain-ends":
      return { state: lookup.state, name };
  }
}

function* lookupSentences(
  at: Visit,
  shown: LookupStep,
  parts: { readonly zone: string; readonly context: OddsContext; readonly health: JudgedChecks },
): Generator<string> {
  const { lookup } = at;
  const { context, health, zone } = parts;
  const tree = lookup.state === "hit" || lookup.state === "follow" ? lookup.tree : undefined;
  const sentence = lookupSentence(shown, zone);
  // A wildcard is found before its policy is asked, a CNAME's target after.
  if (sentence !== undefined && shown.state !== "follow") yield sentence;
  if ((shown.state === "hit" || shown.state === "follow") && shown.tree.kind !== "policy") {
    const type = shown.state === "hit" ? shown.type : "CNAME";
    yield `${shown.name} ${type} has one answer for everybody: the endpoint that its traffic policy starts with.`;
  }
  if (tree !== undefined && !(shown.state === "follow" && isPlain(shown.tree))) {
    yield* treeSentences(prospectOf(tree, context), health);
  }
  if (sentence !== undefined && shown.state === "follow") yield sentence;
  if (shown.state !== "follow") return;
  for (const [index, next] of [...at.onward.values()].entries()) {
    const then = shown.targets[index]?.next;
    if (then !== undefined) yield* lookupSentences(next, then, parts);
  }
}

/** One record set without a choice: there is nothing to say about the way to it. */
function isPlain(node: ShownNode): boolean {
  return (
    node.kind === "policy" && node.policy === "simple" && node.branches.every(({ next }) => next.kind === "records")
  );
}

export function explainQuestion(scene: Scene, question: Question, asking: AskingClient): Explanation {
  const health = healthIn(scene);
  // In a private zone nobody's address counts, nor where it is.
  const ofAddress = scene.zone.isPrivate && asking.shown.subnet !== undefined;
  const context = contextIn(scene, health, (ofAddress ? NOBODY : asking).client);
  const start = visit(scene.zone, question, context);
  const reach = reachIn(scene, question);
  const head = headOf(scene, reach.healthChecks);
  const lookup = shownLookup(start, context, health);
  const answers = possibleAnswers(start, question, context);
  const dependsOnClient = reach.policies.some(looksAtClient);
  const zone = displayName(scene.zone.name);
  return {
    format: EXPLAIN_FORMAT,
    kind: "answer",
    question: { name: displayName(question.name), type: typeName(question.type) },
    ...head,
    notes: [...head.notes, ...clientNotes(scene, asking, reach.policies)],
    client: asking.shown,
    dependsOnClient,
    lookup,
    answers,
    sentences: [...lookupSentences(start, lookup, { zone, context, health }), answerSentence(answers)],
  };
}

function clientNotes(
  { zone, geography }: Scene,
  { client, shown }: AskingClient,
  policies: readonly { readonly kind: Parameters<typeof looksAtClient>[0]["kind"] }[],
): string[] {
  const notes: string[] = [];
  const kinds = new Set(policies.map(({ kind }) => kind));
  if (!policies.some(looksAtClient)) return notes;
  const isPlaced = client.location !== undefined && !(zone.isPrivate && shown.subnet !== undefined);
  if (zone.isPrivate && !isPlaced) {
    notes.push(
      "In a private zone Route 53 goes by the Region of the VPC that asks, not by the client's subnet: say which with --region.",
    );
  } else if (!isPlaced) {
    notes.push(
      "Nothing says where the client is: only default locations hold it, and distances count from us-east-1. Say who asks with --from, --subnet or --region, or see everybody with --world.",
    );
  }
  if (kinds.has("cidr") && zone.isPrivate) {
    notes.push("AWS does not support IP-based routing in private zones; here the location is *.");
  } else if (kinds.has("cidr") && client.subnet.prefixLength === 0) {
    notes.push(
      "IP-based routing looks at the client's address, which only --subnet gives: without it the location is *.",
    );
  }
  if (kinds.has("latency") && !geography.measured) {
    notes.push("AWS measures latency; here it is worked out from distances (a latency matrix can take its place).");
  }
  return notes;
}
