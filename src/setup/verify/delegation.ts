/** Whether the name servers of a zone serve it, and the way from the root, by way of the registrar, ends at exactly them. */

import { exchange } from "../../dns/client.ts";
import { resolveName } from "../../dns/iterate.ts";
import { rdataToText } from "../../dns/rdata.ts";
import { RCODE, rcodeName, TYPE } from "../../dns/types.ts";
import { type DomainName, displayName } from "../../route53/names.ts";
import type { Expectation } from "../expectations.ts";
import { pause } from "../in-sync.ts";
import type { LiveRegistrar } from "../live/live-state.ts";
import { readRegistrar } from "../live/read-zones.ts";
import type { Evidence, Verification } from "../verification.ts";
import { sameTexts } from "./answers.ts";
import type { Looking } from "./looking.ts";
import { ANSWER_TRIES, ask, type ServerAddresses, sourceText } from "./name-servers.ts";

function list(names: readonly DomainName[]): string {
  return names.length === 0 ? "no one" : names.map(displayName).join(", ");
}

type DelegationExpectation = Extract<Expectation, { check: "delegation" }>;

/** Each server knows the zone and its NS, and the way from the root ends at exactly these servers. */
export async function verifyDelegation(
  expectation: DelegationExpectation,
  servers: ServerAddresses,
  context: Looking,
): Promise<Verification> {
  const { zone } = expectation;
  const wanted = [...(context.nameServers.get(zone) ?? [])].sort();
  if (wanted.length === 0) {
    return {
      check: "delegation",
      subject: displayName(zone),
      status: "failed",
      says: "there is no such hosted zone",
      evidence: [],
    };
  }
  const { found, missing } = await servers.of(wanted);
  const evidence: Evidence[] = missing.map((server) => ({
    source: displayName(server),
    says: "its address could not be found",
    ok: false,
  }));
  for (const server of found) {
    const response = await ask(server, zone, TYPE.NS, servers, context.signal);
    if (typeof response === "string") {
      evidence.push({ source: sourceText(server), says: response, ok: false });
      continue;
    }
    const named = response.answers
      .filter((record) => record.type === TYPE.NS)
      .map((record) => rdataToText(record.type, record.rdata) as DomainName)
      .sort();
    const authoritative = response.flags.authoritative && response.rcode === RCODE.NOERROR;
    evidence.push({
      source: sourceText(server),
      says: authoritative ? `authoritative, NS ${list(named)}` : `not authoritative (${rcodeName(response.rcode)})`,
      ok: authoritative && sameTexts(named, wanted),
    });
  }
  const serving = evidence.length > 0 && evidence.every((one) => one.ok);
  const registrar = await readRegistrar(context.backend, zone, context.signal);
  const parent = await verifyParent(expectation, wanted, registrar, context);
  evidence.push(parent.evidence);
  // Whether it is behind or before the parent, the parent is what resolvers follow.
  if (registrar.kind === "registered") {
    const says = `name servers ${list(registrar.nameServers)}`;
    evidence.push({ source: "the registrar", says, ok: sameTexts(registrar.nameServers, wanted) });
  }
  const wrong = evidence.find((one) => !one.ok);
  const status = !serving ? "failed" : parent.evidence.ok ? (wrong === undefined ? "ok" : "warning") : parent.status;
  return {
    check: "delegation",
    subject: displayName(zone),
    status,
    says:
      status === "ok"
        ? `delegated to its ${wanted.length} name servers, and all of them answer for it`
        : `${wrong?.source} says ${wrong?.says}${parent.evidence.ok ? "" : parent.next}`,
    evidence,
  };
}

async function verifyParent(
  { zone, leavesRegistrar }: DelegationExpectation,
  wanted: readonly DomainName[],
  registrar: LiveRegistrar,
  context: Looking,
): Promise<{ readonly evidence: Evidence; readonly status: "warning" | "failed"; readonly next: string }> {
  const { backend, signal } = context;
  const options = { exchange, roots: backend.dns.rootHints, port: backend.dns.port, signal };
  let delegated: DomainName[] = [];
  for (let tried = 1; tried <= ANSWER_TRIES; tried++) {
    const { delegations } = await resolveName(options, zone, TYPE.SOA);
    const own = delegations.find((one) => one.zone === zone);
    delegated = (own?.nameServers ?? []).map((server) => server.name).sort();
    if (sameTexts(delegated, wanted)) break;
    if (tried < ANSWER_TRIES) await pause(backend.pollIntervalMs * 2 ** tried, signal);
  }
  const ok = sameTexts(delegated, wanted);
  const evidence = { source: "the parent zone", says: `delegated to ${list(delegated)}`, ok };
  if (ok) return { evidence, status: "failed", next: "" };
  if (leavesRegistrar) return { evidence, status: "warning", next: "; the file leaves it so (registrar: leave)" };
  return registrar.kind === "registered"
    ? { evidence, status: "failed", next: "; the registry may need some minutes: run setup verify later" }
    : {
        evidence,
        status: "warning",
        next: `; its registrar, or whoever has the parent zone, must delegate it to ${list(wanted)}`,
      };
}
