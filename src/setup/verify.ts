/** Looks at what is there: name servers are asked directly, health checks for what their checkers saw. */

import { setMaxListeners } from "node:events";
import {
  GetHealthCheckCommand,
  GetHealthCheckStatusCommand,
  ListQueryLoggingConfigsCommand,
} from "@aws-sdk/client-route-53";
import type { Backend } from "../backend/backend.ts";
import { ExchangeError, exchange } from "../dns/client.ts";
import { lookupAddresses, resolveName } from "../dns/iterate.ts";
import { type Message, makeQuery } from "../dns/message.ts";
import { rdataToText } from "../dns/rdata.ts";
import { RCODE, rcodeName, TYPE, typeNumber } from "../dns/types.ts";
import { endpointIsHealthy } from "../route53/health-rule.ts";
import { type DomainName, displayName } from "../route53/names.ts";
import type { RecordType } from "../route53/record-set.ts";
import type { AnswerExpectation, Expectation } from "./expectations.ts";
import { pause } from "./in-sync.ts";
import { readRegistrar } from "./live/read-zones.ts";
import { canonicalOrSame, canonicalValues } from "./normal-form.ts";
import type { KnownIds } from "./references.ts";
import type { Evidence, Verification } from "./verification.ts";
import { isOutOfReach, outOfReach, PrivateZones, verifyVpcs } from "./verify-private.ts";
import { isPrivateZone, type ZoneKey } from "./zone-key.ts";

export interface VerificationContext {
  readonly backend: Backend;
  readonly known: Pick<KnownIds, "get">;
  readonly nameServers: ReadonlyMap<ZoneKey, readonly DomainName[]>;
  readonly signal: AbortSignal;
  /** How long a health check is waited for, of the backend's clock: a new one has not been asked about yet. */
  readonly healthPatienceMs: number;
  onVerified(verification: Verification): void;
}

/** How many names are asked for at the same time. */
const AT_ONCE = 16;
const QUERY_TIMEOUT_MS = 2000;
const QUERY_TRIES = 2;
/** An answer that is not right yet is asked for again, this often in all. */
const ANSWER_TRIES = 4;

/** In the order of the expectations. */
export async function verify(
  expectations: readonly Expectation[],
  asked: VerificationContext,
): Promise<Verification[]> {
  // Every query in flight listens to it.
  const signal = AbortSignal.any([asked.signal]);
  setMaxListeners(0, signal);
  const context = { ...asked, signal, privateZones: new PrivateZones(asked.backend, asked.known) };
  const servers = new ServerAddresses(context.backend, context.signal);
  const results: Verification[] = [];
  const health = expectations.filter((one) => one.check === "health");
  const others: Exclude<Expectation, HealthExpectation>[] = [];
  const unasked = new Map<ZoneKey, number>();
  for (const one of expectations) {
    if (one.check === "health") continue;
    if (one.check === "answer" && (await isOutOfReach(one, context.privateZones))) {
      unasked.set(one.zone, (unasked.get(one.zone) ?? 0) + 1);
    } else others.push(one);
  }
  const done = new Map<Expectation, Verification>();
  const keep = (expectation: Expectation, verification: Verification) => {
    done.set(expectation, verification);
    context.onVerified(verification);
  };
  let next = 0;
  const worker = async () => {
    while (next < others.length) {
      context.signal.throwIfAborted();
      const expectation = others[next++];
      if (expectation === undefined) return;
      keep(expectation, await verifyOne(expectation, servers, context));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, others.length) }, worker));
  await verifyHealth(health, context, keep);
  for (const expectation of expectations) {
    const verification = done.get(expectation);
    if (verification !== undefined) results.push(verification);
  }
  for (const [zone, answers] of unasked) {
    const verification = outOfReach(zone, answers);
    context.onVerified(verification);
    results.push(verification);
  }
  return results;
}

type HealthExpectation = Extract<Expectation, { check: "health" }>;

/** What looking shares. */
interface Looking extends VerificationContext {
  readonly privateZones: PrivateZones;
}

function verifyOne(
  expectation: Exclude<Expectation, HealthExpectation>,
  servers: ServerAddresses,
  context: Looking,
): Promise<Verification> {
  switch (expectation.check) {
    case "delegation":
      return verifyDelegation(expectation.zone, servers, context);
    case "vpcs":
      return verifyVpcs(expectation, context.privateZones);
    case "answer":
      return verifyAnswer(expectation, servers, context);
    case "query-log":
      return verifyQueryLog(expectation, context);
  }
}

