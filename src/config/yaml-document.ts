/** A YAML (or JSON) text as the parser reads it: any there is, every mistake of its structure, and the place of every node. */

import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { Failure } from "../errors.ts";
import { PARSER_OPTIONS } from "./common-yaml.ts";
import { type Environment, substituteVariables } from "./environment.ts";
import { withOthers } from "./several-failures.ts";
import type { TextLines } from "./text-lines.ts";
import type { YamlElements } from "./yaml-elements.ts";

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

/** What an alias may add to the elements that are written, in all: no set-up comes near, and a bomb goes far beyond. */
const MOST_ALIASED_ELEMENTS = 1_000_000;

interface StructureProblem {
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

type Report = (offset: number, problem: StructureProblem) => void;

/** What the parser lets pass: aliases that lead nowhere, into themselves or too far, and keys that are no names. */
function checkStructure(document: Document, report: Report): void {
  const anchors = new Map<string, Node>();
  const sizes = new Map<Node, number>();
  let aliased = 0;
  visit(document, {
    Node(_, node, path) {
      if (path.length > MOST_LEVELS) {
        report(startOf(node) ?? 0, { code: "syntax", ...TOO_DEEP });
        return visit.BREAK;
      }
      if (isMap(node)) checkKeys(node, report);
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const offset = startOf(node) ?? 0;
      const named = anchors.get(node.source);
      if (named === undefined) {
        report(offset, {
          code: "syntax",
          message: `there is no anchor &${node.source} before this alias`,
          next: "correct the name, or write the anchor first",
        });
        return;
      }
      if (path.includes(named)) {
        report(offset, {
          code: "syntax",
          message: `the alias *${node.source} stands inside what it names`,
          next: "write out what is meant",
        });
        return;
      }
      const size = sizeOf(named, sizes);
      sizes.set(node, size);
      aliased += size;
      if (aliased <= MOST_ALIASED_ELEMENTS) return;
      report(offset, {
        code: "syntax",
        message: `the aliases up to here stand for more than ${MOST_ALIASED_ELEMENTS} elements`,
        next: "write out what is meant",
      });
      return visit.BREAK;
    },
  });
}

/** Makes every key the text that it is written as: `010` is a name, not the number 10, which another key would be too. */
function checkKeys(map: YAMLMap, report: Report): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    const offset = startOf(key) ?? startOf(map) ?? 0;
    if (!isScalar(key)) {
      report(offset, {
        code: "bad-key",
        message: "a key is text, not an alias, a list or a mapping",
        next: "write the key out",
      });
      continue;
    }
    if (typeof key.value !== "string" && !isMergeKey(key.value)) key.value = key.source ?? "";
    const text = isMergeKey(key.value) ? "<<" : String(key.value);
    if (text === "__proto__") {
      report(offset, { code: "bad-key", message: "'__proto__' cannot be a key", next: "use another one" });
    }
    if (seen.has(text)) {
      report(offset, {
        code: "duplicate-key",
        message: "this key stands twice in one mapping",
        next: "keep one of the two",
      });
    }
    seen.add(text);
  }
}

/** How many elements a node stands for, those of its aliases included; they have been seen before it can be named. */
function sizeOf(node: unknown, sizes: Map<Node, number>): number {
  if (isPair(node)) return sizeOf(node.value, sizes);
  if (!isNode(node)) return 1;
  const known = sizes.get(node);
  if (known !== undefined) return known;
  const items: readonly unknown[] = isMap(node) || isSeq(node) ? node.items : [];
  let size = 1;
  for (const item of items) size += sizeOf(item, sizes);
  sizes.set(node, size);
  return size;
}

/** A mapping is two: itself and its pair. The deepest document has a dozen. */
const MOST_LEVELS = 100;
const TOO_DEEP = { message: "the file is nested too deeply", next: "write it with fewer levels" } as const;

/** The parser's own words for what people meet most are about its interface, or too terse. */
const SYNTAX_WORDS: Partial<Record<ErrorCode, Pick<StructureProblem, "message" | "next">>> = {
  MULTIPLE_DOCS: { message: "the file has a second document after ---", next: "keep one document in a file" },
  RESOURCE_EXHAUSTION: TOO_DEEP,
};

