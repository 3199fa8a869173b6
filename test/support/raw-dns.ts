/** DNS messages as octets, put together piece by piece, right or wrong, and sent as they are. */

import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { framed, TcpFrames } from "../../src/dns/tcp-frames.ts";

export type Transport = "UDP" | "TCP";

export interface RawServer {
  readonly address: string;
  readonly port: number;
}

function uint16(...numbers: readonly number[]): Buffer {
  return Buffer.from(numbers.flatMap((number) => [(number >> 8) & 0xff, number & 0xff]));
}

/** Labels of a name without escapes, as they are spelt. */
export function rawName(name: string): Buffer {
  const labels = name === "." ? [] : name.split(".");
  return Buffer.concat([...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.of(0)]);
}

export function rawQuestion(name: string, type: number, questionClass = 1): Buffer {
  return Buffer.concat([rawName(name), uint16(type, questionClass)]);
}

export interface RawOpt {
  readonly udpSize?: number;
  readonly version?: number;
  /** With DO as the highest bit. */
  readonly flags?: number;
  /** Code and data in hex. */
  readonly options?: readonly (readonly [code: number, hex: string])[];
  /** The owner name's octets; the root unless given. */
  readonly owner?: Buffer;
  /** RDATA in place of the options'. */
  readonly rdata?: Buffer;
}

export function rawOpt(opt: RawOpt = {}): Buffer {
  const options = (opt.options ?? []).map(([code, hex]) =>
    Buffer.concat([uint16(code, hex.length / 2), Buffer.from(hex, "hex")]),
  );
  const rdata = opt.rdata ?? Buffer.concat(options);
  return Buffer.concat([
    opt.owner ?? Buffer.of(0),
    uint16(41, opt.udpSize ?? 1232, opt.version ?? 0, opt.flags ?? 0, rdata.length),
    rdata,
  ]);
}

export interface RawMessage {
  readonly id?: number;
  /** All 16 bits behind the id. */
  readonly bits?: number;
  readonly questions?: readonly Buffer[];
  readonly answers?: readonly Buffer[];
  readonly authorities?: readonly Buffer[];
  readonly additionals?: readonly Buffer[];
  /** What the header says there is, where that is a lie. */
  readonly counts?: readonly [questions: number, answers: number, authorities: number, additionals: number];
  /** What comes behind the message. */
  readonly tail?: Buffer;
}

export const OPCODE_SHIFT = 11;
export const DEFAULT_ID = 4711;

export function rawMessage(message: RawMessage): Buffer {
  const { questions = [], answers = [], authorities = [], additionals = [] } = message;
  const counts = message.counts ?? [questions.length, answers.length, authorities.length, additionals.length];
  return Buffer.concat([
    uint16(message.id ?? DEFAULT_ID, message.bits ?? 0, ...counts),
    ...questions,
    ...answers,
    ...authorities,
    ...additionals,
    message.tail ?? Buffer.alloc(0),
  ]);
}

/**
 * Sends messages one behind the other from one socket, or on one connection, and gives what comes back until the response to
 * the last one has. Rejects when that does not come within twenty seconds, which are for slow machines.
 */
export function exchangeRaw(server: RawServer, transport: Transport, messages: readonly Buffer[]): Promise<Buffer[]> {
  const lastId = messages.at(-1)?.readUInt16BE(0);
  const heard: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const end = (error?: Error) => {
      clearTimeout(timer);
      close();
      if (error === undefined) resolve(heard);
      else reject(error);
    };
    const timer = setTimeout(() => end(new Error(`no response to ${lastId} over ${transport}`)), 20_000);
    const hear = (octets: Buffer) => {
      heard.push(Buffer.from(octets));
      if (octets.length >= 2 && octets.readUInt16BE(0) === lastId) end();
    };
    let close: () => void;
    if (transport === "UDP") {
      const socket = createSocket("udp4");
      close = () => socket.close();
      socket.on("error", end);
      socket.on("message", hear);
      for (const message of messages) socket.send(message, server.port, server.address);
    } else {
      const socket = connect({ host: server.address, port: server.port, noDelay: true });
      const frames = new TcpFrames();
      close = () => socket.destroy();
      socket.on("error", end);
      socket.on("data", (chunk) => {
        frames.push(chunk);
        for (let next = frames.next(); next !== undefined; next = frames.next()) hear(next);
      });
      socket.write(Buffer.concat(messages.map(framed)));
    }
  });
}
