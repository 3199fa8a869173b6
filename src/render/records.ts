/** Record sets as a table, and what became of changes to them. */

import { displayName } from "../route53/names.ts";
import type { RecordSet } from "../route53/record-set.ts";
import type { ApplyResult } from "../setup/apply.ts";
import { policyText } from "../setup/record-set-differences.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";
import { renderTable } from "./table.ts";

/** The SOA of any zone is longer, and keys in TXT records are much longer. */
const WIDEST_VALUE = 44;

function routingText(set: RecordSet): string {
  if (set.trafficPolicyInstanceId !== undefined) return `Traffic Flow ${set.trafficPolicyInstanceId}`;
  if (set.policy.kind === "simple") return "";
  return `${set.setIdentifier}: ${policyText(set.policy)}`;
}

/** One line a value; name, type and TTL stand on the first. */
function rowsOf(set: RecordSet, look: Look): string[][] {
  const paint = paintOf(look);
  const { answer } = set;
  // What Traffic Flow's sets list as their value is a sentence of the API's, not an answer.
  const values =
    answer.kind === "records"
      ? set.trafficPolicyInstanceId === undefined
        ? answer.values
        : []
      : [`alias of ${displayName(answer.target)}${answer.evaluateTargetHealth ? ", evaluates its health" : ""}`];
  const check = set.healthCheckId === undefined ? "" : paint.dim(safeText(set.healthCheckId));
  return (values.length === 0 ? [""] : values).map((value, i) =>
    i === 0
      ? [
          paint.bold(safeText(displayName(set.name))),
          safeText(set.type),
          answer.kind === "records" ? String(answer.ttlSeconds) : "-",
          safeText(value),
          safeText(routingText(set)),
          check,
        ]
      : ["", "", "", safeText(value), "", ""],
  );
}

export function renderRecordSets(recordSets: readonly RecordSet[], look: Look): string {
  if (recordSets.length === 0) return "no record sets";
  return renderTable(
    [
      { title: "NAME" },
      { title: "TYPE" },
      { title: "TTL", align: "right" },
      { title: "VALUE", widest: WIDEST_VALUE },
      { title: "ROUTING" },
      { title: "HEALTH CHECK" },
    ],
    recordSets.flatMap((set) => rowsOf(set, look)),
    look,
  );
}

const OUTCOME: Record<ApplyResult["outcome"], string> = {
  applied: "done",
  failed: "stopped by a failure",
  interrupted: "interrupted",
};

/** What did not land is named; what did was told as it happened. */
export function renderRecordsResult(result: ApplyResult): string {
  const changes = result.phases.flatMap((phase) => phase.changes);
  if (changes.length === 0) return "nothing to do: the zone is as it should be";
  const { add, change, remove } = result.summary;
  const open = changes.filter(({ status }) => status !== "done" && status !== "not-started");
  const notStarted = changes.filter(({ status }) => status === "not-started").length;
  return [
    ...open.map(({ subject, status }) => `${safeText(subject)}: ${status}`),
    ...(notStarted === 0 ? [] : [`${notStarted} not started`]),
    `${OUTCOME[result.outcome]}: ${add} added, ${change} changed, ${remove} removed`,
  ].join("\n");
}
