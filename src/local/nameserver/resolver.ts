/**
 * The caching resolver that applications on this machine can use: it walks from the local root, honours TTLs on the
 * backend's clock, caches what does not exist, and passes the client subnet of a question along.
 */

import { randomInt } from "node:crypto";
import { setMaxListeners } from "node:events";
import { type Exchange, ExchangeError, exchange } from "../../dns/client.ts";
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
import { negativeTtlSeconds } from "../../dns/typed-rdata.ts";
import { EXTENDED_ERROR, RCODE } from "../../dns/types.ts";
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
  /** What comes before anything public; undefined for a name that is no private zone's. */
  readonly privateAnswer?: (question: Question, sender: Sender) => PrivateAnswer | undefined;
}

/** Real milliseconds; all servers are on this machine. */
const TIMEOUT_MS = 1000;
/** RFC 9520 section 3.2: failures are remembered too, if only briefly. */
const FAILURE_TTL_SECONDS = 1;
/** Walks at a time; a flood of questions must not fill the memory. */
const MOST_WALKS = 1000;
/** CNAMEs from one private zone to another; a loop ends here. */
const LONGEST_PRIVATE_CHAIN = 16;

interface Resolved {
  readonly answer: CachedAnswer;
  readonly scopeBits: number;
}

/** A zone may delegate to servers elsewhere; the backend still talks to this machine only. */
const loopbackExchange: Exchange = async (request) => {
  const { address } = request.server;
  if (!address.startsWith("127.")) throw new ExchangeError("no-route", `${address} is not on loopback`, 0);
  return exchange(request);
};

/** Not a referral, and nothing that is passed over. */
const ANSWERING: ReadonlySet<ResponseMeaning["kind"]> = new Set(["answer", "alias", "no-data", "no-such-name"]);

const TOO_BUSY: Resolved = {
  answer: { rcode: RCODE.SERVFAIL, answers: [], authorities: [], failure: "too-many-questions" },
  scopeBits: 0,
};

function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
}

function extendedError(failure: string): number {
  const silent = failure === "no-server-answered" || failure === "no-server-address";
  return silent ? EXTENDED_ERROR.NO_REACHABLE_AUTHORITY : EXTENDED_ERROR.OTHER;
}

/** No longer than anything is kept: whoever keeps it after us shall ask again as well. */
function capped(records: readonly ResourceRecord[]): ResourceRecord[] {
  return records.map((record) => ({ ...record, ttlSeconds: Math.min(record.ttlSeconds, LONGEST_TTL_SECONDS) }));
}

