/** A trace as people read it: each step as it comes, the answer, every server beside the others, and what it all means. */

import { displayName } from "../route53/names.ts";
import type {
  ServerCheck,
  ServerProbe,
  ShownExchange,
  ShownRecord,
  ShownResult,
  TraceEvent,
  TraceOutcome,
  TraceReport,
  TraceStart,
  TraceStep,
} from "../trace/report.ts";
import { countFindings, renderFindings } from "./findings.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";
import { renderTable } from "./table.ts";

function nameText(name: string): string {
  return safeText(displayName(name));
}

const RESULT_WORDS = {
  answer: "answer",
  alias: "alias",
  referral: "referral",
  "no-data": "no data",
  "no-such-name": "no such name",
  lame: "lame",
  error: "error",
  failure: "no answer",
} as const;

function resultWord(result: ShownResult, exchange: ShownExchange | undefined, look: Look): string {
  const paint = paintOf(look);
  switch (result.kind) {
    case "answer":
    case "alias":
      return paint.green(RESULT_WORDS[result.kind]);
    case "referral":
      return paint.cyan(RESULT_WORDS.referral);
    case "no-data":
    case "no-such-name":
      return paint.yellow(RESULT_WORDS[result.kind]);
    case "lame":
      return paint.red(RESULT_WORDS.lame);
    case "error":
      return paint.red(exchange?.rcode ?? RESULT_WORDS.error);
    case "failure":
      return paint.red(result.reason === "timeout" ? "timeout" : RESULT_WORDS.failure);
  }
}

function timeText(exchange: ShownExchange | undefined): string {
  return exchange === undefined ? "-" : `${exchange.rttMs.toFixed(exchange.rttMs < 10 ? 1 : 0)} ms`;
}

function renderStart(start: TraceStart, look: Look): string {
  const paint = paintOf(look);
  const [first, ...more] = start.rootServers;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  const root = first === undefined ? "" : `, ${nameText(first.name)} (${safeText(first.addresses[0] ?? "")})${others}`;
  const subnet = start.clientSubnet === undefined ? "" : ` for clients in ${safeText(start.clientSubnet)}`;
  return [
    `${paint.bold(`${nameText(start.name)} ${safeText(start.type)}`)}${subnet}`,
    paint.dim(`from ${safeText(start.roots)}${root}, port ${start.port}`),
    "",
    "",
  ].join("\n");
}

function renderStep(step: TraceStep, look: Look): string {
  const paint = paintOf(look);
  const indent = "   ".repeat(step.level);
  const text = `${indent}    ${safeText(step.meaning)}`;
  if (step.kind !== "query") return step.kind === "server-unknown" ? paint.red(text) : paint.dim(text);
  const { exchange, result, server } = step;
  const details =
    exchange === undefined
      ? []
      : [
          timeText(exchange),
          exchange.truncatedOverUdp ? "tcp after a truncated udp answer" : exchange.transport,
          `${exchange.sizeBytes} octets`,
          ...(step.tries > 1 && !exchange.truncatedOverUdp ? [`${step.tries} tries`] : []),
        ];
  return [
    `${indent}${String(step.number).padStart(2)}  ${paint.bold(nameText(server.name))} ${paint.dim(safeText(server.address))}  ${resultWord(result, exchange, look)}  ${paint.dim(details.join(", "))}`.trimEnd(),
    text,
    ...(result.kind === "referral" ? [paint.dim(`${indent}    ${referredServers(result)}`)] : []),
  ].join("\n");
}

/** Enough to recognise the delegation; the root has thirteen. */
const SHOWN_SERVERS = 4;

