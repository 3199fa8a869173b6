/** A query log entry as one line; columns line up from line to line, since lines come one at a time. */

import type { QueryLogEntry } from "../logs/query-log.ts";
import { displayName } from "../route53/names.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";

const WIDTH = { rcode: 8, type: 6, name: 36, protocol: 3, edge: 6, resolver: 15 } as const;

function cell(text: string, width: number): string {
  return safeText(text).padEnd(width);
}

export function renderLogEntry(entry: QueryLogEntry, look: Look): string {
  const paint = paintOf(look);
  const paintRcode = entry.rcode === "NOERROR" ? paint.green : entry.rcode === "NXDOMAIN" ? paint.yellow : paint.red;
  return [
    paint.dim(new Date(entry.time).toISOString()),
    paintRcode(cell(entry.rcode, WIDTH.rcode)),
    cell(entry.type, WIDTH.type),
    paint.bold(cell(displayName(entry.name), WIDTH.name)),
    cell(entry.protocol, WIDTH.protocol),
    cell(entry.edgeLocation, WIDTH.edge),
    entry.clientSubnet === undefined
      ? safeText(entry.resolverAddress)
      : `${cell(entry.resolverAddress, WIDTH.resolver)}  ${paint.dim(`subnet ${safeText(entry.clientSubnet)}`)}`,
  ].join("  ");
}

/** The parsed entry for JSON: as it is, with the time as people and machines both read it. */
export function logEntryDocument(entry: QueryLogEntry): Record<string, string> {
  return { ...entry, time: new Date(entry.time).toISOString() };
}
