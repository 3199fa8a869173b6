/**
 * Sends packets to the name servers over real sockets, in batches with a question at the end whose answer is known, and judges
 * what comes back. A batch is made of its number and the seed alone, so that it can be run again.
 */

import { createSocket, type Socket } from "node:dgram";
import { connect, type Socket as TcpSocket } from "node:net";
import packet from "dns-packet";
import { framed, TcpFrames } from "../../src/dns/tcp-frames.ts";
import { rawMessage, rawQuestion } from "../support/raw-dns.ts";
import { CODE, faultOf, rcodeOf, type Verdict, verdictOn } from "./dns-model.ts";
import { type FuzzPacket, fuzzPacket } from "./dns-packets.ts";
import type { FuzzedServer, Subject } from "./dns-subject.ts";
import { type Random, randomOf } from "./random.mjs";

/** Packets of a batch: as many as are under way on one socket. */
const BATCH = 32;
const MAX_STREAM_MESSAGES = 40;
/** Octets that are sent one by one. */
const MAX_SLOW_OCTETS = 600;
/** Real ms. The resolver may ask servers that nobody is at. */
const ANSWER_WITHIN_MS = 2_000;
const RESOLVED_WITHIN_MS = 20_000;
const MAX_PROBLEMS = 20;

const SHARES = { tcp: 0.06, otherServers: 0.15 } as const;
const SERVFAIL = 2;

export interface FuzzReport {
  packets: number;
  responses: number;
  /** Of the packets that got none, rightly. */
  silences: number;
  streams: number;
  readonly rcodes: Map<number, number>;
  readonly mutations: Map<string, number>;
  /** Sentences that begin with the batch. */
  readonly problems: string[];
  problemCount: number;
}

interface Sent extends FuzzPacket {
  readonly verdict: Verdict;
}

function countIn<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function withId(octets: Buffer, id: number): Buffer {
  const copy = Buffer.from(octets);
  if (copy.length >= 2) copy.writeUInt16BE(id, 0);
  return copy;
}

/** A question that has an answer at that server. */
function knownQuestion(server: FuzzedServer, id: number): Buffer {
  const atHosted = server.isResolver || server.name === "authoritative";
  const question = atHosted ? rawQuestion("www.example.com", 1) : rawQuestion(server.name === "root" ? "." : "com", 2);
  return rawMessage({ id, bits: server.isResolver ? 0x0100 : 0, questions: [question] });
}

function isKnownAnswer(server: FuzzedServer, response: Buffer): boolean {
  const atHosted = server.isResolver || server.name === "authoritative";
  const good = (response.readUInt8(3) & 15) === CODE.NOERROR && response.readUInt16BE(6) === 1;
  return good && (!atHosted || response.includes(Buffer.of(0, 4, 192, 0, 2, 1)));
}

/** What a packet must get; a resolver may also fail, and refuse to walk. */
function verdictAt(server: FuzzedServer, octets: Buffer): Verdict {
  const verdict = verdictOn(octets, (labels) => server.serves(labels));
  if (!server.isResolver || !verdict.rcodes.includes(CODE.NXDOMAIN)) return verdict;
  return { ...verdict, rcodes: [...verdict.rcodes, SERVFAIL, CODE.REFUSED] };
}