/** Of a file that says it is JSON, what JSON's own parser says of it: YAML's complains of what came of the mistake. */
function jsonMistake(text: string): { readonly offset: number; readonly message: string } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(said)?.[1];
    const message = said
      .replace(/,? ?(in JSON|after JSON)? at position.*$/, "")
      .replace(/^Unexpected end of JSON input$/, "it ends too early");
    return { offset: position === undefined ? text.length : Number(position), message: `no valid JSON: ${message}` };
  }
}

/** The offset of the `${` that is the one numbered `index` in a scalar; the scalar's own where it cannot be told. */
function offsetOfVariable(node: Node, text: string, index: number): number {
  const [from, to] = node.range ?? [0, 0];
  let at = from - 1;
  for (let i = 0; i <= index; i++) {
    at = text.indexOf("${", at + 1);
    if (at < 0 || at >= to) return from;
  }
  return at;
}

/** Puts variables into every text value; keys stay as they are written. Returns the scalars that have one. */
function substitute(document: Document, text: string, environment: Environment, report: Report): Set<unknown> {
  const substituted = new Set<unknown>();
  // Most files have none, and large ones are slow to walk. In double quotes an escape may stand for a part of it.
  if (!text.includes("${") && !text.includes("\\")) return substituted;
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || typeof node.value !== "string" || !node.value.includes("${")) return;
      const { text: value, hasVariable, problems } = substituteVariables(node.value, environment);
      for (const { index, message, next } of problems) {
        report(offsetOfVariable(node, text, index), { code: "variable", message, next });
      }
      node.value = value;
      if (hasVariable) substituted.add(node);
    },
  });
  return substituted;
}

/**
 * Reads a text without a byte order mark. Throws a usage Failure: the first mistake of syntax, or every one of keys, aliases
 * and variables.
 */
export function readYamlDocument(text: string, lines: TextLines, environment?: Environment): YamlElements {
  const document = parseDocument(text, PARSER_OPTIONS);
  const syntax: Failure[] = [];
  const report = (offset: number, { code, message, next }: StructureProblem) => {
    syntax.push(new Failure({ kind: "usage", code: `config.${code}`, message, where: lines.placeAt(offset), next }));
  };
  // A tag that is not known, which the parser only warns of, would be passed over together with what it was to do.
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    // What follows the first one is mostly its consequence.
    const own = {
      message: `no valid YAML: ${error.message}`,
      next: "correct the text; indentation is by spaces",
      ...SYNTAX_WORDS[error.code],
    };
    const json = lines.file.endsWith(".json") ? jsonMistake(text) : undefined;
    if (json === undefined) report(error.pos[0], { code: "syntax", ...own });
    else report(json.offset, { code: "syntax", message: json.message, next: "correct the text" });
  }
  if (syntax.length === 0) checkStructure(document, report);
  const substituted =
    environment === undefined || syntax.length > 0
      ? new Set<unknown>()
      : substitute(document, text, environment, report);
  const [first, ...others] = syntax;
  if (first !== undefined) throw withOthers(first, others);

  return {
    // Everything that could go wrong with aliases has been looked at.
    value: document.toJS({ maxAliasCount: -1 }) ?? undefined,
    find: (path) => {
      let node: unknown = document.contents;
      let start = startOf(node) ?? 0;
      let keyStart = start;
      for (const step of path) {
        const inside = resolved(node, document);
        if (isMap(inside)) {
          const pair = pairOf(inside, step, document);
          if (pair === undefined) break;
          keyStart = startOf(pair.key) ?? start;
          node = pair.value;
          start = startOf(node) ?? keyStart;
        } else if (isSeq(inside) && typeof step === "number" && step < inside.items.length) {
          node = inside.items[step];
          start = startOf(node) ?? start;
          keyStart = start;
        } else break;
      }
      const scalar = resolved(node, document);
      const isSubstituted = substituted.has(scalar);
      const written = isScalar(scalar) && !isSubstituted ? scalar.source : undefined;
      return { start, keyStart, isSubstituted, written };
    },
  };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
