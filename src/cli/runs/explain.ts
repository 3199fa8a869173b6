/** What `r53kit explain` does: reads the wishes, reads the account or the file, explains, shows. */

import { loadConfig } from "../../config/load.ts";
import { TYPE, typeNumber } from "../../dns/types.ts";
import { Failure } from "../../errors.ts";
import { type ClientChoice, readClient } from "../../explain/clients.ts";
import { explainQuestion } from "../../explain/explain.ts";
import type { Explanation, MatrixExplanation, WorldExplanation } from "../../explain/explanation.ts";
import { sourceFromAccount } from "../../explain/from-account.ts";
import { sourceFromConfig } from "../../explain/from-config.ts";
import { findChecks } from "../../explain/health.ts";
import { explainMatrix } from "../../explain/matrix.ts";
import type { Question } from "../../explain/question.ts";
import { type Geography, type Scene, sceneOf } from "../../explain/scene.ts";
import type { Source } from "../../explain/source.ts";
import { explainWorld } from "../../explain/world.ts";
import { openGeography } from "../../geo/geography.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { runningBackend } from "../../local/daemon-run-file.ts";
import { geographyFiles } from "../../local/geography-files.ts";
import { renderExplanation } from "../../render/explain/explanation.ts";
import { renderMatrix } from "../../render/explain/matrix.ts";
import { renderWorld } from "../../render/explain/world.ts";
import type { ExplainOptions } from "../commands/explain.ts";
import { explicitBackend } from "../connect.ts";
import type { CommandContext } from "../context.ts";
import { readDomainName } from "../domain-name.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

function usage(code: string, message: string, next: string): Failure {
  return new Failure({ kind: "usage", code, message, next });
}

/** Types that are no record sets. */
const NOT_EXPLAINABLE: readonly number[] = [TYPE.OPT, TYPE.TKEY, TYPE.TSIG, TYPE.IXFR, TYPE.AXFR];

function readType(text: string): number {
  const type = typeNumber(text);
  if (type !== undefined && type > 0 && !NOT_EXPLAINABLE.includes(type)) return type;
  throw usage("explain.type", `'${text}' is no record type to explain`, "give a type such as A, AAAA, MX or TXT");
}

function checkOptions({ world, matrix, from, subnet, region }: ExplainOptions): void {
  if (world && matrix) throw usage("explain.two-tables", "--world and --matrix are two tables", "ask for one of them");
  if (world && (from ?? subnet ?? region) !== undefined) {
    throw usage("explain.world-client", "--world shows everybody's answers", "leave --from, --subnet and --region out");
  }
}

/** As the local backend has it where that is what is explained, so that both say the same of a client. */
async function geographyOf(context: CommandContext, options: ExplainOptions): Promise<Geography> {
  const { env } = context.host;
  const given = geographyFiles(env, options);
  const local =
    options.planned || explicitBackend(context.options, env) === "aws" ? undefined : runningBackend(daemonHome(env));
  const geoDatabase = given.geoDatabase ?? local?.settings.geoDatabase;
  const latencyMatrix = given.latencyMatrix ?? local?.settings.latencyMatrix;
  const opened = await openGeography({ geoDatabase, latencyMatrix }, (error) =>
    context.note(`where clients are could not be read: ${error instanceof Error ? error.message : String(error)}`),
  );
  return { ...opened, measured: latencyMatrix !== undefined };
}

async function readSource(context: CommandContext, options: ExplainOptions, question: Question): Promise<Source> {
  if (options.planned) return sourceFromConfig(loadConfig(context.options.config).config, question, options.zone);
  const backend = await context.connect();
  try {
    const { zone: zoneId, matrix: wholeZone = false } = options;
    return await sourceFromAccount(backend, { question, zoneId, wholeZone, signal: context.signal });
  } finally {
    backend.close();
  }
}

type Explained = Explanation | WorldExplanation | MatrixExplanation;

function explain(scene: Scene, question: Question, options: ExplainOptions, typed: boolean): Explained {
  if (options.world) return explainWorld(scene, question);
  const { from, subnet, region } = options;
  const choice: ClientChoice = { from, subnet, region };
  const asking = readClient(choice, scene.geography.locate);
  if (!options.matrix) return explainQuestion(scene, question, asking);
  const anybody = from === undefined && subnet === undefined && region === undefined;
  return explainMatrix(scene, { asking: anybody ? undefined : asking, type: typed ? question.type : undefined });
}

export async function runExplain(
  context: CommandContext,
  [nameText = "", typeText]: readonly string[],
  options: ExplainOptions,
): Promise<ExitCode> {
  checkOptions(options);
  const question: Question = { name: readDomainName(nameText, "explain.name"), type: readType(typeText ?? "A") };
  const geography = await geographyOf(context, options);
  // A wrong place is told before anything is asked.
  readClient(options, geography.locate);
  const source = await readSource(context, options, question);
  const down = (options.down ?? []).flatMap((one) => one.split(",")).map((name) => name.trim());
  const scene = sceneOf(source, geography, findChecks(source.healthChecks, down));
  const explained = explain(scene, question, options, typeText !== undefined);
  const look = { color: context.color.stdout };
  context.result(explained, () => {
    switch (explained.kind) {
      case "answer":
        return renderExplanation(explained, look);
      case "world":
        return renderWorld(explained, look);
      case "matrix":
        return renderMatrix(explained, look);
    }
  });
  return EXIT.ok;
}
