/** Asks one DNS server for the addresses of a name. */

import { exchange, type ServerAddress } from "../../dns/client.ts";
import { makeQuery, PLAIN_EDNS } from "../../dns/message.ts";
import { rdataToText } from "../../dns/rdata.ts";
import { rcodeName, TYPE } from "../../dns/types.ts";
import type { DomainName } from "../../route53/names.ts";
import type { AskAddresses } from "./name-server.ts";

export interface AddressQuestion {
  readonly server: ServerAddress;
  readonly name: DomainName;
  readonly type: "A" | "AAAA";
  /** Whether the server is a resolver, and so is asked to find out. */
  readonly recursive: boolean;
  /** Real ms for each of two tries. */
  readonly timeoutMs: number;
}

const TRIES = 2;

/** Throws ExchangeError when no answer comes. */
export function addressQuestion(question: AddressQuestion): AskAddresses {
  const type = TYPE[question.type];
  const query = makeQuery({ name: question.name, type, recursionDesired: question.recursive, edns: PLAIN_EDNS });
  return async (signal) => {
    const { response } = await exchange({
      server: question.server,
      query,
      transport: "auto",
      timeoutMs: question.timeoutMs,
      tries: TRIES,
      signal,
    });
    const records = response.answers.filter((record) => record.type === type);
    return {
      rcode: rcodeName(response.rcode),
      addresses: records.map((record) => rdataToText(type, record.rdata)),
      // A CNAME on the way expires too.
      ttlSeconds: records.length === 0 ? undefined : Math.min(...response.answers.map((record) => record.ttlSeconds)),
    };
  };
}
