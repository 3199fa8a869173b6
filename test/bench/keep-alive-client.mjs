// The least of an HTTP client: fixed bytes over connections that stay, so that the server is measured and not the client.
import { connect } from "node:net";

/** The bytes of a request, signed for Route 53 as far as anyone here looks. */
export function requestBytes(method, target, body = "") {
  return Buffer.from(
    `${method} ${target} HTTP/1.1\r\nHost: route53.localhost\r\nContent-Type: application/xml\r\n` +
      "Authorization: AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/route53/aws4_request, SignedHeaders=host, Signature=x\r\n" +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A connection that is made anew when the server has closed it between two answers, as any client would. */
export class KeepAliveConnection {
  #port;
  #socket;
  #waiting;
  #head = "";
  #chunks = [];
  #missing = -1;

  constructor(port) {
    this.#port = port;
  }

  #open() {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    const lost = (error) => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.#fail(error);
    };
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", lost);
    socket.on("end", () => socket.destroy());
    socket.on("close", () => lost(new Error("the server closed the connection")));
    return socket;
  }

  #fail(error) {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }

  #read(chunk) {
    let rest = chunk;
    if (this.#missing === -1) {
      this.#head += chunk.toString("latin1");
      const end = this.#head.indexOf("\r\n\r\n");
      if (end === -1) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head.slice(0, end))?.[1];
      if (length === undefined) return this.#fail(new Error("an answer without Content-Length"));
      this.#missing = Number(length);
      rest = Buffer.from(this.#head.slice(end + 4), "latin1");
    }
    this.#chunks.push(rest);
    this.#missing -= rest.length;
    if (this.#missing > 0) return;
    const status = Number(this.#head.slice(9, 12));
    if (/\r\nconnection: *close/i.test(this.#head)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    const body = this.#chunks;
    const waiting = this.#waiting;
    [this.#head, this.#chunks, this.#missing, this.#waiting] = ["", [], -1, undefined];
    waiting?.resolve({ status, text: () => Buffer.concat(body).toString() });
  }

  /** One request at a time. */
  exchange(bytes) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#waiting = undefined;
    this.#socket?.destroy();
  }
}
