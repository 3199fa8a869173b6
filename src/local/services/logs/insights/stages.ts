/** The commands of a query as stages: rows come in one by one, and go on to the next stage at once or at the end. */

import { type Accumulator, accumulatorOf } from "./aggregates.ts";
import { type Evaluate, evaluatorOf } from "./evaluate.ts";
import type { FunctionContext } from "./functions.ts";
import { compareForSort } from "./natural-order.ts";
import { Row } from "./row.ts";
import type { AggregateCall, Column, Command } from "./syntax.ts";
import { isTrue, textOf, type Value } from "./values.ts";

export interface Stage {
  push(row: Row): void;
  /** Nothing more comes. */
  end(): void;
}

type Of<Kind extends Command["kind"]> = Command & { readonly kind: Kind };

/** Stages that hold nothing back. */
function each(next: Stage, work: (row: Row) => boolean): Stage {
  return {
    push(row) {
      if (work(row)) next.push(row);
    },
    end: () => next.end(),
  };
}

function addColumns(columns: readonly Column[], context: FunctionContext, next: Stage): Stage {
  const computed = columns
    .filter(({ name, expression }) => expression.kind !== "field" || expression.name !== name)
    .map(({ name, expression }) => ({ name, evaluate: evaluatorOf(expression, context) }));
  return each(next, (row) => {
    for (const { name, evaluate } of computed) row.set(name, evaluate(row));
    return true;
  });
}

function filter({ condition }: Of<"filter">, context: FunctionContext, next: Stage): Stage {
  const evaluate = evaluatorOf(condition, context);
  return each(next, (row) => isTrue(evaluate(row)));
}

/** What stands for the asterisks of a glob; undefined when the text does not fit. */
function globValues(pieces: readonly string[], text: string): string[] | undefined {
  const [first = "", ...rest] = pieces;
  let at = text.indexOf(first);
  if (at === -1) return undefined;
  at += first.length;
  const values: string[] = [];
  for (const [index, piece] of rest.entries()) {
    const last = index === rest.length - 1;
    const end = last && piece === "" ? text.length : text.indexOf(piece, at);
    if (end === -1) return undefined;
    values.push(text.slice(at, end));
    at = end + piece.length;
  }
  return values;
}

function parseGlob({ source, pieces, names }: Of<"parse-glob">, context: FunctionContext, next: Stage): Stage {
  const evaluate = evaluatorOf(source, context);
  return each(next, (row) => {
    const text = textOf(evaluate(row));
    const values = text === undefined ? undefined : globValues(pieces, text);
    // What does not fit stays, without the fields.
    for (const [index, name] of names.entries()) {
      const value = values?.[index];
      if (value !== undefined) row.set(name, value);
    }
    return true;
  });
}

function parseRegex({ source, regex, names }: Of<"parse-regex">, context: FunctionContext, next: Stage): Stage {
  const evaluate = evaluatorOf(source, context);
  return each(next, (row) => {
    const text = textOf(evaluate(row));
    const captures = text === undefined ? undefined : regex.exec(text)?.captures;
    for (const [index, name] of names.entries()) {
      const value = captures?.[index];
      if (name !== undefined && value !== undefined) row.set(name, value);
    }
    return true;
  });
}

interface Group {
  readonly keys: readonly Value[];
  readonly accumulators: readonly Accumulator[];
}

function aggregatesIn(columns: readonly Column[]): AggregateCall[] {
  const found: AggregateCall[] = [];
  const context = { now: 0, rangeStart: 0, rangeEnd: 0 };
  for (const { expression } of columns) {
    evaluatorOf(expression, context, (call) => {
      found.push(call);
      return () => null;
    });
  }
  return found;
}

function stats({ values, by }: Of<"stats">, context: FunctionContext, next: Stage): Stage {
  const keys = by.map(({ expression }) => evaluatorOf(expression, context));
  const calls = aggregatesIn(values);
  const args = calls.map(
    ({ argument }): Evaluate =>
      // `count(*)` counts rows.
      argument === undefined ? () => true : evaluatorOf(argument, context),
  );
  const groups = new Map<string, Group>();
  const groupOf = (keyValues: readonly Value[]): Group => {
    const id = JSON.stringify(keyValues.map((value) => textOf(value) ?? null));
    const known = groups.get(id);
    if (known !== undefined) return known;
    const group = { keys: keyValues, accumulators: calls.map((call) => accumulatorOf(call.name, call.percentile)) };
    groups.set(id, group);
    return group;
  };
  return {
    push(row) {
      const { accumulators } = groupOf(keys.map((key) => key(row)));
      for (const [index, accumulator] of accumulators.entries()) {
        accumulator.add(args[index]?.(row) ?? null, row.timestamp);
      }
    },
    end() {
      // Where nothing came there is no row, also without `by`.
      for (const group of groups.values()) next.push(rowOf(group));
      next.end();
    },
  };

  function rowOf({ keys: keyValues, accumulators }: Group): Row {
    const row = new Row(undefined);
    for (const [index, { name }] of by.entries()) row.set(name, keyValues[index] ?? null);
    for (const { name, expression } of values) {
      const result = evaluatorOf(expression, context, (call) => {
        const value = accumulators[calls.indexOf(call)]?.result() ?? null;
        return () => value;
      });
      row.set(name, result(row));
    }
    return row;
  }
}

/** `most`: how many rows can come out at the end, if that is known; then no more than twice as many are held. */
function sort({ keys }: Of<"sort">, context: FunctionContext, most: number | undefined, next: Stage): Stage {
  const evaluators = keys.map(({ expression, descending }) => ({
    evaluate: evaluatorOf(expression, context),
    descending,
  }));
  let held: { readonly row: Row; readonly keys: readonly Value[] }[] = [];
  const inOrder = () =>
    held.sort((a, b) => {
      for (const [index, { descending }] of evaluators.entries()) {
        const order = compareForSort(a.keys[index] ?? null, b.keys[index] ?? null);
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    });
  return {
    push(row) {
      held.push({ row, keys: evaluators.map(({ evaluate }) => evaluate(row)) });
      if (most !== undefined && held.length >= 2 * most + 1000) held = inOrder().slice(0, most);
    },
    end() {
      for (const { row } of inOrder()) next.push(row);
      held = [];
      next.end();
    },
  };
}

function dedup({ keys }: Of<"dedup">, context: FunctionContext, next: Stage): Stage {
  const evaluators = keys.map((key) => evaluatorOf(key, context));
  const seen = new Set<string>();
  return each(next, (row) => {
    const texts = evaluators.map((evaluate) => textOf(evaluate(row)));
    // "Null values are not considered duplicates."
    if (texts.includes(undefined)) return true;
    const id = JSON.stringify(texts);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function limit({ count }: Of<"limit">, next: Stage): Stage {
  let passed = 0;
  return each(next, () => {
    passed += 1;
    return passed <= count;
  });
}

/** `most`: how many rows can come out of what follows the stage, if that is known. */
export function stageOf(command: Command, context: FunctionContext, most: number | undefined, next: Stage): Stage {
  switch (command.kind) {
    case "fields":
    case "display":
      return addColumns(command.columns, context, next);
    case "filter":
      return filter(command, context, next);
    case "parse-glob":
      return parseGlob(command, context, next);
    case "parse-regex":
      return parseRegex(command, context, next);
    case "stats":
      return stats(command, context, next);
    case "sort":
      return sort(command, context, most, next);
    case "dedup":
      return dedup(command, context, next);
    case "limit":
      return limit(command, next);
  }
}
