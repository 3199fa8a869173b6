import { describe, expect, it } from "vitest";
import { decodeMessage, type EdnsOption, ednsOption, encodeMessage } from "../../../../src/dns/message.ts";
import { makeServerCookie } from "../../../../src/dns/server-cookie.ts";
import { rcodeName } from "../../../../src/dns/types.ts";
import { rateLimited } from "../../../../src/local/nameserver/rate-limited.ts";
import { bareResponse, type Sender } from "../../../../src/local/nameserver/response.ts";
import { ResponseRate, responseKind } from "../../../../src/local/nameserver/response-rate.ts";
import { queryFor, records, wireQuery, zoneOf } from "./fixtures.ts";
import { zoneServer } from "./zone-server.ts";

const server = zoneServer(
  zoneOf("example.com", [
    records("www.example.com", "A", ["192.0.2.1"]),
    records("mail.example.com", "A", ["192.0.2.25"]),
    records("sub.example.com", "NS", ["ns.elsewhere.net."]),
    records("gone.example.com", "CNAME", ["nowhere.example.com."]),
  ]),
);
const FACE = { name: "ns", cookieSecret: new Uint8Array(16), now: () => 1_000_000_000_000, tcpIdleMs: 10_000 };
const CLIENT: Sender = { address: "198.51.100.7", transport: "UDP", server: FACE };

function answer(name: string, type: string): Buffer {
  const response = server.respond(wireQuery(name, type), CLIENT);
  if (response === undefined) throw new Error("no response");
  return response;
}

describe("responses are counted together", () => {
  it.each([
    ["answers by name and type, however they are spelt", "WWW.example.com", "A", "answer 1 www.example.com."],
    ["denials of a name by the zone", "nobody.example.com", "A", "denial example.com."],
    ["denials of a type by the zone", "www.example.com", "TXT", "denial example.com."],
    ["denials at the end of a CNAME by the zone", "gone.example.com", "A", "denial example.com."],
    ["referrals by the cut", "a.b.sub.example.com", "A", "referral sub.example.com."],
    ["refusals", "example.net", "A", "error"],
  ])("%s", (_, name, type, kind) => {
    expect(responseKind(answer(name, type))).toBe(kind);
  });

  it("truncated answers as answers, and what repeats no question as errors", () => {
    const truncated = answer("www.example.com", "A");
    truncated[2] = (truncated[2] as number) | 0x02;
    truncated.writeUInt16BE(0, 6);
    expect(responseKind(truncated)).toBe("answer 1 www.example.com.");
    expect(responseKind(Buffer.alloc(12))).toBe("error");
  });
});

describe("a response rate", () => {
  it("lets so many through at once and so many every second, and every other one of the rest slip", () => {
    const rate = new ResponseRate(3);
    const www = answer("www.example.com", "A");
    const at = (ms: number) => rate.judge("198.51.100.7", www, ms);
    expect(Array.from({ length: 7 }, () => at(0))).toEqual(["send", "send", "send", "drop", "slip", "drop", "slip"]);
    expect([at(334), at(334)]).toEqual(["send", "drop"]);
    expect(Array.from({ length: 4 }, () => at(60_000))).toEqual(["send", "send", "send", "slip"]);
  });

  it("counts a /24 of IPv4 and a /56 of IPv6 as one client, and others and other kinds apart", () => {
    const rate = new ResponseRate(1);
    const www = answer("www.example.com", "A");
    const from = (address: string) => rate.judge(address, www, 0);
    expect([from("198.51.100.1"), from("198.51.100.255"), from("198.51.101.1")]).toEqual(["send", "drop", "send"]);
    expect([from("2001:db8:0:11::1"), from("2001:db8:0:1f::9"), from("2001:db8:0:111::1")]).toEqual([
      ...["send", "drop", "send"],
    ]);
    expect(rate.judge("198.51.100.1", answer("mail.example.com", "A"), 0)).toBe("send");
    expect(rate.judge("198.51.100.1", answer("a.example.com", "A"), 0)).toBe("send");
    expect(rate.judge("198.51.100.1", answer("b.example.com", "A"), 0)).toBe("drop");
  });

  it("remembers no more than it must, the busiest of all", () => {
    const rate = new ResponseRate(1);
    const www = answer("www.example.com", "A");
    rate.judge("198.51.100.7", www, 0);
    for (let i = 0; i < 30_000; i++) {
      rate.judge(`10.${i >> 8}.${i & 255}.1`, www, 0);
      if (i % 10_000 === 0) expect(rate.judge("198.51.100.7", www, 0)).not.toBe("send");
    }
    expect(rate.judge("10.0.0.1", www, 0)).toBe("send");
    expect(rate.judge("198.51.100.7", www, 0)).not.toBe("send");
  });
});

