/** `r53kit setup import`: live zones as a set-up file whose plan is empty. */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { listHostedZones } from "../../backend/hosted-zones.ts";
import { defaultProject } from "../../config/load.ts";
import { writeErrorText } from "../../config/text-file.ts";
import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { safeText } from "../../render/safe-text.ts";
import { type ImportedSetup, importSetup } from "../../setup/import/import.ts";
import { readImportSource } from "../../setup/import/read.ts";
import { ledgerFile, readLedger } from "../../setup/ledger.ts";
import { zoneKey, zoneText } from "../../setup/zone-key.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { zoneNamed } from "../zone-choice.ts";

export interface ImportOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export async function setupImport(
  context: CommandContext,
  asked: readonly string[],
  options: ImportOptions,
): Promise<ExitCode> {
  const { output } = options;
  const backend = await context.connect();
  try {
    const all = await listHostedZones(await backend.clients.route53(), context.signal);
    const zones = [...new Map(asked.map((one) => zoneNamed(all, one)).map((zone) => [zone.id, zone])).values()];
    const { directory } = daemonHome(context.host.env);
    const ledger = readLedger(ledgerFile(directory, defaultProject(zones[0]?.name)));
    const source = await readImportSource(backend, zones, ledger, context.signal);
    const imported = importSetup(source, output === undefined ? "inline" : "files");
    const { text, documents, said, unsaid } = imported;
    const names = zones.map((zone) => zoneText(zoneKey(zone))).join(", ");
    const document = { zones: zones.map(({ id, name }) => ({ id, name })), ...said, unsaid };
    if (output === undefined) context.result({ ...document, text }, () => text);
    else {
      const files = new Map([[output, text]]);
      for (const [name, content] of documents) files.set(join(dirname(output), name), content);
      await save(files, options.force === true);
      context.result(
        { ...document, files: [...files.keys()] },
        () => `${countsText(said)} of ${names} written to ${[...files.keys()].map(safeText).join(", ")}`,
      );
    }
    noteUnsaid(context, imported);
    return EXIT.ok;
  } finally {
    backend.close();
  }
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function countsText({ recordSets, healthChecks, trafficPolicies }: ImportedSetup["said"]): string {
  return [
    count(recordSets, "record set", "record sets"),
    ...(healthChecks === 0 ? [] : [count(healthChecks, "health check", "health checks")]),
    ...(trafficPolicies === 0 ? [] : [count(trafficPolicies, "traffic policy", "traffic policies")]),
  ].join(", ");
}

/** Nobody's file is lost: one that is there is written over only when that was asked for. */
async function save(files: ReadonlyMap<string, string>, force: boolean): Promise<void> {
  for (const [file, text] of files) {
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: force ? "w" : "wx" });
    } catch (cause) {
      const there = (cause as NodeJS.ErrnoException).code === "EEXIST";
      throw new Failure({
        kind: "failed",
        code: "import.output",
        message: there
          ? `${safeText(file)} is there already`
          : `${safeText(file)} could not be written: ${writeErrorText(cause)}`,
        next: there
          ? "name another file with --output, or write over it with --force"
          : "name another file with --output",
        cause,
      });
    }
  }
}

/** What is told; the file has all of it. */
const MOST_TOLD = 10;

function noteUnsaid(context: CommandContext, { unsaid }: ImportedSetup): void {
  if (unsaid.length === 0) return;
  const sets = unsaid.reduce((sum, one) => sum + one.recordSets, 0);
  const ofThem = sets === 0 ? "" : ` (${count(sets, "record set", "record sets")})`;
  context.note(
    `${count(unsaid.length, "thing", "things")}${ofThem} that the file cannot say, and that setup leaves as they are:`,
  );
  for (const { subject, why } of unsaid.slice(0, MOST_TOLD)) context.note(`  ${safeText(subject)}: ${safeText(why)}`);
  if (unsaid.length > MOST_TOLD) context.note(`  and ${unsaid.length - MOST_TOLD} more, in the file's comments`);
}
