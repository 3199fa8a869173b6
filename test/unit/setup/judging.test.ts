import { describe, expect, it } from "vitest";
import { type Message, makeQuery, type ResourceRecord } from "../../../src/dns/message.ts";
import { rdataFromText } from "../../../src/dns/rdata.ts";
import { CLASS, RCODE, TYPE } from "../../../src/dns/types.ts";
import { domainName } from "../../../src/route53/names.ts";
import type { AnswerExpectation } from "../../../src/setup/expectations.ts";
import { judgeAnswer } from "../../../src/setup/verify/answers.ts";

const NAME = domainName("www.example.com");

function response(values: readonly string[], more: Partial<Message> = {}, ttlSeconds = 60): Message {
  const answers: ResourceRecord[] = values.map((value) => ({
    name: NAME,
    type: TYPE.A,
    class: CLASS.IN,
    ttlSeconds,
    rdata: rdataFromText("A", value),
  }));
  return { ...makeQuery({ name: NAME, type: TYPE.A }), response: true, answers, ...more };
}

const expected = (answer: AnswerExpectation["answer"]) => ({ name: NAME, type: "A" as const, answer });
const ALL = expected({ kind: "all", values: ["192.0.2.1", "192.0.2.2"], ttlSeconds: 60 });
const SOME = expected({ kind: "some", values: ["192.0.2.1", "192.0.2.2"], maybeNone: false });

describe("a name server's answer", () => {
  it.each<[string, Message | string, Pick<AnswerExpectation, "name" | "type" | "answer">, boolean]>([
    ["all values in another order", response(["192.0.2.2", "192.0.2.1"]), ALL, true],
    ["a value too few", response(["192.0.2.2"]), ALL, false],
    ["another TTL", response(["192.0.2.2", "192.0.2.1"], {}, 30), ALL, false],
    ["no answer at all", "timeout: no answer within 2000 ms", ALL, false],
    ["one of the possible values", response(["192.0.2.2"]), SOME, true],
    ["a value that is not among them", response(["192.0.2.9"]), SOME, false],
    ["none where there must be one", response([]), SOME, false],
    [
      "none where there may be none",
      response([]),
      expected({ kind: "some", values: ["192.0.2.1"], maybeNone: true }),
      true,
    ],
    ["refused", response([], { rcode: RCODE.REFUSED }), expected({ kind: "any" }), false],
    ["anything", response(["192.0.2.9"]), expected({ kind: "any" }), true],
    ["a name that is gone", response([], { rcode: RCODE.NXDOMAIN }), expected({ kind: "none" }), true],
    ["a name that should be gone", response(["192.0.2.1"]), expected({ kind: "none" }), false],
    ["a failure where nothing is expected", response([], { rcode: RCODE.SERVFAIL }), expected({ kind: "none" }), false],
  ])("%s", (_, message, expectation, ok) => {
    expect(judgeAnswer(message, expectation).ok).toBe(ok);
  });

  it("for a delegation within the zone is in the authority section", () => {
    const record = {
      name: NAME,
      type: TYPE.NS,
      class: CLASS.IN,
      ttlSeconds: 300,
      rdata: rdataFromText("NS", "ns1.example.net."),
    };
    const referral = { ...response([]), answers: [], authorities: [record] };
    const delegated = {
      name: NAME,
      type: "NS" as const,
      answer: { kind: "all", values: ["ns1.example.net"], ttlSeconds: 300 } as const,
    };
    expect(judgeAnswer(referral, delegated)).toEqual({ ok: true, says: "ns1.example.net. (TTL 300)" });
  });
});
