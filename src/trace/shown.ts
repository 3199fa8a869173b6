/** From what the resolver saw to what a report shows: octets become text, nothing else is decided. */

import type { ExchangeResult } from "../dns/client.ts";
import type { QueryOutcome } from "../dns/iterate.ts";
import { ednsOption, type Message, type ResourceRecord } from "../dns/message.ts";
import { rdataToText } from "../dns/rdata.ts";
import type { ResponseMeaning } from "../dns/response-meaning.ts";
import { negativeTtlSeconds } from "../dns/typed-rdata.ts";
import { extendedErrorName, RCODE, rcodeName, typeName } from "../dns/types.ts";
import type { ShownExchange, ShownRecord, ShownResult } from "./report.ts";

export function shownRecord(record: ResourceRecord): ShownRecord {
  return {
    name: record.name,
    ttlSeconds: record.ttlSeconds,
    type: typeName(record.type),
    value: rdataToText(record.type, record.rdata),
  };
}

export function shownNegative(soa: ResourceRecord | undefined): { negativeTtlSeconds?: number; soaOwner?: string } {
  return soa === undefined ? {} : { negativeTtlSeconds: negativeTtlSeconds(soa), soaOwner: soa.name };
}

function shownMeaning(meaning: ResponseMeaning): ShownResult {
  switch (meaning.kind) {
    case "answer":
      return { kind: "answer", chain: meaning.chain.map(shownRecord), records: meaning.records.map(shownRecord) };
    case "alias":
      return { kind: "alias", chain: meaning.chain.map(shownRecord), target: meaning.target };
    case "referral": {
      const { zone, nameServers, ttlSeconds, ignoredGlue } = meaning;
      return { kind: "referral", zone, nameServers, ttlSeconds, ignoredGlue };
    }
    case "no-data":
    case "no-such-name":
      return { kind: meaning.kind, ...shownNegative(meaning.soa) };
    case "lame":
      return { kind: "lame", why: meaning.why };
    case "error":
      return { kind: "error" };
  }
}

/** A server that knows EDNS answers with it what was asked with it (RFC 6891 section 7); errors often come without all the same. */
function passedOverEdns({ edns, rcode }: Message): boolean {
  return edns === undefined && (rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN);
}

function shownExchange(result: ExchangeResult, withoutEdns: boolean): ShownExchange {
  const { response } = result;
  const subnet = ednsOption(response, "ecs");
  return {
    rttMs: Math.round(result.rttMs * 100) / 100,
    transport: result.transport,
    sizeBytes: result.sizeBytes,
    truncatedOverUdp: result.truncatedOverUdp,
    withoutEdns: withoutEdns || passedOverEdns(response),
    rcode: rcodeName(response.rcode),
    authoritative: response.flags.authoritative,
    recursionAvailable: response.flags.recursionAvailable,
    extendedErrors: (response.edns?.options ?? [])
      .filter((option) => option.kind === "ede")
      .map(({ infoCode, text }) => `${extendedErrorName(infoCode)}${text === "" ? "" : `: ${text}`}`),
    ...(subnet === undefined ? {} : { clientSubnetScope: subnet.scopePrefixLength }),
  };
}

export interface ShownOutcome {
  readonly tries: number;
  readonly exchange?: ShownExchange;
  readonly result: ShownResult;
}

export function shownOutcome(outcome: QueryOutcome): ShownOutcome {
  if (outcome.kind === "failure") {
    const { reason, detail, tries } = outcome;
    return { tries, result: { kind: "failure", reason, detail } };
  }
  const { result, meaning, withoutEdns } = outcome;
  return { tries: result.tries, exchange: shownExchange(result, withoutEdns), result: shownMeaning(meaning) };
}
