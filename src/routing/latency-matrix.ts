/**
 * Latencies that somebody measured, as a table of clients by Regions, in place of the great circle.
 * The file is CSV: `client` and Regions in the first line, then a line each for countries (`DE`), US states (`US-CA`),
 * continents (`continent:EU`), Regions (`eu-central-1`) and everybody else (`*`), in ms there and back.
 */

import { CONTINENTS } from "../route53/geo-locations.ts";
import type { ClientLocation } from "./client.ts";
import { locationOfCountry } from "./client-locations.ts";
import type { LatencyModel } from "./context.ts";
import { greatCircleLatency } from "./latency.ts";
import { clientCoordinates, distanceKm, regionCoordinates } from "./regions.ts";

/** Of one kind of client: ms by Region. */
type Row = ReadonlyMap<string, number>;

export interface LatencyMatrix {
  /** By the client's code, as the file has it. */
  readonly rows: ReadonlyMap<string, Row>;
}

export interface MatrixProblem {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  readonly code: "header" | "region" | "client" | "duplicate" | "cells" | "number" | "empty";
  readonly message: string;
  readonly next: string;
}

export type ReadMatrix =
  | { readonly matrix: LatencyMatrix; readonly problems?: undefined }
  /** All there are, in the order of the lines. */
  | { readonly matrix?: undefined; readonly problems: readonly [MatrixProblem, ...MatrixProblem[]] };

interface Cell {
  readonly text: string;
  readonly column: number;
}

interface Line {
  readonly number: number;
  readonly cells: readonly Cell[];
}

const MOST_MS = 60_000;