/** `evidence` only for who wants signatures. */
function cachedAnswer(
  resolution: Resolution,
  evidence: readonly Evidence[],
): { readonly answer: CachedAnswer; readonly ttlSeconds: number } {
  const chain = capped(withSignatures(resolution.chain, evidence));
  const proofs = capped(proofsOf(evidence));
  const shortest = (ttlSeconds: number) => Math.min(ttlSeconds, ...chain.map((record) => record.ttlSeconds));
  switch (resolution.status) {
    case "answer": {
      const answers = [...chain, ...capped(withSignatures(resolution.records, evidence))];
      const ttlSeconds = Math.min(...[...answers, ...proofs].map((record) => record.ttlSeconds));
      return { answer: { rcode: RCODE.NOERROR, answers, authorities: proofs }, ttlSeconds };
    }
    case "no-data":
    case "no-such-name": {
      const rcode = resolution.status === "no-data" ? RCODE.NOERROR : RCODE.NXDOMAIN;
      const { soa } = resolution;
      if (soa === undefined) return { answer: { rcode, answers: chain, authorities: [] }, ttlSeconds: 0 };
      const ttlSeconds = Math.min(negativeTtlSeconds(soa), LONGEST_TTL_SECONDS);
      const authorities = [...withSignatures([{ ...soa, ttlSeconds }], evidence), ...proofs];
      const answer = { rcode, answers: chain, authorities };
      return { answer, ttlSeconds: shortest(ttlSeconds) };
    }
    case "failed":
      return {
        answer: { rcode: RCODE.SERVFAIL, answers: [], authorities: [], failure: resolution.failure },
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

  /** Undefined for what must not be answered. */
  async respond(octets: Uint8Array, sender: Sender): Promise<Buffer | undefined> {
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
          return await this.#answer(query.header, query.question, query.edns, sender);
        } catch (error) {
          if (this.#abort.signal.aborted) return undefined;
          throw error;
        }
    }
  }

  async #answer(header: QueryHeader, question: Question, edns: Edns | undefined, sender: Sender): Promise<Buffer> {
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
    const own = await this.#answerPrivately(question, header, sender);
    if (own !== undefined) {
      const options = clientSubnet === undefined ? [] : [{ ...clientSubnet, scopePrefixLength: 0 }];
      return response(own.rcode, options, { answers: own.answers, authorities: own.authorities });
    }
    const dnssecOk = edns?.dnssecOk ?? false;
    const cached = this.#cacheFor(dnssecOk).get(question.name, question.type, subnet);
    // Without RD nobody wants a walk, only what is known (RFC 1034 section 4.3.1).
    if (cached === undefined && !header.recursionDesired) return refuse(RCODE.REFUSED);
    const { answer, scopeBits }: Resolved =
      cached === undefined
        ? await this.#resolveOnce(question, clientSubnet, subnet, dnssecOk)
        : { answer: cached, scopeBits: cached.scopeBits };
    const options = [
      ...(clientSubnet === undefined ? [] : [{ ...clientSubnet, scopePrefixLength: scopeBits }]),
      ...(answer.failure === undefined
        ? []
        : [{ kind: "ede", infoCode: extendedError(answer.failure), text: answer.failure } as const]),
    ];
    return response(answer.rcode, options, { answers: answer.answers, authorities: answer.authorities });
  }

  /** From private zones as far as they go, then from where their CNAMEs lead. */
  async #answerPrivately(question: Question, header: QueryHeader, sender: Sender): Promise<PrivateAnswer | undefined> {
    const chain: ResourceRecord[] = [];
    let asked = question;
    for (let links = 0; links < LONGEST_PRIVATE_CHAIN; links++) {
      const own = this.#options.privateAnswer?.(asked, sender);
      if (own === undefined) {
        if (links === 0) return undefined;
        if (!header.recursionDesired) return { rcode: RCODE.NOERROR, answers: chain, authorities: [] };
        const { answer } = await this.#resolveOnce(asked, undefined, undefined, false);
        return { ...answer, answers: [...chain, ...answer.answers] };
      }
      chain.push(...own.answers);
      if (own.follow === undefined) return { ...own, answers: chain };
      asked = { ...asked, name: own.follow };
    }
    return { rcode: RCODE.SERVFAIL, answers: [], authorities: [] };
  }

  #cacheFor(dnssecOk: boolean): ResolverCache {
    return dnssecOk ? this.#signedCache : this.#cache;
  }

  #resolveOnce(
    question: Question,
    clientSubnet: ClientSubnet | undefined,
    subnet: Subnet | undefined,
    dnssecOk: boolean,
  ): Promise<Resolved> {
    const block = clientSubnet === undefined ? "-" : formatClientSubnet(clientSubnet);
    const key = `${question.type} ${question.name} ${block} ${dnssecOk}`;
    const underway = this.#underway.get(key);
    if (underway !== undefined) return underway;
    if (this.#underway.size >= MOST_WALKS) return Promise.resolve(TOO_BUSY);
    const walk = this.#resolve(question, clientSubnet, subnet, dnssecOk).finally(() => this.#underway.delete(key));
    this.#underway.set(key, walk);
    return walk;
  }

  async #resolve(
    { name, type }: Question,
    clientSubnet: ClientSubnet | undefined,
    subnet: Subnet | undefined,
    dnssecOk: boolean,
  ): Promise<Resolved> {
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
