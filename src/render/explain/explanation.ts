/** The explanation of one question as people read it: the tree, the answers with their odds, and the way in words. */

import { percentText } from "../../explain/chance.ts";
import type { Explanation, PossibleAnswer } from "../../explain/explanation.ts";
import { answerText } from "../../explain/words.ts";
import { type Look, paintOf } from "../paint.ts";
import { safeText } from "../safe-text.ts";
import { footLines, originLine } from "./head.ts";
import { treeLines } from "./tree.ts";

/** More answers than these are counted, not listed; `--json` has them all. */
const MOST_ANSWERS = 24;

function ttlText({ content, chain }: PossibleAnswer): string {
  if (content.kind !== "records" && content.kind !== "sample") return "";
  const ttls = new Set([...chain.map(({ ttlSeconds }) => ttlSeconds), content.ttlSeconds]);
  return `  TTL ${[...ttls].join(", ")}`;
}

function answerLines({ answers }: Explanation, look: Look): string[] {
  const paint = paintOf(look);
  const shown = answers.slice(0, MOST_ANSWERS);
  const percents = shown.map(({ probability }) => percentText(probability));
  const width = Math.max(...percents.map((text) => text.length));
  const lines = shown.flatMap((answer, index) => {
    const { content, probability } = answer;
    // A percentage of few digits says it all; of others the fraction is the exact one.
    const exact = Math.abs(probability.value * 1000 - Math.round(probability.value * 1000)) < 1e-9;
    const fraction = exact ? "" : `  (${probability.fraction})`;
    const members =
      content.kind === "sample"
        ? content.values.map((one) => `      ${safeText(one.value)}  in ${percentText(one.probability)} of the answers`)
        : [];
    return [
      `  ${(percents[index] ?? "").padStart(width)}  ${paint.bold(safeText(answerText(answer)))}${paint.dim(`${ttlText(answer)}${fraction}`)}`,
      ...members,
    ];
  });
  const more = answers.length - shown.length;
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}

export function renderExplanation(explained: Explanation, look: Look): string {
  const paint = paintOf(look);
  const { answers, client, dependsOnClient, down, lookup, question, sentences } = explained;
  const [first] = answers;
  const rcode = first !== undefined && answers.every(({ rcode }) => rcode === first.rcode) ? `  ${first.rcode}` : "";
  const asking = dependsOnClient || client.location !== undefined ? `, for ${safeText(client.text)}` : "";
  const without = down.length === 0 ? "" : `, with ${safeText(down.join(", "))} down`;
  return [
    `${paint.bold(`${safeText(question.name)} ${question.type}`)}${asking}${without}`,
    originLine(explained, look),
    "",
    ...treeLines(lookup, look),
    "",
    `${paint.bold(answers.length === 1 ? "Answer" : "Answers")}${paint.dim(rcode)}`,
    ...answerLines(explained, look),
    "",
    paint.bold("In words"),
    ...sentences.map((sentence) => `  ${safeText(sentence)}`),
    ...footLines(explained, look),
  ].join("\n");
}
