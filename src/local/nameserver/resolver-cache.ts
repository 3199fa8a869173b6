/** What the caching resolver keeps: answers and negative answers for as long as their TTLs say (RFC 1035, RFC 2308, RFC 7871 section 7.3). */

import type { ResourceRecord } from "../../dns/message.ts";
import { RCODE } from "../../dns/types.ts";
import type { DomainName } from "../../route53/names.ts";
import { contains, type Subnet } from "../../routing/client.ts";

export interface CachedAnswer {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Why there is no answer, with SERVFAIL. */
  readonly failure?: string;
  /** The CNAME records on the way to a failure; some clients know another way from there. */
  readonly passed?: readonly ResourceRecord[];
}

/**
 * Whom an answer is for: the clients of a block; those who named no block; or everybody, where a server was told a block and
 * said that it made no difference.
 */
export type Audience = Subnet | "unnamed" | "everybody";

interface Entry {
  readonly answer: CachedAnswer;
  readonly audience: Audience;
  readonly storedAtMs: number;
  readonly untilMs: number;
  readonly octets: number;
}

/** A week: records that say longer are passed on with as much, too (RFC 8767 section 4). */
export const LONGEST_TTL_SECONDS = 7 * 24 * 3600;
/** Estimated octets of all that is kept, in each of the resolver's two; beyond it the questions asked longest ago go. */
const MOST_OCTETS = 32 * 1024 * 1024;
/** Audiences of one question; a hostile client must not fill the memory with them. */
const MOST_AUDIENCES = 64;

/** A name that does not exist has no records of any type (RFC 2308 section 5). */
const EVERY_TYPE = "*";

function keyOf(name: DomainName, type: number | typeof EVERY_TYPE): string {
  return `${type} ${name}`;
}

/** Not so at the end of aliases: there it is another name that does not exist. */
function saysThatNameIsNot({ rcode, answers }: CachedAnswer): boolean {
  return rcode === RCODE.NXDOMAIN && answers.length === 0;
}

/** Objects cost more than what is in them; measured roughly on Node 20. */
function octetsOf(key: string, { answers, authorities, passed = [] }: CachedAnswer): number {
  const records = [...answers, ...authorities, ...passed];
  return records.reduce((octets, { name, rdata }) => octets + 300 + name.length + rdata.length, 500 + key.length);
}

function aged(records: readonly ResourceRecord[], seconds: number): ResourceRecord[] {
  return records.map((record) => ({ ...record, ttlSeconds: Math.max(0, record.ttlSeconds - seconds) }));
}

function isFor(audience: Audience, subnet: Subnet | undefined): boolean {
  if (audience === "everybody") return true;
  if (audience === "unnamed" || subnet === undefined) return audience === "unnamed" && subnet === undefined;
  return contains(audience, subnet);
}

/** Time is milliseconds of the backend's clock. */
export class ResolverCache {
  readonly #elapsedMs: () => number;
  readonly #mostOctets: number;
  readonly #entries = new Map<string, Entry[]>();
  #octets = 0;

  constructor(elapsedMs: () => number, mostOctets = MOST_OCTETS) {
    this.#elapsedMs = elapsedMs;
    this.#mostOctets = mostOctets;
  }

  /** The answer with what is left of its TTLs. `subnet` is the block that the question names. */
  get(name: DomainName, type: number, subnet: Subnet | undefined): (CachedAnswer & { scopeBits: number }) | undefined {
    const now = this.#elapsedMs();
    const at = (key: string) =>
      this.#entries.get(key)?.find(({ audience, untilMs }) => now < untilMs && isFor(audience, subnet));
    const found = at(keyOf(name, type)) ?? at(keyOf(name, EVERY_TYPE));
    if (found === undefined) return undefined;
    const seconds = Math.floor((now - found.storedAtMs) / 1000);
    const { answer, audience } = found;
    return {
      ...answer,
      answers: aged(answer.answers, seconds),
      authorities: aged(answer.authorities, seconds),
      scopeBits: typeof audience === "string" ? 0 : audience.prefixLength,
    };
  }

  put(name: DomainName, type: number, audience: Audience, ttlSeconds: number, answer: CachedAnswer): void {
    if (ttlSeconds <= 0) return;
    const now = this.#elapsedMs();
    const key = keyOf(name, saysThatNameIsNot(answer) ? EVERY_TYPE : type);
    const others = (this.#entries.get(key) ?? []).filter(({ untilMs }) => now < untilMs).slice(0, MOST_AUDIENCES - 1);
    const untilMs = now + Math.min(ttlSeconds, LONGEST_TTL_SECONDS) * 1000;
    const octets = octetsOf(key, answer);
    // Moved to the end, so that the first of the map is the oldest.
    this.#remove(key);
    this.#entries.set(key, [{ answer, audience, storedAtMs: now, untilMs, octets }, ...others]);
    this.#octets += others.reduce((sum, entry) => sum + entry.octets, octets);
    for (const oldest of this.#entries.keys()) {
      if (this.#octets <= this.#mostOctets) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    for (const { octets } of this.#entries.get(key) ?? []) this.#octets -= octets;
    this.#entries.delete(key);
  }
}
