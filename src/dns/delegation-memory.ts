/** What iterative resolving has learned and may use again: delegations and addresses of name servers, for as long as their TTLs say. */

import { type DomainName, parentOf } from "../route53/names.ts";
import type { DelegatedServer } from "./response-meaning.ts";

/** A zone cut as the parent's server told it. */
export interface Delegation {
  readonly zone: DomainName;
  /** The zone whose server said so; undefined for the root hints. */
  readonly parent: DomainName | undefined;
  readonly nameServers: readonly DelegatedServer[];
  readonly ttlSeconds: number;
}

export interface DelegationMemory {
  /** The known delegation closest to a name, at it or above. */
  closest(name: DomainName): Delegation | undefined;
  remember(delegation: Delegation): void;
  /** Addresses of a name server outside what its delegation brought along; empty when it is known to have none. */
  addresses(host: DomainName): readonly string[] | undefined;
  rememberAddresses(host: DomainName, addresses: readonly string[], ttlSeconds: number): void;
}

interface Kept<Value> {
  readonly value: Value;
  readonly untilMs: number;
}

/** Enough for any trace and for the local resolver; beyond it the oldest go. */
const MOST_ENTRIES = 10_000;
/** A week, whatever the TTL says (RFC 8767 section 4 recommends a cap of this order). */
const LONGEST_MS = 7 * 24 * 3600 * 1000;

class ExpiringMap<Key, Value> {
  private readonly entries = new Map<Key, Kept<Value>>();
  private readonly nowMs: () => number;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  get(key: Key): Value | undefined {
    const kept = this.entries.get(key);
    if (kept === undefined) return undefined;
    if (this.nowMs() < kept.untilMs) return kept.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: Key, value: Value, ttlSeconds: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, untilMs: this.nowMs() + Math.min(ttlSeconds * 1000, LONGEST_MS) });
    if (this.entries.size > MOST_ENTRIES) {
      const oldest = this.entries.keys().next();
      if (!oldest.done) this.entries.delete(oldest.value);
    }
  }
}

/** `nowMs` counts as {@link import("../clock.ts").Clock.elapsedMs} does. */
export function createDelegationMemory(nowMs: () => number): DelegationMemory {
  const delegations = new ExpiringMap<DomainName, Delegation>(nowMs);
  const addresses = new ExpiringMap<DomainName, readonly string[]>(nowMs);
  return {
    closest(name) {
      for (let at: DomainName | undefined = name; at !== undefined; at = parentOf(at)) {
        const known = delegations.get(at);
        if (known !== undefined) return known;
      }
      return undefined;
    },
    remember(delegation) {
      delegations.set(delegation.zone, delegation, delegation.ttlSeconds);
    },
    addresses: (host) => addresses.get(host),
    rememberAddresses(host, found, ttlSeconds) {
      addresses.set(host, found, ttlSeconds);
    },
  };
}
