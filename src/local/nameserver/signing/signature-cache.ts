/** Signatures that were made, by what they cover; bounded, and what nobody asked for in a while goes first. */

import type { ZoneRecord } from "../wire-values.ts";

/** Estimated octets of one generation; there are two. */
const GENERATION_OCTETS = 16 * 1024 * 1024;
/** What an entry costs besides its key, measured roughly on Node 20. */
const ENTRY_OCTETS = 600;

/** Two generations: a hit in the old one moves to the young one, and when that is full, the old one is dropped whole. */
export class SignatureCache {
  readonly #generationOctets: number;
  #young = new Map<string, readonly ZoneRecord[]>();
  #old = new Map<string, readonly ZoneRecord[]>();
  #youngOctets = 0;

  constructor(generationOctets = GENERATION_OCTETS) {
    this.#generationOctets = generationOctets;
  }

  get(key: string): readonly ZoneRecord[] | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.put(key, old);
    return old;
  }

  put(key: string, signatures: readonly ZoneRecord[]): void {
    if (this.#youngOctets >= this.#generationOctets) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngOctets = 0;
    }
    this.#young.set(key, signatures);
    this.#youngOctets += ENTRY_OCTETS + key.length;
  }
}