/** Without comments and empty lines. */
function linesOf(text: string): Line[] {
  return text
    .replace(/^\u{feff}/u, "")
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, line }))
    .filter(({ line }) => !/^\s*(#|$)/.test(line))
    .map(({ number, line }) => ({ number, cells: cellsOf(line) }));
}

function cellsOf(line: string): Cell[] {
  let column = 1;
  return line.split(",").map((part) => {
    const at = column + (part.length - part.trimStart().length);
    column += part.length + 1;
    return { text: part.trim(), column: at };
  });
}

function isClient(code: string): boolean {
  if (code === "*" || regionCoordinates(code) !== undefined) return true;
  const continent = /^continent:([A-Z]{2})$/.exec(code)?.[1];
  if (continent !== undefined) return Object.hasOwn(CONTINENTS, continent);
  return code === code.toUpperCase() && locationOfCountry(code) !== undefined;
}

class MatrixReader {
  readonly #problems: MatrixProblem[] = [];
  readonly #rows = new Map<string, Row>();

  read(text: string): ReadMatrix {
    const [header, ...lines] = linesOf(text);
    if (header === undefined) this.#report({ number: 1, cells: [] }, undefined, "empty", "The file is empty", HEADER);
    else this.#readTable(header, lines);
    const [first, ...others] = this.#problems.sort((a, b) => a.line - b.line || a.column - b.column);
    return first === undefined ? { matrix: { rows: this.#rows } } : { problems: [first, ...others] };
  }

  #readTable(header: Line, lines: readonly Line[]): void {
    const [client, ...regions] = header.cells;
    if (client?.text !== "client" || regions.length === 0) {
      this.#report(header, client, "header", "The first line is not `client` and Regions, separated by commas", HEADER);
      return;
    }
    const seen = new Set<string>();
    for (const cell of regions) {
      if (regionCoordinates(cell.text) === undefined) {
        this.#report(header, cell, "region", `'${cell.text}' is no Region`, "Name an AWS Region, e.g. eu-central-1");
      } else if (seen.has(cell.text)) {
        this.#report(header, cell, "duplicate", `Region ${cell.text} has two columns`, "Remove one of them");
      }
      seen.add(cell.text);
    }
    for (const line of lines) this.#readRow(line, regions);
    if (lines.length === 0) this.#report(header, undefined, "empty", "There is no client in it", CLIENTS);
  }

  #readRow(line: Line, regions: readonly Cell[]): void {
    const [client, ...cells] = line.cells;
    const code = client?.text ?? "";
    if (!isClient(code)) this.#report(line, client, "client", `'${code}' is no client`, CLIENTS);
    else if (this.#rows.has(code))
      this.#report(line, client, "duplicate", `${code} has two lines`, "Remove one of them");
    if (cells.length !== regions.length) {
      const message = `${code} has ${cells.length} latencies for ${regions.length} Regions`;
      this.#report(line, client, "cells", message, "Leave what was not measured empty, but keep its comma");
    }
    const row = new Map<string, number>();
    for (const [index, cell] of cells.entries()) {
      const region = regions[index]?.text;
      if (region === undefined || cell.text === "") continue;
      const ms = /^\d+(\.\d+)?$/.test(cell.text) ? Number(cell.text) : Number.NaN;
      if (ms <= MOST_MS) row.set(region, ms);
      else
        this.#report(line, cell, "number", `'${cell.text}' is no latency`, `Give ms from 0 to ${MOST_MS}, e.g. 12.5`);
    }
    if (!this.#rows.has(code)) this.#rows.set(code, row);
  }

  #report(line: Line, cell: Cell | undefined, code: MatrixProblem["code"], message: string, next: string): void {
    this.#problems.push({ line: line.number, column: cell?.column ?? 1, code, message, next });
  }
}

const HEADER = "Begin with a line like client,eu-central-1,us-east-1";
const CLIENTS =
  "Begin the line with a country (DE), a US state (US-CA), a continent (continent:EU), a Region (eu-west-1) or *";

/** Reads the file's text; with any mistake in it there is no matrix, but all mistakes. */
export function readLatencyMatrix(text: string): ReadMatrix {
  return new MatrixReader().read(text);
}

/** The rows that hold for a client, the narrowest first. */
function rowsFor(location: ClientLocation | undefined, rows: LatencyMatrix["rows"], regions: readonly string[]): Row[] {
  const codes: (string | undefined)[] = ["*"];
  if (location !== undefined) {
    const { continentCode, countryCode, subdivisionCode } = location;
    codes.unshift(
      subdivisionCode === undefined ? undefined : `${countryCode}-${subdivisionCode}`,
      countryCode,
      `continent:${continentCode}`,
      nearestOf(regions, location),
    );
  }
  return codes.flatMap((code) => {
    const row = code === undefined ? undefined : rows.get(code);
    return row === undefined ? [] : [row];
  });
}

function nearestOf(regions: readonly string[], location: ClientLocation): string | undefined {
  const here = clientCoordinates(location);
  let nearest: { readonly region: string; readonly km: number } | undefined;
  for (const region of regions) {
    const there = regionCoordinates(region);
    const km = there === undefined ? Number.POSITIVE_INFINITY : distanceKm(here, there);
    if (nearest === undefined || km < nearest.km) nearest = { region, km };
  }
  return nearest?.region;
}

/**
 * The narrowest row that has the Region: the client's state, country, continent, the Region nearest to it among those with a
 * row, `*`; and for what nobody measured the `fallback`.
 */
export function measuredLatency(matrix: LatencyMatrix, fallback: LatencyModel = greatCircleLatency): LatencyModel {
  const { rows } = matrix;
  const regions = [...rows.keys()].filter((code) => regionCoordinates(code) !== undefined);
  const unplaced = rowsFor(undefined, rows, regions);
  const known = new WeakMap<ClientLocation, readonly Row[]>();
  const rowsOf = (location: ClientLocation | undefined): readonly Row[] => {
    if (location === undefined) return unplaced;
    const found = known.get(location) ?? rowsFor(location, rows, regions);
    known.set(location, found);
    return found;
  };
  return (location, region) => {
    for (const row of rowsOf(location)) {
      const ms = row.get(region);
      if (ms !== undefined) return ms;
    }
    return fallback(location, region);
  };
}
