/** Every routed name of a zone against every failure of a single health check: what the answers become. Pure. */

import { TYPE, typeName } from "../dns/types.ts";
import { displayName } from "../route53/names.ts";
import { type OddsContext, type Prospect, prospectOf } from "../routing/odds.ts";
import { looksAtClient } from "../routing/reach.ts";
import type { RoutingNode } from "../routing/tree.ts";
import type { AskingClient } from "./clients.ts";
import {
  EXPLAIN_FORMAT,
  type MatrixCell,
  type MatrixEffect,
  type MatrixExplanation,
  type MatrixRow,
  type PossibleAnswer,
} from "./explanation.ts";
import { possibleAnswers, type Question, type Visit, visit } from "./question.ts";
import { contextIn, headOf, healthIn, reachIn, type Scene, withChildren } from "./scene.ts";
import { worldClients } from "./world.ts";

interface Outlook {
  readonly answers: readonly PossibleAnswer[];
  readonly allUnhealthy: boolean;
}

/** Whether a policy that somebody may come to had nothing healthy to choose from. */
function fellBack(prospect: Prospect): boolean {
  if (prospect.kind === "alias") return prospect.next !== undefined && fellBack(prospect.next);
  if (prospect.kind !== "policy") return false;
  return prospect.step.noneHealthy || prospect.ways.some(({ share, next }) => share.numerator > 0n && fellBack(next));
}

function anyFellBack({ lookup, onward }: Visit, context: OddsContext): boolean {
  if (lookup.state !== "hit" && lookup.state !== "follow") return false;
  return fellBack(prospectOf(lookup.tree, context)) || [...onward.values()].some((next) => anyFellBack(next, context));
}

function outlook(scene: Scene, question: Question, context: OddsContext): Outlook {
  const start = visit(scene.zone, question, context);
  return { answers: possibleAnswers(start, question, context), allUnhealthy: anyFellBack(start, context) };
}

/** Names whose answers somebody or something chooses: by policy, or behind an alias or check. */
function routedNames(scene: Scene): { readonly question: Question; readonly tree: RoutingNode }[] {
  const routed: { readonly question: Question; readonly tree: RoutingNode }[] = [];
  for (const { name, sets } of scene.zone.nodes.values()) {
    for (const [type, tree] of sets) {
      const question = { name, type };
      const { policies, healthChecks } = reachIn(scene, question);
      if (healthChecks.size > 0 || policies.some(({ kind }) => kind !== "simple")) routed.push({ question, tree });
    }
  }
  const text = ({ name, type }: Question) => `${displayName(name)} ${typeName(type)}`;
  return routed.sort((a, b) => (text(a.question) < text(b.question) ? -1 : 1));
}

function policyOf(tree: RoutingNode, { type }: Question): MatrixRow["policy"] {
  if (tree.kind === "records" || tree.kind === "alias") return tree.kind === "alias" ? "alias" : "simple";
  if (tree.kind !== "simple") return tree.kind;
  if (tree.branches.some(({ next }) => next.kind === "alias")) return "alias";
  return type === TYPE.CNAME ? "cname" : "simple";
}

function effectsOf(
  clients: readonly { readonly text: string; readonly before: Outlook; readonly after: Outlook }[],
): MatrixEffect[] {
  const byEffect = new Map<string, { readonly effect: Omit<MatrixEffect, "clients">; readonly texts: string[] }>();
  for (const { text, before, after } of clients) {
    const same = JSON.stringify(before.answers) === JSON.stringify(after.answers);
    if (same && (before.allUnhealthy || !after.allUnhealthy)) continue;
    const effect = { before: before.answers, after: after.answers, allUnhealthy: after.allUnhealthy };
    const key = JSON.stringify(effect);
    const known = byEffect.get(key);
    if (known === undefined) byEffect.set(key, { effect, texts: [text] });
    else known.texts.push(text);
  }
  return [...byEffect.values()].map(({ effect, texts }) => ({
    clients: texts.length === clients.length ? [] : texts,
    ...effect,
  }));
}

/** For this client; without one, for everybody whom the policies tell apart. `type` is the only one that is looked at. */
export function explainMatrix(
  scene: Scene,
  options: { readonly asking?: AskingClient | undefined; readonly type?: number | undefined } = {},
): MatrixExplanation {
  const now = healthIn(scene);
  const failing = new Map([...now.keys()].map((id) => [id, healthIn(scene, [id])]));
  const involved = new Set<string>();
  const singlePoints: MatrixExplanation["singlePoints"][number][] = [];
  const rows = routedNames(scene)
    .filter(({ question }) => options.type === undefined || question.type === options.type)
    .map(({ question, tree }): MatrixRow => {
      const reach = reachIn(scene, question);
      const asked =
        options.asking === undefined
          ? worldClients(scene, reach).map(({ code, asking }) => ({ text: code, asking }))
          : [{ text: options.asking.shown.text, asking: options.asking }];
      const told = reach.policies.some(looksAtClient) ? asked : asked.slice(-1);
      const before = told.map(({ asking, text }) => ({
        text,
        client: asking.client,
        before: outlook(scene, question, contextIn(scene, now, asking.client)),
      }));
      const checks = [...withChildren(scene.source.healthChecks, reach.healthChecks)].filter((id) => failing.has(id));
      const cells = checks.map((id): MatrixCell => {
        involved.add(id);
        const judged = failing.get(id) ?? now;
        const effects = effectsOf(
          before.map(({ client, ...one }) => ({
            ...one,
            after: outlook(scene, question, contextIn(scene, judged, client)),
          })),
        );
        const name = now.get(id)?.name;
        if (effects.some(({ allUnhealthy }) => allUnhealthy)) {
          singlePoints.push({ name: displayName(question.name), type: typeName(question.type), check: name ?? id });
        }
        return { check: { id, ...(name === undefined ? {} : { name }) }, effects };
      });
      return {
        name: displayName(question.name),
        type: typeName(question.type),
        policy: policyOf(tree, question),
        clients: told.length,
        cells: cells.sort((a, b) => ((a.check.name ?? a.check.id) < (b.check.name ?? b.check.id) ? -1 : 1)),
      };
    });
  const client = options.asking === undefined ? {} : { client: options.asking.shown };
  return { format: EXPLAIN_FORMAT, kind: "matrix", ...headOf(scene, involved), ...client, rows, singlePoints };
}