function later(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function serverFor(subject: Subject, random: Random): FuzzedServer {
  if (!random.chance(SHARES.otherServers)) return subject.authoritative;
  // Its walks cost more than everything else.
  const others = random.chance(0.9) ? subject.others.filter((server) => !server.isResolver) : subject.others;
  return random.pick(others);
}

export class DnsFuzzer {
  readonly #subject: Subject;
  readonly #seed: number;
  /** Connections that were left with half a message, for the server to close. */
  readonly #abandoned: TcpSocket[] = [];
  readonly #mostAbandoned: number;
  readonly report: FuzzReport = {
    ...{ packets: 0, responses: 0, silences: 0, streams: 0, problemCount: 0 },
    rcodes: new Map(),
    mutations: new Map(),
    problems: [],
  };

  constructor(subject: Subject, options: { readonly seed: number; readonly mostAbandoned: number }) {
    this.#subject = subject;
    this.#seed = options.seed;
    this.#mostAbandoned = options.mostAbandoned;
  }

  /** Runs batches from `first` on, over several sockets at a time, until so many packets have been sent. */
  async run(first: number, packets: number, lanes: number): Promise<{ readonly next: number }> {
    const until = this.report.packets + packets;
    let next = first;
    const lane = async () => {
      const socket = createSocket({ type: "udp4", lookup: (host, _options, callback) => callback(null, host, 4) });
      await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
      while (this.report.packets < until) {
        const batch = next;
        next += 1;
        await this.#batch(batch, socket);
      }
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return { next };
  }

  /** Whether the server has closed what was left to it; `withinMs` is real time. */
  async abandonedAreClosed(withinMs: number): Promise<boolean> {
    const open = this.#abandoned.filter((socket) => !socket.closed);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs);
    });
    const closed = Promise.all(open.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    const outcome = await Promise.race([closed.then(() => true), late]);
    clearTimeout(timer);
    return outcome;
  }

  /** Closes what is still open on this side. */
  close(): void {
    for (const socket of this.#abandoned) socket.destroy();
  }

  async #batch(number: number, socket: Socket): Promise<void> {
    const random = randomOf(this.#seed, number);
    const server = serverFor(this.#subject, random);
    if (random.chance(SHARES.tcp)) await this.#stream(number, server, random);
    else await this.#datagrams(number, server, random, socket);
  }

  #problem(batch: number, text: string, octets?: Buffer, response?: Buffer): void {
    this.report.problemCount += 1;
    if (this.report.problems.length >= MAX_PROBLEMS) return;
    const shown = (what: string, of: Buffer | undefined) =>
      of === undefined ? "" : `\n    ${what} ${of.toString("hex").slice(0, 2_000)}`;
    this.report.problems.push(`batch ${batch}: ${text}${shown("query", octets)}${shown("response", response)}`);
  }

  #packets(server: FuzzedServer, random: Random, count: number): Sent[] {
    return Array.from({ length: count }, (_, index) => {
      const { octets, mutation } = fuzzPacket(random);
      const withOwnId = withId(octets, index);
      this.report.packets += 1;
      countIn(this.report.mutations, mutation);
      return { octets: withOwnId, mutation, verdict: verdictAt(server, withOwnId) };
    });
  }

  #judge(batch: number, server: FuzzedServer, sent: Sent, response: Buffer | undefined, isUdp: boolean): void {
    const { octets, mutation, verdict } = sent;
    if (response === undefined) {
      if (verdict.rcodes.length === 0) this.report.silences += 1;
      else this.#problem(batch, `no response from the ${server.name} server (${mutation})`, octets);
      return;
    }
    this.report.responses += 1;
    const fault = faultOf(octets, response, verdict, isUdp, server.isResolver) ?? unreadableByDnsPacket(response);
    if (fault === undefined) countIn(this.report.rcodes, rcodeOf(response));
    else this.#problem(batch, `${fault}, from the ${server.name} server (${mutation})`, octets, response);
  }

  async #datagrams(batch: number, server: FuzzedServer, random: Random, socket: Socket): Promise<void> {
    const packets = this.#packets(server, random, BATCH);
    const heard = await this.#askOverUdp(server, socket, packets);
    for (const [index, sent] of packets.entries()) {
      let response = heard.get(index);
      // Datagrams are lost where many or large ones fill a buffer.
      if (response === undefined && sent.verdict.rcodes.length > 0) {
        response = (await this.#askOverUdp(server, socket, [sent])).get(index);
      }
      this.#judge(batch, server, sent, response, true);
    }
    const known = heard.get(BATCH) ?? (await this.#askOverUdp(server, socket, [])).get(BATCH);
    if (known === undefined) this.#problem(batch, `the ${server.name} server no longer answers`);
    else if (!isKnownAnswer(server, known)) {
      this.#problem(batch, `the ${server.name} server answers wrong`, undefined, known);
    }
  }

  /** Responses by id. Every server but the resolver answers in order, so what has not come with the last answer does not come. */
  #askOverUdp(server: FuzzedServer, socket: Socket, packets: readonly Sent[]): Promise<Map<number, Buffer>> {
    const heard = new Map<number, Buffer>();
    const expected = new Set(
      server.isResolver
        ? packets.filter(({ verdict }) => verdict.rcodes.length > 0).map(({ octets }) => octets.readUInt16BE(0))
        : [],
    ).add(BATCH);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        socket.off("message", hear);
        resolve(heard);
      };
      const timer = setTimeout(end, server.isResolver ? RESOLVED_WITHIN_MS : ANSWER_WITHIN_MS);
      const hear = (octets: Buffer) => {
        const id = octets.length < 2 ? -1 : octets.readUInt16BE(0);
        heard.set(id, octets);
        expected.delete(id);
        if (expected.size === 0) end();
      };
      socket.on("message", hear);
      const { port } = this.#subject;
      for (const { octets } of packets) socket.send(octets, port, server.address);
      socket.send(knownQuestion(server, BATCH), port, server.address);
    });
  }

  async #stream(batch: number, server: FuzzedServer, random: Random): Promise<void> {
    this.report.streams += 1;
    const packets = this.#packets(server, random, 1 + random.below(MAX_STREAM_MESSAGES));
    const last = packets.length;
    const whole = Buffer.concat([...packets.map(({ octets }) => framed(octets)), framed(knownQuestion(server, last))]);
    const delivery = random.pick(["whole", "fragments", "octets", "half-closed", "garbage", "cut off", "abandoned"]);
    const socket = connect({ host: server.address, port: this.#subject.port, noDelay: true, allowHalfOpen: true });
    // The server may close first what makes no sense.
    socket.on("error", () => socket.destroy());
    const arrived = hearStream(socket, last, server.isResolver ? packets : []);
    switch (delivery) {
      case "garbage": {
        const length = random.below(65_536);
        const rest = random.chance(0.5) ? whole : Buffer.alloc(random.below(3 * length + 1), random.below(256));
        socket.end(Buffer.concat([Buffer.of(length >> 8, length & 0xff), rest]));
        await arrived;
        return;
      }
      case "cut off":
        socket.write(whole.subarray(0, random.below(whole.length)), () => socket.destroy());
        await arrived;
        return;
      case "abandoned":
        socket.write(whole.subarray(0, 2 + random.below(12)));
        if (this.#abandoned.length < this.#mostAbandoned) this.#abandoned.push(socket);
        else socket.destroy();
        return;
      case "fragments":
        for (let at = 0; at < whole.length && !socket.destroyed; ) {
          const size = 1 + random.below(400);
          socket.write(whole.subarray(at, at + size));
          at += size;
          await later();
        }
        break;
      case "octets":
        for (let at = 0; at < Math.min(whole.length, MAX_SLOW_OCTETS) && !socket.destroyed; at++) {
          socket.write(whole.subarray(at, at + 1));
          await later();
        }
        socket.write(whole.subarray(MAX_SLOW_OCTETS));
        break;
      case "half-closed":
        socket.end(whole);
        break;
      default:
        socket.write(whole);
    }
    const heard = await arrived;
    socket.destroy();
    const ids = [...heard.keys()];
    const inOrder = ids.every((id, index) => index === 0 || id > (ids[index - 1] as number));
    if (!server.isResolver && !inOrder) this.#problem(batch, `responses out of order over TCP (${delivery})`);
    for (const [index, sent] of packets.entries()) this.#judge(batch, server, sent, heard.get(index), false);
    const known = heard.get(last);
    if (known === undefined || !isKnownAnswer(server, known)) {
      this.#problem(batch, `the ${server.name} server does not answer at the end of a stream (${delivery})`);
    }
  }
}

/** Responses by id, in the order in which they came, until the last one or the end of the connection. */
function hearStream(socket: TcpSocket, last: number, awaited: readonly Sent[]): Promise<Map<number, Buffer>> {
  const heard = new Map<number, Buffer>();
  const frames = new TcpFrames();
  const expected = new Set(
    awaited.filter(({ verdict }) => verdict.rcodes.length > 0).map(({ octets }) => octets.readUInt16BE(0)),
  ).add(last);
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve(heard);
    };
    const timer = setTimeout(end, RESOLVED_WITHIN_MS);
    socket.on("data", (chunk) => {
      frames.push(chunk);
      for (let next = frames.next(); next !== undefined; next = frames.next()) {
        const id = next.length < 2 ? -1 : next.readUInt16BE(0);
        heard.set(id, next);
        expected.delete(id);
      }
      if (expected.size === 0) end();
    });
    socket.on("end", () => {
      socket.end();
      end();
    });
    socket.on("close", end);
  });
}

/** Another reader must understand it as well. */
function unreadableByDnsPacket(response: Buffer): string | undefined {
  try {
    packet.decode(response);
    return undefined;
  } catch (error) {
    return `dns-packet cannot read it: ${(error as Error).message}`;
  }
}
