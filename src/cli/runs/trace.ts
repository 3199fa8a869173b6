/** What `r53kit trace` does: reads the wishes, chooses the roots, shows the trace as it runs. */

import { readFileSync } from "node:fs";
import { chooseTraceRoots } from "../../backend/trace-roots.ts";
import { systemClock } from "../../clock.ts";
import { exchange, loopbackExchange } from "../../dns/client.ts";
import { parseHints } from "../../dns/hints.ts";
import { type ClientSubnet, parseClientSubnet } from "../../dns/message.ts";
import { TYPE, typeNumber } from "../../dns/types.ts";
import { Failure } from "../../errors.ts";
import { hasProblems } from "../../findings/finding.ts";
import { renderTraceEnd, renderTraceEvent } from "../../render/trace.ts";
import type { DomainName } from "../../route53/names.ts";
import { type TraceRequest, type TraceRoots, trace } from "../../trace/trace.ts";
import type { TraceCommandOptions } from "../commands/trace.ts";
import type { CommandContext } from "../context.ts";
import { readDomainName } from "../domain-name.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

function usage(code: string, message: string, next: string): Failure {
  return new Failure({ kind: "usage", code, message, next });
}

/** Types that are no records: they mean something else in a query. */
const NOT_TRACEABLE: readonly number[] = [TYPE.OPT, TYPE.TKEY, TYPE.TSIG, TYPE.IXFR, TYPE.AXFR];

function readType(text: string): number {
  const type = typeNumber(text);
  if (type !== undefined && type > 0 && !NOT_TRACEABLE.includes(type)) return type;
  throw usage(
    "trace.type",
    `'${text}' is no record type to trace`,
    "give a type such as A, AAAA, MX, TXT, HTTPS or TYPE65",
  );
}

function readNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw usage("trace.option", `'${text}' does not fit ${option}`, `give a whole number from ${least} to ${most}`);
}

function readSubnet(text: string): ClientSubnet {
  const subnet = parseClientSubnet(text);
  if (subnet !== undefined) return subnet;
  throw usage("trace.subnet", `'${text}' is no network`, "give a network such as 198.51.100.0/24 or 2001:db8::/48");
}

function readHintsFile(file: string): TraceRoots["hints"] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure({
      kind: "usage",
      code: "hints.unreadable",
      message: `the hints file cannot be read: ${(error as Error).message}`,
      where: { file },
      next: "give the path of a file in the form of named.root",
      cause: error,
    });
  }
  return parseHints(text, file);
}

function explicitBackend({ options, host }: CommandContext): "local" | "aws" | undefined {
  if (options.backend !== undefined) return options.backend;
  const variable = host.env.R53KIT_BACKEND;
  return variable === "local" || variable === "aws" ? variable : undefined;
}

async function chooseRoots(
  context: CommandContext,
  name: DomainName,
  options: TraceCommandOptions,
): Promise<Pick<TraceRequest, "roots" | "exchange">> {
  const port = options.port === undefined ? undefined : readNumber("--port", options.port, 1, 65_535);
  if (options.hints !== undefined) {
    const label = `the root servers of ${options.hints}`;
    return { roots: { label, hints: readHintsFile(options.hints), port: port ?? 53 }, exchange };
  }
  const chosen = await chooseTraceRoots({ explicitBackend: explicitBackend(context), name, env: context.host.env });
  const label = { local: "the root server of the local backend", public: "the public root servers" }[chosen.source];
  return {
    roots: { label, hints: chosen.hints, port: port ?? chosen.port },
    exchange: chosen.source === "local" ? loopbackExchange : exchange,
  };
}

export async function runTrace(
  context: CommandContext,
  args: readonly string[],
  options: TraceCommandOptions,
): Promise<ExitCode> {
  const [nameText = "", typeText = "A"] = args;
  const name = readDomainName(nameText, "trace.name");
  const request: TraceRequest = {
    name,
    type: readType(typeText),
    ...(options.subnet === undefined ? {} : { clientSubnet: readSubnet(options.subnet) }),
    transport: options.tcp === true ? "tcp" : "auto",
    timeoutMs: readNumber("--timeout", options.timeout, 10, 60_000),
    ...(await chooseRoots(context, name, options)),
    clock: systemClock(),
    signal: context.signal,
  };
  const look = { color: context.color.stdout };
  const running = trace(request);
  let next = await running.next();
  for (; !next.done; next = await running.next()) {
    const event = next.value;
    // With --json the report alone is the result: it has every step.
    if (!context.options.json) context.resultLine(event, () => renderTraceEvent(event, look));
  }
  const report = next.value;
  context.result(report, () => renderTraceEnd(report, look));
  if (report.outcome.status === "failed" && report.outcome.failure === "no-root-answered") {
    throw new Failure({
      kind: "failed",
      code: "trace.no-root",
      message: `no root server answered on port ${report.port}`,
      next: "see that this machine may send DNS queries, or start from other roots with --hints or --backend local",
    });
  }
  return hasProblems(report.findings) ? EXIT.findings : EXIT.ok;
}
