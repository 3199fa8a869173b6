/** Hosted zones as a table, and one of them with all that belongs to it. */

import type { ListedZone } from "../backend/hosted-zones.ts";
import type { Readable, ZoneDetails } from "../backend/zone-details.ts";
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

export interface ShownZone extends ZoneDetails {
  readonly recordSets: {
    readonly total: number;
    readonly byType: Readonly<Record<string, number>>;
    readonly aliases: number;
    readonly routed: number;
    readonly withHealthCheck: number;
    readonly ofTrafficFlow: number;
  };
}

/** Every label is padded to this. */
const LABEL_WIDTH = 14;

function readableText<Value>(part: Readable<Value>, text: (value: Value) => string): string {
  return "value" in part ? text(part.value) : `not readable (${part.unreadable})`;
}

/** `11 A, 2 TXT` and what of it is special. */
function recordSetsText({ recordSets }: ShownZone): string {
  const types = Object.entries(recordSets.byType).map(([type, count]) => `${count} ${type}`);
  const special = [
    [recordSets.aliases, "aliases"],
    [recordSets.routed, "with a routing policy"],
    [recordSets.withHealthCheck, "with a health check"],
    [recordSets.ofTrafficFlow, "of Traffic Flow"],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  return [`${recordSets.total} (${types.join(", ")})`, ...(special.length === 0 ? [] : [special.join(", ")])].join(
    "; ",
  );
}

function dnssecText(zone: ShownZone): string[] {
  if (zone.dnssec === undefined) return [];
  if (!("value" in zone.dnssec)) return [readableText(zone.dnssec, String)];
  const { status, message, keys } = zone.dnssec.value;
  return [
    `${status}${message === undefined ? "" : `: ${message}`}`,
    ...keys.map((key) => `key ${key.name} ${key.status}${key.dsRecord === undefined ? "" : `, DS ${key.dsRecord}`}`),
  ];
}

export function renderZone(zone: ShownZone, look: Look): string {
  const paint = paintOf(look);
  const lines = [
    `${paint.bold(safeText(displayName(zone.name)))} ${zone.private ? "private" : "public"} ${safeText(zone.id)}`,
  ];
  const add = (label: string, values: readonly string[]) => {
    for (const [i, value] of values.entries()) {
      lines.push(`  ${paint.dim((i === 0 ? label : "").padEnd(LABEL_WIDTH))}  ${safeText(value)}`);
    }
  };
  add("comment", zone.comment === undefined ? [] : [zone.comment]);
  add("made by", zone.linkedService === undefined ? [] : [zone.linkedService]);
  add("name servers", zone.nameServers.map(displayName));
  add("delegation set", zone.delegationSetId === undefined ? [] : [`${zone.delegationSetId}, reusable`]);
  add(
    "VPCs",
    zone.vpcs.map((vpc) => `${vpc.id} in ${vpc.region}`),
  );
  add("record sets", [recordSetsText(zone)]);
  add(
    "query logging",
    zone.queryLogging === undefined
      ? []
      : [readableText(zone.queryLogging, (value) => (value === null ? "off" : `to ${value.logGroupArn}`))],
  );
  add("DNSSEC", dnssecText(zone));
  add(
    "tags",
    "value" in zone.tags
      ? Object.entries(zone.tags.value).map(([key, value]) => `${key} = ${value}`)
      : [readableText(zone.tags, String)],
  );
  return lines.join("\n");
}
