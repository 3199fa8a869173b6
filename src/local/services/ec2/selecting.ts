/** What EC2's Describe operations have in common: ids, filters with wildcards, and pages. */

import { checkIds, ec2Error, notFound, type ResourceKind } from "./ec2-faults.ts";
import type { Tags } from "./ec2-state.ts";

interface FilterInput {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

/** The values that a row has under each filter's name. */
export type FilterTable<Row> = Readonly<Record<string, (row: Row) => readonly (string | undefined)[]>>;

export interface Filterable<Row> {
  readonly filters: FilterTable<Row>;
  tagsOf(row: Row): Tags;
}

export interface Kind<Row> extends Filterable<Row> {
  readonly kind: ResourceKind;
  idOf(row: Row): string;
}

export interface Selection {
  readonly ids?: readonly string[] | undefined;
  readonly filters?: readonly FilterInput[] | undefined;
}

/** `*` is any text, `?` any character, a backslash takes their meaning (EC2 User Guide, "Filter resources"). */
function patternOf(text: string): RegExp {
  const source = text.replace(/\\([*?\\])|([*?])|([.+^${}()|[\]\\])/g, (_, quoted, wild, special) => {
    if (wild !== undefined) return wild === "*" ? ".*" : ".";
    return `\\${quoted ?? special}`;
  });
  return new RegExp(`^${source}$`, "s");
}

function valuesUnder<Row>(
  name: string,
  { filters, tagsOf }: Filterable<Row>,
): (row: Row) => readonly (string | undefined)[] {
  if (name.startsWith("tag:")) return (row) => [tagsOf(row)[name.slice("tag:".length)]];
  if (name === "tag-key") return (row) => Object.keys(tagsOf(row));
  if (name === "tag-value") return (row) => Object.values(tagsOf(row));
  const values = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (values === undefined) throw ec2Error("InvalidParameterValue", `The filter '${name}' is invalid`);
  return values;
}

/** Every filter must fit, by any of its values. Throws InvalidParameterValue for a filter that there is not. */
export function filtered<Row>(
  rows: readonly Row[],
  filters: readonly FilterInput[] | undefined,
  kind: Filterable<Row>,
): Row[] {
  return (filters ?? []).reduce<Row[]>(
    (left, { Name = "", Values }) => {
      const values = valuesUnder(Name, kind);
      if (Values === undefined) throw ec2Error("InvalidParameterValue", "The filter 'null' is invalid");
      const patterns = Values.map(patternOf);
      return left.filter((row) =>
        values(row).some((value) => value !== undefined && patterns.some((pattern) => pattern.test(value))),
      );
    },
    [...rows],
  );
}

/** The rows of these ids, in this order. Throws the kind's Malformed and NotFound. */
export function byIds<Row>(rows: readonly Row[], ids: readonly string[], { kind, idOf }: Kind<Row>): Row[] {
  checkIds(kind, ids);
  const known = new Map(rows.map((row) => [idOf(row), row]));
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0) throw notFound(kind, missing);
  return [...new Set(ids)].flatMap((id) => known.get(id) ?? []);
}

export function select<Row>(rows: readonly Row[], { ids = [], filters }: Selection, kind: Kind<Row>): Row[] {
  return filtered(ids.length === 0 ? rows : byIds(rows, ids, kind), filters, kind);
}

interface PageInput {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/**
 * One page, beginning at the row that the token names; it is there or the token is not ours. Throws InvalidParameterValue,
 * InvalidNextToken, and InvalidParameterCombination where ids are given too.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  { MaxResults, NextToken }: PageInput,
  { idOf, ids }: { idOf(row: Row): string; readonly ids: readonly string[] | undefined },
): { readonly rows: Row[]; readonly next: { readonly NextToken?: string } } {
  if (MaxResults !== undefined) {
    if (ids !== undefined && ids.length > 0) {
      throw ec2Error(
        "InvalidParameterCombination",
        "The parameter MaxResults cannot be used with a list of resource ids in the same request",
      );
    }
    if (!Number.isInteger(MaxResults) || MaxResults < 5 || MaxResults > 1000) {
      const bound = MaxResults < 5 ? "greater than 5" : "less than 1000";
      throw ec2Error(
        "InvalidParameterValue",
        `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value ${bound}.`,
      );
    }
  }
  const first =
    NextToken === undefined
      ? 0
      : rows.findIndex((row) => idOf(row) === Buffer.from(NextToken, "base64url").toString("latin1"));
  if (first === -1) throw ec2Error("InvalidNextToken", "The token is invalid.");
  const end = first + (MaxResults ?? rows.length);
  const next = rows[end];
  return {
    rows: rows.slice(first, end),
    next: next === undefined ? {} : { NextToken: Buffer.from(idOf(next), "latin1").toString("base64url") },
  };
}
