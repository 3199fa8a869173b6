/**
 * The whole state as one file: gzip of lines of JSON, a header, one line an entry, and a trailer that seals what stands before it.
 * Pure but for the compression: who reads and writes the store and the file is elsewhere.
 */

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { Failure } from "../errors.ts";
import type { Key, Store } from "./store/store.ts";
import { STATE_FORMAT } from "./store/store.ts";

const KIND = "r53kit-snapshot";
/** Raised when the lines change shape; what the entries hold has a format of its own, {@link STATE_FORMAT}. */
const VERSION = 1;
/** More is no snapshot of ours, but a file made to fill the memory. */
const LARGEST_BYTES = 2 ** 31;
const CHUNK_CHARACTERS = 1 << 20;

interface Header {
  readonly kind: typeof KIND;
  readonly version: number;
  readonly state: number;
  /** ISO 8601. */
  readonly createdAt: string;
}

interface Trailer {
  readonly entries: number;
  /** Hexadecimal, of every byte before this line. */
  readonly sha256: string;
}

export interface SnapshotEntry {
  readonly table: string;
  readonly key: Key;
  readonly value: unknown;
}

/** What is in a store at this moment. */
export function* entriesOf(store: Store): Iterable<SnapshotEntry> {
  for (const table of store.tableNames().sort()) {
    for (const { key, value } of store.table<unknown>(table).entries()) yield { table, key, value };
  }
}

/** Makes these the store's whole content, in one transaction. */
export function replaceContent(store: Store, entries: readonly SnapshotEntry[]): void {
  // LMDB makes tables outside of transactions.
  for (const { table } of entries) store.table(table);
  store.write(() => {
    store.clear();
    for (const { table, key, value } of entries) store.table<unknown>(table).put(key, value);
  });
}

/** JSON of plain data; what would not come back as it was is a defect, and must not be found out when a snapshot is loaded. */
function lineOf(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    const own = this[key];
    const plain = own === null || typeof own !== "object" || Array.isArray(own) || isPlainObject(own);
    if (!plain || (typeof own === "number" && !Number.isFinite(own)) || typeof own === "bigint") {
      throw new Error(`a table holds what is no plain data, at '${key}'`);
    }
    return shown;
  });
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The entries are taken in this turn, so they belong together; only compressing them takes longer. */
export function encodeSnapshot(entries: Iterable<SnapshotEntry>, createdAt: Date): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let text = `${lineOf({ kind: KIND, version: VERSION, state: STATE_FORMAT, createdAt: createdAt.toISOString() } satisfies Header)}\n`;
  let count = 0;
  for (const { table, key, value } of entries) {
    text += `${lineOf([table, key, value])}\n`;
    count += 1;
    if (text.length < CHUNK_CHARACTERS) continue;
    chunks.push(Buffer.from(text));
    text = "";
  }
  chunks.push(Buffer.from(text));
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  chunks.push(Buffer.from(`${lineOf({ entries: count, sha256: hash.digest("hex") } satisfies Trailer)}\n`));
  return promisify(gzip)(Buffer.concat(chunks));
}

function refuse(code: "format" | "damaged", message: string, next: string, cause?: unknown): Failure {
  return new Failure({ kind: "usage", code: `snapshot.${code}`, message, next, cause });
}

const notASnapshot = (cause?: unknown) =>
  refuse(
    "format",
    "That is no snapshot of a local backend",
    "Give a file that `r53kit local snapshot save` wrote",
    cause,
  );

const damaged = (how: string, cause?: unknown) =>
  refuse("damaged", `The snapshot is damaged: ${how}`, "Copy the file anew, or take another snapshot", cause);

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}

function isKey(value: unknown): value is Key {
  const part = (one: unknown) => typeof one === "string" || typeof one === "number";
  return typeof value === "string" || (Array.isArray(value) && value.length > 0 && value.every(part));
}

function checkHeader(header: Partial<Header> | undefined): void {
  if (header === undefined || header === null || header.kind !== KIND) throw notASnapshot();
  const format = (what: string, has: unknown, reads: number) =>
    refuse(
      "format",
      `The snapshot's ${what} has format ${String(has)}, of another version of r53kit; this one reads format ${reads}`,
      "Load it with the version that saved it",
    );
  if (header.version !== VERSION) throw format("file", header.version, VERSION);
  if (header.state !== STATE_FORMAT) throw format("state", header.state, STATE_FORMAT);
}

/** All of it, verified. Throws a Failure `snapshot.format` or `snapshot.damaged`, each one sentence. */
export async function decodeSnapshot(file: Uint8Array): Promise<SnapshotEntry[]> {
  // RFC 1952 section 2.3.1.
  if (file[0] !== 0x1f || file[1] !== 0x8b) throw notASnapshot();
  let content: Buffer;
  try {
    content = await promisify(gunzip)(file, { maxOutputLength: LARGEST_BYTES });
  } catch (cause) {
    throw damaged("it cannot be unpacked to its end", cause);
  }
  const headerEnd = content.indexOf("\n");
  checkHeader(headerEnd === -1 ? undefined : (parseLine(content.subarray(0, headerEnd)) as Partial<Header>));
  const trailerStart = content.lastIndexOf("\n", content.length - 2) + 1;
  const trailer = parseLine(content.subarray(trailerStart)) as Partial<Trailer> | undefined;
  if (trailerStart <= headerEnd || content.at(-1) !== 0x0a || typeof trailer?.sha256 !== "string") {
    throw damaged("its end is missing");
  }
  const sha256 = createHash("sha256").update(content.subarray(0, trailerStart)).digest("hex");
  if (sha256 !== trailer.sha256) throw damaged("its content does not match its checksum");
  const entries: SnapshotEntry[] = [];
  for (let at = headerEnd + 1; at < trailerStart; ) {
    const end = content.indexOf("\n", at);
    const [table, key, value] = (parseLine(content.subarray(at, end)) ?? []) as unknown[];
    if (typeof table !== "string" || !isKey(key)) throw damaged(`entry ${entries.length + 1} cannot be read`);
    entries.push({ table, key, value });
    at = end + 1;
  }
  if (entries.length !== trailer.entries) throw damaged("it has not as many entries as it says");
  return entries;
}
