/**
 * A log event as a query sees it: the fields that CloudWatch Logs generates, and those that it discovers in the message.
 * Source: CloudWatch Logs User Guide, "Supported logs and discovered fields".
 */

import { parseQueryLogEntry } from "../../../../logs/query-log.ts";
import type { Value } from "./values.ts";

export interface RecordSource {
  readonly message: string;
  /** Epoch ms. */
  readonly timestamp: number;
  /** Epoch ms. */
  readonly ingestedAt: number;
  readonly stream: string;
  /** `account:log-group` */
  readonly log: string;
  /** What GetLogRecord finds it by. */
  readonly pointer: string;
}

/** "CloudWatch Logs Insights can extract a maximum of 200 log event fields from a JSON log." */
const MAX_FIELDS = 200;
const MAX_DEPTH = 32;

type Fields = Map<string, string | boolean>;

function flatten(value: unknown, path: string, fields: Fields, depth: number): void {
  if (fields.size >= MAX_FIELDS || value === null || value === undefined) return;
  if (typeof value === "object") {
    if (depth >= MAX_DEPTH) return;
    for (const [key, one] of Object.entries(value)) {
      // What CloudWatch Logs generates begins with one `@`, so a field of that name gets another.
      const name = path === "" ? (key.startsWith("@") ? `@${key}` : key) : `${path}.${key}`;
      flatten(one, name, fields, depth + 1);
    }
    return;
  }
  fields.set(path, typeof value === "boolean" ? value : String(value));
}

function jsonFields(message: string): Fields | undefined {
  if (!message.trimStart().startsWith("{")) return undefined;
  try {
    const fields: Fields = new Map();
    flatten(JSON.parse(message), "", fields, 0);
    return fields;
  } catch {
    return undefined;
  }
}

function queryLogFields(message: string): Fields | undefined {
  const entry = parseQueryLogEntry(message);
  if (entry === undefined) return undefined;
  return new Map([
    ["version", "1.0"],
    ["queryTimestamp", message.trim().split(" ")[1] ?? ""],
    ["hostZoneId", entry.zoneId],
    ["queryName", entry.name],
    ["queryType", entry.type],
    ["responseCode", entry.rcode],
    ["protocol", entry.protocol],
    ["edgeLocation", entry.edgeLocation],
    ["resolverIp", entry.resolverAddress],
    ...(entry.clientSubnet === undefined ? [] : ([["ednsClientSubnet", entry.clientSubnet]] as const)),
  ]);
}

/** The fields of JSON messages and of Route 53's query log lines; other messages have none. */
export function discoverFields(message: string): ReadonlyMap<string, string | boolean> {
  return jsonFields(message) ?? queryLogFields(message) ?? new Map();
}

export class LogRecord {
  readonly #source: RecordSource;
  #discovered: ReadonlyMap<string, string | boolean> | undefined;

  constructor(source: RecordSource) {
    this.#source = source;
  }

  /** Null for a field that the event does not have. */
  get(name: string): Value {
    const source = this.#source;
    switch (name) {
      case "@message":
        return source.message;
      case "@timestamp":
        return { epochMs: source.timestamp };
      case "@ingestionTime":
        return { epochMs: source.ingestedAt };
      case "@logStream":
        return source.stream;
      case "@log":
        return source.log;
      case "@ptr":
        return source.pointer;
      default:
        // Only a query that asks for a field pays for looking.
        this.#discovered ??= discoverFields(source.message);
        return this.#discovered.get(name) ?? null;
    }
  }
}
