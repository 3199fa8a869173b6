/**
 * The caching resolver that applications on this machine can use: it walks from the local root, honours TTLs on the
 * backend's clock, caches what does not exist, and passes the client subnet of a question along.
 */

import { randomInt } from "node:crypto";
import { setMaxListeners } from "node:events";
import { loopbackExchange } from "../../dns/client.ts";
import { createDelegationMemory } from "../../dns/delegation-memory.ts";
import type { RootHint } from "../../dns/hints.ts";
import { type IterationOptions, iterate, type Resolution } from "../../dns/iterate.ts";
import {
  type ClientSubnet,
  type Edns,
  type EdnsOption,
  ednsOption,
  encodeMessage,
  formatClientSubnet,
  type Message,
  PLAIN_EDNS,
  type Question,
  type ResourceRecord,
} from "../../dns/message.ts";
import type { ResponseMeaning } from "../../dns/response-meaning.ts";
import { hostOf, negativeTtlSeconds } from "../../dns/typed-rdata.ts";
import { EXTENDED_ERROR, RCODE, TYPE } from "../../dns/types.ts";
import type { DomainName } from "../../route53/names.ts";
import { masked, parseSubnet, type Subnet } from "../../routing/client.ts";
import type { PrivateAnswer } from "./private-zones.ts";
import { type QueryHeader, readQuery } from "./query.ts";
import { type Audience, type CachedAnswer, LONGEST_TTL_SECONDS, ResolverCache } from "./resolver-cache.ts";
import {
  bareResponse,
  cookieResponse,
  errorResponse,
  refusalOf,
  responseEdns,
  responseLimit,
  type Sender,
} from "./response.ts";
import { type Evidence, proofsOf, withSignatures } from "./signing/passed-signatures.ts";

export interface ResolverOptions {
  readonly roots: readonly RootHint[];
  /** Every name server's port. */
  readonly port: number;
  /** Milliseconds of the backend's clock; what TTLs are counted on. */
  readonly elapsedMs: () => number;
}

/** What a client sees before anything public, as in a VPC; undefined for a name that lies in no private zone. */
export type PrivateView = (question: Question) => PrivateAnswer | undefined;

/** Real milliseconds; all servers are on this machine. */
const TIMEOUT_MS = 1000;
/** RFC 9520 section 3.2: failures are remembered too, if only briefly. */
const FAILURE_TTL_SECONDS = 1;
/** What 31 bits can say. */
const MOST_TTL_SECONDS = 2 ** 31 - 1;
/** Walks at a time; a flood of questions must not fill the memory. */
const MOST_WALKS = 1000;
/** How often CNAMEs may lead into or out of private zones; a loop ends here. */
const MOST_TURNS = 16;

interface Resolved {
  readonly answer: CachedAnswer;
  readonly scopeBits: number;
}

/** What of a query decides how its question is resolved. */
interface Asker {
  readonly clientSubnet: ClientSubnet | undefined;
  /** The same; undefined for a block of no bits, too. */
  readonly subnet: Subnet | undefined;
  readonly dnssecOk: boolean;
  readonly recursionDesired: boolean;
}

/** Not a referral, and nothing that is passed over. */
const ANSWERING: ReadonlySet<ResponseMeaning["kind"]> = new Set(["answer", "alias", "no-data", "no-such-name"]);

function failed(failure: string): Resolved {
  return { answer: { rcode: RCODE.SERVFAIL, answers: [], authorities: [], failure }, scopeBits: 0 };
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
}

function extendedError(failure: string): number {
  const silent = failure === "no-server-answered" || failure === "no-server-address";
  return silent ? EXTENDED_ERROR.NO_REACHABLE_AUTHORITY : EXTENDED_ERROR.OTHER;
}

/** No longer than anything is kept: whoever keeps it after us shall ask again as well. More than 31 bits are none (RFC 2181 section 8). */
function capped(records: readonly ResourceRecord[]): ResourceRecord[] {
  return records.map((record) => {
    const { ttlSeconds } = record;
    return { ...record, ttlSeconds: ttlSeconds > MOST_TTL_SECONDS ? 0 : Math.min(ttlSeconds, LONGEST_TTL_SECONDS) };
  });
}

function shortestTtl(records: readonly ResourceRecord[]): number {
  return Math.min(...records.map(({ ttlSeconds }) => ttlSeconds));
}

/** The first CNAME of an answer that leads into a private zone, with all before it and its signatures. */
function turnOf(
  answer: CachedAnswer,
  question: Question,
  view: PrivateView,
): { readonly chain: readonly ResourceRecord[]; readonly target: DomainName } | undefined {
  if (question.type === TYPE.CNAME || question.type === TYPE.ANY) return undefined;
  const records = answer.passed ?? answer.answers;
  for (const [index, record] of records.entries()) {
    const target = record.type === TYPE.CNAME ? hostOf(record) : undefined;
    if (target === undefined || view({ ...question, name: target }) === undefined) continue;
    const next = records.findIndex(({ type }, later) => later > index && type !== TYPE.RRSIG);
    return { chain: records.slice(0, next < 0 ? records.length : next), target };
  }
  return undefined;
}

