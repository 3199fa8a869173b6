/** From what a trace saw to its findings: pure, so that every rule can be tested without a server. */

import { PLAIN_EDNS } from "../dns/message.ts";
import { EXTENDED_ERROR, extendedErrorName } from "../dns/types.ts";
import { type Finding, worstFirst } from "../findings/finding.ts";
import { type DomainName, displayName, domainName, isWithin, splitLabels } from "../route53/names.ts";
import { comparableAnswer } from "./check-servers.ts";
import { traceFinding } from "./findings.ts";
import type { ServerCheck, ServerProbe, ShownExchange, TraceReport, TrustLink } from "./report.ts";
import { durationText, listText, zoneText } from "./sentences.ts";

export interface Evidence extends Omit<TraceReport, "findings" | "durationMs"> {
  /** The different answers each server address gave when asked again; undefined when they agreed at once. */
  readonly samples?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** An hour: longer is too long for what a failover or a change must reach. */
const LONG_TTL_SECONDS = 3600;
/** RFC 1035 section 4.2.1 */
const PLAIN_UDP_OCTETS = 512;
const NOT_AUTHORITATIVE = extendedErrorName(EXTENDED_ERROR.NOT_AUTHORITATIVE);
const ADDRESS_TYPES = new Set(["A", "AAAA", "CNAME"]);

/** Second-level suffixes of country domains under which names are registered, such as co.uk and com.au. */
const REGISTRY_SUFFIX = /^(ac|co|com|edu|gov|ltd|me|net|org|plc)\.[a-z]{2}\.$/;

/** Whether a zone is one where domains are registered, rather than someone's own. */
export function isRegistryZone(zone: string): boolean {
  return splitLabels(zone as DomainName).length <= 1 || REGISTRY_SUFFIX.test(zone);
}

/** The name one label below a zone that a longer name lies in. */
function childOf(zone: string, name: string): string {
  const labels = splitLabels(domainName(name));
  return labels.slice(-(splitLabels(domainName(zone)).length + 1)).join(".");
}

function judgeNegative(evidence: Evidence): Finding[] {
  const { outcome, zone, type } = evidence;
  if (outcome.status !== "no-data" && outcome.status !== "no-such-name") return [];
  const name = displayName(outcome.finalName);
  const found: Finding[] = [];
  if (outcome.chain.length > 0) {
    const lacks = outcome.status === "no-data" ? `has no ${type} record` : "does not exist";
    found.push(traceFinding("trace.alias-leads-nowhere", { name: displayName(evidence.name), target: name, lacks }));
  } else if (outcome.status === "no-data") {
    found.push(traceFinding("trace.no-data", { name, type }));
  } else if (isRegistryZone(zone)) {
    found.push(traceFinding("trace.not-delegated", { zone: zoneText(zone), name: childOf(zone, outcome.finalName) }));
  } else {
    found.push(traceFinding("trace.no-such-name", { name, zone: zoneText(zone) }));
  }
  const { negativeTtlSeconds } = outcome;
  if (negativeTtlSeconds === undefined) {
    found.push(traceFinding("trace.negative-without-soa", { zone: zoneText(zone) }));
  } else if (negativeTtlSeconds > 0) {
    found.push(traceFinding("trace.negative-ttl", { name, duration: durationText(negativeTtlSeconds) }));
  }
  return found;
}

function judgeAnswer({ outcome, zone }: Evidence): Finding[] {
  if (outcome.status !== "answer") return [];
  const found: Finding[] = [];
  if (!outcome.authoritative) {
    found.push(traceFinding("trace.not-authoritative", { zone: zoneText(zone), name: displayName(outcome.finalName) }));
  }
  const judged = new Set<string>();
  for (const { name, type, ttlSeconds } of [...outcome.chain, ...outcome.records]) {
    const key = `${name} ${type}`;
    if (judged.has(key)) continue;
    judged.add(key);
    if (ttlSeconds === 0) found.push(traceFinding("ttl.zero", { name: displayName(name), type }));
    if (ttlSeconds > LONG_TTL_SECONDS && ADDRESS_TYPES.has(type)) {
      found.push(traceFinding("ttl.long", { name: displayName(name), type, duration: durationText(ttlSeconds) }));
    }
  }
  return found;
}

function judgeFailure({ outcome, zone, name }: Evidence): Finding[] {
  if (outcome.status !== "failed") return [];
  switch (outcome.failure) {
    case "no-root-answered":
      // The command fails, which says more than a finding.
      return [];
    case "no-server-answered":
    case "no-server-address":
      return [traceFinding("delegation.dead", { zone: zoneText(zone) })];
    case "alias-loop": {
      const chain = outcome.chain.map((record) => displayName(record.name));
      return [traceFinding("trace.alias-loop", { name: displayName(name), chain: listText(chain) })];
    }
    case "too-many-aliases":
      return [traceFinding("trace.too-many-aliases", { name: displayName(name) })];
    case "too-many-referrals":
    case "too-many-queries": {
      const what = outcome.failure === "too-many-queries" ? "queries" : "referrals";
      return [traceFinding("trace.gave-up", { name: displayName(name), what })];
    }
  }
}

function lameness({ result, exchange }: ServerProbe): string {
  switch (result.kind) {
    case "error":
      return `the answer is ${exchange?.rcode ?? "an error"}`;
    case "lame":
      return result.why === "empty" ? "the answer is empty" : "the answer points elsewhere";
    default:
      return "there is no SOA record of the zone with authority";
  }
}

/** Servers with the same fault share a finding. */
function byFault(
  servers: readonly ServerCheck[],
  faultOf: (probe: ServerProbe) => string | undefined,
): { readonly how: string; readonly servers: string }[] {
  const groups = new Map<string, string[]>();
  for (const { name, probes } of servers) {
    for (const probe of probes) {
      const how = faultOf(probe);
      if (how === undefined) continue;
      groups.set(how, [...(groups.get(how) ?? []), `${displayName(name)} (${probe.address})`]);
    }
  }
  return [...groups].map(([how, named]) => ({ how, servers: listText(named) }));
}

/**
 * The IPv6 probes, where not one of them was answered although others were: then it is this machine that has no IPv6, which
 * many have not, and says nothing about the servers.
 */
function unreachedOverIpv6(servers: readonly ServerCheck[]): readonly ServerProbe[] {
  const probes = servers.flatMap((check) => check.probes);
  const answered = probes.filter((probe) => probe.result.kind !== "failure");
  const overIpv6 = probes.filter((probe) => probe.address.includes(":"));
  return answered.length > 0 && answered.every((probe) => !overIpv6.includes(probe)) ? overIpv6 : [];
}

function judgeServers({ servers, zone, port }: Evidence): Finding[] {
  const withoutAddress = servers.filter((check) => check.probes.length === 0);
  const unjudged = unreachedOverIpv6(servers);
  const unreachable = byFault(servers, (probe) =>
    probe.result.kind === "failure" && !unjudged.includes(probe) ? probe.result.detail : undefined,
  );
  const lame = byFault(servers, (probe) =>
    probe.serves || probe.result.kind === "failure" ? undefined : lameness(probe),
  );
  return [
    ...withoutAddress.map(({ name, listedBy }) => {
      // Glue is the parent's to give, to the servers that it names.
      const lacksGlue = listedBy !== "child" && isWithin(domainName(name), domainName(zone));
      const code = lacksGlue ? "delegation.missing-glue" : "delegation.server-without-address";
      return traceFinding(code, { server: displayName(name), zone: zoneText(zone) });
    }),
    ...unreachable.map((one) => traceFinding("delegation.unreachable", { ...one, port: String(port) })),
    ...lame.map((one) => traceFinding("delegation.lame", { ...one, zone: zoneText(zone) })),
    ...servers.flatMap(judgeGlue),
    ...servers.flatMap((check) => check.probes.flatMap((probe) => judgeExtras(check, probe))),
  ];
}

function judgeGlue({ name, probes, addressesInZone }: ServerCheck): Finding[] {
  if (addressesInZone === undefined) return [];
  const [glue, addresses] = [probes.map((probe) => probe.address), [...addressesInZone]].map((list) =>
    listText(list.sort()),
  );
  if (glue === undefined || addresses === undefined || glue === addresses) return [];
  const params = { server: displayName(name), glue, addresses: addresses === "" ? "that there is none" : addresses };
  return [traceFinding("delegation.glue-differs", params)];
}

function judgeExtras(check: ServerCheck, { address, exchange }: ServerProbe): Finding[] {
  const server = displayName(check.name);
  // That it does not answer for the zone is found with the delegation.
  const extendedErrors = (exchange?.extendedErrors ?? []).filter((text) => text !== NOT_AUTHORITATIVE);
  return [
    ...(exchange?.withoutEdns ? [traceFinding("server.no-edns", { server, address })] : []),
    ...extendedErrors.map((text) => traceFinding("server.says", { server, address, text })),
  ];
}

function judgeDelegation(evidence: Evidence): Finding[] {
  const { servers } = evidence;
  const zone = zoneText(evidence.zone);
  const found = judgeServers(evidence);
  const named = (by: ServerCheck["listedBy"]) =>
    servers.filter((check) => check.listedBy === by).map((check) => displayName(check.name));
  const [onlyAtParent, onlyInZone] = [named("parent"), named("child")];
  if (onlyAtParent.length > 0) {
    found.push(traceFinding("delegation.only-at-parent", { zone, servers: listText(onlyAtParent) }));
  }
  if (onlyInZone.length > 0) {
    found.push(traceFinding("delegation.only-in-zone", { zone, servers: listText(onlyInZone) }));
  }
  if (servers.length === 1) found.push(traceFinding("delegation.single-server", { zone }));

  const probes = servers.flatMap((check) => check.probes);
  const serials = [...new Set(probes.map((one) => one.serial).filter((serial) => serial !== undefined))];
  if (serials.length > 1) {
    found.push(
      traceFinding("servers.serials-differ", { zone, serials: listText(serials.sort((a, b) => a - b).map(String)) }),
    );
  }
  const unjudged = unreachedOverIpv6(servers).map((probe) => probe.address);
  if (unjudged.length > 0) found.push(traceFinding("machine.no-ipv6", { addresses: listText(unjudged) }));
  return found;
}

/** Which servers say what, e.g. `ns1.example.com says 192.0.2.1; ns2.example.com and ns3.example.com say no such name`. */
function groupText(
  servers: readonly ServerCheck[],
  samples: ReadonlyMap<string, ReadonlySet<string>> | undefined,
): string {
  const groups = new Map<string, Set<string>>();
  for (const { name, probes } of servers) {
    for (const probe of probes) {
      const first = comparableAnswer(probe.result);
      if (first === undefined) continue;
      const answer = [...(samples?.get(probe.address) ?? [first])].sort().join(" or ");
      groups.set(answer, (groups.get(answer) ?? new Set()).add(displayName(name)));
    }
  }
  return [...groups]
    .map(([answer, names]) => `${listText([...names])} ${names.size === 1 ? "says" : "say"} ${answer}`)
    .join("; ");
}

function judgeAgreement(evidence: Evidence): Finding[] {
  const { servers, samples } = evidence;
  const results = servers.flatMap((check) => check.probes.map((probe) => probe.result));
  const answers = new Set(results.map(comparableAnswer).filter((answer) => answer !== undefined));
  if (answers.size < 2) return [];
  const params = {
    zone: zoneText(evidence.zone),
    name: displayName(evidence.outcome.finalName),
    groups: groupText(servers, samples),
  };
  const kinds = new Set(results.filter((one) => comparableAnswer(one) !== undefined).map((result) => result.kind));
  if (kinds.size > 1) return [traceFinding("servers.disagree", params)];
  const varies = [...(samples?.values() ?? [])].some((seen) => seen.size > 1);
  return [traceFinding(varies ? "servers.answers-vary" : "servers.values-differ", params)];
}

type QueryStep = Extract<TraceReport["steps"][number], { kind: "query" }>;

/** What zones said of the names on the way to the answer, rather than where else to ask. */
const SAID = new Set(["answer", "alias", "no-data", "no-such-name"]);

/** Whether a client's network made a difference, at the last name or at an alias before it. */
function judgeClientSubnet(asked: readonly QueryStep[], clientSubnet: string): Finding[] {
  const said = asked.filter((step) => SAID.has(step.result.kind));
  if (said.length === 0) return [];
  const scope = Math.max(...said.map((step) => step.exchange?.clientSubnetScope ?? 0));
  // A server may want more bits than it was told (RFC 7871 section 7.2.1).
  const bits = Math.min(scope, Number(clientSubnet.split("/")[1]));
  const params = { bits: String(bits), subnet: clientSubnet };
  return [bits > 0 ? traceFinding("subnet.used", params) : traceFinding("subnet.ignored", params)];
}

/** Things about the answer that the queries of the question itself show. */
function judgeExchange({ steps, clientSubnet, servers }: Evidence): Finding[] {
  const asked = steps.filter(
    (step): step is QueryStep => step.kind === "query" && step.level === 0 && step.result.kind !== "failure",
  );
  const last = asked.at(-1);
  if (last?.exchange === undefined) return [];
  const exchange: ShownExchange = last.exchange;
  const found: Finding[] = [];
  if (exchange.truncatedOverUdp) {
    const size = exchange.withoutEdns ? PLAIN_UDP_OCTETS : PLAIN_EDNS.udpSize;
    found.push(traceFinding("answer.needs-tcp", { size: String(size) }));
  }
  if (clientSubnet !== undefined) found.push(...judgeClientSubnet(asked, clientSubnet));
  // With every server asked, what they say is found there.
  if (servers.length === 0) {
    for (const text of exchange.extendedErrors) {
      found.push(
        traceFinding("server.says", { server: displayName(last.server.name), address: last.server.address, text }),
      );
    }
  }
  return found;
}

/** A network that answers every query to port 53 with its own resolver; nothing else it says is evidence then. */
function judgeInterception({ steps }: Evidence): Finding[] {
  for (const step of steps) {
    if (step.kind !== "query" || step.exchange === undefined || !isRegistryZone(step.zone)) continue;
    const { recursionAvailable, authoritative } = step.exchange;
    if (recursionAvailable && !authoritative && step.result.kind !== "referral") {
      return [traceFinding("trace.intercepted", { server: displayName(step.server.name), zone: zoneText(step.zone) })];
    }
  }
  return [];
}

/** `key 12345`, `keys 12345 and 23456`, `none`. */
function keysText(tags: readonly number[]): string {
  if (tags.length === 0) return "none";
  return `${tags.length === 1 ? "key" : "keys"} ${listText(tags.map(String))}`;
}

function judgeLink({ zone, parent, state, vouchedFor, keys }: TrustLink): Finding[] {
  const params = { zone: zoneText(zone), parent: zoneText(parent) };
  switch (state) {
    case "broken":
      return [traceFinding("dnssec.broken", { ...params, vouchedFor: keysText(vouchedFor), keys: keysText(keys) })];
    case "not-vouched-for":
      return [traceFinding("dnssec.not-vouched-for", params)];
    case "linked":
    case "unsigned":
      return [];
  }
}

/** Everything there is to say, the worst first. */
export function judge(evidence: Evidence): Finding[] {
  const intercepted = judgeInterception(evidence);
  if (intercepted.length > 0) return intercepted;
  return worstFirst([
    ...judgeFailure(evidence),
    ...judgeNegative(evidence),
    ...judgeAnswer(evidence),
    ...judgeDelegation(evidence),
    ...evidence.chainOfTrust.flatMap(judgeLink),
    ...judgeAgreement(evidence),
    ...judgeExchange(evidence),
  ]);
}
