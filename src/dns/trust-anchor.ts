/** A zone's key-signing keys as trust anchors: what a validator is given so that it can judge everything below. */

import type { DomainName } from "../route53/names.ts";
import { KEY_SIGNING_KEY_FLAGS, type KeyRecords, recordsOfDnskey } from "./dnssec-keys.ts";
import type { Message } from "./message.ts";
import { CLASS, TYPE } from "./types.ts";

export interface TrustAnchor extends KeyRecords {
  readonly zone: DomainName;
  readonly ttlSeconds: number;
}

/** From the answer to a question for the zone's DNSKEY records. */
export function trustAnchorsOf(zone: DomainName, response: Pick<Message, "answers">): TrustAnchor[] {
  return response.answers
    .filter(({ name, type, class: recordClass }) => name === zone && type === TYPE.DNSKEY && recordClass === CLASS.IN)
    .filter(({ rdata }) => rdata.length > 4 && Buffer.from(rdata).readUInt16BE(0) === KEY_SIGNING_KEY_FLAGS)
    .map(({ rdata, ttlSeconds }) => ({ zone, ttlSeconds, ...recordsOfDnskey(zone, rdata) }));
}