function referredServers({ nameServers }: Extract<ShownResult, { kind: "referral" }>): string {
  const shown = nameServers
    .slice(0, SHOWN_SERVERS)
    .map(({ name, glue }) => (glue[0] === undefined ? nameText(name) : `${nameText(name)} (${safeText(glue[0])})`));
  const more = nameServers.length - shown.length;
  return `→ ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function recordLines(records: readonly ShownRecord[], look: Look): string[] {
  const paint = paintOf(look);
  const nameWidth = Math.max(...records.map((record) => nameText(record.name).length));
  const ttlWidth = Math.max(...records.map((record) => String(record.ttlSeconds).length));
  const typeWidth = Math.max(...records.map((record) => record.type.length));
  return records.map(
    ({ name, ttlSeconds, type, value }) =>
      `  ${nameText(name).padEnd(nameWidth)}  ${paint.dim(String(ttlSeconds).padStart(ttlWidth))}  ${safeText(type).padEnd(typeWidth)}  ${paint.bold(safeText(value))}`,
  );
}

function renderOutcome(outcome: TraceOutcome, look: Look): string {
  const paint = paintOf(look);
  const records = outcome.status === "answer" ? [...outcome.chain, ...outcome.records] : outcome.chain;
  const name = nameText(outcome.finalName);
  const end = {
    answer: [],
    "no-data": [`  ${paint.yellow(`${name} has no such record`)}`],
    "no-such-name": [`  ${paint.yellow(`${name} does not exist`)}`],
    failed: [`  ${paint.red(`${name} does not resolve`)}`],
  }[outcome.status];
  return ["", paint.bold("Answer"), ...recordLines(records, look), ...end].join("\n");
}

function answerText(result: ShownResult, exchange: ShownExchange | undefined, look: Look): string {
  switch (result.kind) {
    case "answer":
      return safeText(
        result.records
          .map((record) => record.value)
          .sort()
          .join(", "),
      );
    case "alias":
      return `alias of ${nameText(result.target)}`;
    case "failure":
      return `${resultWord(result, exchange, look)} (${safeText(result.detail)})`;
    default:
      return resultWord(result, exchange, look);
  }
}

function probeRow(check: ServerCheck, probe: ServerProbe, look: Look): string[] {
  const paint = paintOf(look);
  const mark = probe.result.kind === "failure" && probe.result.reason === "no-route" ? "-" : probe.serves ? "✓" : "✗";
  const by = { both: "", parent: paint.yellow("parent only"), child: paint.yellow("zone only") }[check.listedBy];
  return [
    mark === "✓" ? paint.green(mark) : mark === "✗" ? paint.red(mark) : mark,
    nameText(check.name),
    safeText(probe.address),
    timeText(probe.exchange),
    probe.serial === undefined ? "-" : String(probe.serial),
    by,
    answerText(probe.result, probe.exchange, look),
  ];
}

function renderServers(servers: readonly ServerCheck[], look: Look): string {
  const paint = paintOf(look);
  const rows = servers.flatMap((check) =>
    check.probes.length > 0
      ? check.probes.map((probe) => probeRow(check, probe, look))
      : [[paint.red("✗"), nameText(check.name), "no address", "-", "-", "", ""]],
  );
  const columns = [
    { title: "" },
    { title: "SERVER" },
    { title: "ADDRESS" },
    { title: "TIME", align: "right" as const },
    { title: "SERIAL", align: "right" as const },
    // Nearly always empty; then it is left out.
    { title: "NAMED BY" },
    { title: "ANSWER" },
  ];
  const shown = columns.map((_, index) => index !== 5 || rows.some((row) => row[5] !== ""));
  const keep = <Item>(items: readonly Item[]) => items.filter((_, index) => shown[index]);
  return renderTable(keep(columns), rows.map(keep), look)
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

/** The lines of one event; empty text for events that only other readers want. */
export function renderTraceEvent(event: TraceEvent, look: Look): string {
  switch (event.code) {
    case "trace.start":
      return renderStart(event.start, look);
    case "trace.step":
      return renderStep(event.step, look);
    case "trace.outcome":
      return renderOutcome(event.outcome, look);
    case "trace.checking":
      return `\n${paintOf(look).bold(`Every name server of ${nameText(event.zone)}`)}`;
    case "trace.checked":
      return renderServers(event.servers, look);
  }
}

/** What stands at the end: the findings, or that there are none. */
export function renderTraceEnd(report: TraceReport, look: Look): string {
  const paint = paintOf(look);
  const counted = countFindings(report.findings);
  const { length } = report.servers;
  const sound = length > 1 ? `No problems: all ${length} name servers serve the zone.` : "No problems found.";
  const severe = report.findings.some((finding) => finding.severity === "problem");
  const headline = counted === "" ? paint.green(sound) : severe ? paint.red.bold(counted) : paint.yellow(counted);
  return ["", headline, ...(report.findings.length === 0 ? [] : [renderFindings(report.findings, look)])].join("\n");
}
