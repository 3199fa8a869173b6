/** What reading a text gives, whoever read it. */

import type { SourcePath } from "./config.ts";

export interface YamlElements {
  /** The plain value of the whole text; undefined for an empty one. */
  readonly value: unknown;
  /** What a path leads to, or the nearest enclosing element that is there. */
  find(path: SourcePath): FoundElement;
}

/** Offsets are in UTF-16 units of the text. */
export interface FoundElement {
  /** Of its first character. */
  readonly start: number;
  /** Of the first character of its key; in a list, its own. */
  readonly keyStart: number;
  /** Whether it is text with a variable in it. */
  readonly isSubstituted: boolean;
  /** Of a scalar, how it is written but for quotation marks; undefined where a variable was put in. */
  readonly written: string | undefined;
}