/** `evidence` only for who wants signatures. */
function cachedAnswer(
  resolution: Resolution,
  evidence: readonly Evidence[],
): { readonly answer: CachedAnswer; readonly ttlSeconds: number } {
  const chain = capped(withSignatures(resolution.chain, evidence));
  const proofs = capped(proofsOf(evidence));
  switch (resolution.status) {
    case "answer": {
      const answers = [...chain, ...capped(withSignatures(resolution.records, evidence))];
      const ttlSeconds = shortestTtl([...answers, ...proofs]);
      return { answer: { rcode: RCODE.NOERROR, answers, authorities: proofs }, ttlSeconds };
    }
    case "no-data":
    case "no-such-name": {
      const rcode = resolution.status === "no-data" ? RCODE.NOERROR : RCODE.NXDOMAIN;
      const { soa } = resolution;
      if (soa === undefined) return { answer: { rcode, answers: chain, authorities: [] }, ttlSeconds: 0 };
      const negative = { ...soa, ttlSeconds: negativeTtlSeconds(soa) };
      const authorities = [...capped(withSignatures([negative], evidence)), ...proofs];
      return { answer: { rcode, answers: chain, authorities }, ttlSeconds: shortestTtl([...chain, ...authorities]) };
    }
    case "failed":
      return {
        answer: { rcode: RCODE.SERVFAIL, answers: [], authorities: [], failure: resolution.failure, passed: chain },
        ttlSeconds: FAILURE_TTL_SECONDS,
      };
  }
}

export class CachingResolver {
  readonly #options: ResolverOptions;
  readonly #cache: ResolverCache;
  /** What was asked for with DO: with signatures, and NOERROR where compact denial makes it so. */
  readonly #signedCache: ResolverCache;
  /** Questions being resolved, so that a hundred clients with one question cause one walk. */
  readonly #underway = new Map<string, Promise<Resolved>>();
  readonly #abort = new AbortController();
  #memory: ReturnType<typeof createDelegationMemory>;

  constructor(options: ResolverOptions) {
    this.#options = options;
    // Every walk listens to it.
    setMaxListeners(0, this.#abort.signal);
    this.#cache = new ResolverCache(options.elapsedMs);
    this.#signedCache = new ResolverCache(options.elapsedMs);
    this.#memory = createDelegationMemory(options.elapsedMs);
  }

  /** Ends every walk; what is asked afterwards gets no response. */
  close(): void {
    this.#abort.abort(new Error("the resolver is closed"));
  }

  /** Undefined for what must not be answered. Without a view only what is public is seen. */
  async respond(octets: Uint8Array, sender: Sender, view?: PrivateView): Promise<Buffer | undefined> {
    const query = readQuery(octets);
    switch (query.kind) {
      case "dropped":
        return undefined;
      case "malformed":
        return errorResponse(query, RCODE.FORMERR, sender);
      case "other-opcode":
        return errorResponse(query, RCODE.NOTIMP, sender);
      case "cookie-request":
        return cookieResponse(query, sender);
      case "query":
        try {
          return await this.#answer(query.header, query.question, query.edns, sender, view);
        } catch (error) {
          if (this.#abort.signal.aborted) return undefined;
          throw error;
        }
    }
  }

  async #answer(
    header: QueryHeader,
    question: Question,
    edns: Edns | undefined,
    sender: Sender,
    view: PrivateView | undefined,
  ): Promise<Buffer> {
    const response = (rcode: number, options: readonly EdnsOption[], sections: Partial<Message> = {}) => {
      const bare = bareResponse(header, rcode, question, edns && responseEdns(edns, options, sender));
      const message = { ...bare, ...sections, flags: { ...bare.flags, recursionAvailable: true } };
      return encodeMessage(message, { maxSize: responseLimit(sender, edns) });
    };
    const refuse = (rcode: number) => response(rcode, []);
    if (edns !== undefined && edns.version !== 0) return refuse(RCODE.BADVERS);
    const refusal = refusalOf(question);
    if (refusal !== undefined) return refuse(refusal);

    const clientSubnet = edns && ednsOption({ edns }, "ecs");
    // Whoever names a block of no bits is nobody in particular (RFC 7871 section 7.1.2), as one who names none.
    const named = clientSubnet !== undefined && clientSubnet.sourcePrefixLength > 0;
    const subnet = named ? parseSubnet(formatClientSubnet(clientSubnet)) : undefined;
    const { recursionDesired } = header;
    const asker: Asker = { clientSubnet, subnet, dnssecOk: edns?.dnssecOk ?? false, recursionDesired };
    const resolved = await this.#answerIn(view, question, asker);
    if (resolved === undefined) return refuse(RCODE.REFUSED);
    const { answer, scopeBits } = resolved;
    const options = [
      ...(clientSubnet === undefined ? [] : [{ ...clientSubnet, scopePrefixLength: scopeBits }]),
      ...(answer.failure === undefined
        ? []
        : [{ kind: "ede", infoCode: extendedError(answer.failure), text: answer.failure } as const]),
    ];
    return response(answer.rcode, options, { answers: answer.answers, authorities: answer.authorities });
  }

  /** Every name on the way is looked for in the private zones first. Undefined for what only a walk could tell, without RD. */
  async #answerIn(view: PrivateView | undefined, question: Question, asker: Asker): Promise<Resolved | undefined> {
    const passed: ResourceRecord[] = [];
    let scopeBits = 0;
    let asked = question;
    for (let turns = 0; turns <= MOST_TURNS; turns++) {
      const own = view?.(asked);
      if (own !== undefined) {
        passed.push(...own.answers);
        if (own.follow === undefined) return { answer: { ...own, answers: passed }, scopeBits };
        asked = { ...asked, name: own.follow };
        continue;
      }
      const found = await this.#answerPublicly(asked, asker);
      if (found === undefined) {
        if (passed.length === 0) return undefined;
        return { answer: { rcode: RCODE.NOERROR, answers: passed, authorities: [] }, scopeBits };
      }
      scopeBits = Math.max(scopeBits, found.scopeBits);
      const turn = view && turnOf(found.answer, asked, view);
      if (turn === undefined) {
        const { answer } = found;
        if (answer.failure !== undefined) return found;
        return { answer: { ...answer, answers: [...passed, ...answer.answers] }, scopeBits };
      }
      passed.push(...turn.chain);
      asked = { ...asked, name: turn.target };
    }
    return failed("too-many-aliases");
  }

