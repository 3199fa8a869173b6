/** The signer of one zone: its keys, how long signatures are valid, and the RRSIG records of a record set. */

import { KEY_SIGNING_KEY_FLAGS, ZONE_SIGNING_KEY_FLAGS } from "../../../dns/dnssec-keys.ts";
import { type SigningKey, signingKey, signSet, type Validity } from "../../../dns/dnssec-signing.ts";
import { TYPE } from "../../../dns/types.ts";
import type { DomainName } from "../../../route53/names.ts";
import type { ZoneKeys } from "../published.ts";
import type { ZoneRecord } from "../wire-values.ts";
import { SignatureCache } from "./signature-cache.ts";

const DAY_SECONDS = 24 * 3600;
/** For clocks that go behind ours. */
const BEFORE_DAYS = 1;
/** Twice the longest TTL that a signed zone gives: a record kept to its end still has a signature that holds. */
const AFTER_DAYS = 15;

/** All signatures of a day are valid for the same time, so that each is made once a day. */
function validityOn(day: number): Validity {
  return { inception: (day - BEFORE_DAYS) * DAY_SECONDS, expiration: (day + AFTER_DAYS) * DAY_SECONDS };
}

/** Whatever order the records come in, the set is the same. */
function dataOf(records: readonly ZoneRecord[]): string {
  const texts = records.map(({ rdata }) => `${rdata.length}:${Buffer.from(rdata).toString("latin1")}`);
  return texts.length < 2 ? texts.join() : texts.sort().join();
}

export class ZoneSigner {
  readonly #zone: DomainName;
  readonly #keySigningKeys: readonly SigningKey[];
  readonly #zoneSigningKey: SigningKey;
  readonly #number: number;
  readonly #cache: SignatureCache;
  readonly #now: () => number;

  /** `number` tells its signatures in the cache from those of other signers. */
  constructor(zone: DomainName, keys: ZoneKeys, number: number, cache: SignatureCache, now: () => number) {
    this.#zone = zone;
    this.#keySigningKeys = keys.keySigningKeys.map((key) => signingKey(key, KEY_SIGNING_KEY_FLAGS));
    this.#zoneSigningKey = signingKey(keys.zoneSigningKey, ZONE_SIGNING_KEY_FLAGS);
    this.#number = number;
    this.#cache = cache;
    this.#now = now;
  }

  /** Data of the zone's DNSKEY records. */
  get dnskeys(): Uint8Array[] {
    return [...this.#keySigningKeys, this.#zoneSigningKey].map(({ dnskey }) => dnskey);
  }

  /** The RRSIG records of one record set: the DNSKEY set's by every key-signing key, any other's by the zone-signing key. */
  signaturesOf(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
    const [first] = records;
    if (first === undefined) return [];
    const day = Math.floor(this.#now() / 1000 / DAY_SECONDS);
    const key = `${this.#number} ${day} ${first.type} ${first.ttlSeconds} ${first.name} ${dataOf(records)}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const made = this.#sign(first, records, day);
    this.#cache.put(key, made);
    return made;
  }

  /** The same for a set that hardly anybody will ask for again. */
  signaturesOfOnce(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
    const [first] = records;
    return first === undefined ? [] : this.#sign(first, records, Math.floor(this.#now() / 1000 / DAY_SECONDS));
  }

  #sign(first: ZoneRecord, records: readonly ZoneRecord[], day: number): ZoneRecord[] {
    const { name, type, class: recordClass, ttlSeconds } = first;
    const set = { owner: name, type, class: recordClass, ttlSeconds, rdata: records.map(({ rdata }) => rdata) };
    const keys = type === TYPE.DNSKEY ? this.#keySigningKeys : [this.#zoneSigningKey];
    return keys.map((key) => ({
      name,
      type: TYPE.RRSIG,
      class: recordClass,
      ttlSeconds,
      rdata: signSet(set, this.#zone, key, validityOn(day)),
      host: undefined,
    }));
  }
}

/** The signers of many zones, with one cache. A zone that is published again with the same keys keeps its signer. */
export class ZoneSigners {
  readonly #now: () => number;
  readonly #cache = new SignatureCache();
  readonly #signers = new Map<string, { readonly keys: string; readonly signer: ZoneSigner }>();
  #made = 0;

  /** Wall time, epoch ms: validators have no other. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined, and forgotten, without keys. */
  signerOf(zoneId: string, zone: DomainName, keys: ZoneKeys | undefined): ZoneSigner | undefined {
    if (keys === undefined) {
      this.#signers.delete(zoneId);
      return undefined;
    }
    const text = [...keys.keySigningKeys, keys.zoneSigningKey].join();
    const known = this.#signers.get(zoneId);
    if (known?.keys === text) return known.signer;
    const signer = new ZoneSigner(zone, keys, this.#made++, this.#cache, this.#now);
    this.#signers.set(zoneId, { keys: text, signer });
    return signer;
  }

  forget(zoneId: string): void {
    this.#signers.delete(zoneId);
  }
}
