// Puts requests on the wire as they are, right or wrong, and reads what comes back, without a library that would mend them.

import { connect } from "node:net";

/** The bytes of a request. Headers that are no tokens or hold line breaks would be another request; they are left out. */
function headOf({ method, target, headers }, bodyHeaders) {
  const lines = Object.entries({ host: "127.0.0.1", ...headers })
    .filter(([name]) => !["content-length", "connection"].includes(name))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `${method} ${target.replace(/[\r\n ]/g, "+")} HTTP/1.1\r\n${lines.join("")}${bodyHeaders}\r\n`,
    "latin1",
  );
}

function headersOf(head) {
  const headers = {};
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

/** One connection. A request at a time; an answer is `{ status, headers, body, open }`, undefined when the server closed without one. */
export class RawConnection {
  #socket;
  #received = [];
  #size = 0;
  #waiting;
  #closed = false;
  #withoutBody = false;

  constructor(port) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => {
      this.#received.push(chunk);
      this.#size += chunk.length;
      this.#look();
    });
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => {
      this.#closed = true;
      this.#settle(undefined);
    });
  }

  get closed() {
    return this.#closed || this.#socket.destroyed;
  }

  #settle(answer) {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(answer);
  }

  #look() {
    const all = this.#received.length === 1 ? this.#received[0] : Buffer.concat(this.#received, this.#size);
    this.#received = [all];
    let start = 0;
    let end = all.indexOf("\r\n\r\n");
    // "100 Continue" is not the answer yet.
    while (end !== -1 && all.subarray(start, start + 12).toString("latin1") === "HTTP/1.1 100") {
      start = end + 4;
      end = all.indexOf("\r\n\r\n", start);
    }
    if (end === -1) return;
    const head = all.subarray(start, end).toString("latin1");
    const headers = headersOf(head);
    const status = Number(head.slice(9, 12));
    // What streams has answered when it begins.
    const streams = headers["transfer-encoding"] !== undefined;
    const length = streams || this.#withoutBody ? 0 : Number(headers["content-length"] ?? 0);
    if (all.length < end + 4 + length) return;
    const body = all.subarray(end + 4, end + 4 + length);
    const rest = all.subarray(end + 4 + length);
    this.#received = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    const open = !streams && headers.connection !== "close";
    if (!open) this.#socket.destroy();
    this.#settle({ status, headers, body, open });
  }

  #answer() {
    return new Promise((resolve) => {
      if (this.closed) resolve(undefined);
      else this.#waiting = resolve;
    });
  }

  /** Sends a request as its delivery says, and gives the answer. */
  async send(request) {
    const { body, delivery } = request;
    this.#withoutBody = request.method === "HEAD";
    const answer = this.#answer();
    const write = (bytes) => this.#socket.write(bytes);
    const framed = request.headers["transfer-encoding"] !== undefined;
    const length = framed ? "" : `Content-Length: ${body.length}\r\n`;
    switch (delivery.kind) {
      case "whole":
        write(Buffer.concat([headOf(request, length), body]));
        // A body in another framing than its header says never ends by itself.
        if (framed) this.#socket.end();
        return answer;
      case "slow": {
        const bytes = Buffer.concat([headOf(request, length), body]);
        const step = Math.ceil(bytes.length / delivery.pieces);
        for (let at = 0; at < bytes.length && !this.closed; at += step) {
          write(bytes.subarray(at, at + step));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        if (framed) this.#socket.end();
        return answer;
      }
      case "chunked": {
        const chunk = Buffer.concat([
          Buffer.from(`${body.length.toString(16)}\r\n`),
          body,
          Buffer.from("\r\n0\r\n\r\n"),
        ]);
        const head = headOf({ ...request, headers: { ...request.headers, "transfer-encoding": "chunked" } }, "");
        write(Buffer.concat([head, delivery.broken ? Buffer.from("zz\r\n") : chunk]));
        if (framed) this.#socket.end();
        return answer;
      }
      case "promises too little": {
        const promised = Math.max(0, body.length - delivery.missing);
        write(Buffer.concat([headOf(request, `Content-Length: ${promised}\r\nConnection: close\r\n`), body]));
        return answer;
      }
      case "no HTTP":
        write(Buffer.from([...delivery.bytes, 13, 10, 13, 10]));
        break;
      case "gone":
        write(headOf(request, length));
        break;
      case "truncated":
        write(Buffer.concat([headOf(request, length), body.subarray(0, delivery.bytes)]));
        break;
      case "promises too much":
        write(Buffer.concat([headOf(request, `Content-Length: ${body.length + delivery.extra}\r\n`), body]));
        break;
    }
    // Nothing more comes from here: the server must let go of it.
    this.#socket.end();
    return answer;
  }

  close() {
    this.#socket.destroy();
  }
}
