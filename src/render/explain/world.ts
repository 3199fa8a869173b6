/** Who gets which answer, as a table. */

import type { WorldExplanation, WorldRow } from "../../explain/explanation.ts";
import { answersText } from "../../explain/words.ts";
import { type Look, paintOf } from "../paint.ts";
import { safeText } from "../safe-text.ts";
import { renderTable } from "../table.ts";
import { footLines, originLine } from "./head.ts";

const GROUPS: Readonly<Record<WorldRow["group"], string>> = {
  country: "country",
  "cidr-location": "CIDR location",
  continent: "continent",
  region: "Region",
  nobody: "anybody",
};

export function renderWorld(explained: WorldExplanation, look: Look): string {
  const paint = paintOf(look);
  const { dependsOnClient, down, question, rows } = explained;
  const without = down.length === 0 ? "" : `, with ${safeText(down.join(", "))} down`;
  const [first] = rows;
  const table =
    dependsOnClient || first === undefined
      ? renderTable(
          [{ title: "FROM" }, { title: "CODE" }, { title: "PLACE" }, { title: "ANSWERS" }],
          rows.map(({ group, code, text, answers }) => [
            paint.dim(GROUPS[group]),
            paint.bold(safeText(code)),
            safeText(text),
            safeText(answersText(answers)),
          ]),
          look,
        )
      : `Everybody gets ${safeText(answersText(first.answers))}: nothing on the way looks at the client.`;
  return [
    `${paint.bold(`${safeText(question.name)} ${question.type}`)}, for everybody${without}`,
    originLine(explained, look),
    "",
    table,
    ...footLines(explained, look),
  ].join("\n");
}
