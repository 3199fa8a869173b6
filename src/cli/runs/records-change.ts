/** `r53kit records set | delete`: one record, by hand. */

import { Failure } from "../../errors.ts";
import { deleteRecords } from "../../setup/record-edits/delete.ts";
import { setRecords } from "../../setup/record-edits/set.ts";
import { MAX_TTL_SECONDS, parseTtl } from "../../zonefile/master-file/ttl.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";
import { chooseOwner } from "../zone-choice.ts";
import { typedType } from "./records-list.ts";
import { planAndCarryOut, type RecordsPlanOptions } from "./records-plan.ts";

export interface RecordsSetOptions extends RecordsPlanOptions {
  readonly ttl?: string;
  readonly zone?: string;
  readonly force?: boolean;
}

export interface RecordsDeleteOptions extends RecordsPlanOptions {
  readonly setIdentifier?: string;
  readonly all?: boolean;
  readonly zone?: string;
}

function typedTtl(text: string): number {
  const seconds = parseTtl(text);
  if (seconds !== undefined) return seconds;
  throw new Failure({
    kind: "usage",
    code: "records.bad-ttl",
    message: `'${text}' is no time from 0 to ${MAX_TTL_SECONDS} seconds`,
    next: "write seconds, or units as in 1h30m",
  });
}

export async function recordsSet(
  context: CommandContext,
  typed: { readonly name: string; readonly type: string; readonly values: readonly string[] },
  options: RecordsSetOptions,
): Promise<ExitCode> {
  const type = typedType(typed.type);
  const ttlSeconds = options.ttl === undefined ? undefined : typedTtl(options.ttl);
  const backend = await context.connect();
  try {
    const { zone, name } = await chooseOwner(backend, typed.name, options.zone, context.signal);
    return await planAndCarryOut(context, backend, zone, {
      ...options,
      source: "r53kit records set",
      edits: (live) =>
        setRecords({ name, type, values: typed.values, ttlSeconds, force: options.force === true }, live),
    });
  } finally {
    backend.close();
  }
}

export async function recordsDelete(
  context: CommandContext,
  typed: { readonly name: string; readonly type: string | undefined },
  options: RecordsDeleteOptions,
): Promise<ExitCode> {
  const type = typed.type === undefined ? undefined : typedType(typed.type);
  const backend = await context.connect();
  try {
    const { zone, name } = await chooseOwner(backend, typed.name, options.zone, context.signal);
    return await planAndCarryOut(context, backend, zone, {
      ...options,
      source: "r53kit records delete",
      edits: (live) =>
        deleteRecords({ name, type, setIdentifier: options.setIdentifier, all: options.all === true }, live),
    });
  } finally {
    backend.close();
  }
}
