/** A master file as records (RFC 1035 section 5, RFC 2308 section 4, RFC 3597, and BIND's `$GENERATE` and time units). Pure. */

import { CLASS, typeName, typeNumber } from "../../dns/types.ts";
import { type DomainName, displayName, isWithin } from "../../route53/names.ts";
import { isRecordType, type RecordType } from "../../route53/record-set.ts";
import { readMasterName } from "./escapes.ts";
import { generated, generatedNumbers } from "./generate.ts";
import { type Position, ZoneFileError, type ZoneFileProblem } from "./problem.ts";
import { readMasterData } from "./record-data.ts";
import { type Entry, scanMasterFile, scanPart, type Token } from "./scanner.ts";
import { looksLikeTtl, parseTtl } from "./ttl.ts";

export interface MasterRecord {
  readonly name: DomainName;
  readonly type: RecordType;
  readonly ttlSeconds: number;
  /** In Route 53's canonical text. */
  readonly value: string;
  readonly place: Position;
}

export interface MasterFile {
  /** In the order of the file. */
  readonly records: readonly MasterRecord[];
  /** In the order of the file; records with one are left out. */
  readonly problems: readonly ZoneFileProblem[];
}

interface ReaderState {
  readonly zone: DomainName;
  origin: DomainName;
  /** Of `$TTL`. */
  defaultTtlSeconds: number | undefined;
  /** Of the record before, for files without `$TTL` (RFC 1035 section 5.1). */
  lastTtlSeconds: number | undefined;
  lastOwner: DomainName | undefined;
}

