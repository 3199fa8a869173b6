/**
 * A strict reader of small XML documents, as AWS requests are: elements, text, CDATA, the five named entities and character
 * references. A document type declaration is refused, so there are no entities to expand; depth is limited.
 */

import { MalformedRequestError } from "./aws-error.ts";

export interface XmlElement {
  /** Without its namespace prefix. */
  readonly name: string;
  /** Without `xmlns` declarations; prefixes kept. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside, joined. */
  readonly text: string;
}

const MAX_DEPTH = 64;
/** Most elements hold text alone. */
const NO_CHILDREN: readonly XmlElement[] = Object.freeze([]);
const NO_ATTRIBUTES: Readonly<Record<string, string>> = Object.freeze({});
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
// XML 1.0 section 2.2: what may not occur at all, written out or as a reference.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const NAME = /[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?/y;
const SPACE = /[ \t\r\n]+/y;
const ATTRIBUTE = /[ \t\r\n]+([A-Za-z_][A-Za-z0-9_.:-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;

class Draft implements XmlElement {
  children: readonly XmlElement[] = NO_CHILDREN;
  text = "";
  readonly qualifiedName: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;

  constructor(qualifiedName: string, attributes: Readonly<Record<string, string>>) {
    this.qualifiedName = qualifiedName;
    this.name = qualifiedName.slice(qualifiedName.indexOf(":") + 1);
    this.attributes = attributes;
  }

  add(child: XmlElement): void {
    if (this.children === NO_CHILDREN) this.children = [child];
    else (this.children as XmlElement[]).push(child);
  }
}

function malformed(problem: string): MalformedRequestError {
  return new MalformedRequestError(`XML document is malformed: ${problem}`);
}

function decode(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]{0,12});?/g, (whole, reference: string) => {
    if (!whole.endsWith(";")) throw malformed("'&' starts no entity");
    const named = Object.hasOwn(NAMED, reference) ? NAMED[reference] : undefined;
    if (named !== undefined) return named;
    const digits = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(reference);
    const code =
      digits === null ? Number.NaN : Number.parseInt(digits[1] ?? digits[2] ?? "", digits[1] === undefined ? 10 : 16);
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (!(code <= 0x10ffff) || surrogate || FORBIDDEN.test(String.fromCodePoint(code))) {
      throw malformed(`'&${reference};' is not known`);
    }
    return String.fromCodePoint(code);
  });
}

/** The XML declaration is one, and the only one that says something: an encoding, which must be ours. */
function checkInstruction(instruction: string): void {
  const encoding = /^xml\s[\s\S]*?encoding\s*=\s*["']([^"']*)["']/.exec(instruction)?.[1];
  if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding))
    throw malformed(`encoding '${encoding}' is not UTF-8`);
}

/** The root element. Throws {@link MalformedRequestError}. */
export function parseXml(source: string): XmlElement {
  const text = source.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  if (FORBIDDEN.test(text)) throw malformed("it holds a control character");
  const open: Draft[] = [];
  let root: Draft | undefined;
  let at = 0;

  const sticky = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const skipPast = (end: string, what: string): string => {
    const stop = text.indexOf(end, at);
    if (stop === -1) throw malformed(`a ${what} does not end`);
    const inside = text.slice(at, stop);
    at = stop + end.length;
    return inside;
  };
  const addText = (value: string) => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.text += value;
    else if (value.trim() !== "") throw malformed("there is text outside the root element");
  };
  const readAttributes = (): Readonly<Record<string, string>> => {
    const attributes: Record<string, string> = {};
    const names = new Set<string>();
    for (let found = sticky(ATTRIBUTE); found !== null; found = sticky(ATTRIBUTE)) {
      const key = found[1] as string;
      if (names.has(key)) throw malformed(`attribute '${key}' occurs twice`);
      names.add(key);
      if (key !== "xmlns" && !key.startsWith("xmlns:")) attributes[key] = decode(found[2] ?? found[3] ?? "");
    }
    sticky(SPACE);
    return attributes;
  };
  const openElement = () => {
    const name = sticky(NAME)?.[0];
    if (name === undefined) throw malformed("'<' starts no element");
    // Nearly all elements have no attributes.
    const attributes = text[at] === ">" ? NO_ATTRIBUTES : readAttributes();
    const empty = text.startsWith("/>", at);
    if (!empty && text[at] !== ">") throw malformed(`the tag of '${name}' does not end`);
    at += empty ? 2 : 1;
    const element = new Draft(name, attributes);
    const parent = open.at(-1);
    if (parent !== undefined) parent.add(element);
    else if (root === undefined) root = element;
    else throw malformed("it has more than one root element");
    if (empty) return;
    if (open.length >= MAX_DEPTH) throw malformed(`it is nested deeper than ${MAX_DEPTH} elements`);
    open.push(element);
  };
  const closeElement = () => {
    const element = open.pop();
    if (element === undefined || !text.startsWith(element.qualifiedName, at))
      throw malformed("an end tag closes nothing");
    at += element.qualifiedName.length;
    if (text[at] !== ">") sticky(SPACE);
    if (text[at] !== ">") throw malformed(`'${element.qualifiedName}' is not closed`);
    at += 1;
  };

  while (at < text.length) {
    const next = text.indexOf("<", at);
    if (next !== at) {
      const stop = next === -1 ? text.length : next;
      addText(decode(text.slice(at, stop)));
      at = stop;
      continue;
    }
    at += 1;
    const mark = text[at];
    if (mark === "/") {
      at += 1;
      closeElement();
    } else if (mark === "?") {
      at += 1;
      checkInstruction(skipPast("?>", "processing instruction"));
    } else if (mark !== "!") {
      openElement();
    } else if (text.startsWith("!--", at)) {
      at += 3;
      skipPast("-->", "comment");
    } else if (text.startsWith("![CDATA[", at)) {
      at += 8;
      addText(skipPast("]]>", "CDATA section"));
    } else {
      throw malformed("a document type declaration is not allowed");
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw malformed(`'${unclosed.qualifiedName}' is not closed`);
  if (root === undefined) throw malformed("it has no root element");
  return root;
}
