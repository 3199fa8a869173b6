/** Hosted zones as a table. */

import type { ListedZone } from "../backend/hosted-zones.ts";
import { displayName } from "../route53/names.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";
import { renderTable } from "./table.ts";

export function renderZones(zones: readonly ListedZone[], look: Look): string {
  const paint = paintOf(look);
  if (zones.length === 0) return "no hosted zones";
  return renderTable(
    [
      { title: "NAME" },
      { title: "ID" },
      { title: "RECORD SETS", align: "right" },
      { title: "KIND" },
      { title: "COMMENT" },
    ],
    zones.map((zone) => [
      paint.bold(safeText(displayName(zone.name))),
      safeText(zone.id),
      String(zone.recordSets),
      zone.private ? "private" : "public",
      paint.dim(safeText(zone.comment ?? "")),
    ]),
    look,
  );
}
