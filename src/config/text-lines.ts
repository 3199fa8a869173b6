/** The lines of a text: from offsets to places. */

import { LineCounter } from "yaml";
import type { SourcePlace } from "../errors.ts";

export class TextLines {
  readonly file: string;
  readonly #text: string;
  #counter: LineCounter | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
  }

  /** The place of a UTF-16 offset; beyond the text, its end. */
  placeAt(offset: number): SourcePlace {
    this.#counter ??= linesOf(this.#text);
    const { line, col } = this.#counter.linePos(Math.min(offset, this.#text.length));
    return { file: this.file, line, column: col };
  }
}

function linesOf(text: string): LineCounter {
  const counter = new LineCounter();
  for (let at = 0; ; ) {
    counter.addNewLine(at);
    at = text.indexOf("\n", at) + 1;
    if (at === 0) return counter;
  }
}