describe("a server with a response rate", () => {
  const cookie = (client: Uint8Array, serverCookie: Uint8Array = new Uint8Array()): EdnsOption => ({
    kind: "cookie",
    client,
    server: serverCookie,
  });
  const ME = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const limited = () =>
    rateLimited(
      (octets, sender) => server.respond(octets, sender),
      new ResponseRate(1),
      () => 0,
    );
  function ask(respond: ReturnType<typeof limited>, options: readonly EdnsOption[] = [], sender = CLIENT) {
    const response = respond(wireQuery("www.example.com", "A", { edns: { options } }), sender);
    if (response instanceof Promise) throw new Error("an authoritative server answers at once");
    return response === undefined ? undefined : decodeMessage(response);
  }

  it("says that there is an answer over TCP, or nothing, and does not limit TCP", () => {
    const respond = limited();
    expect(ask(respond)?.answers).toHaveLength(1);
    expect(ask(respond)).toBeUndefined();
    expect(ask(respond)).toMatchObject({ flags: { truncated: true }, answers: [], questions: [{ type: 1 }] });
    for (let i = 0; i < 5; i++) {
      expect(ask(respond, [], { ...CLIENT, transport: "TCP" })?.answers).toHaveLength(1);
    }
  });

  it("says BADCOOKIE to who has a client cookie alone, and does not limit who comes back with a good one", () => {
    const respond = limited();
    const learnt = ask(respond, [cookie(ME)]);
    const given = learnt && ednsOption(learnt, "cookie")?.server;
    if (given === undefined) throw new Error("no cookie");
    expect(ask(respond, [cookie(ME)])).toBeUndefined();
    const told = ask(respond, [cookie(ME)]);
    expect(rcodeName(told?.rcode ?? 0)).toBe("BADCOOKIE");
    expect(told).toMatchObject({ flags: { truncated: false }, answers: [], edns: { options: [{ kind: "cookie" }] } });
    for (let i = 0; i < 5; i++) expect(ask(respond, [cookie(ME, given)])?.answers).toHaveLength(1);
    const elsewhere = makeServerCookie({
      secret: FACE.cookieSecret,
      client: ME,
      address: Uint8Array.of(198, 51, 100, 8),
      nowSeconds: 1_000_000_000,
    });
    expect(ask(respond, [cookie(ME, elsewhere)])?.answers ?? []).toEqual([]);
  });

  it("never lets what could not be read slip", () => {
    const respond = limited();
    const broken = wireQuery("www.example.com", "A").subarray(0, 20);
    const ends = Array.from({ length: 4 }, () => respond(broken, CLIENT));
    expect(ends.map((response) => response === undefined)).toEqual([false, true, true, true]);
  });

  it("waits for answers that take their time", async () => {
    const { header, question } = { header: queryFor("www.example.com", "A"), question: undefined };
    const late = encodeMessage(
      bareResponse({ id: header.id, opcode: 0, recursionDesired: false, checkingDisabled: false }, 0, question),
    );
    const respond = rateLimited(
      async () => late,
      new ResponseRate(1),
      () => 0,
    );
    expect(await respond(wireQuery("www.example.com", "A"), CLIENT)).toBe(late);
    expect(await respond(wireQuery("www.example.com", "A"), CLIENT)).toBeUndefined();
  });
});
