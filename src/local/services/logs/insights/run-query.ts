/** Runs a query over log events, which come latest first: pure, in as many steps as the caller likes. */

import type { FunctionContext } from "./functions.ts";
import { LogRecord, type RecordSource } from "./record.ts";
import { Row } from "./row.ts";
import { type Stage, stageOf } from "./stages.ts";
import type { Command, Query } from "./syntax.ts";
import { textOf } from "./values.ts";

export interface ResultField {
  readonly field: string;
  readonly value: string;
}

export interface QueryRun {
  /** Latest event first, as the results are when the query does not sort. */
  push(source: RecordSource): void;
  /** Nothing more comes. A row has its fields in order, without those that it does not have. */
  finish(): ResultField[][];
  readonly statistics: {
    readonly recordsScanned: number;
    readonly recordsMatched: number;
    readonly bytesScanned: number;
  };
}

/** "If you omit limit, the query defaults to returning up to 10,000 log events." */
export const DEFAULT_LIMIT = 10_000;

function last<Item>(items: readonly Item[], fits: (item: Item) => boolean): number {
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index];
    if (item !== undefined && fits(item)) return index;
  }
  return -1;
}

/** The columns of the results; `@ptr` comes with rows that are log events. */
function columnsOf({ commands }: Query): string[] {
  const statsAt = last(commands, ({ kind }) => kind === "stats");
  const stats = commands[statsAt];
  const after = commands.slice(statsAt + 1);
  const display = after[last(after, ({ kind }) => kind === "display")];
  const fields = after.flatMap((command) => (command.kind === "fields" ? command.columns : []));
  const names = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name);
  if (display?.kind === "display") return [...names(display.columns), ...(stats === undefined ? ["@ptr"] : [])];
  if (stats?.kind === "stats") return [...new Set([...names(stats.by), ...names(stats.values), ...names(fields)])];
  return [...new Set(fields.length === 0 ? ["@timestamp", "@message"] : names(fields)), "@ptr"];
}

/** The fewest rows that a later limit lets through, as long as nothing between drops or gathers rows. */
function limitAhead(commands: readonly Command[], most: number): number | undefined {
  for (const command of commands) {
    if (command.kind === "limit") return Math.min(command.count, most);
    if (command.kind === "filter" || command.kind === "stats" || command.kind === "dedup" || command.kind === "sort") {
      return undefined;
    }
  }
  return most;
}

/** `most` results come out; the query's own limit may be less. */
export function startRun(query: Query, context: FunctionContext, most: number = DEFAULT_LIMIT): QueryRun {
  const { commands } = query;
  const results: Row[] = [];
  let [scanned, matched, bytes] = [0, 0, 0];

  let stage: Stage = {
    push(row) {
      if (results.length < most) results.push(row);
    },
    end() {},
  };
  // What comes this far, past the filters on events, is what the query matched.
  const gathersAt = commands.findIndex(({ kind }) => ["stats", "sort", "dedup", "limit"].includes(kind));
  const countedAt = last(
    commands.slice(0, gathersAt === -1 ? commands.length : gathersAt),
    ({ kind }) => kind === "filter",
  );
  for (let index = commands.length - 1; index >= -1; index--) {
    if (index === countedAt) {
      const next = stage;
      stage = {
        push(row) {
          matched += 1;
          next.push(row);
        },
        end: () => next.end(),
      };
    }
    const command = commands[index];
    if (command !== undefined) stage = stageOf(command, context, limitAhead(commands.slice(index + 1), most), stage);
  }
  const first = stage;
  const columns = columnsOf(query);

  return {
    push(source) {
      scanned += 1;
      bytes += Buffer.byteLength(source.message, "utf8");
      first.push(new Row(new LogRecord(source)));
    },
    finish() {
      first.end();
      return results.map((row) =>
        columns.flatMap((field) => {
          const value = textOf(row.get(field));
          return value === undefined ? [] : [{ field, value }];
        }),
      );
    },
    get statistics() {
      return { recordsScanned: scanned, recordsMatched: matched, bytesScanned: bytes };
    },
  };
}
