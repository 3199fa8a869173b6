/** The signer of one zone: its keys, how long signatures are valid, and the RRSIG records of a record set. */

import { KEY_SIGNING_KEY_FLAGS, ZONE_SIGNING_KEY_FLAGS } from "../../../dns/dnssec-keys.ts";
import { type SigningKey, signingKey, signSet, type Validity } from "../../../dns/dnssec-signing.ts";
import { TYPE } from "../../../dns/types.ts";
import type { DomainName } from "../../../route53/names.ts";
import { GenerationCache } from "../generation-cache.ts";
import type { ZoneKeys } from "../published.ts";
import type { ZoneRecord } from "../wire-values.ts";

const DAY_SECONDS = 24 * 3600;
/** For clocks that go behind ours. */
const BEFORE_DAYS = 1;
/** Twice the longest TTL that a signed zone gives: a record kept to its end still has a signature that holds. */
const AFTER_DAYS = 15;

/** Signatures by what they cover. */
type SignatureCache = GenerationCache<readonly ZoneRecord[]>;

/** Of signatures, estimated, in one generation of the cache. */
const GENERATION_OCTETS = 16 * 1024 * 1024;
/** What an entry costs besides its key, measured roughly on Node 20. */
const ENTRY_OCTETS = 600;

function dayOf(epochMs: number): number {
  return Math.floor(epochMs / 1000 / DAY_SECONDS);
}

/** All signatures of a day are valid for the same time, so that each is made once a day. */
function validityOn(day: number): Validity {
  return { inception: (day - BEFORE_DAYS) * DAY_SECONDS, expiration: (day + AFTER_DAYS) * DAY_SECONDS };
}

/** Whatever order the records come in, the set is the same. */
function dataOf(records: readonly ZoneRecord[]): string {
  const texts = records.map(({ rdata }) => `${rdata.length}:${Buffer.from(rdata).toString("latin1")}`);
  return texts.length < 2 ? texts.join() : texts.sort().join();
}

/** A signed set, as it is known again by its records' data being the very same objects: those of a zone's records last. */
interface Remembered {
  readonly day: number;
  readonly records: readonly ZoneRecord[];
  readonly signatures: readonly ZoneRecord[];
}

function isSameSet(one: readonly ZoneRecord[], other: readonly ZoneRecord[]): boolean {
  const [first] = one;
  const [second] = other;
  if (one.length !== other.length || first === undefined || second === undefined) return false;
  if (first.type !== second.type || first.ttlSeconds !== second.ttlSeconds || first.name !== second.name) return false;
  // The order changes from answer to answer.
  for (const { rdata } of one) if (!other.some((record) => record.rdata === rdata)) return false;
  return true;
}

/** A key, and the last day (UTC, counted from 1970) on which it can be used. */
interface UsableKey extends SigningKey {
  readonly lastDay: number;
}

export class ZoneSigner {
  readonly #zone: DomainName;
  readonly #keySigningKeys: readonly UsableKey[];
  readonly #zoneSigningKey: SigningKey;
  readonly #otherZoneSigningKeys: readonly SigningKey[];
  readonly #number: number;
  readonly #cache: SignatureCache;
  readonly #now: () => number;
  /** By the data of a set's first record: what was signed last that began with it. Saves the cache's long keys. */
  readonly #remembered = new WeakMap<Uint8Array, Remembered>();

  /** `number` tells its signatures in the cache from those of other signers. */
  constructor(zone: DomainName, keys: ZoneKeys, number: number, cache: SignatureCache, now: () => number) {
    this.#zone = zone;
    this.#keySigningKeys = keys.keySigningKeys.map((privateKey) => ({
      ...signingKey(privateKey, KEY_SIGNING_KEY_FLAGS),
      lastDay: dayOf(keys.outOfReach?.get(privateKey) ?? Number.POSITIVE_INFINITY),
    }));
    this.#zoneSigningKey = signingKey(keys.zoneSigningKey, ZONE_SIGNING_KEY_FLAGS);
    this.#otherZoneSigningKeys = (keys.otherZoneSigningKeys ?? []).map((privateKey) =>
      signingKey(privateKey, ZONE_SIGNING_KEY_FLAGS),
    );
    this.#number = number;
    this.#cache = cache;
    this.#now = now;
  }

  /** Data of the zone's DNSKEY records. */
  get dnskeys(): Uint8Array[] {
    return [...this.#keySigningKeys, this.#zoneSigningKey, ...this.#otherZoneSigningKeys].map(({ dnskey }) => dnskey);
  }

  /** Another one each day (UTC), when all signatures are made anew. */
  get day(): number {
    return dayOf(this.#now());
  }

  /** The RRSIG records of one record set: the DNSKEY set's by every key-signing key, any other's by the zone-signing key. */
  signaturesOf(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
    const [first] = records;
    if (first === undefined) return [];
    const day = dayOf(this.#now());
    const remembered = this.#remembered.get(first.rdata);
    if (remembered !== undefined && remembered.day === day && isSameSet(records, remembered.records)) {
      return remembered.signatures;
    }
    const signatures = this.#cached(first, records, day);
    this.#remembered.set(first.rdata, { day, records, signatures });
    return signatures;
  }

  /** The same for a set that was made up for this answer, and may be for others. */
  signaturesOfMadeUp(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
    const [first] = records;
    return first === undefined ? [] : this.#cached(first, records, dayOf(this.#now()));
  }

  /** The same for a set that hardly anybody will ask for again. */
  signaturesOfOnce(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
    const [first] = records;
    return first === undefined ? [] : this.#sign(first, records, dayOf(this.#now()));
  }

  #cached(first: ZoneRecord, records: readonly ZoneRecord[], day: number): readonly ZoneRecord[] {
    const key = `${this.#number} ${day} ${first.type} ${first.ttlSeconds} ${first.name} ${dataOf(records)}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const made = this.#sign(first, records, day);
    this.#cache.put(key, made);
    return made;
  }

  #sign(first: ZoneRecord, records: readonly ZoneRecord[], day: number): ZoneRecord[] {
    const { name, type, class: recordClass, ttlSeconds } = first;
    const set = { owner: name, type, class: recordClass, ttlSeconds, rdata: records.map(({ rdata }) => rdata) };
    const signature = (key: SigningKey, onDay: number): ZoneRecord => ({
      name,
      type: TYPE.RRSIG,
      class: recordClass,
      ttlSeconds,
      rdata: signSet(set, this.#zone, key, validityOn(onDay)),
      host: undefined,
    });
    if (type !== TYPE.DNSKEY) return [signature(this.#zoneSigningKey, day)];
    return this.#keySigningKeys.map((key) => signature(key, Math.min(day, key.lastDay)));
  }
}

/** Tells keys from others. */
function textOf({
  keySigningKeys,
  zoneSigningKey,
  otherZoneSigningKeys = [],
  outOfReach = new Map(),
}: ZoneKeys): string {
  return [keySigningKeys, zoneSigningKey, otherZoneSigningKeys, [...outOfReach].flat()].map(String).join(" ");
}

/** The signers of many zones, with one cache. A zone that is published again with the same keys keeps its signer. */
export class ZoneSigners {
  readonly #now: () => number;
  readonly #cache: SignatureCache = new GenerationCache(GENERATION_OCTETS, (key) => ENTRY_OCTETS + key.length);
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
    const text = textOf(keys);
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
