/** `r53kit records import`: a BIND zone file into a zone. */

import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { readErrorText } from "../../config/text-file.ts";
import { Failure } from "../../errors.ts";
import type { DomainName } from "../../route53/names.ts";
import { importRecords } from "../../setup/record-edits/import.ts";
import { throwAll } from "../../setup/record-edits/plan.ts";
import type { ZoneFileProblem } from "../../zonefile/master-file/problem.ts";
import { readMasterFile } from "../../zonefile/master-file/read.ts";
import { recordSetsOf, type ZoneFileRecordSets } from "../../zonefile/record-sets.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";
import { chooseZone } from "../zone-choice.ts";
import { planAndCarryOut, type RecordsPlanOptions } from "./records-plan.ts";

export interface RecordsImportOptions extends RecordsPlanOptions {
  readonly zone: string;
  readonly replace?: boolean;
}

export async function recordsImport(
  context: CommandContext,
  file: string,
  options: RecordsImportOptions,
): Promise<ExitCode> {
  const source = await read(context, file);
  const shown = file === "-" ? "stdin" : file;
  const backend = await context.connect();
  try {
    const zone = await chooseZone(backend, options.zone, context.signal);
    const { recordSets, notes } = readRecordSets(source, shown, zone.name);
    const wanted = recordSets.map(({ set, place }) => ({ set, place: { file: shown, ...place } }));
    return await planAndCarryOut(context, backend, zone, {
      ...options,
      source: shown,
      edits: (live) => {
        const edits = importRecords(wanted, live, options.replace ? "replace" : "merge");
        return { ...edits, notes: [...notes, ...edits.notes] };
      },
    });
  } finally {
    backend.close();
  }
}

/** All mistakes of the file are told together, before any call that changes something. */
function readRecordSets(source: string, file: string, zone: DomainName): ZoneFileRecordSets {
  const { records, problems } = readMasterFile(source, zone);
  // What does not fit together can only be told of records that could be read.
  throwAll(problems.map((problem) => failureOf(problem, file)));
  const recordSets = recordSetsOf(records, zone);
  throwAll(recordSets.problems.map((problem) => failureOf(problem, file)));
  return recordSets;
}

function failureOf({ code, message, next, line, column }: ZoneFileProblem, file: string): Failure {
  return new Failure({ kind: "usage", code, message, next, where: { file, line, column } });
}

async function read(context: CommandContext, file: string): Promise<string> {
  if (file === "-") return textOf(context.host.stdin);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const isText = !(cause instanceof TypeError);
    throw new Failure({
      kind: "usage",
      code: "zonefile.unreadable",
      message: isText ? `the file cannot be read: ${readErrorText(cause)}` : "the file is no UTF-8 text",
      where: { file },
      next: isText ? "name a BIND zone file" : "write octets beyond ASCII as decimal escapes, \\195\\164",
      cause,
    });
  }
}
