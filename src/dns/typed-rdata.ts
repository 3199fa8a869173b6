/** The few kinds of record data that resolving looks into: addresses, host names and the SOA. */

import type { DomainName } from "../route53/names.ts";
import { formatIpv4, formatIpv6 } from "../route53/record-data/ip-address.ts";
import type { ResourceRecord } from "./message.ts";
import { readName } from "./name-wire.ts";
import { TYPE } from "./types.ts";
import { MalformedMessageError, WireReader } from "./wire.ts";

export interface StartOfAuthority {
  readonly primaryNameServer: DomainName;
  readonly mailbox: DomainName;
  readonly serial: number;
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly expireSeconds: number;
  readonly minimumSeconds: number;
}

/** The address of an A or AAAA record; undefined for other types and data of another size. */
export function addressOf(record: ResourceRecord): string | undefined {
  if (record.type === TYPE.A && record.rdata.length === 4) return formatIpv4(record.rdata);
  if (record.type === TYPE.AAAA && record.rdata.length === 16) return formatIpv6(record.rdata);
  return undefined;
}

function whenReadable<Value>(rdata: Uint8Array, read: (reader: WireReader) => Value): Value | undefined {
  try {
    return read(new WireReader(rdata));
  } catch (error) {
    if (error instanceof MalformedMessageError) return undefined;
    throw error;
  }
}

/** The host that an NS, CNAME or PTR record names. */
export function hostOf(record: ResourceRecord): DomainName | undefined {
  return whenReadable(record.rdata, (reader) => readName(reader, false).name);
}

export function startOfAuthorityOf(record: ResourceRecord): StartOfAuthority | undefined {
  return whenReadable(record.rdata, (reader) => ({
    primaryNameServer: readName(reader, false).name,
    mailbox: readName(reader, false).name,
    serial: reader.uint32(),
    refreshSeconds: reader.uint32(),
    retrySeconds: reader.uint32(),
    expireSeconds: reader.uint32(),
    minimumSeconds: reader.uint32(),
  }));
}

/** How long "there is nothing" may be kept (RFC 2308 section 5): the smaller of the SOA's TTL and its minimum. */
export function negativeTtlSeconds(soa: ResourceRecord): number {
  return Math.min(soa.ttlSeconds, startOfAuthorityOf(soa)?.minimumSeconds ?? 0);
}
