/** What a response says about the server that gives it. */

import { describe, expect, it } from "vitest";
import {
  decodeMessage,
  type Edns,
  type EdnsOption,
  ednsOption,
  type Message,
  PLAIN_EDNS,
} from "../../../../src/dns/message.ts";
import { makeServerCookie } from "../../../../src/dns/server-cookie.ts";
import { rcodeName } from "../../../../src/dns/types.ts";
import type { Sender } from "../../../../src/local/nameserver/response.ts";
import { records, wireQuery, zoneOf } from "./fixtures.ts";
import { zoneServer } from "./zone-server.ts";

const NOW_SECONDS = 1_800_000_000;
const SECRET = Uint8Array.from({ length: 16 }, (_, index) => index);
const CLIENT: Sender = {
  address: "198.51.100.7",
  transport: "UDP",
  server: { name: "ns-9.example", cookieSecret: SECRET, now: () => NOW_SECONDS * 1000, tcpIdleMs: 10_000 },
};
const OVER_TCP: Sender = { ...CLIENT, transport: "TCP" };
const ME = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
const server = zoneServer(zoneOf("example.com", [records("www.example.com", "A", ["192.0.2.1"])]));

function send(octets: Buffer, sender: Sender = CLIENT): Message {
  const response = server.respond(octets, sender);
  if (response === undefined) throw new Error("no response");
  return decodeMessage(response);
}

function ask(options: readonly EdnsOption[], sender: Sender = CLIENT, edns: Partial<Edns> = {}): Message {
  return send(wireQuery("www.example.com", "A", { edns: { ...edns, options } }), sender);
}

function cookie(serverCookie: Uint8Array = new Uint8Array(), client = ME): EdnsOption {
  return { kind: "cookie", client, server: serverCookie };
}

function cookieMade(secondsAgo: number): Uint8Array {
  const address = Uint8Array.of(198, 51, 100, 7);
  return makeServerCookie({ secret: SECRET, client: ME, address, nowSeconds: NOW_SECONDS - secondsAgo });
}

/** A header and an OPT record. */
function withoutQuestion(options: readonly EdnsOption[]): Buffer {
  const query = wireQuery("www.example.com", "A", { edns: { options } });
  const opt = query.subarray(12 + "www.example.com".length + 2 + 4);
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0, 4);
  return Buffer.concat([header, opt]);
}

describe("a cookie", () => {
  it("comes back with a server cookie of the moment to who has none, to who has a wrong one, and when it is old", () => {
    const fresh = cookie(cookieMade(0));
    for (const options of [
      [cookie()],
      [cookie(new Uint8Array(16))],
      [cookie(cookieMade(3601))],
      [cookie(cookieMade(1801))],
    ]) {
      const response = ask(options);
      expect(response.edns?.options).toEqual([fresh]);
      expect(response.answers).toHaveLength(1);
    }
  });

  it("comes back as it is while it is good", () => {
    expect(ask([cookie(cookieMade(1700))]).edns?.options).toEqual([cookie(cookieMade(1700))]);
  });

  it("counts once, the first", () => {
    const other = cookie(new Uint8Array(), Uint8Array.from([8, 7, 6, 5, 4, 3, 2, 1]));
    expect(ask([cookie(), other]).edns?.options).toEqual([cookie(cookieMade(0))]);
  });

  it.each([0, 1, 7, 9, 15, 41, 200])("of %i octets is a format error, with an OPT record", (length) => {
    const response = ask([{ kind: "unknown", code: 10, data: new Uint8Array(length) }]);
    expect(rcodeName(response.rcode)).toBe("FORMERR");
    expect(response.edns?.options).toEqual([]);
  });

  it("comes back with refusals and other opcodes too", () => {
    const refused = send(wireQuery("example.net", "A", { edns: { options: [cookie()] } }));
    expect(ednsOption(refused, "cookie")).toEqual(cookie(cookieMade(0)));
    const notify = wireQuery("example.com", "SOA", { edns: { options: [cookie()] } });
    notify[2] = 4 << 3;
    expect(ednsOption(send(notify), "cookie")).toEqual(cookie(cookieMade(0)));
  });

  it("can be asked for without a question, and judged (RFC 7873 section 5.4)", () => {
    const learnt = send(withoutQuestion([cookie()]));
    expect(learnt).toMatchObject({ rcode: 0, questions: [], answers: [], edns: { options: [cookie(cookieMade(0))] } });
    expect(send(withoutQuestion([cookie(cookieMade(5))])).rcode).toBe(0);
    const wrong = send(withoutQuestion([cookie(new Uint8Array(16))]));
    expect(rcodeName(wrong.rcode)).toBe("BADCOOKIE");
    expect(wrong.edns?.options).toEqual([cookie(cookieMade(0))]);
    expect(rcodeName(send(withoutQuestion([])).rcode)).toBe("FORMERR");
  });

  it("is nothing to a server that has no face", () => {
    const { server: _, ...faceless } = CLIENT;
    expect(ask([cookie()], faceless).edns?.options).toEqual([]);
    expect(rcodeName(send(withoutQuestion([cookie()]), faceless).rcode)).toBe("FORMERR");
  });

  it("is not looked for under a later version of EDNS", () => {
    const response = ask([cookie()], CLIENT, { version: 1 });
    expect(rcodeName(response.rcode)).toBe("BADVERS");
    expect(response.edns).toMatchObject({ version: 0, options: [] });
  });
});

