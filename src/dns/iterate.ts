/**
 * Resolves a name the way a resolver does: from the root servers down the delegations, step by step (RFC 1034 section 5.3.3).
 * Yields every step; knows nothing of printing, and asks through the `exchange` it is given.
 */

import { type DomainName, isWithin, parentOf } from "../route53/names.ts";
import { type Exchange, ExchangeError, type ExchangeFailure, type ExchangeResult } from "./client.ts";
import { createDelegationMemory, type Delegation, type DelegationMemory } from "./delegation-memory.ts";
import type { RootHint } from "./hints.ts";
import { type Edns, makeQuery, PLAIN_EDNS, type ResourceRecord } from "./message.ts";
import { meaningOf, type ResponseMeaning } from "./response-meaning.ts";
import { addressOf, negativeTtlSeconds } from "./typed-rdata.ts";
import { RCODE, TYPE } from "./types.ts";

export type { Delegation, DelegationMemory } from "./delegation-memory.ts";

export interface ServerReached {
  readonly name: DomainName;
  readonly address: string;
  readonly port: number;
}

/** What became of one query. */
export type QueryOutcome =
  | {
      readonly kind: "response";
      readonly meaning: ResponseMeaning;
      readonly result: ExchangeResult;
      /** The server took offence at EDNS and was asked again without (RFC 6891 section 6.2.2). */
      readonly withoutEdns: boolean;
    }
  | { readonly kind: "failure"; readonly reason: ExchangeFailure; readonly detail: string; readonly tries: number };

/** `level` 0 resolves what was asked for; higher ones find addresses of name servers on the way. */
export type IterationStep =
  | {
      readonly kind: "query";
      readonly level: number;
      readonly zone: DomainName;
      readonly server: ServerReached;
      readonly name: DomainName;
      readonly type: number;
      readonly outcome: QueryOutcome;
    }
  /** A CNAME leads on to a name that has to be resolved from the top. */
  | {
      readonly kind: "alias";
      readonly level: number;
      readonly name: DomainName;
      readonly target: DomainName;
    }
  /** A name server came without a believable address, so that is looked up now. */
  | {
      readonly kind: "server-lookup";
      readonly level: number;
      readonly zone: DomainName;
      readonly host: DomainName;
    }
  | {
      readonly kind: "server-unknown";
      readonly level: number;
      readonly zone: DomainName;
      readonly host: DomainName;
      /** `circular`: its address can be had only from itself (missing glue, or name servers in each other's zones). */
      readonly why: "circular" | "no-address" | "too-deep";
    };

export type IterationFailure =
  /** No server of the last delegation gave a usable answer. */
  | "no-server-answered"
  /** None of them has an address. */
  | "no-server-address"
  | "alias-loop"
  | "too-many-aliases"
  | "too-many-referrals"
  | "too-many-queries";

export interface ResolutionPath {
  readonly name: DomainName;
  readonly type: number;
  /** All CNAME records passed, from `name` on. */
  readonly chain: readonly ResourceRecord[];
  /** Where the chain ends: `name` itself without aliases. */
  readonly finalName: DomainName;
  /** From the root (or the closest known cut) down to the zone that was asked last for `finalName`. */
  readonly delegations: readonly Delegation[];
}

export type Resolution = ResolutionPath &
  (
    | {
        readonly status: "answer";
        readonly authoritative: boolean;
        readonly records: readonly ResourceRecord[];
        readonly server: ServerReached;
      }
    | {
        readonly status: "no-data" | "no-such-name";
        readonly authoritative: boolean;
        readonly soa: ResourceRecord | undefined;
        readonly server: ServerReached;
      }
    | { readonly status: "failed"; readonly failure: IterationFailure }
  );

export interface IterationOptions {
  readonly exchange: Exchange;
  readonly roots: readonly RootHint[];
  /** Every name server's port. */
  readonly port: number;
  readonly transport?: "auto" | "udp" | "tcp";
  /** Real ms a try; default 2000. */
  readonly timeoutMs?: number;
  /** Default 2. */
  readonly tries?: number;
  /** For the question itself; name servers' addresses are asked for without its options. */
  readonly edns?: Edns;
  /** Default: a fresh one, so that every step is seen. */
  readonly memory?: DelegationMemory;
  readonly signal?: AbortSignal;
  /** In which order to ask the servers of a zone; default as they came. */
  readonly order?: <Item>(servers: readonly Item[]) => readonly Item[];
}

