/** A small authoritative name server for tests, on real sockets: answers what a script says, and counts what it was asked. */

import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import { type Exchange, exchange } from "../../src/dns/client.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  NO_FLAGS,
  type Question,
  type ResourceRecord,
} from "../../src/dns/message.ts";
import { rdataFromText } from "../../src/dns/rdata.ts";
import { CLASS, RCODE, TYPE, typeName, typeNumber } from "../../src/dns/types.ts";
import { type DomainName, domainName, isWithin } from "../../src/route53/names.ts";

/** `"www.example.com 300 A 192.0.2.1"` */
export function resourceRecord(text: string): ResourceRecord {
  const [, name = "", ttl = "", type = "", value = ""] = /^(\S+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(text.trim()) ?? [];
  const number = typeNumber(type);
  if (number === undefined) throw new Error(`no record: ${text}`);
  return {
    name: domainName(name),
    type: number,
    class: CLASS.IN,
    ttlSeconds: Number(ttl),
    rdata: rdataFromText(type, value),
  };
}

/** One record a line. */
export function resourceRecords(text: string): ResourceRecord[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(resourceRecord);
}

type Scripted = Message | Uint8Array | undefined;

/** What to answer; undefined stays silent, octets go out as they are. */
export type Script = (query: Message, transport: "udp" | "tcp") => Scripted;
/** The same, of a server that has to ask somebody first. */
export type AskingScript = (query: Message, transport: "udp" | "tcp") => Promise<Scripted>;

/** {@link patientWith} does not wait for it. */
export const SILENT: Script = () => undefined;

/** Gives servers that are {@link SILENT} little time, and all others as much as they need on a slow machine. */
export function patientWith(scripts: Readonly<Record<string, { address: string; script: Script }>>): Exchange {
  const silent = new Set(Object.values(scripts).flatMap(({ address, script }) => (script === SILENT ? [address] : [])));
  return (request) => exchange({ ...request, timeoutMs: silent.has(request.server.address) ? 50 : 20_000 });
}

/** An answer to a query, with the flags of an authoritative server unless the parts say otherwise. */
export function reply(query: Message, parts: Partial<Message> = {}): Message {
  return {
    ...query,
    response: true,
    flags: { ...NO_FLAGS, authoritative: true, recursionDesired: query.flags.recursionDesired },
    ...parts,
  };
}

/**
 * Serves zones as an authoritative server does: answers with the CNAME chain inside the zone, referrals with glue (NS records
 * below the apex are delegations), NXDOMAIN and NODATA with the SOA, REFUSED outside its zones.
 */
export function zoneScript(zones: Readonly<Record<string, string>>): Script {
  const parsed = Object.entries(zones)
    .map(([origin, text]) => ({ origin: domainName(origin), records: resourceRecords(text) }))
    .sort((a, b) => b.origin.length - a.origin.length);
  return (query) => {
    const [question] = query.questions as [Question];
    const zone = parsed.find(({ origin }) => isWithin(question.name, origin));
    return zone === undefined
      ? reply(query, { flags: NO_FLAGS, rcode: RCODE.REFUSED })
      : fromZone(query, question, zone);
  };
}

function fromZone(
  query: Message,
  question: Question,
  zone: { origin: DomainName; records: ResourceRecord[] },
): Message {
  const { origin, records } = zone;
  const at = (name: DomainName, type?: number) =>
    records.filter((record) => record.name === name && (type === undefined || record.type === type));
  const cut = records.find(
    (record) => record.type === TYPE.NS && record.name !== origin && isWithin(question.name, record.name),
  )?.name;
  if (cut !== undefined && !(question.type === TYPE.DS && question.name === cut)) {
    const additionals = records.filter((record) => record.type === TYPE.A || record.type === TYPE.AAAA);
    const servers = at(cut, TYPE.NS);
    const named = new Set(servers.map((server) => Buffer.from(server.rdata).toString("hex")));
    const glue = additionals.filter((record) =>
      named.has(Buffer.from(resourceRecord(`x 0 NS ${record.name}`).rdata).toString("hex")),
    );
    return reply(query, { flags: NO_FLAGS, authorities: servers, additionals: glue });
  }
  const answers: ResourceRecord[] = [];
  let name = question.name;
  for (let hops = 0; hops < 10; hops++) {
    const found = at(name, question.type);
    const [alias] = at(name, TYPE.CNAME);
    answers.push(...(found.length > 0 || alias === undefined ? found : [alias]));
    if (found.length > 0 || alias === undefined) break;
    const target = Buffer.from(alias.rdata).toString("hex");
    const next = records.find(
      (record) => Buffer.from(resourceRecord(`x 0 NS ${record.name}`).rdata).toString("hex") === target,
    );
    if (next === undefined) break;
    name = next.name;
  }
  if (answers.length > 0) return reply(query, { answers });
  const exists = records.some((record) => isWithin(record.name, question.name));
  return reply(query, { rcode: exists ? RCODE.NOERROR : RCODE.NXDOMAIN, authorities: at(origin, TYPE.SOA) });
}

export interface ScriptedServer {
  readonly address: string;
  readonly port: number;
  /** `"www.example.com. A udp"`, in the order they came. */
  readonly asked: string[];
  close(): Promise<void>;
}

function listenUdp(address: string, port: number): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => resolve(socket));
  });
}

