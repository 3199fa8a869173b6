/** Answers and lookups in words; no layout. What comes from record sets is as they have it: strip it before a terminal. */

import { percentText } from "./chance.ts";
import type { AnswerContent, LookupStep, PossibleAnswer } from "./explanation.ts";

function contentText(content: AnswerContent): string {
  switch (content.kind) {
    case "records":
      return content.values.length === 0 ? "no data" : content.values.join(", ");
    case "sample":
      return `${content.size} of ${content.values.map(({ value }) => value).join(", ")}`;
    case "elsewhere":
      return `whatever ${content.target} has`;
    case "nothing":
      return {
        "no-data": "no data",
        "name-error": "NXDOMAIN",
        "no-match": "no data (no place matches)",
        "alias-loop": "no data (the aliases lead in a circle)",
      }[content.why];
    case "referral":
      return `a referral to ${content.nameServers.join(", ")}`;
    case "cname":
      return `the CNAME ${content.target} alone`;
    case "uncounted":
      return "more combinations than are counted";
  }
}

/** e.g. `192.0.2.1, 192.0.2.2`, `www.example.com: 192.0.2.1` through a CNAME. */
export function answerText({ chain, content }: Pick<PossibleAnswer, "chain" | "content">): string {
  const links = content.kind === "cname" ? chain.slice(0, -1) : chain;
  const through = links.map(({ target }) => `${target}: `).join("");
  return `${through}${contentText(content)}`;
}

/** e.g. `192.0.2.1`, or `192.0.2.1 80 %, 192.0.2.2 20 %`. */
export function answersText(answers: readonly PossibleAnswer[]): string {
  const [only, ...others] = answers;
  if (only !== undefined && others.length === 0) return answerText(only);
  return answers.map((one) => `${answerText(one)} ${percentText(one.probability)}`).join(" | ");
}

/** What the zone says about one name, before any policy. */
export function lookupSentence(step: LookupStep, zone: string): string | undefined {
  switch (step.state) {
    case "hit":
      return step.owner === step.name ? undefined : wildcardSentence(step);
    case "follow": {
      const [only, ...others] = step.targets;
      const targets = step.targets.map(({ target }) => target).join(" or ");
      const wild = step.owner === step.name ? "" : `${wildcardSentence(step)} `;
      if (only === undefined) return `${wild}${step.name} has a CNAME that leads nowhere.`;
      return `${wild}${step.name} is a CNAME for ${targets}, which ${others.length === 0 ? "is" : "are"} asked for next.`;
    }
    case "no-data": {
      if (step.types.length === 0) {
        return `${step.owner} has no records itself, only names below it: NOERROR without data.`;
      }
      const wild = step.owner === step.name ? "" : `${wildcardSentence(step)} `;
      return `${wild}${step.owner} has ${step.types.join(", ")}, but not what is asked for: NOERROR without data.`;
    }
    case "name-error":
      return `There is no ${step.name} in ${zone}, and no wildcard that covers it: NXDOMAIN.`;
    case "delegation":
      return `${step.cut} is delegated to ${step.nameServers.join(", ")}: the name servers of ${zone} answer with a referral.`;
    case "outside":
      return `${step.name} is not in ${zone}: the answer ends with the CNAME, and a resolver asks for ${step.name} by itself.`;
    case "chain-ends":
      return `The CNAMEs lead back to ${step.name}, or are too many in a row: the answer ends there.`;
  }
}

function wildcardSentence({ name, owner }: { readonly name: string; readonly owner: string }): string {
  return `${name} is not there itself: the wildcard ${owner} answers for it.`;
}

/** More answers than these are counted in words, not named. */
const MOST_NAMED = 6;

export function answerSentence(answers: readonly PossibleAnswer[]): string {
  const [only, ...others] = answers;
  if (only === undefined) return "There is no answer.";
  if (others.length === 0) {
    // Names of servers end in a dot of their own.
    const text = answerText(only);
    return `The answer is ${text}${text.endsWith(".") ? "" : "."}`;
  }
  const named = answers.slice(0, MOST_NAMED).map((one) => `${answerText(one)} (${percentText(one.probability)})`);
  const more = answers.length - named.length;
  return `The answer is ${named.join(" or ")}${more > 0 ? `, or one of ${more} others` : ""}.`;
}
