/** What the caching resolver keeps: answers and negative answers for as long as their TTLs say (RFC 1035, RFC 2308, RFC 7871 section 7.3). */

import type { ResourceRecord } from "../../dns/message.ts";
import type { DomainName } from "../../route53/names.ts";
import { contains, type Subnet } from "../../routing/client.ts";

export interface CachedAnswer {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Why there is no answer, with SERVFAIL. */
  readonly failure?: string;
}

interface Entry {
  readonly answer: CachedAnswer;
  /** Whom the answer is for; undefined when it was got for a question without a client subnet. */
  readonly scope: Subnet | undefined;
  readonly storedAtMs: number;
  readonly untilMs: number;
}

const LONGEST_TTL_SECONDS = 7 * 24 * 3600;
const MOST_QUESTIONS = 20_000;
/** Subnets of one question; a hostile client must not fill the memory with them. */
const MOST_SCOPES = 64;

function keyOf(name: DomainName, type: number): string {
  return `${type} ${name}`;
}

function aged(records: readonly ResourceRecord[], seconds: number): ResourceRecord[] {
  return records.map((record) => ({ ...record, ttlSeconds: Math.max(0, record.ttlSeconds - seconds) }));
}

/** Time is milliseconds of the backend's clock. */
export class ResolverCache {
  readonly #elapsedMs: () => number;
  readonly #entries = new Map<string, Entry[]>();

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  /** The answer with what is left of its TTLs. `subnet` is the client subnet of the question. */
  get(name: DomainName, type: number, subnet: Subnet | undefined): (CachedAnswer & { scopeBits: number }) | undefined {
    const now = this.#elapsedMs();
    const found = this.#entries
      .get(keyOf(name, type))
      ?.find(
        ({ scope, untilMs }) =>
          now < untilMs && (scope === undefined || subnet === undefined ? scope === subnet : contains(scope, subnet)),
      );
    if (found === undefined) return undefined;
    const seconds = Math.floor((now - found.storedAtMs) / 1000);
    const { answer, scope } = found;
    return {
      ...answer,
      answers: aged(answer.answers, seconds),
      authorities: aged(answer.authorities, seconds),
      scopeBits: scope?.prefixLength ?? 0,
    };
  }

  put(name: DomainName, type: number, scope: Subnet | undefined, ttlSeconds: number, answer: CachedAnswer): void {
    if (ttlSeconds <= 0) return;
    const now = this.#elapsedMs();
    const key = keyOf(name, type);
    const fresh = (this.#entries.get(key) ?? []).filter(({ untilMs }) => now < untilMs).slice(0, MOST_SCOPES - 1);
    const untilMs = now + Math.min(ttlSeconds, LONGEST_TTL_SECONDS) * 1000;
    // Moved to the end, so that the first of the map is the oldest.
    this.#entries.delete(key);
    this.#entries.set(key, [{ answer, scope, storedAtMs: now, untilMs }, ...fresh]);
    if (this.#entries.size > MOST_QUESTIONS) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
  }
}
