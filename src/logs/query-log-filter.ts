/** Which query log entries to show: by zone, name, type and response code. */

import { displayName } from "../route53/names.ts";
import { matchesGlob } from "./glob.ts";
import type { QueryLogEntry } from "./query-log.ts";

export interface QueryLogFilter {
  /** Without `/hostedzone/`. */
  readonly zoneId?: string;
  /** A glob when it holds `*` or `?`; else the name and everything below it. */
  readonly name?: string;
  /** Any case, e.g. `aaaa`. */
  readonly type?: string;
  /** Any case, e.g. `nxdomain`. */
  readonly rcode?: string;
}

function namePredicate(pattern: string): (name: string) => boolean {
  const wanted = displayName(pattern.toLowerCase());
  if (/[*?]/.test(wanted)) return (name) => matchesGlob(wanted, name);
  return (name) => name === wanted || name.endsWith(`.${wanted}`);
}

export function queryLogPredicate(filter: QueryLogFilter): (entry: QueryLogEntry) => boolean {
  const { zoneId } = filter;
  const type = filter.type?.toUpperCase();
  const rcode = filter.rcode?.toUpperCase();
  const nameFits = filter.name === undefined ? () => true : namePredicate(filter.name);
  return (entry) =>
    (zoneId === undefined || entry.zoneId === zoneId) &&
    (type === undefined || entry.type.toUpperCase() === type) &&
    (rcode === undefined || entry.rcode.toUpperCase() === rcode) &&
    nameFits(displayName(entry.name.toLowerCase()));
}

/**
 * A CloudWatch Logs filter pattern that lets through everything the filter does, and less of the rest; undefined when there
 * is none. Only whole fields of a line become terms: how terms match parts of words is not documented.
 */
export function serverSidePattern(filter: QueryLogFilter): string | undefined {
  const terms = [filter.type, filter.rcode]
    .filter((term) => term !== undefined && /^[A-Za-z0-9]+$/.test(term))
    .map((term) => `"${term?.toUpperCase()}"`);
  return terms.length === 0 ? undefined : terms.join(" ");
}