/** The origin is the zone's name until the file says otherwise. */
export function readMasterFile(source: string, zone: DomainName): MasterFile {
  const { entries, problems: scanned } = scanMasterFile(source);
  const problems: ZoneFileProblem[] = [...scanned];
  const records: MasterRecord[] = [];
  const state: ReaderState = {
    zone,
    origin: zone,
    defaultTtlSeconds: undefined,
    lastTtlSeconds: undefined,
    lastOwner: undefined,
  };
  for (const entry of entries) {
    try {
      for (const record of readEntry(entry, state)) records.push(record);
    } catch (error) {
      if (!(error instanceof ZoneFileError)) throw error;
      problems.push(error.problem);
    }
  }
  return { records, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

function readEntry(entry: Entry, state: ReaderState): MasterRecord[] {
  const [first, ...rest] = entry.tokens;
  if (entry.ownerOmitted) {
    if (state.lastOwner === undefined) {
      throw new ZoneFileError(first, {
        code: "zonefile.no-owner",
        message: "a line that starts with white space takes the owner of the record before, and there is none",
        next: "write the owner's name first",
      });
    }
    return [readRecord(state.lastOwner, entry.tokens, first, state)];
  }
  if (first.text.startsWith("$")) return readDirective(first, rest, state);
  // Kept although the rest may be wrong: what follows without an owner means this one.
  state.lastOwner = readMasterName(first.text, state.origin, first);
  return [readRecord(state.lastOwner, rest, first, state)];
}

function readDirective(directive: Token, values: readonly Token[], state: ReaderState): MasterRecord[] {
  const [value, extra] = values;
  const name = directive.text.toUpperCase();
  switch (name) {
    case "$ORIGIN":
      if (value === undefined || extra !== undefined) throw badDirective(directive, "$ORIGIN takes one name");
      state.origin = readMasterName(value.text, state.origin, value);
      return [];
    case "$TTL":
      if (value === undefined || extra !== undefined) throw badDirective(directive, "$TTL takes one time");
      state.defaultTtlSeconds = readTtl(value);
      return [];
    case "$GENERATE":
      return readGenerate(directive, values, state);
    case "$INCLUDE":
      throw new ZoneFileError(directive, {
        code: "zonefile.include",
        message: "$INCLUDE is not followed: a zone file that is imported must be whole",
        next: "put the other file's records in its place, for example with named-compilezone",
      });
    default:
      throw new ZoneFileError(directive, {
        code: "zonefile.unknown-directive",
        message: `${directive.text} is no directive`,
        next: "there are $ORIGIN, $TTL and $GENERATE; write \\$ for a name that starts with a dollar sign",
      });
  }
}

function badDirective(at: Position, message: string): ZoneFileError {
  return new ZoneFileError(at, { code: "zonefile.bad-directive", message, next: "write it on a line of its own" });
}

function readTtl(token: Token): number {
  const seconds = parseTtl(token.text);
  if (seconds !== undefined) return seconds;
  throw new ZoneFileError(token, {
    code: "zonefile.bad-ttl",
    message: `'${token.text}' is no time from 0 to 2147483647 seconds`,
    next: "write seconds, or units as in 1h30m",
  });
}

function readGenerate(directive: Token, values: readonly Token[], state: ReaderState): MasterRecord[] {
  const [range, owner, ...rest] = values;
  const data = rest.at(-1);
  if (range === undefined || owner === undefined || data === undefined || rest.length < 2) {
    throw badDirective(directive, "$GENERATE takes a range, an owner, a type and data");
  }
  const template = data.text.startsWith('"') ? data.text.slice(1, -1) : data.text;
  return generatedNumbers(range.text, range).map((number) => {
    const name = readMasterName(generated(owner.text, number, owner), state.origin, owner);
    const made = scanPart(generated(template, number, data), data);
    return readRecord(name, [...rest.slice(0, -1), ...made], directive, state);
  });
}

/** `tokens` are what stands after the owner. */
function readRecord(name: DomainName, tokens: readonly Token[], place: Token, state: ReaderState): MasterRecord {
  let ttlSeconds: number | undefined;
  let classSeen = false;
  let at = 0;
  // Class and TTL come before the type, in either order, and both may be left out.
  for (let token = tokens[at]; token !== undefined; token = tokens[++at]) {
    if (!classSeen && isClass(token)) classSeen = true;
    else if (ttlSeconds === undefined && looksLikeTtl(token.text)) ttlSeconds = readTtl(token);
    else break;
  }
  const typeToken = tokens[at];
  if (typeToken === undefined) {
    throw new ZoneFileError(place, {
      code: "zonefile.no-type",
      message: "a record has no type",
      next: "write NAME [TTL] [IN] TYPE DATA",
    });
  }
  if (ttlSeconds !== undefined) state.lastTtlSeconds = ttlSeconds;
  const type = readType(typeToken);
  if (!isWithin(name, state.zone)) {
    throw new ZoneFileError(place, {
      code: "zonefile.outside-zone",
      message: `${displayName(name)} lies outside of the zone ${displayName(state.zone)}`,
      next: "check $ORIGIN and the trailing dots, or import the file into the zone that it is of",
    });
  }
  const data = tokens.slice(at + 1);
  const value = readMasterData(type, data, state.origin, data[0] ?? typeToken);
  const ttl = ttlSeconds ?? state.defaultTtlSeconds ?? state.lastTtlSeconds ?? minimumOf(type, value);
  if (ttl === undefined) {
    throw new ZoneFileError(typeToken, {
      code: "zonefile.no-ttl",
      message: "neither this record nor a $TTL or a record before it says a TTL",
      next: "put $TTL 300, or whatever fits, at the top of the file",
    });
  }
  // The SOA's own minimum goes for the records after it, as in BIND.
  state.lastTtlSeconds ??= ttl;
  return { name, type, ttlSeconds: ttl, value, place: { line: place.line, column: place.column } };
}

/** An SOA without a TTL: before RFC 2308 its minimum was the default. */
function minimumOf(type: RecordType, value: string): number | undefined {
  return type === "SOA" ? Number(value.split(" ").at(-1)) : undefined;
}

function isClass(token: Token): boolean {
  const upper = token.text.toUpperCase();
  const number = /^CLASS([0-9]{1,5})$/.exec(upper)?.[1];
  if (upper === "IN" || Number(number) === CLASS.IN) return true;
  if (!["CH", "HS", "CS"].includes(upper) && number === undefined) return false;
  throw new ZoneFileError(token, {
    code: "zonefile.other-class",
    message: `Route 53 has no records of the class ${upper}`,
    next: "leave them out: only IN is hosted",
  });
}

/** Made by whoever signs a zone. */
const SIGNERS = new Set([
  "RRSIG",
  "NSEC",
  "NSEC3",
  "NSEC3PARAM",
  "DNSKEY",
  "CDS",
  "CDNSKEY",
  "ZONEMD",
  "SIG",
  "KEY",
  "NXT",
]);

function readType(token: Token): RecordType {
  const number = typeNumber(token.text);
  if (number === undefined) {
    throw new ZoneFileError(token, {
      code: "zonefile.unknown-type",
      message: `'${token.text}' is no record type`,
      next: "write NAME [TTL] [IN] TYPE DATA",
    });
  }
  const type = typeName(number);
  if (isRecordType(type)) return type;
  throw new ZoneFileError(token, {
    code: "zonefile.unsupported-type",
    message: `Route 53 hosts no ${type} records`,
    next: SIGNERS.has(type)
      ? "leave them out: a zone that Route 53 signs gets its own"
      : "leave them out, or keep them in a zone elsewhere that you delegate to",
  });
}
