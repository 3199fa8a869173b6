/** What a resolver passes on to who asks with DO: the signatures and proofs that came with the answers on its way. It judges none. */

import type { Message, ResourceRecord } from "../../../dns/message.ts";
import { TYPE } from "../../../dns/types.ts";
import { type DomainName, isWithin } from "../../../route53/names.ts";

/** A response that answers, in part or in whole, and the zone whose server gave it. */
export interface Evidence {
  readonly zone: DomainName;
  readonly response: Pick<Message, "answers" | "authorities">;
}

/** The type that an RRSIG record covers comes first in its data (RFC 4034 section 3.1). */
function covers({ type, rdata }: ResourceRecord, covered: number): boolean {
  return type === TYPE.RRSIG && rdata.length > 2 && Buffer.from(rdata).readUInt16BE(0) === covered;
}

/** Of the last response that has some: a chain of aliases may have brought the same ones along before. */
function signaturesOf(record: ResourceRecord, evidence: readonly Evidence[]): ResourceRecord[] {
  for (const { zone, response } of evidence.toReversed()) {
    if (!isWithin(record.name, zone)) continue;
    const given = [...response.answers, ...response.authorities].filter(
      (one) => one.name === record.name && covers(one, record.type),
    );
    if (given.length > 0) return given;
  }
  return [];
}

/** Record sets, each followed by the signatures that a server of its zone gave with it. */
export function withSignatures(records: readonly ResourceRecord[], evidence: readonly Evidence[]): ResourceRecord[] {
  return records.flatMap((record, index) => {
    const next = records[index + 1];
    if (next?.name === record.name && next.type === record.type) return [record];
    return [record, ...signaturesOf(record, evidence)];
  });
}

/** The NSEC and NSEC3 records of the last answer, with their signatures: why there is nothing, or nothing closer than a wildcard. */
export function proofsOf(evidence: readonly Evidence[]): ResourceRecord[] {
  const last = evidence.at(-1);
  if (last === undefined) return [];
  return last.response.authorities.filter(
    (record) =>
      isWithin(record.name, last.zone) &&
      [TYPE.NSEC, TYPE.NSEC3].some((type) => record.type === type || covers(record, type)),
  );
}
