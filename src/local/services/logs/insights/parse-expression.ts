/** Reads the expressions of a query. From loosest to tightest: or, and, not, comparisons, + -, * / %, ^, -x. */

import { isAggregate } from "./aggregates.ts";
import type { Cursor } from "./cursor.ts";
import { functionNamed } from "./functions.ts";
import { periodOf } from "./periods.ts";
import type { AggregateCall, BinaryOperator, Expression } from "./syntax.ts";

const MAX_DEPTH = 100;
const COMPARISONS: readonly BinaryOperator[] = ["!=", "<=", ">=", "=", "<", ">"];

export interface ExpressionPlace {
  /** Whether aggregates are computed here; elsewhere they are a mistake. */
  readonly aggregates: boolean;
  /** The columns of an earlier `stats`: what computes one is here its name. */
  readonly columns?: ReadonlySet<string>;
}

export class ExpressionReader {
  readonly #cursor: Cursor;
  readonly #place: ExpressionPlace;
  #depth = 0;

  constructor(cursor: Cursor, place: ExpressionPlace) {
    this.#cursor = cursor;
    this.#place = place;
  }

  read(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#cursor.error(`an expression nested deeper than ${MAX_DEPTH}`);
    const expression = this.#chain(() => this.#conjunction(), ["or"]);
    this.#depth -= 1;
    return expression;
  }

  #conjunction(): Expression {
    return this.#chain(() => this.#negation(), ["and"]);
  }

  /** Operators of one rank, from left to right. */
  #chain(operand: () => Expression, operators: readonly BinaryOperator[]): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((one) =>
        /[a-z]/.test(one) ? this.#cursor.acceptWord(one) : this.#cursor.accept(one),
      );
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: operand() };
    }
  }

  #negation(): Expression {
    if (!this.#cursor.acceptWord("not")) return this.#comparison();
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#cursor.error(`an expression nested deeper than ${MAX_DEPTH}`);
    const operand = this.#negation();
    this.#depth -= 1;
    return { kind: "not", operand };
  }

  #comparison(): Expression {
    const cursor = this.#cursor;
    const operand = this.#sum();
    const negated = cursor.acceptWord("not");
    if (cursor.acceptWord("like") || (!negated && cursor.accept("=~"))) {
      const pattern = cursor.regex() ?? cursor.string();
      if (pattern === undefined) throw cursor.unexpected("a text or a regular expression");
      return { kind: "like", operand, pattern, negated };
    }
    if (cursor.acceptWord("in")) return { kind: "in", operand, values: this.#list(), negated };
    if (negated) throw cursor.unexpected("like or in");
    const operator = COMPARISONS.find((one) => cursor.accept(one));
    return operator === undefined ? operand : { kind: "binary", operator, left: operand, right: this.#sum() };
  }

  #list(): (string | number)[] {
    const cursor = this.#cursor;
    cursor.expect("[");
    const values: (string | number)[] = [];
    do {
      const negative = cursor.accept("-");
      const number = cursor.number();
      const value = number === undefined ? (negative ? undefined : cursor.string()) : negative ? -number : number;
      if (value === undefined) throw cursor.unexpected("a text or a number");
      values.push(value);
    } while (cursor.accept(","));
    cursor.expect("]");
    return values;
  }

  #sum(): Expression {
    return this.#chain(() => this.#product(), ["+", "-"]);
  }

  #product(): Expression {
    return this.#chain(() => this.#power(), ["*", "/", "%"]);
  }

  #power(): Expression {
    return this.#chain(() => this.#unary(), ["^"]);
  }

  #unary(): Expression {
    if (!this.#cursor.accept("-")) return this.#primary();
    return { kind: "negative", operand: this.#primary() };
  }

  #primary(): Expression {
    const cursor = this.#cursor;
    if (cursor.accept("(")) {
      const inner = this.read();
      cursor.expect(")");
      return inner;
    }
    const number = cursor.number();
    if (number !== undefined) return { kind: "literal", value: number };
    const text = cursor.string();
    if (text !== undefined) return { kind: "literal", value: text };
    const start = cursor.mark();
    const quoted = cursor.sees("`");
    const name = cursor.name();
    if (name === undefined) throw cursor.unexpected();
    if (quoted || !cursor.accept("(")) return { kind: "field", name };
    const call = isAggregate(name) ? this.#aggregate(name, start) : this.#call(name, start);
    const source = cursor.since(start);
    const computed = call.kind === "aggregate" && this.#place.aggregates;
    if (!computed && this.#place.columns?.has(source)) return { kind: "field", name: source };
    if (call.kind === "aggregate" && !computed) {
      throw cursor.error(`the aggregate ${call.name} outside stats`, name.length, start);
    }
    return call;
  }

  #aggregate(written: string, start: number): AggregateCall {
    const cursor = this.#cursor;
    const name = written.toLowerCase();
    let argument: Expression | undefined;
    // Aggregates do not nest.
    if (!cursor.accept("*") && !cursor.sees(")")) argument = new ExpressionReader(cursor, { aggregates: false }).read();
    const percentile = name === "pct" && cursor.accept(",") ? cursor.number() : undefined;
    cursor.expect(")");
    if (argument === undefined && name !== "count") {
      throw cursor.error(`${name} without a field`, name.length, start);
    }
    if (name === "pct" && (percentile === undefined || percentile > 100)) {
      throw cursor.error("pct without a percentile from 0 to 100", name.length, start);
    }
    return { kind: "aggregate", name, argument, percentile };
  }

  #argument(): Expression {
    const cursor = this.#cursor;
    const start = cursor.mark();
    const found = cursor.period();
    if (found === undefined) return this.read();
    const period = periodOf(found.count, found.unit);
    if (period === undefined || period.count === 0) {
      throw cursor.error(`no period ${found.count}${found.unit}`, String(found.count).length, start);
    }
    return { kind: "period", period };
  }

  #call(written: string, start: number): Expression {
    const cursor = this.#cursor;
    const name = written.toLowerCase();
    const known = functionNamed(name);
    if (known === undefined) throw cursor.error(`the unknown function ${written}`, written.length, start);
    const args: Expression[] = [];
    if (!cursor.accept(")")) {
      do args.push(this.#argument());
      while (cursor.accept(","));
      cursor.expect(")");
    }
    if (args.length < known.least || args.length > known.most) {
      throw cursor.error(`the wrong number of arguments for ${written}`, written.length, start);
    }
    const periodAt = args.findIndex(({ kind }) => kind === "period");
    if (periodAt !== (known.periodAt ?? -1)) {
      throw cursor.error(`wrong arguments for ${written}`, written.length, start);
    }
    return { kind: "call", name, args };
  }
}
