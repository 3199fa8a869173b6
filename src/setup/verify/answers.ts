/** Whether every name server of a zone answers a name and type as a file asks for. */

import type { Message } from "../../dns/message.ts";
import { rdataToText } from "../../dns/rdata.ts";
import { RCODE, rcodeName, typeNumber } from "../../dns/types.ts";
import { displayName } from "../../route53/names.ts";
import type { RecordType } from "../../route53/record-set.ts";
import type { AnswerExpectation } from "../expectations.ts";
import { pause } from "../in-sync.ts";
import { canonicalOrSame, canonicalValues } from "../normal-form.ts";
import type { Evidence, Verification } from "../verification.ts";
import { isPrivateZone } from "../zone-key.ts";
import type { Looking } from "./looking.ts";
import { ANSWER_TRIES, ask, type ServerAddresses, sourceText } from "./name-servers.ts";

export async function verifyAnswer(
  expectation: AnswerExpectation,
  servers: ServerAddresses,
  context: Looking,
): Promise<Verification> {
  const { name, type, zone } = expectation;
  const subject = `${displayName(name)} ${type}${isPrivateZone(zone) ? " (private)" : ""}`;
  let evidence: Evidence[] = [];
  for (let tried = 1; ; tried++) {
    const { found, missing } = isPrivateZone(zone)
      ? { found: await context.privateZones.resolversOf(zone), missing: [] }
      : await servers.of(context.nameServers.get(zone) ?? []);
    evidence = [
      ...missing.map((server) => ({ source: displayName(server), says: "its address could not be found", ok: false })),
      ...(await Promise.all(
        found.map(async (server) => {
          const response = await ask(server, name, typeNumber(type) ?? 0, servers, context.signal, isPrivateZone(zone));
          return { source: sourceText(server), ...judgeAnswer(response, expectation) };
        }),
      )),
    ];
    const right = evidence.length > 0 && evidence.every((one) => one.ok);
    if (right || tried === ANSWER_TRIES) {
      const wrong = evidence.find((one) => !one.ok);
      return {
        check: "answer",
        subject,
        status: right ? "ok" : "failed",
        says: right
          ? `${evidence.length} of ${evidence.length} ${isPrivateZone(zone) ? "VPCs" : "name servers"} answer ${evidence[0]?.says ?? ""}`
          : wrong === undefined
            ? "there is no such hosted zone to ask"
            : `${wrong.source} says ${wrong.says}, expected ${expectedText(expectation)}`,
        evidence,
      };
    }
    await pause(context.backend.pollIntervalMs * 2 ** tried, context.signal);
  }
}

function expectedText({ answer }: Pick<AnswerExpectation, "answer">): string {
  switch (answer.kind) {
    case "all":
      return `${answer.values.join(", ")} with TTL ${answer.ttlSeconds}`;
    case "some":
      return `some of ${answer.values.join(", ")}${answer.maybeNone ? ", or none" : ""}`;
    case "any":
      return "an answer";
    case "none":
      return "no answer";
  }
}

/** What a name server's response to the expected question is worth. */
export function judgeAnswer(
  response: Message | string,
  expectation: Pick<AnswerExpectation, "name" | "type" | "answer">,
): { readonly says: string; readonly ok: boolean } {
  if (typeof response === "string") return { says: response, ok: false };
  const { answer, name, type } = expectation;
  const number = typeNumber(type);
  // The servers of a zone answer for a name they delegate with a referral.
  const records = (type === "NS" && response.answers.length === 0 ? response.authorities : response.answers).filter(
    (record) => record.type === number && record.name === name,
  );
  const values = records.map((record) => rdataToText(record.type, record.rdata));
  const ttl = records[0]?.ttlSeconds;
  const says = values.length > 0 ? `${values.join(", ")} (TTL ${ttl})` : `nothing (${rcodeName(response.rcode)})`;
  const right = response.rcode === RCODE.NOERROR;
  switch (answer.kind) {
    case "all": {
      const same = sameTexts(canonicalValues(type, values), canonicalValues(type, answer.values));
      return { says, ok: right && same && ttl === answer.ttlSeconds };
    }
    case "some":
      return {
        says,
        ok:
          right &&
          (values.length > 0 || answer.maybeNone) &&
          values.every((value) => includes(type, answer.values, value)),
      };
    case "any":
      return { says, ok: right };
    case "none":
      return { says, ok: values.length === 0 && (right || response.rcode === RCODE.NXDOMAIN) };
  }
}

function includes(type: RecordType, values: readonly string[], value: string): boolean {
  return canonicalValues(type, values).includes(canonicalOrSame(type, value));
}

export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
