/** Where the elements of a text start, in a few flat lists: of a large text, far smaller than its nodes. Pure. */

import type { SourcePath } from "./config.ts";
import type { FoundElement } from "./yaml-elements.ts";

/** A value of a text as it has been read. */
export interface TextElement {
  readonly value: unknown;
  /** Offset of its first character. */
  readonly start: number;
  /** Of a mapping or a list, what `ElementTable.add` gave. */
  readonly container: number | undefined;
  /** Whether a variable is a part of it. */
  readonly isSubstituted: boolean;
}

/** An element in a mapping or a list. */
export interface TextEntry {
  /** Undefined in a list. */
  readonly key: string | undefined;
  /** Offset of the key; in a list, of the element. */
  readonly keyStart: number;
  readonly element: TextElement;
}

/** Of a scalar, in place of a container. */
const NONE = -1;

export class ElementTable {
  // One row an entry. The rows of a container follow each other, so an entry of a list is found without going through it.
  readonly #keys: (string | undefined)[] = [];
  readonly #keyStarts: number[] = [];
  readonly #starts: number[] = [];
  readonly #containers: number[] = [];
  readonly #substituted = new Set<number>();
  /** The first row of each container; the next one's is where it ends. */
  readonly #firstRows: number[] = [0];

  /** The entries of a container, once those of the containers in it have been added. */
  add(entries: readonly TextEntry[]): number {
    for (const { key, keyStart, element } of entries) {
      if (element.isSubstituted) this.#substituted.add(this.#keys.length);
      this.#keys.push(key);
      this.#keyStarts.push(keyStart);
      this.#starts.push(element.start);
      this.#containers.push(element.container ?? NONE);
    }
    return this.#firstRows.push(this.#keys.length) - 2;
  }

  /** `text` is what was read, and `root` all of it. */
  find(path: SourcePath, root: TextElement, text: string): FoundElement {
    let { value, start, container = NONE, isSubstituted } = root;
    let keyStart = start;
    for (const step of path) {
      const row = this.#rowOf(container, step);
      if (row === undefined) break;
      value = Reflect.get(Object(value), step);
      start = this.#starts[row] ?? start;
      keyStart = this.#keyStarts[row] ?? start;
      container = this.#containers[row] ?? NONE;
      isSubstituted = this.#substituted.has(row);
    }
    const isScalar = container === NONE && !isSubstituted;
    const written = isScalar ? (typeof value === "string" ? value : wordAt(text, start)) : undefined;
    return { start, keyStart, isSubstituted, written };
  }

  #rowOf(container: number, step: string | number): number | undefined {
    if (container === NONE) return undefined;
    const first = this.#firstRows[container] ?? 0;
    const end = this.#firstRows[container + 1] ?? first;
    if (first < end && this.#keys[first] === undefined) {
      return typeof step === "number" && first + step < end ? first + step : undefined;
    }
    const key = String(step);
    for (let row = first; row < end; row++) if (this.#keys[row] === key) return row;
    return undefined;
  }
}

/** A number, true, false or null as it is written: what is no text has no white space in it. */
function wordAt(text: string, start: number): string | undefined {
  const word = /[^\s,[\]{}]+/y;
  word.lastIndex = start;
  return word.exec(text)?.[0];
}
