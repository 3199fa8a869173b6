/** Reads a Logs Insights query. Source: CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax". */

import { Cursor } from "./cursor.ts";
import { type ExpressionPlace, ExpressionReader } from "./parse-expression.ts";
import type { Column, Command, Expression, Query } from "./syntax.ts";

/** What the language has and this server has not. */
const UNSUPPORTED = new Set(
  "addtotals anomaly autoregress diff expand filterindex join json logcompare lookup pattern relevantfields search source tail unmask unnest".split(
    " ",
  ),
);
/** "You can use up to two stats commands in a query." */
const MAX_STATS = 2;
/** Of a query's results. */
const MAX_LIMIT = 100_000;

const MESSAGE: Expression = { kind: "field", name: "@message" };

class QueryReader {
  readonly #cursor: Cursor;
  readonly #commands: Command[] = [];

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  read(): Query {
    const cursor = this.#cursor;
    cursor.accept("|");
    do this.#commands.push(this.#command());
    while (cursor.accept("|"));
    if (!cursor.done) throw cursor.unexpected();
    return { commands: this.#commands };
  }

  /** What an expression may ask for, after the commands so far. */
  get #place(): ExpressionPlace {
    const columns = this.#commands.flatMap((command) =>
      command.kind === "stats" ? [...command.values, ...command.by].map(({ name }) => name) : [],
    );
    return { aggregates: false, columns: new Set(columns) };
  }

  #has(kind: Command["kind"]): boolean {
    return this.#commands.some((command) => command.kind === kind);
  }

  #command(): Command {
    const cursor = this.#cursor;
    const start = cursor.mark();
    const word = cursor.peekWord();
    if (this.#has("dedup") && word !== "limit" && word !== "head") {
      // "The only query command that you can use in a query after the dedup command is limit."
      throw cursor.unexpected("limit after dedup");
    }
    switch (word) {
      case "fields":
        cursor.word();
        return { kind: "fields", columns: this.#columns() };
      case "display":
        cursor.word();
        return { kind: "display", columns: this.#columns() };
      case "filter":
      case "where":
        cursor.word();
        return { kind: "filter", condition: this.#expression() };
      case "parse":
        cursor.word();
        return this.#parse();
      case "stats":
        cursor.word();
        return this.#stats(start);
      case "sort":
      case "order":
        cursor.word();
        cursor.acceptWord("by");
        return { kind: "sort", keys: this.#sortKeys() };
      case "dedup":
        cursor.word();
        return { kind: "dedup", keys: this.#list(() => this.#expression()) };
      case "limit":
      case "head":
        cursor.word();
        return this.#limit();
      default:
        if (UNSUPPORTED.has(word)) {
          throw cursor.error(`the command ${word}, which this server does not support,`, word.length, start);
        }
        throw cursor.unexpected("a command");
    }
  }

  #expression(place = this.#place): Expression {
    return new ExpressionReader(this.#cursor, place).read();
  }

  #list<Item>(item: () => Item): Item[] {
    const items: Item[] = [];
    do items.push(item());
    while (this.#cursor.accept(","));
    return items;
  }

  #alias(): string | undefined {
    if (!this.#cursor.acceptWord("as")) return undefined;
    const name = this.#cursor.name();
    if (name === undefined) throw this.#cursor.unexpected("a name");
    return name;
  }

  #columns(): Column[] {
    return this.#list(() => {
      const start = this.#cursor.mark();
      const expression = this.#expression();
      const text = this.#cursor.since(start);
      return { name: this.#alias() ?? (expression.kind === "field" ? expression.name : text), expression };
    });
  }

  #sortKeys(): (Command & { kind: "sort" })["keys"] {
    return this.#list(() => {
      const expression = this.#expression();
      const descending = this.#cursor.acceptWord("desc");
      if (!descending) this.#cursor.acceptWord("asc");
      return { expression, descending };
    });
  }

  #stats(start: number): Command {
    const cursor = this.#cursor;
    if (this.#commands.filter(({ kind }) => kind === "stats").length >= MAX_STATS) {
      throw cursor.error(`more than ${MAX_STATS} stats commands`, "stats".length, start);
    }
    const values: Column[] = [];
    do {
      const at = cursor.mark();
      const column = this.#aggregate();
      const known = new Set(values.map(({ name }) => name));
      const stray = fieldsOutsideAggregates(column.expression).find((name) => !known.has(name));
      if (stray !== undefined)
        throw cursor.error(`Unknown symbols found in or after stats: ${stray}`, stray.length, at);
      values.push(column);
    } while (cursor.accept(","));
    const by = cursor.acceptWord("by") ? this.#columns() : [];
    return { kind: "stats", values, by };
  }

  #aggregate(): Column {
    const start = this.#cursor.mark();
    const expression = this.#expression({ ...this.#place, aggregates: true });
    const text = this.#cursor.since(start);
    return { name: this.#alias() ?? text, expression };
  }

  #limit(): Command {
    const cursor = this.#cursor;
    cursor.acceptWord("any");
    const start = cursor.mark();
    const count = cursor.number();
    if (count === undefined) throw cursor.unexpected("a number");
    if (!Number.isInteger(count) || count < 1 || count > MAX_LIMIT) {
      throw cursor.error(`a limit that is not between 1 and ${MAX_LIMIT}`, String(count).length, start);
    }
    return { kind: "limit", count };
  }

  /** `parse [field] "glob" as a, b` or `parse [field] /regex/ [as a, b]` */
  #parse(): Command {
    const cursor = this.#cursor;
    const start = cursor.mark();
    const field = cursor.name();
    const source: Expression = field === undefined ? MESSAGE : { kind: "field", name: field };
    const regex = cursor.regex();
    if (regex !== undefined) {
      const aliases = this.#aliases();
      if (cursor.acceptWord("multi")) {
        throw cursor.error("the mode multi, which this server does not support,", 0, start);
      }
      const unnamed = regex.groups.filter((name) => name === undefined).length;
      if (aliases.length > unnamed) {
        throw cursor.error("more names than the regular expression has groups without one", 0, start);
      }
      const names = regex.groups.map((name) => name ?? aliases.shift());
      if (names.every((name) => name === undefined)) {
        throw cursor.error("a regular expression without a named group", 0, start);
      }
      return { kind: "parse-regex", source, regex, names };
    }
    const glob = cursor.string();
    if (glob === undefined) throw cursor.unexpected("a glob expression or a regular expression");
    const pieces = glob.split("*");
    const names = this.#aliases();
    if (names.length === 0 || names.length !== pieces.length - 1) {
      throw cursor.error("a glob expression that has not as many asterisks as names", 0, start);
    }
    return { kind: "parse-glob", source, pieces, names };
  }

  #aliases(): string[] {
    if (!this.#cursor.acceptWord("as")) return [];
    return this.#list(() => {
      const name = this.#cursor.name();
      if (name === undefined) throw this.#cursor.unexpected("a name");
      return name;
    });
  }
}

/** The fields that an expression asks for itself, not through an aggregate. */
function fieldsOutsideAggregates(expression: Expression): string[] {
  switch (expression.kind) {
    case "field":
      return [expression.name];
    case "not":
    case "negative":
    case "like":
    case "in":
      return fieldsOutsideAggregates(expression.operand);
    case "binary":
      return [...fieldsOutsideAggregates(expression.left), ...fieldsOutsideAggregates(expression.right)];
    case "call":
      return expression.args.flatMap(fieldsOutsideAggregates);
    default:
      return [];
  }
}

/** Throws {@link import("./syntax.ts").QueryError}. */
export function parseQuery(text: string): Query {
  return new QueryReader(text).read();
}
