/** Turns the expressions of a query into functions of a row. */

import { type FunctionContext, functionNamed } from "./functions.ts";
import type { Row } from "./row.ts";
import type { AggregateCall, BinaryOperator, Expression } from "./syntax.ts";
import { compareValues, isTrue, numberOf, textOf, type Value } from "./values.ts";

export type Evaluate = (row: Row) => Value;

type Arithmetic = "+" | "-" | "*" | "/" | "^" | "%";

const ARITHMETIC: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  "%": (a, b) => a % b,
};

const COMPARE: Readonly<
  Record<Exclude<BinaryOperator, Arithmetic | "and" | "or">, (order: number | undefined) => boolean>
> = {
  "=": (order) => order === 0,
  // What is not there is not equal to anything.
  "!=": (order) => order !== 0,
  "<": (order) => order !== undefined && order < 0,
  "<=": (order) => order !== undefined && order <= 0,
  ">": (order) => order !== undefined && order > 0,
  ">=": (order) => order !== undefined && order >= 0,
};

function binary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case "and":
      return (row) => isTrue(left(row)) && isTrue(right(row));
    case "or":
      return (row) => isTrue(left(row)) || isTrue(right(row));
    case "+":
    case "-":
    case "*":
    case "/":
    case "^":
    case "%": {
      const compute = ARITHMETIC[operator];
      return (row) => {
        const [a, b] = [numberOf(left(row)), numberOf(right(row))];
        if (a === undefined || b === undefined) return null;
        const result = compute(a, b);
        return Number.isFinite(result) ? result : null;
      };
    }
    default: {
      const holds = COMPARE[operator];
      return (row) => holds(compareValues(left(row), right(row)));
    }
  }
}

/** `aggregate` says what an aggregate call is worth where there may be some. */
export function evaluatorOf(
  expression: Expression,
  context: FunctionContext,
  aggregate: (call: AggregateCall) => Evaluate = () => () => null,
): Evaluate {
  const inner = (one: Expression) => evaluatorOf(one, context, aggregate);
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "period":
      return () => null;
    case "field": {
      const { name } = expression;
      return (row) => row.get(name);
    }
    case "not": {
      const operand = inner(expression.operand);
      return (row) => !isTrue(operand(row));
    }
    case "negative": {
      const operand = inner(expression.operand);
      return (row) => {
        const number = numberOf(operand(row));
        return number === undefined ? null : -number;
      };
    }
    case "binary":
      return binary(expression.operator, inner(expression.left), inner(expression.right));
    case "like": {
      const operand = inner(expression.operand);
      const { pattern, negated } = expression;
      const fits = typeof pattern === "string" ? (text: string) => text.includes(pattern) : pattern.test;
      return (row) => {
        const text = textOf(operand(row));
        return (text !== undefined && fits(text)) !== negated;
      };
    }
    case "in": {
      const operand = inner(expression.operand);
      const { values, negated } = expression;
      return (row) => {
        const value = operand(row);
        return values.some((one) => compareValues(value, one) === 0) !== negated;
      };
    }
    case "call": {
      const known = functionNamed(expression.name);
      const args = expression.args.map(inner);
      const period = expression.args.find((one) => one.kind === "period")?.period;
      if (known === undefined) return () => null;
      return (row) =>
        known.apply(
          args.map((arg) => arg(row)),
          context,
          row.timestamp,
          period,
        );
    }
    case "aggregate":
      return aggregate(expression);
  }
}