/** Bounds on one resolution: generous for honest zones, small for hostile ones (RFC 1034 section 5.3.3, CVE-2020-12662). */
const LIMITS = {
  aliases: 16,
  referrals: 24,
  queries: 200,
  depth: 6,
  lookupsPerZone: 6,
  /** When so many addresses of a zone stay silent, the others will too: thirteen root servers behind a firewall. */
  silentPerZone: 6,
  /** When so many answer without authority, so will the others: a network that answers in place of every server. */
  withoutAuthorityPerZone: 3,
} as const;

class OutOfQueries extends Error {}

interface Run extends Required<Omit<IterationOptions, "signal" | "edns">> {
  readonly edns: Edns | undefined;
  readonly signal: AbortSignal | undefined;
  readonly root: Delegation;
  queriesLeft: number;
}

function startRun(options: IterationOptions): Run {
  return {
    transport: "auto",
    timeoutMs: 2000,
    tries: 2,
    order: (servers) => servers,
    ...options,
    memory: options.memory ?? createDelegationMemory(() => performance.now()),
    edns: options.edns ?? PLAIN_EDNS,
    signal: options.signal,
    root: {
      zone: "." as DomainName,
      parent: undefined,
      nameServers: options.roots.map((hint) => ({ name: hint.name, glue: hint.addresses })),
      ttlSeconds: Number.POSITIVE_INFINITY,
    },
    queriesLeft: LIMITS.queries,
  };
}

/** What is being resolved, and for whom: the names whose addresses are wanted further up wait for this one. */
interface Task {
  readonly name: DomainName;
  readonly type: number;
  readonly level: number;
  readonly waiting: readonly DomainName[];
}

/** IPv4 first: machines without IPv6 are common, without IPv4 rare. */
function ipv4First(addresses: readonly string[]): string[] {
  return [...addresses].sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
}

async function ask(run: Run, task: Task, zone: DomainName, server: ServerReached): Promise<QueryOutcome> {
  const { name, type } = task;
  const attempt = (edns: Edns | undefined) => {
    if (run.queriesLeft-- <= 0) throw new OutOfQueries();
    return run.exchange({
      server,
      query: makeQuery({ name, type, ...(edns === undefined ? {} : { edns }) }),
      transport: run.transport,
      timeoutMs: run.timeoutMs,
      tries: run.tries,
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    });
  };
  try {
    const edns = task.level === 0 ? run.edns : PLAIN_EDNS;
    let result = await attempt(edns);
    const { rcode } = result.response;
    const withoutEdns =
      edns !== undefined && result.response.edns === undefined && (rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP);
    if (withoutEdns) result = await attempt(undefined);
    return { kind: "response", meaning: meaningOf(result.response, { zone, name, type }), result, withoutEdns };
  } catch (error) {
    if (error instanceof ExchangeError) {
      return { kind: "failure", reason: error.reason, detail: error.message, tries: error.tries };
    }
    throw error;
  }
}

/** The servers of a zone, those with known addresses first; the others are looked up only when they are needed. */
async function* serversOf(
  run: Run,
  delegation: Delegation,
  task: Task,
): AsyncGenerator<IterationStep | { readonly kind: "server"; readonly server: ServerReached }, void> {
  const { zone } = delegation;
  const at = (name: DomainName, address: string) => ({
    kind: "server" as const,
    server: { name, address, port: run.port },
  });
  const nameServers = run.order(delegation.nameServers);
  const known = nameServers.flatMap(({ name, glue }) => {
    const addresses = glue.length > 0 ? glue : (run.memory.addresses(name) ?? []);
    return addresses.map((address) => ({ name, address }));
  });
  const byFamily = [
    ...known.filter((one) => !one.address.includes(":")),
    ...known.filter((one) => one.address.includes(":")),
  ];
  for (const { name, address } of byFamily) yield at(name, address);

  let lookups = 0;
  for (const { name, glue } of nameServers) {
    if (glue.length > 0 || run.memory.addresses(name) !== undefined) continue;
    if (task.waiting.includes(name)) {
      yield { kind: "server-unknown", level: task.level, zone, host: name, why: "circular" };
      continue;
    }
    if (task.level >= LIMITS.depth || lookups >= LIMITS.lookupsPerZone) {
      yield { kind: "server-unknown", level: task.level, zone, host: name, why: "too-deep" };
      continue;
    }
    lookups++;
    yield { kind: "server-lookup", level: task.level, zone, host: name };
    const addresses = yield* findAddresses(run, name, task);
    if (addresses.length === 0) {
      const why = isWithin(name, zone) ? "circular" : "no-address";
      yield { kind: "server-unknown", level: task.level, zone, host: name, why };
    }
    for (const address of addresses) yield at(name, address);
  }
}