describe("besides", () => {
  it("the server's name is given to who asks for it, whatever they send along", () => {
    const named = { kind: "nsid", data: Uint8Array.from(Buffer.from("ns-9.example")) };
    expect(ask([{ kind: "nsid", data: new Uint8Array() }]).edns?.options).toEqual([named]);
    expect(ask([{ kind: "nsid", data: Uint8Array.of(1, 2) }]).edns?.options).toEqual([named]);
  });

  it("the time a silent connection is kept is told over TCP alone", () => {
    const keepalive = { kind: "keepalive", timeoutMs: undefined } as const;
    expect(ask([keepalive], OVER_TCP).edns?.options).toEqual([{ kind: "keepalive", timeoutMs: 10_000 }]);
    expect(ask([keepalive]).edns?.options).toEqual([]);
    const odd = ask([{ kind: "unknown", code: 11, data: Uint8Array.of(1) }], OVER_TCP);
    expect(odd).toMatchObject({ rcode: 0, edns: { options: [] } });
  });

  it("padding and what nobody knows are passed over", () => {
    const odd = [12, 65_001].map((code) => ({ kind: "unknown", code, data: new Uint8Array(40) }) as const);
    expect(ask(odd)).toMatchObject({ rcode: 0, edns: { options: [] } });
    const halfAnExtendedError = { kind: "unknown", code: 15, data: new Uint8Array(1) } as const;
    expect(ask([halfAnExtendedError])).toMatchObject({ rcode: 0, edns: { options: [] } });
  });

  it("a refusal says why, where the query has EDNS", () => {
    const says = (name: string, type: string, change: (octets: Buffer) => void = () => undefined) => {
      const octets = wireQuery(name, type, { edns: PLAIN_EDNS });
      change(octets);
      const response = send(octets);
      return [rcodeName(response.rcode), ednsOption(response, "ede")?.infoCode];
    };
    expect(says("example.net", "A")).toEqual(["REFUSED", 20]);
    expect(says("example.com", "AXFR")).toEqual(["REFUSED", 21]);
    expect(says("example.com", "SOA", (octets) => octets.writeUInt16BE(3, octets.length - 13))).toEqual([
      "REFUSED",
      21,
    ]);
    expect(says("example.com", "MAILA")).toEqual(["NOTIMP", 21]);
    expect(says("example.com", "A", (octets) => octets.writeUInt8(5 << 3, 2))).toEqual(["NOTIMP", 21]);
    expect(says("www.example.com", "A")).toEqual(["NOERROR", undefined]);
    expect(send(wireQuery("example.net", "A", { edns: false })).edns).toBeUndefined();
  });

  it("everything fits: what a client takes counts the options too", () => {
    const text = zoneServer(
      zoneOf("example.com", [
        records(
          "t.example.com",
          "TXT",
          Array.from({ length: 20 }, (_, i) => `"${"x".repeat(17)}${i}"`),
        ),
      ]),
    );
    for (let udpSize = 512; udpSize < 900; udpSize += 7) {
      const query = wireQuery("t.example.com", "TXT", {
        edns: { udpSize, options: [cookie(), { kind: "nsid", data: new Uint8Array() }] },
      });
      const response = text.respond(query, CLIENT);
      expect(response?.length).toBeLessThanOrEqual(udpSize);
      expect(response && decodeMessage(response).edns?.options).toHaveLength(2);
    }
  });
});
