/** Columns that line up, two spaces apart; cells may hold colour. */

import { stripVTControlCharacters } from "node:util";
import { type Look, paintOf } from "./paint.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Longer cells push what follows aside in their own line, and not in all the others. */
  readonly widest?: number;
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/** Cells are already safe text. The last column is not padded, so lines have no trailing blanks. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], look: Look): string {
  const paint = paintOf(look);
  const widths = columns.map((column, index) =>
    rows.reduce(
      (width, row) => Math.max(width, Math.min(column.widest ?? Number.POSITIVE_INFINITY, widthOf(row[index] ?? ""))),
      column.title.length,
    ),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => {
        const blank = " ".repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)));
        if (columns[index]?.align === "right") return blank + cell;
        return index === cells.length - 1 ? cell : cell + blank;
      })
      .join("  ")
      .trimEnd();
  return [paint.dim(line(columns.map((column) => column.title))), ...rows.map(line)].join("\n");
}
