/** Questions put to small set-up files, as `r53kit explain --planned` does. */

import { readConfig } from "../../../src/config/load.ts";
import { typeNumber } from "../../../src/dns/types.ts";
import { percentText } from "../../../src/explain/chance.ts";
import { type ClientChoice, readClient } from "../../../src/explain/clients.ts";
import { explainQuestion } from "../../../src/explain/explain.ts";
import type { Explanation, PossibleAnswer } from "../../../src/explain/explanation.ts";
import { sourceFromConfig } from "../../../src/explain/from-config.ts";
import { findChecks } from "../../../src/explain/health.ts";
import type { Question } from "../../../src/explain/question.ts";
import { type Geography, type Scene, sceneOf } from "../../../src/explain/scene.ts";
import { answerText } from "../../../src/explain/words.ts";
import { domainName } from "../../../src/route53/names.ts";
import { locateInTable } from "../../../src/routing/client-locations.ts";
import { greatCircleLatency } from "../../../src/routing/latency.ts";

export const GEOGRAPHY: Geography = { locate: locateInTable, latencyMs: greatCircleLatency, measured: false };

export function questionOf(name: string, type = "A"): Question {
  return { name: domainName(name), type: typeNumber(type) ?? 0 };
}

/** `text` is what follows `version: 1`. */
export function plannedScene(text: string, question: Question, down: readonly string[] = []): Scene {
  const { config } = readConfig("r53kit.yaml", `version: 1\n${text}`);
  const source = sourceFromConfig(config, question, undefined);
  return sceneOf(source, GEOGRAPHY, findChecks(source.healthChecks, down));
}

export interface Asking extends ClientChoice {
  readonly type?: string;
  readonly down?: readonly string[];
}

export function explainPlanned(text: string, name: string, { type, down, ...choice }: Asking = {}): Explanation {
  const question = questionOf(name, type);
  return explainQuestion(plannedScene(text, question, down), question, readClient(choice, GEOGRAPHY.locate));
}

/** Each answer's text with its exact probability. */
export function oddsText(answers: readonly PossibleAnswer[]): Record<string, string> {
  return Object.fromEntries(answers.map((one) => [answerText(one), one.probability.fraction]));
}

export function percents(answers: readonly PossibleAnswer[]): Record<string, string> {
  return Object.fromEntries(answers.map((one) => [answerText(one), percentText(one.probability)]));
}
