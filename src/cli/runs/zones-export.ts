/** `r53kit zones export`: a hosted zone as another tool's file. */

import { writeFile } from "node:fs/promises";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { Backend } from "../../backend/backend.ts";
import { type ListedHealthCheck, listNamedHealthChecks } from "../../backend/health-status.ts";
import type { ListedZone } from "../../backend/hosted-zones.ts";
import { readZoneDetails } from "../../backend/zone-details.ts";
import { writeErrorText } from "../../config/text-file.ts";
import { Failure } from "../../errors.ts";
import { safeText } from "../../render/safe-text.ts";
import { displayName } from "../../route53/names.ts";
import type { RecordSet } from "../../route53/record-set.ts";
import { readRecordSets } from "../../setup/live/read-zones.ts";
import { writeMasterFile } from "../../zonefile/master-file/write.ts";
import { writeOctodns } from "../../zonefile/octodns/write.ts";
import { writeTerraform } from "../../zonefile/terraform/write.ts";
import type { ExportedZone } from "../../zonefile/unsaid.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { chooseZone } from "../zone-choice.ts";

export interface ExportOptions {
  readonly format: "bind" | "octodns" | "terraform";
  readonly output?: string;
}

export async function zonesExport(context: CommandContext, asked: string, options: ExportOptions): Promise<ExitCode> {
  const backend = await context.connect();
  try {
    const zone = await chooseZone(backend, asked, context.signal);
    const client = await backend.clients.route53();
    const live = await readRecordSets(client, zone.id, context.signal);
    const recordSets = live.map(({ set }) => set);
    const exported = await written(options.format, zone, recordSets, backend, context.signal);
    if (options.output !== undefined) await save(options.output, exported.text);
    const { text, unsaid, said } = exported;
    const document = { zone: { id: zone.id, name: zone.name }, format: options.format, recordSets: said, unsaid };
    if (options.output === undefined) context.result({ ...document, text }, () => text);
    else {
      const file = options.output;
      context.result(
        { ...document, file },
        () => `${said} record sets of ${displayName(zone.name)} written to ${safeText(file)}`,
      );
    }
    noteUnsaid(context, exported, options.format);
    return EXIT.ok;
  } finally {
    backend.close();
  }
}

async function written(
  format: ExportOptions["format"],
  zone: ListedZone,
  recordSets: readonly RecordSet[],
  backend: Backend,
  signal: AbortSignal,
): Promise<ExportedZone> {
  const { id, name } = zone;
  if (format === "bind") return writeMasterFile({ id, name, recordSets });
  const client = await backend.clients.route53();
  const named = new Set(recordSets.flatMap((set) => set.healthCheckId ?? []));
  const checks = named.size === 0 ? [] : withChildren(await listNamedHealthChecks(client, signal), named);
  if (format === "octodns") {
    const healthChecks = new Map<string, HealthCheckConfig>(checks.map((check) => [check.id, check.config]));
    return writeOctodns({ id, name, recordSets, healthChecks });
  }
  const details = await readZoneDetails(client, id, signal);
  if (!("value" in details.tags)) {
    throw new Failure({
      kind: "failed",
      code: "export.tags",
      message: `the tags of ${displayName(name)} cannot be read, and Terraform would remove what the file leaves out: ${details.tags.unreadable}`,
      next: "allow route53:ListTagsForResource, or export another format",
    });
  }
  return writeTerraform({
    id,
    name,
    comment: details.comment,
    tags: details.tags.value,
    vpcs: details.vpcs,
    delegationSetId: details.delegationSetId,
    recordSets,
    healthChecks: checks,
  });
}

/** What the record sets name, and what those calculated checks are made of. */
function withChildren(checks: readonly ListedHealthCheck[], named: ReadonlySet<string>): ListedHealthCheck[] {
  const direct = checks.filter(({ id }) => named.has(id));
  const children = new Set(direct.flatMap(({ config }) => config.ChildHealthChecks ?? []));
  return checks.filter(({ id }) => named.has(id) || children.has(id));
}

async function save(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new Failure({
      kind: "failed",
      code: "export.output",
      message: `${safeText(file)} could not be written: ${writeErrorText(cause)}`,
      next: "name another file with --output",
      cause,
    });
  }
}

const FORMAT_NAMES = { bind: "a zone file", octodns: "octoDNS", terraform: "Terraform" } as const;
/** Reasons that are told; the file has every record set's own. */
const MOST_REASONS = 5;

function noteUnsaid(context: CommandContext, { unsaid }: ExportedZone, format: ExportOptions["format"]): void {
  if (unsaid.length === 0) return;
  const reasons = new Map<string, number>();
  for (const { why } of unsaid) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  context.note(
    `${unsaid.length} ${unsaid.length === 1 ? "thing" : "things"} that ${FORMAT_NAMES[format]} cannot say as Route 53 does:`,
  );
  for (const [why, count] of [...reasons].slice(0, MOST_REASONS)) context.note(`  ${count} x ${safeText(why)}`);
  if (reasons.size > MOST_REASONS)
    context.note(`  and ${reasons.size - MOST_REASONS} more reasons, in the file's comments`);
}
