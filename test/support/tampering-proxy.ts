/** Stands between a validator and the server it trusts to be honest, and alters what it is told to; over UDP and TCP. */

import { exchange, type ServerAddress } from "../../src/dns/client.ts";
import { type Message, makeQuery, PLAIN_EDNS, type ResourceRecord } from "../../src/dns/message.ts";
import { TYPE, typeNumber } from "../../src/dns/types.ts";
import { domainName } from "../../src/route53/names.ts";
import { type ScriptedServer, startScriptedServer } from "./scripted-dns-server.ts";

/** Genuine answers to other questions, to be replayed. */
export type Replay = (name: string, type: string) => Promise<Message>;

export type Tamper = (genuine: Message, replay: Replay) => Message | Promise<Message>;

/** By `name TYPE`, e.g. `www.example.com A`; what is not here passes unaltered. */
export type Tampers = Readonly<Record<string, Tamper>>;

function numberOf(type: string): number {
  const number = typeNumber(type);
  if (number === undefined) throw new Error(`${type} is no type`);
  return number;
}

export async function startTamperingProxy(upstream: ServerAddress, tampers: Tampers): Promise<ScriptedServer> {
  const altered = new Map<string, Tamper>(
    Object.entries(tampers).map(([question, tamper]) => {
      const [name = "", type = ""] = question.split(" ");
      return [`${domainName(name)} ${numberOf(type)}`, tamper] as const;
    }),
  );
  const ask = async (query: Message): Promise<Message> => {
    const asked = { ...query, edns: { ...PLAIN_EDNS, dnssecOk: true, udpSize: 4096 } };
    const request = { server: upstream, query: asked, transport: "auto", timeoutMs: 2000, tries: 3 } as const;
    return (await exchange(request)).response;
  };
  const replay: Replay = (name, type) =>
    ask(makeQuery({ name: domainName(name), type: numberOf(type), recursionDesired: true }));
  return startScriptedServer(async (query) => {
    const [question] = query.questions;
    const genuine = await ask(query);
    const tamper = altered.get(`${question?.name} ${question?.type}`);
    const answer = tamper === undefined ? genuine : await tamper(genuine, replay);
    return { ...answer, id: query.id, questions: query.questions };
  });
}

/** The type that an RRSIG record covers comes first in its data (RFC 4034 section 3.1). */
export function covers({ type, rdata }: ResourceRecord, covered: number): boolean {
  return type === TYPE.RRSIG && Buffer.from(rdata).readUInt16BE(0) === covered;
}

/** One octet of a record's data turned over, the last unless told. */
export function flipped(record: ResourceRecord, at = record.rdata.length - 1): ResourceRecord {
  const rdata = Uint8Array.from(record.rdata);
  rdata[at] = (rdata[at] ?? 0) ^ 0x01;
  return { ...record, rdata };
}
