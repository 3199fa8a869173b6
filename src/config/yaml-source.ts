/** A YAML (or JSON) text with the place of every element in it. */

import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { Failure, type SourcePlace } from "../errors.ts";
import type { SourcePath } from "./config.ts";

export interface YamlSource {
  readonly file: string;
  /** The plain value; undefined for an empty text. */
  readonly value: unknown;
  /** Where the value at `path` starts, or the nearest enclosing element that is there. */
  placeOf(path: SourcePath): SourcePlace;
  /** Where the key of the last step of `path` starts; its value's place in a list. */
  placeOfKey(path: SourcePath): SourcePlace;
}

/** An alias node stands for what it names; its own place is the one to point at, so it is resolved only to descend. */
function resolved(node: unknown, document: Document): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isNode(node) ? node : undefined;
}

/** `<<`, which the parser turns into a symbol where it merges. */
function isMergeKey(value: unknown): boolean {
  return value === "<<" || (typeof value === "symbol" && value.description === "<<");
}

function pairOf(map: YAMLMap, key: string | number, document: Document): Pair | undefined {
  for (const pair of map.items) {
    if (isScalar(pair.key) && String(pair.key.value) === String(key)) return pair;
  }
  for (const pair of map.items) {
    if (!isScalar(pair.key) || !isMergeKey(pair.key.value)) continue;
    const merged = resolved(pair.value, document);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const from = resolved(source, document);
      const found = isMap(from) ? pairOf(from, key, document) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Reads a text. Throws a usage Failure with every syntax error. */
export function readYamlSource(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const placeAt = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = document.errors.map(
    (error) =>
      new Failure({
        kind: "usage",
        code: error.code === "DUPLICATE_KEY" ? "config.duplicate-key" : "config.syntax",
        message:
          error.code === "DUPLICATE_KEY" ? "this key stands twice in one mapping" : `no valid YAML: ${error.message}`,
        where: placeAt(error.pos[0]),
        next: error.code === "DUPLICATE_KEY" ? "keep one of the two" : "correct the text; indentation is by spaces",
      }),
  );
  const [first, ...others] = syntax;
  if (first !== undefined) throw withOthers(first, others);

  const walk = (path: SourcePath): { value: number; key: number } => {
    let node: unknown = document.contents;
    let at = { value: startOf(node) ?? 0, key: startOf(node) ?? 0 };
    for (const step of path) {
      const inside = resolved(node, document);
      if (isMap(inside)) {
        const pair = pairOf(inside, step, document);
        if (pair === undefined) break;
        const key = startOf(pair.key) ?? at.value;
        node = pair.value;
        at = { key, value: startOf(node) ?? key };
      } else if (isSeq(inside) && typeof step === "number" && step < inside.items.length) {
        node = inside.items[step];
        const value = startOf(node) ?? at.value;
        at = { key: value, value };
      } else break;
    }
    return at;
  };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 1000 }) ?? undefined;
  } catch (error) {
    throw new Failure({
      kind: "usage",
      code: "config.syntax",
      message: `no valid YAML: ${error instanceof Error ? error.message : String(error)}`,
      where: { file },
      next: "correct the anchors and aliases",
    });
  }
  return {
    file,
    value,
    placeOf: (path) => placeAt(walk(path).value),
    placeOfKey: (path) => placeAt(walk(path).key),
  };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The first failure of a kind carries the rest. */
export function withOthers(first: Failure, others: readonly Failure[]): Failure {
  return new Failure({
    kind: first.kind,
    code: first.code,
    message: first.message,
    where: first.where,
    next: first.next,
    others,
  });
}
