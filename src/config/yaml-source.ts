/** A YAML (or JSON) text with the place of every element in it. */

import type { SourcePlace } from "../errors.ts";
import { readCommonYaml } from "./common-yaml.ts";
import type { SourcePath } from "./config.ts";
import type { Environment } from "./environment.ts";
import { TextLines } from "./text-lines.ts";
import { readYamlDocument } from "./yaml-document.ts";

export interface YamlSource {
  readonly file: string;
  /** The plain value; undefined for an empty text. */
  readonly value: unknown;
  /** The path as it is in the file that the place is in. */
  ownPath(path: SourcePath): SourcePath;
  /** Whether the text at `path` is from a variable, wholly or in part. */
  isSubstituted(path: SourcePath): boolean;
  /** Where the value at `path` starts, or the nearest enclosing element that is there. */
  placeOf(path: SourcePath): SourcePlace;
  /** Where the key of the last step of `path` starts; its value's place in a list. */
  placeOfKey(path: SourcePath): SourcePlace;
  /** A scalar as it is written, `012` and not 12; undefined for anything else, and where a variable was put in. */
  writtenAt(path: SourcePath): string | undefined;
}

/**
 * Reads a text; with an environment, variables are put into it. Throws a usage Failure: the first mistake of syntax, or
 * every one of keys, aliases and variables.
 */
export function readYamlSource(file: string, given: string, environment?: Environment): YamlSource {
  // An editor counts no column for the byte order mark.
  const text = given.replace(/^\ufeff/, "");
  const lines = new TextLines(file, text);
  const elements = readCommonYaml(text, environment) ?? readYamlDocument(text, lines, environment);
  return {
    file,
    value: elements.value,
    ownPath: (path) => path,
    isSubstituted: (path) => elements.find(path).isSubstituted,
    placeOf: (path) => lines.placeAt(elements.find(path).start),
    placeOfKey: (path) => lines.placeAt(elements.find(path).keyStart),
    writtenAt: (path) => elements.find(path).written,
  };
}