  async #answerPublicly(question: Question, asker: Asker): Promise<Resolved | undefined> {
    const cached = this.#cacheFor(asker.dnssecOk).get(question.name, question.type, asker.subnet);
    if (cached !== undefined) return { answer: cached, scopeBits: cached.scopeBits };
    // Without RD nobody wants a walk, only what is known (RFC 1034 section 4.3.1).
    return asker.recursionDesired ? this.#resolveOnce(question, asker) : undefined;
  }

  #cacheFor(dnssecOk: boolean): ResolverCache {
    return dnssecOk ? this.#signedCache : this.#cache;
  }

  #resolveOnce(question: Question, asker: Asker): Promise<Resolved> {
    const { clientSubnet, dnssecOk } = asker;
    const block = clientSubnet === undefined ? "-" : formatClientSubnet(clientSubnet);
    const key = `${question.type} ${question.name} ${block} ${dnssecOk}`;
    const underway = this.#underway.get(key);
    if (underway !== undefined) return underway;
    if (this.#underway.size >= MOST_WALKS) return Promise.resolve(failed("too-many-questions"));
    const walk = this.#resolve(question, asker).finally(() => this.#underway.delete(key));
    this.#underway.set(key, walk);
    return walk;
  }

  async #resolve({ name, type }: Question, { clientSubnet, subnet, dnssecOk }: Asker): Promise<Resolved> {
    const edns: Edns = { ...PLAIN_EDNS, dnssecOk, options: clientSubnet === undefined ? [] : [clientSubnet] };
    let walked = await this.#walk(name, type, edns);
    if (walked.resolution.status === "failed") {
      // The servers that were remembered may no longer be the zone's: ask again from the root.
      this.#memory = createDelegationMemory(this.#options.elapsedMs);
      walked = await this.#walk(name, type, edns);
    }
    const { answer, ttlSeconds } = cachedAnswer(walked.resolution, dnssecOk ? walked.evidence : []);
    // A scope longer than the subnet that was asked for says nothing about the rest of it (RFC 7871 section 7.3.1).
    const scopeBits = Math.min(walked.scopeBits, clientSubnet?.sourcePrefixLength ?? 0);
    const audience: Audience =
      subnet === undefined ? "unnamed" : scopeBits === 0 ? "everybody" : masked(subnet.octets, scopeBits);
    this.#cacheFor(dnssecOk).put(name, type, audience, ttlSeconds, answer);
    return { answer, scopeBits };
  }

  /** One walk, with the widest scope that any server gave its part of the answer. */
  async #walk(
    name: Question["name"],
    type: number,
    edns: Edns,
  ): Promise<{
    readonly resolution: Resolution;
    readonly scopeBits: number;
    readonly evidence: readonly Evidence[];
  }> {
    const options: IterationOptions = {
      exchange: loopbackExchange,
      roots: this.#options.roots,
      port: this.#options.port,
      timeoutMs: TIMEOUT_MS,
      edns,
      memory: this.#memory,
      order: shuffled,
      signal: this.#abort.signal,
    };
    const steps = iterate(options, name, type);
    const evidence: Evidence[] = [];
    let scopeBits = 0;
    for (;;) {
      const step = await steps.next();
      if (step.done) return { resolution: step.value, scopeBits, evidence };
      if (step.value.kind !== "query" || step.value.level > 0 || step.value.outcome.kind !== "response") continue;
      const { meaning, result } = step.value.outcome;
      const scope = ednsOption(result.response, "ecs");
      scopeBits = Math.max(scopeBits, scope?.scopePrefixLength ?? 0);
      if (ANSWERING.has(meaning.kind)) evidence.push({ zone: step.value.zone, response: result.response });
    }
  }
}