async function* findAddresses(
  run: Run,
  host: DomainName,
  forTask: Task,
): AsyncGenerator<IterationStep, readonly string[]> {
  const known = run.memory.addresses(host);
  if (known !== undefined) return known;
  const found: string[] = [];
  let ttlSeconds = Number.POSITIVE_INFINITY;
  let conclusive = false;
  for (const type of [TYPE.A, TYPE.AAAA]) {
    // An IPv6 address matters only where there is no other.
    if (found.length > 0) break;
    const task = { name: host, type, level: forTask.level + 1, waiting: [...forTask.waiting, host] };
    const resolution = yield* resolve(run, task);
    if (resolution.status === "answer") {
      for (const record of resolution.records) {
        const address = addressOf(record);
        if (address !== undefined) found.push(address);
        ttlSeconds = Math.min(ttlSeconds, record.ttlSeconds);
      }
    }
    if (resolution.status === "failed") break;
    conclusive = true;
    if ((resolution.status === "no-data" || resolution.status === "no-such-name") && resolution.soa !== undefined) {
      ttlSeconds = Math.min(ttlSeconds, negativeTtlSeconds(resolution.soa));
    }
  }
  const addresses = ipv4First(found);
  if (conclusive && Number.isFinite(ttlSeconds)) run.memory.rememberAddresses(host, addresses, ttlSeconds);
  return addresses;
}

type ZoneResult =
  | {
      readonly kind: "done";
      readonly meaning: Exclude<ResponseMeaning, { kind: "lame" | "error" }>;
      readonly server: ServerReached;
    }
  | { readonly kind: "failed"; readonly failure: IterationFailure };

/** Asks the servers of one zone in turn until one gives a usable answer; an answer without AA only when no other gives better. */
async function* askZone(run: Run, delegation: Delegation, task: Task): AsyncGenerator<IterationStep, ZoneResult> {
  let secondBest: ZoneResult | undefined;
  let asked = 0;
  let silent = 0;
  let withoutAuthority = 0;
  for await (const one of serversOf(run, delegation, task)) {
    if (one.kind !== "server") {
      yield one;
      continue;
    }
    const { server } = one;
    asked++;
    const outcome = await ask(run, task, delegation.zone, server);
    const { name, type, level } = task;
    yield { kind: "query", level, zone: delegation.zone, server, name, type, outcome };
    if (outcome.kind === "failure") {
      if (outcome.reason === "timeout" && ++silent === LIMITS.silentPerZone) break;
      continue;
    }
    const { meaning } = outcome;
    if (meaning.kind === "lame" || meaning.kind === "error") continue;
    const done: ZoneResult = { kind: "done", meaning, server };
    if (meaning.kind === "referral" || meaning.authoritative) return done;
    secondBest ??= done;
    if (++withoutAuthority === LIMITS.withoutAuthorityPerZone) break;
  }
  return secondBest ?? { kind: "failed", failure: asked > 0 ? "no-server-answered" : "no-server-address" };
}

type Descent = { readonly delegations: readonly Delegation[]; readonly result: ZoneResult };

