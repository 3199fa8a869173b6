/** `r53kit records list`: the record sets of a zone. */

import { suggest } from "../../config/suggestion.ts";
import { Failure } from "../../errors.ts";
import { renderRecordSets } from "../../render/records.ts";
import { isRecordType, RECORD_TYPES, type RecordType } from "../../route53/record-set.ts";
import { readRecordSets } from "../../setup/live/read-zones.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { chooseZone, ownerIn } from "../zone-choice.ts";

export interface RecordsListOptions {
  readonly name?: string;
  readonly type?: string;
}

export function typedType(text: string): RecordType {
  const type = text.toUpperCase();
  if (isRecordType(type)) return type;
  throw new Failure({
    kind: "usage",
    code: "records.unknown-type",
    message: `Route 53 hosts no ${text} records`,
    next: suggest(type, RECORD_TYPES),
  });
}

export async function recordsList(
  context: CommandContext,
  asked: string,
  options: RecordsListOptions,
): Promise<ExitCode> {
  const type = options.type === undefined ? undefined : typedType(options.type);
  const backend = await context.connect();
  try {
    const zone = await chooseZone(backend, asked, context.signal);
    const name = options.name === undefined ? undefined : ownerIn(zone, options.name);
    const live = await readRecordSets(await backend.clients.route53(), zone.id, context.signal);
    const recordSets = live
      .map(({ set }) => set)
      .filter((set) => (name === undefined || set.name === name) && (type === undefined || set.type === type));
    const document = { zone: { id: zone.id, name: zone.name }, recordSets };
    context.result(document, () => renderRecordSets(recordSets, { color: context.color.stdout }));
    return EXIT.ok;
  } finally {
    backend.close();
  }
}