function listenTcp(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
}

/** Starts a server on one loopback address, UDP and TCP on the same port (0 takes a free one). */
export async function startScriptedServer(
  script: Script | AskingScript,
  address = "127.0.0.1",
  port = 0,
): Promise<ScriptedServer> {
  const asked: string[] = [];
  const respond = async (octets: Buffer, transport: "udp" | "tcp"): Promise<Uint8Array | undefined> => {
    const query = decodeMessage(octets);
    const [question] = query.questions;
    asked.push(`${question?.name} ${typeName(question?.type ?? 0)} ${transport}`);
    const answer = await script(query, transport);
    if (answer === undefined || answer instanceof Uint8Array) return answer;
    return encodeMessage(answer, transport === "udp" ? { maxSize: query.edns?.udpSize ?? 512 } : {});
  };

  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => socket.destroy());
    let received = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const length = received.readUInt16BE(0);
        const query = received.subarray(2, 2 + length);
        received = received.subarray(2 + length);
        void respond(query, "tcp").then((answer) => {
          if (answer === undefined || socket.destroyed) return;
          socket.write(Buffer.concat([Uint8Array.of(answer.length >> 8, answer.length & 0xff), answer]));
        });
      }
    });
  });
  await listenTcp(tcp, address, port);
  const bound = tcp.address();
  if (bound === null || typeof bound === "string") throw new Error("a TCP server has an address");
  const udp = await listenUdp(address, bound.port);
  let closed = false;
  udp.on("close", () => {
    closed = true;
  });
  udp.on("message", (octets, from) => {
    void respond(octets, "udp").then((answer) => {
      if (answer !== undefined && !closed) udp.send(answer, from.port, from.address);
    });
  });
  return {
    address,
    port: bound.port,
    asked,
    async close() {
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(resolve)),
        new Promise((resolve) => tcp.close(resolve)),
      ]);
    },
  };
}

/**
 * Starts several servers on one port, each on an address of its own: a little internet. Addresses are loopback; the first
 * takes a free port, and another try is made when that port is taken on one of the others.
 */
export async function startScriptedServers<Name extends string>(
  scripts: Readonly<Record<Name, { address: string; script: Script }>>,
): Promise<{
  readonly port: number;
  readonly servers: Readonly<Record<Name, ScriptedServer>>;
  close(): Promise<void>;
}> {
  for (let attempt = 1; ; attempt++) {
    const servers: Partial<Record<Name, ScriptedServer>> = {};
    const close = async () => {
      await Promise.all(Object.values<ScriptedServer | undefined>(servers).map((server) => server?.close()));
    };
    let port = 0;
    try {
      for (const name of Object.keys(scripts) as Name[]) {
        const server = await startScriptedServer(scripts[name].script, scripts[name].address, port);
        servers[name] = server;
        port = server.port;
      }
      return { port, servers: servers as Record<Name, ScriptedServer>, close };
    } catch (error) {
      await close();
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || attempt === 5) throw error;
    }
  }
}
