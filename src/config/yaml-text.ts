/** Plain data as YAML that reads as people write r53kit.yaml: short things on one line, long ones below each other. Pure. */

/** What a set-up file is made of. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlMapping;
export interface YamlMapping {
  readonly [key: string]: YamlValue;
}

/** Longer lines are broken up where they can be. */
const LINE_WIDTH = 120;

/** Reads as text in every version of YAML, in a flow collection too. */
const PLAIN = /^[A-Za-z_/][A-Za-z0-9_./+=-]*( [A-Za-z0-9_./+=-]+)*$/;
const PLAIN_ADDRESS = /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/;
const PLAIN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Text that some version of YAML takes for something else. */
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;

function quoted(text: string): string {
  const printable = /^[\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/.test(text);
  if (printable && /["\\]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function textOrQuoted(text: string): string {
  const plain = (PLAIN.test(text) && !RESERVED.test(text)) || PLAIN_ADDRESS.test(text) || PLAIN_ID.test(text);
  return plain ? text : quoted(text);
}

function scalarText(value: string | number | boolean | null): string {
  // `${` would be a variable; keys have none.
  return typeof value === "string" ? textOrQuoted(value.replaceAll("${", () => "$${")) : String(value);
}

function isScalar(value: YamlValue): value is string | number | boolean | null {
  return typeof value !== "object" || value === null;
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** On one line, as `{ name: www, values: [192.0.2.1] }`. */
function flowText(value: YamlValue): string {
  if (isScalar(value)) return scalarText(value);
  if (isList(value)) return `[${value.map(flowText).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, one]) => `${textOrQuoted(key)}: ${flowText(one)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

function fits(indent: number, text: string): boolean {
  return indent + text.length <= LINE_WIDTH;
}

/** `key: value`; `padTo` lets the values of several keys stand below each other. */
export function pairLines(key: string, value: YamlValue, indent: number, padTo = 0): string[] {
  const margin = " ".repeat(indent);
  const head = `${textOrQuoted(key)}:`;
  const line = `${head.padEnd(padTo)} ${flowText(value)}`;
  if (isScalar(value) || fits(indent, line) || isEmpty(value)) return [margin + line];
  return [`${margin}${head}`, ...(isList(value) ? listLines(value, indent + 2) : mappingLines(value, indent + 2))];
}

function isEmpty(value: readonly YamlValue[] | YamlMapping): boolean {
  return Object.keys(value).length === 0;
}

/** The longest key for which the others are moved to the right. */
const LONGEST_PADDING = 32;

/** The pairs of a mapping; those whose values are mappings stand in columns. */
function mappingLines(mapping: YamlMapping, indent: number): string[] {
  const columns = Object.entries(mapping).filter(([, value]) => !isScalar(value) && !isList(value));
  const longest = Math.max(0, ...columns.map(([key]) => textOrQuoted(key).length));
  const padTo = columns.length > 1 && longest <= LONGEST_PADDING ? longest + 1 : 0;
  return Object.entries(mapping).flatMap(([key, value]) =>
    pairLines(key, value, indent, isScalar(value) || isList(value) ? 0 : padTo),
  );
}

/** `- { name: www, ... }`, or with its keys below each other when `expanded` or too long. */
export function itemLines(item: YamlValue, indent: number, expanded = false): string[] {
  const margin = " ".repeat(indent);
  const line = `- ${flowText(item)}`;
  if (isScalar(item) || isList(item) || (!expanded && fits(indent, line))) return [margin + line];
  const [first = "", ...others] = mappingLines(item, indent + 2);
  return [`${margin}- ${first.slice(indent + 2)}`, ...others];
}

function listLines(list: readonly YamlValue[], indent: number): string[] {
  return list.flatMap((item) => itemLines(item, indent));
}

/** Text from outside as a comment: printable and on one line, so that it cannot end the comment. */
export function commentLine(text: string, indent: number): string {
  const safe = text.replace(
    /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]+/g,
    " ",
  );
  return `${" ".repeat(indent)}# ${safe}`;
}
