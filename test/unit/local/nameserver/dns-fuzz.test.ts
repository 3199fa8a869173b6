/** A sample of what `npm run test:fuzz` sends a million of: mutated packets over real sockets, judged by an independent model. */

import { expect, it } from "vitest";
import { DnsFuzzer } from "../../../fuzz/dns-fuzzer.ts";
import { CODE, verdictOn } from "../../../fuzz/dns-model.ts";
import { startSubject } from "../../../fuzz/dns-subject.ts";
import { rawMessage, rawOpt, rawQuestion } from "../../../support/raw-dns.ts";

const PACKETS = 6_000;

it("every server answers thousands of mutated packets as the RFCs have it, or not at all", async () => {
  const subject = await startSubject();
  const fuzzer = new DnsFuzzer(subject, { seed: 20261121, mostAbandoned: 0 });
  await fuzzer.run(0, PACKETS, 4);
  fuzzer.close();
  await subject.close();
  expect(fuzzer.report.problems).toEqual([]);
  expect(subject.defects).toEqual([]);
  expect(fuzzer.report.packets).toBeGreaterThanOrEqual(PACKETS);
  // Otherwise it would show little.
  for (const rcode of Object.values(CODE)) expect(fuzzer.report.rcodes.get(rcode)).toBeGreaterThan(0);
  expect(fuzzer.report.streams).toBeGreaterThan(5);
});

it("the model that judges knows right from wrong", () => {
  const question = rawQuestion("www.example.com", 1);
  const on = (parts: Parameters<typeof rawMessage>[0]) => verdictOn(rawMessage(parts), () => true).rcodes;
  expect(on({ questions: [question] })).toEqual([CODE.NOERROR, CODE.NXDOMAIN]);
  expect(on({ questions: [question], bits: 0x8000 })).toEqual([]);
  expect(on({ questions: [question, question] })).toEqual([CODE.FORMERR]);
  expect(on({ questions: [question], additionals: [rawOpt({ version: 1 })] })).toEqual([CODE.BADVERS]);
  expect(on({ questions: [question], additionals: [rawOpt(), rawOpt()] })).toEqual([CODE.FORMERR]);
  expect(on({ questions: [question], bits: 0x2000 })).toEqual([CODE.NOTIMP]);
  expect(verdictOn(rawMessage({ questions: [question] }), () => false).rcodes).toEqual([CODE.REFUSED]);
});
