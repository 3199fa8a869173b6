/** Traces a name from the root, then asks every name server of its zone: yields what happens, returns the report. */

import type { Clock } from "../clock.ts";
import type { Exchange } from "../dns/client.ts";
import { createDelegationMemory } from "../dns/delegation-memory.ts";
import type { RootHint } from "../dns/hints.ts";
import { type IterationOptions, type IterationStep, iterate, type Resolution } from "../dns/iterate.ts";
import { type ClientSubnet, formatClientSubnet, PLAIN_EDNS } from "../dns/message.ts";
import { typeName } from "../dns/types.ts";
import type { DomainName } from "../route53/names.ts";
import { chainOfTrust } from "./chain-of-trust.ts";
import { type CheckedQuestion, checkServers, comparableAnswer, sampleAnswers } from "./check-servers.ts";
import { isRegistryZone, judge } from "./judge.ts";
import type { ServerCheck, TraceEvent, TraceOutcome, TraceReport, TraceStart, TraceStep, TrustLink } from "./report.ts";
import { passageSentence, querySentence } from "./sentences.ts";
import { shownNegative, shownOutcome, shownRecord } from "./shown.ts";

export interface TraceRoots {
  /** For people, e.g. `the public root servers`. */
  readonly label: string;
  readonly hints: readonly RootHint[];
  /** Of every name server. */
  readonly port: number;
}

export interface TraceRequest {
  readonly name: DomainName;
  readonly type: number;
  readonly roots: TraceRoots;
  readonly clientSubnet?: ClientSubnet;
  readonly transport: "auto" | "tcp";
  /** Real ms a try. */
  readonly timeoutMs: number;
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

function shownStep(step: IterationStep, number: number): TraceStep {
  if (step.kind !== "query") {
    return {
      kind: step.kind,
      level: step.level,
      name: step.kind === "alias" ? step.name : step.host,
      meaning: passageSentence(step),
    };
  }
  const question = { name: step.name, type: typeName(step.type) };
  const seen = { zone: step.zone, question, ...shownOutcome(step.outcome) };
  return { kind: "query", number, level: step.level, server: step.server, ...seen, meaning: querySentence(seen) };
}

function outcomeOf(resolution: Resolution): TraceOutcome {
  const { finalName } = resolution;
  const chain = resolution.chain.map(shownRecord);
  switch (resolution.status) {
    case "answer": {
      const { status, authoritative, records } = resolution;
      return { status, finalName, authoritative, chain, records: records.map(shownRecord) };
    }
    case "no-data":
    case "no-such-name": {
      const { status, authoritative, soa } = resolution;
      const { negativeTtlSeconds } = shownNegative(soa);
      return {
        status,
        finalName,
        authoritative,
        chain,
        ...(negativeTtlSeconds === undefined ? {} : { negativeTtlSeconds }),
      };
    }
    case "failed": {
      const atRoot = resolution.delegations.length === 1 && resolution.delegations[0]?.zone === ".";
      const noRoot =
        atRoot && (resolution.failure === "no-server-answered" || resolution.failure === "no-server-address");
      return { status: "failed", finalName, chain, failure: noRoot ? "no-root-answered" : resolution.failure };
    }
  }
}

/** Throws only the signal's reason. */
export async function* trace(request: TraceRequest): AsyncGenerator<TraceEvent, TraceReport> {
  const { name, type, roots, clock, clientSubnet } = request;
  const startedMs = clock.elapsedMs();
  const start: TraceStart = {
    name,
    type: typeName(type),
    roots: roots.label,
    rootServers: roots.hints.map(({ name: server, addresses }) => ({ name: server, addresses })),
    port: roots.port,
    ...(clientSubnet === undefined ? {} : { clientSubnet: formatClientSubnet(clientSubnet) }),
    startedAt: new Date(clock.now()).toISOString(),
  };
  yield { code: "trace.start", start };

  const options: IterationOptions = {
    exchange: request.exchange,
    roots: roots.hints,
    port: roots.port,
    transport: request.transport,
    timeoutMs: request.timeoutMs,
    // What was learned on the way need not be asked again to find the servers to compare.
    memory: createDelegationMemory(() => clock.elapsedMs()),
    ...(clientSubnet === undefined ? {} : { edns: { ...PLAIN_EDNS, options: [clientSubnet] } }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
  const steps: TraceStep[] = [];
  // What the last zone was asked: the name at the end of the aliases between zones.
  let question: CheckedQuestion = { name, type };
  const resolving = iterate(options, name, type);
  let next = await resolving.next();
  for (let queries = 1; !next.done; next = await resolving.next()) {
    if (next.value.kind === "query" && next.value.level === 0) question = { name: next.value.name, type };
    const step = shownStep(next.value, queries);
    if (step.kind === "query") queries++;
    steps.push(step);
    yield { code: "trace.step", step };
  }
  const resolution = next.value;
  const outcome = outcomeOf(resolution);
  yield { code: "trace.outcome", outcome };

  const delegation = resolution.delegations.at(-1);
  let servers: ServerCheck[] = [];
  let links: readonly TrustLink[] = [];
  let samples: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  if (delegation !== undefined && !isRegistryZone(delegation.zone)) {
    const { zone } = delegation;
    yield { code: "trace.checking", zone, servers: delegation.nameServers.map((server) => server.name) };
    servers = await checkServers(options, delegation, question);
    const answers = servers.flatMap((check) => check.probes.map((probe) => comparableAnswer(probe.result)));
    if (new Set(answers.filter((answer) => answer !== undefined)).size > 1) {
      samples = await sampleAnswers(options, zone, servers, question);
    }
    // A zone that nobody serves has worse to repair.
    const isServed = servers.some((check) => check.probes.some((probe) => probe.serves));
    if (isServed) links = await chainOfTrust(options, resolution.delegations, isRegistryZone);
    yield { code: "trace.checked", servers };
  }
  const zone = delegation?.zone ?? ".";
  const evidence = { ...start, steps, outcome, zone, servers, chainOfTrust: links };
  const findings = judge({ ...evidence, ...(samples === undefined ? {} : { samples }) });
  return { ...evidence, findings, durationMs: Math.round(clock.elapsedMs() - startedMs) };
}
