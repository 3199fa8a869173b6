/** Every routed name against every single failure, as text. */

import type { MatrixCell, MatrixEffect, MatrixExplanation, MatrixRow } from "../../explain/explanation.ts";
import { answersText } from "../../explain/words.ts";
import { type Look, paintOf } from "../paint.ts";
import { safeText } from "../safe-text.ts";
import { renderTable } from "../table.ts";
import { footLines, originLine } from "./head.ts";

/** Clients that are named before the rest is counted. */
const MOST_CLIENTS = 4;

function clientsText({ clients }: MatrixEffect, all: number): string {
  if (clients.length === 0) return "everybody";
  const more = clients.length - MOST_CLIENTS;
  return `${clients.slice(0, MOST_CLIENTS).join(", ")}${more > 0 ? ` and ${more} more` : ""} of ${all}`;
}

function effectRow(row: MatrixRow, cell: MatrixCell, effect: MatrixEffect, look: Look): string[] {
  const paint = paintOf(look);
  const [before, after] = [answersText(effect.before), answersText(effect.after)];
  return [
    paint.bold(safeText(`${row.name} ${row.type}`)),
    row.policy,
    safeText(cell.check.name ?? cell.check.id),
    safeText(clientsText(effect, row.clients)),
    `${safeText(before)} → ${before === after ? "the same" : safeText(after)}${effect.allUnhealthy ? paint.red("  nothing healthy is left") : ""}`,
  ];
}

function rowsOf(row: MatrixRow, look: Look): string[][] {
  const paint = paintOf(look);
  const name = paint.bold(safeText(`${row.name} ${row.type}`));
  if (row.cells.length === 0) {
    return [[name, row.policy, paint.dim("-"), "everybody", paint.dim("no health check has a part in it")]];
  }
  return row.cells.flatMap((cell) =>
    cell.effects.length === 0
      ? [[name, row.policy, safeText(cell.check.name ?? cell.check.id), "everybody", paint.dim("stays as it is")]]
      : cell.effects.map((effect) => effectRow(row, cell, effect, look)),
  );
}

const COLUMNS = [{ title: "NAME" }, { title: "POLICY" }, { title: "FAILS" }, { title: "FOR" }, { title: "ANSWERS" }];

export function renderMatrix(explained: MatrixExplanation, look: Look): string {
  const paint = paintOf(look);
  const { client, down, rows, singlePoints, zone } = explained;
  const without = down.length === 0 ? "" : `, with ${safeText(down.join(", "))} down already`;
  const points = singlePoints.map(
    ({ name, type, check }) => `  ${paint.red("✗")} ${safeText(`${name} ${type}`)} when ${safeText(check)} fails`,
  );
  // One client needs no column to say who it is.
  const keep = (_: unknown, column: number) => client === undefined || COLUMNS[column]?.title !== "FOR";
  return [
    `${paint.bold(safeText(zone.name))}: every routed name, when one health check fails${client === undefined ? "" : `, for ${safeText(client.text)}`}${without}`,
    originLine(explained, look),
    "",
    rows.length === 0
      ? "No name of this zone has a routing policy or a health check."
      : renderTable(
          COLUMNS.filter(keep),
          rows.flatMap((row) => rowsOf(row, look)).map((cells) => cells.filter((_, column) => keep(null, column))),
          look,
        ),
    "",
    singlePoints.length === 0
      ? paint.green("No single failure leaves a name with nothing healthy.")
      : "Failures that leave nothing healthy, so that everything counts as healthy:",
    ...points,
    ...footLines(explained, look),
  ].join("\n");
}
