/** What a Logs Insights query is once it is read: commands in a row, and the expressions in them. */

import type { Regex } from "../regex/regex.ts";
import type { Period } from "./periods.ts";

/** The query is none; says where. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  /** Indexes in the query; the end is exclusive. */
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "%" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or";

export interface AggregateCall {
  readonly kind: "aggregate";
  /** In lower case. */
  readonly name: string;
  /** Undefined in `count(*)`. */
  readonly argument: Expression | undefined;
  /** Of `pct`. */
  readonly percentile: number | undefined;
}

export type Expression =
  | { readonly kind: "literal"; readonly value: string | number }
  | { readonly kind: "period"; readonly period: Period }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "negative"; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "like"; readonly operand: Expression; readonly pattern: Regex | string; readonly negated: boolean }
  | {
      readonly kind: "in";
      readonly operand: Expression;
      readonly values: readonly (string | number)[];
      readonly negated: boolean;
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | AggregateCall;

/** An expression and what its column is called: its alias, else its own text. */
export interface Column {
  readonly name: string;
  readonly expression: Expression;
}

export type Command =
  | { readonly kind: "fields"; readonly columns: readonly Column[] }
  | { readonly kind: "display"; readonly columns: readonly Column[] }
  | { readonly kind: "filter"; readonly condition: Expression }
  | {
      readonly kind: "parse-glob";
      readonly source: Expression;
      readonly pieces: readonly string[];
      readonly names: readonly string[];
    }
  | {
      readonly kind: "parse-regex";
      readonly source: Expression;
      readonly regex: Regex;
      /** One for each capturing group; undefined for one that is not kept. */
      readonly names: readonly (string | undefined)[];
    }
  | { readonly kind: "stats"; readonly values: readonly Column[]; readonly by: readonly Column[] }
  | {
      readonly kind: "sort";
      readonly keys: readonly { readonly expression: Expression; readonly descending: boolean }[];
    }
  | { readonly kind: "dedup"; readonly keys: readonly Expression[] }
  | { readonly kind: "limit"; readonly count: number };

export interface Query {
  readonly commands: readonly Command[];
}