/** From the closest known cut down the referrals to whoever answers for the name. */
async function* descend(run: Run, task: Task): AsyncGenerator<IterationStep, Descent> {
  // A DS record is the parent's (RFC 4035 section 3.1.4.1).
  const from = task.type === TYPE.DS ? (parentOf(task.name) ?? task.name) : task.name;
  let delegation = run.memory.closest(from) ?? run.root;
  const delegations = [delegation];
  for (let referrals = 0; ; referrals++) {
    const result = yield* askZone(run, delegation, task);
    if (result.kind === "failed" || result.meaning.kind !== "referral") return { delegations, result };
    if (referrals === LIMITS.referrals) {
      return { delegations, result: { kind: "failed", failure: "too-many-referrals" } };
    }
    const { zone, nameServers, ttlSeconds } = result.meaning;
    delegation = { zone, parent: delegation.zone, nameServers, ttlSeconds };
    run.memory.remember(delegation);
    delegations.push(delegation);
  }
}

async function* resolve(run: Run, task: Task): AsyncGenerator<IterationStep, Resolution> {
  const chain: ResourceRecord[] = [];
  const passed = new Set<DomainName>([task.name]);
  let current = task;
  for (let aliases = 0; ; aliases++) {
    const { delegations, result } = yield* descend(run, current);
    const path = () => ({ name: task.name, type: task.type, chain, finalName: current.name, delegations });
    if (result.kind === "failed") return { ...path(), status: "failed", failure: result.failure };
    const { meaning, server } = result;
    switch (meaning.kind) {
      case "answer": {
        chain.push(...meaning.chain);
        const finalName = meaning.records[0]?.name ?? current.name;
        const { authoritative, records } = meaning;
        return { ...path(), finalName, status: "answer", authoritative, records, server };
      }
      case "no-data":
      case "no-such-name":
        return { ...path(), status: meaning.kind, authoritative: meaning.authoritative, soa: meaning.soa, server };
      case "alias": {
        chain.push(...meaning.chain);
        const { target } = meaning;
        if (
          meaning.chain.some((record) => record.name !== current.name && passed.has(record.name)) ||
          passed.has(target)
        ) {
          return { ...path(), status: "failed", failure: "alias-loop" };
        }
        if (aliases === LIMITS.aliases) return { ...path(), status: "failed", failure: "too-many-aliases" };
        for (const record of meaning.chain) passed.add(record.name);
        passed.add(target);
        yield { kind: "alias", level: task.level, name: current.name, target };
        current = { ...current, name: target };
        break;
      }
      case "referral":
        throw new Error("a descent ends below its referrals");
    }
  }
}

/** One question to one server of a zone, understood as a step of resolving would; for comparing servers. */
export async function askServer(
  options: IterationOptions,
  zone: DomainName,
  server: ServerReached,
  question: { readonly name: DomainName; readonly type: number },
): Promise<QueryOutcome> {
  return ask(startRun(options), { ...question, level: 0, waiting: [] }, zone, server);
}

function outOfQueries(name: DomainName, type: number): Resolution {
  return { name, type, chain: [], finalName: name, delegations: [], status: "failed", failure: "too-many-queries" };
}

/** Resolves a name and type; yields each step as it happens and returns the outcome. Throws only the signal's reason. */
export async function* iterate(
  options: IterationOptions,
  name: DomainName,
  type: number,
): AsyncGenerator<IterationStep, Resolution> {
  const run = startRun(options);
  try {
    return yield* resolve(run, { name, type, level: 0, waiting: [] });
  } catch (error) {
    if (error instanceof OutOfQueries) return outOfQueries(name, type);
    throw error;
  }
}

/** {@link iterate} for those who want the outcome only. */
export async function resolveName(options: IterationOptions, name: DomainName, type: number): Promise<Resolution> {
  const steps = iterate(options, name, type);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

/** The addresses of a host, IPv4 first; empty when it has none or nobody would say. */
export async function lookupAddresses(options: IterationOptions, host: DomainName): Promise<readonly string[]> {
  const found: string[] = [];
  for (const type of [TYPE.A, TYPE.AAAA]) {
    const resolution = await resolveName(options, host, type);
    if (resolution.status === "answer") {
      found.push(...resolution.records.map(addressOf).filter((address) => address !== undefined));
    }
  }
  return found;
}
