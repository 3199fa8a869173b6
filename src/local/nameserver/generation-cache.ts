/** A bounded cache in two generations: what is asked for moves to the young one, and when that is full, the old one is dropped whole. */

export class GenerationCache<Value> {
  readonly #size: number;
  readonly #sizeOf: (key: string) => number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #used = 0;

  /** `size` is what one generation may hold, of which an entry takes `sizeOf` its key; unless told otherwise, one. */
  constructor(size: number, sizeOf: (key: string) => number = () => 1) {
    this.#size = size;
    this.#sizeOf = sizeOf;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.put(key, old);
    return old;
  }

  put(key: string, value: Value): void {
    if (this.#used >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#used = 0;
    }
    this.#young.set(key, value);
    this.#used += this.#sizeOf(key);
  }
}