interface NameServer {
  /** For people; of a VPC's resolver, the VPC's id. */
  readonly name: string;
  readonly address: string;
}

/** The addresses of name servers, found from the root hints as anyone would, and remembered. */
class ServerAddresses {
  readonly #backend: Backend;
  readonly #signal: AbortSignal;
  readonly #known = new Map<DomainName, Promise<readonly string[]>>();

  constructor(backend: Backend, signal: AbortSignal) {
    this.#backend = backend;
    this.#signal = signal;
  }

  get port(): number {
    return this.#backend.dns.port;
  }

  /** One address a server, its first. */
  async of(names: readonly DomainName[]): Promise<{ found: NameServer[]; missing: DomainName[] }> {
    const found: NameServer[] = [];
    const missing: DomainName[] = [];
    for (const name of names) {
      let addresses = this.#known.get(name);
      if (addresses === undefined) {
        const { rootHints: roots, port } = this.#backend.dns;
        addresses = lookupAddresses({ exchange, roots, port, signal: this.#signal }, name);
        this.#known.set(name, addresses);
      }
      const [address] = await addresses;
      if (address === undefined) missing.push(name);
      else found.push({ name: displayName(name), address });
    }
    return { found, missing };
  }
}

function sourceText({ name, address }: NameServer): string {
  return `${name} (${address})`;
}

/** The response, or why there is none. */
async function ask(
  server: NameServer,
  name: DomainName,
  type: number,
  servers: ServerAddresses,
  context: VerificationContext,
  recursionDesired = false,
): Promise<Message | string> {
  try {
    const { response } = await exchange({
      server: { address: server.address, port: servers.port },
      query: makeQuery({ name, type, recursionDesired }),
      transport: "auto",
      timeoutMs: QUERY_TIMEOUT_MS,
      tries: QUERY_TRIES,
      signal: context.signal,
    });
    return response;
  } catch (error) {
    if (error instanceof ExchangeError) return `${error.reason}: ${error.message}`;
    throw error;
  }
}

async function verifyAnswer(
  expectation: AnswerExpectation,
  servers: ServerAddresses,
  context: Looking,
): Promise<Verification> {
  const { name, type, zone } = expectation;
  const subject = `${displayName(name)} ${type}`;
  let evidence: Evidence[] = [];
  for (let tried = 1; ; tried++) {
    const { found, missing } = isPrivateZone(zone)
      ? { found: await context.privateZones.resolversOf(zone), missing: [] }
      : await servers.of(context.nameServers.get(zone) ?? []);
    evidence = [
      ...missing.map((server) => ({ source: displayName(server), says: "its address could not be found", ok: false })),
      ...(await Promise.all(
        found.map(async (server) => {
          const response = await ask(server, name, typeNumber(type) ?? 0, servers, context, isPrivateZone(zone));
          return { source: sourceText(server), ...judgeAnswer(response, expectation) };
        }),
      )),
    ];
    const right = evidence.length > 0 && evidence.every((one) => one.ok);
    if (right || tried === ANSWER_TRIES) {
      const wrong = evidence.find((one) => !one.ok);
      return {
        check: "answer",
        subject,
        status: right ? "ok" : "failed",
        says: right
          ? `${evidence.length} of ${evidence.length} ${isPrivateZone(zone) ? "VPCs" : "name servers"} answer ${evidence[0]?.says ?? ""}`
          : wrong === undefined
            ? "there is no such hosted zone to ask"
            : `${wrong.source} says ${wrong.says}, expected ${expectedText(expectation)}`,
        evidence,
      };
    }
    await pause(context.backend.pollIntervalMs * 2 ** tried, context.signal);
  }
}

function expectedText({ answer }: Pick<AnswerExpectation, "answer">): string {
  switch (answer.kind) {
    case "all":
      return `${answer.values.join(", ")} with TTL ${answer.ttlSeconds}`;
    case "some":
      return `some of ${answer.values.join(", ")}${answer.maybeNone ? ", or none" : ""}`;
    case "any":
      return "an answer";
    case "none":
      return "no answer";
  }
}

/** What a name server's response to the expected question is worth. */
export function judgeAnswer(
  response: Message | string,
  expectation: Pick<AnswerExpectation, "name" | "type" | "answer">,
): { readonly says: string; readonly ok: boolean } {
  if (typeof response === "string") return { says: response, ok: false };
  const { answer, name, type } = expectation;
  const number = typeNumber(type);
  // The servers of a zone answer for a name they delegate with a referral.
  const records = (type === "NS" && response.answers.length === 0 ? response.authorities : response.answers).filter(
    (record) => record.type === number && record.name === name,
  );
  const values = records.map((record) => rdataToText(record.type, record.rdata));
  const ttl = records[0]?.ttlSeconds;
  const says = values.length > 0 ? `${values.join(", ")} (TTL ${ttl})` : `nothing (${rcodeName(response.rcode)})`;
  const right = response.rcode === RCODE.NOERROR;
  switch (answer.kind) {
    case "all": {
      const same = sameTexts(canonicalValues(type, values), canonicalValues(type, answer.values));
      return { says, ok: right && same && ttl === answer.ttlSeconds };
    }
    case "some":
      return {
        says,
        ok:
          right &&
          (values.length > 0 || answer.maybeNone) &&
          values.every((value) => includes(type, answer.values, value)),
      };
    case "any":
      return { says, ok: right };
    case "none":
      return { says, ok: values.length === 0 && (right || response.rcode === RCODE.NXDOMAIN) };
  }
}

function includes(type: RecordType, values: readonly string[], value: string): boolean {
  return canonicalValues(type, values).includes(canonicalOrSame(type, value));
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function list(names: readonly DomainName[]): string {
  return names.length === 0 ? "no one" : names.map(displayName).join(", ");
}

/** Each server knows the zone and its NS, and the way from the root ends at exactly these servers. */
async function verifyDelegation(
  zone: DomainName,
  servers: ServerAddresses,
  context: VerificationContext,
): Promise<Verification> {
  const wanted = [...(context.nameServers.get(zone) ?? [])].sort();
  if (wanted.length === 0) {
    return {
      check: "delegation",
      subject: displayName(zone),
      status: "failed",
      says: "there is no such hosted zone",
      evidence: [],
    };
  }
  const { found, missing } = await servers.of(wanted);
  const evidence: Evidence[] = missing.map((server) => ({
    source: displayName(server),
    says: "its address could not be found",
    ok: false,
  }));
  for (const server of found) {
    const response = await ask(server, zone, TYPE.NS, servers, context);
    if (typeof response === "string") {
      evidence.push({ source: sourceText(server), says: response, ok: false });
      continue;
    }
    const named = response.answers
      .filter((record) => record.type === TYPE.NS)
      .map((record) => rdataToText(record.type, record.rdata) as DomainName)
      .sort();
    const authoritative = response.flags.authoritative && response.rcode === RCODE.NOERROR;
    evidence.push({
      source: sourceText(server),
      says: authoritative ? `authoritative, NS ${list(named)}` : `not authoritative (${rcodeName(response.rcode)})`,
      ok: authoritative && sameTexts(named, wanted),
    });
  }
  const serving = evidence.length > 0 && evidence.every((one) => one.ok);
  const parent = await verifyParent(zone, wanted, context);
  evidence.push(parent.evidence);
  const wrong = evidence.find((one) => !one.ok);
  const status = !serving ? "failed" : parent.evidence.ok ? "ok" : parent.status;
  return {
    check: "delegation",
    subject: displayName(zone),
    status,
    says:
      status === "ok"
        ? `delegated to its ${wanted.length} name servers, and all of them answer for it`
        : `${wrong?.source} says ${wrong?.says}${parent.evidence.ok ? "" : parent.next}`,
    evidence,
  };
}

async function verifyParent(
  zone: DomainName,
  wanted: readonly DomainName[],
  context: VerificationContext,
): Promise<{ readonly evidence: Evidence; readonly status: "warning" | "failed"; readonly next: string }> {
  const { backend, signal } = context;
  const options = { exchange, roots: backend.dns.rootHints, port: backend.dns.port, signal };
  let delegated: DomainName[] = [];
  for (let tried = 1; tried <= ANSWER_TRIES; tried++) {
    const { delegations } = await resolveName(options, zone, TYPE.SOA);
    const own = delegations.find((one) => one.zone === zone);
    delegated = (own?.nameServers ?? []).map((server) => server.name).sort();
    if (sameTexts(delegated, wanted)) break;
    if (tried < ANSWER_TRIES) await pause(backend.pollIntervalMs * 2 ** tried, signal);
  }
  const ok = sameTexts(delegated, wanted);
  const evidence = { source: "the parent zone", says: `delegated to ${list(delegated)}`, ok };
  if (ok) return { evidence, status: "failed", next: "" };
  const registrar = await readRegistrar(backend, zone, signal);
  return registrar.kind === "registered"
    ? { evidence, status: "failed", next: "; the registry may need some minutes: run setup verify later" }
    : {
        evidence,
        status: "warning",
        next: `; its registrar, or whoever has the parent zone, must delegate it to ${list(wanted)}`,
      };
}

async function verifyQueryLog(
  { zone, logGroup }: Extract<Expectation, { check: "query-log" }>,
  { backend, known }: VerificationContext,
): Promise<Verification> {
  const client = await backend.clients.route53();
  const zoneId = known.get({ ref: "hosted-zone", zone });
  const { QueryLoggingConfigs = [] } =
    zoneId === undefined ? {} : await client.send(new ListQueryLoggingConfigsCommand({ HostedZoneId: zoneId }));
  const arn = QueryLoggingConfigs[0]?.CloudWatchLogsLogGroupArn ?? "";
  const ok = arn.replace(/:\*$/, "").endsWith(`:log-group:${logGroup}`);
  return {
    check: "query-log",
    subject: displayName(zone),
    status: ok ? "ok" : "failed",
    says: ok ? `queries go to ${logGroup}` : arn === "" ? "queries are not logged" : `queries go to ${arn}`,
    evidence: [{ source: "Route 53", says: arn === "" ? "no query logging config" : arn, ok }],
  };
}

/** How often GetHealthCheckStatus may be asked, of the backend's clock. */
const HEALTH_POLL_MS = 1000;
/** A minute: Route 53's checkers start within that. */
export const PATIENCE_WITH_NEW_CHECKS_MS = 60_000;

/** One call a second in all. A check is done when it is healthy, or when its time is up. */
async function verifyHealth(
  expectations: readonly HealthExpectation[],
  context: VerificationContext,
  keep: (expectation: HealthExpectation, verification: Verification) => void,
): Promise<void> {
  const { clock } = context.backend;
  const deadline = clock.elapsedMs() + context.healthPatienceMs;
  let waiting = [...expectations];
  let asked = false;
  while (waiting.length > 0) {
    const still: HealthExpectation[] = [];
    for (const expectation of waiting) {
      if (asked) await clock.sleep(HEALTH_POLL_MS, context.signal);
      asked = true;
      const verification = await healthOf(expectation.key, context);
      if (verification.status === "warning" && clock.elapsedMs() < deadline) still.push(expectation);
      else keep(expectation, verification);
    }
    waiting = still;
  }
}

async function healthOf(key: string, { backend, known }: VerificationContext): Promise<Verification> {
  const client = await backend.clients.route53();
  const id = known.get({ ref: "health-check", key });
  const base = { check: "health", subject: key } as const;
  if (id === undefined) return { ...base, status: "failed", says: "there is no such health check", evidence: [] };
  const { HealthCheck } = await client.send(new GetHealthCheckCommand({ HealthCheckId: id }));
  const config = HealthCheck?.HealthCheckConfig;
  if (config?.Type === "CALCULATED") {
    // Route 53 gives no status of these: they follow their children.
    const children = config.ChildHealthChecks?.length ?? 0;
    return {
      ...base,
      status: "ok",
      says: `healthy when ${config.HealthThreshold} of ${children} children are`,
      evidence: [],
    };
  }
  if (config?.Disabled) {
    // Nobody asks; it counts as healthy, or the other way round when it is inverted (API reference, HealthCheckConfig).
    return {
      ...base,
      status: "ok",
      says: `disabled: counts as ${config.Inverted ? "unhealthy" : "healthy"}`,
      evidence: [],
    };
  }
  const { HealthCheckObservations = [] } = await client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
  const evidence = HealthCheckObservations.map((one) => ({
    source: `${one.Region} (${one.IPAddress})`,
    says: one.StatusReport?.Status ?? "nothing yet",
    ok: one.StatusReport?.Status?.startsWith("Success") ?? false,
  }));
  const succeeding = evidence.filter((one) => one.ok).length;
  const up = endpointIsHealthy(evidence.map((one) => ({ healthy: one.ok })));
  const healthy = up !== (config?.Inverted === true);
  if (evidence.length === 0) {
    return { ...base, status: "warning", says: "its checkers have not reported yet", evidence };
  }
  const seen = `${succeeding} of ${evidence.length} checkers succeed`;
  const first = evidence.find((one) => !one.ok)?.says ?? "nothing yet";
  return {
    ...base,
    status: healthy ? "ok" : "warning",
    says: healthy ? `healthy: ${seen}` : `unhealthy: ${seen}; ${first}`,
    evidence,
  };
}
