/** What each step of a trace means, in one sentence for someone who knows what a record is but not what a referral does. */

import type { IterationStep } from "../dns/iterate.ts";
import { displayName } from "../route53/names.ts";
import type { ShownExchange, ShownRecord, ShownResult } from "./report.ts";

/** `the root`, or the zone without its last dot. */
export function zoneText(zone: string): string {
  return zone === "." ? "the root" : displayName(zone);
}

/** `90 seconds`, `5 minutes`, `2 days`: the largest unit that fits without a remainder. */
export function durationText(seconds: number): string {
  const units: [string, number][] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = units.find(([, one]) => seconds >= one && seconds % one === 0) ?? ["second", 1];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

export function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function remembered(seconds: number | undefined): string {
  if (seconds === undefined) return "there is no SOA record, so resolvers cannot remember that";
  return seconds === 0 ? "resolvers may not remember that" : `resolvers remember that for ${durationText(seconds)}`;
}

function kept(records: readonly ShownRecord[]): string {
  const shortest = Math.min(...records.map((record) => record.ttlSeconds));
  const them = records.length === 1 ? "it" : "them";
  return shortest === 0 ? `resolvers may not keep ${them}` : `resolvers may keep ${them} for ${durationText(shortest)}`;
}

function referralSentence(zone: string, result: Extract<ShownResult, { kind: "referral" }>): string {
  const total = result.nameServers.length;
  const known = result.nameServers.filter((server) => server.glue.length > 0).length;
  const delegates = `${zoneText(zone)} delegates ${displayName(result.zone)} to ${count(total, "name server")}`;
  if (known === total) return `${delegates}, and gives ${total === 1 ? "its address" : "their addresses"}.`;
  const addresses = known === 0 ? "no address" : `the ${known === 1 ? "address" : "addresses"} of ${known}`;
  // Addresses of hosts elsewhere may have come along; a server has no say about those.
  const verb = result.ignoredGlue.length > 0 ? "can vouch for" : "gives";
  const rest = known > 0 ? "the others are" : total === 1 ? "it is" : "they are";
  return `${delegates}, and ${verb} ${addresses}: ${rest} looked up if needed.`;
}

const LAME = {
  "points-up": "points to a zone further up instead of answering: it does not serve the zone it is delegated",
  "points-aside": "points to a zone that the name is not in: it does not serve the zone it is delegated",
  "points-to-itself": "points back to the zone it was asked about: it does not serve it",
  empty: "says neither yes nor no: it does not serve the zone it is delegated",
} as const;

function failureSentence(result: Extract<ShownResult, { kind: "failure" }>, tries: number): string {
  switch (result.reason) {
    case "timeout":
      return `No answer came, to ${count(tries, "query").replace("querys", "queries")}.`;
    case "unreachable":
      return `The server cannot be reached (${result.detail}).`;
    case "no-route":
      return `This machine has no way to that address (${result.detail}).`;
    case "malformed":
      return `The answer cannot be read: ${result.detail}.`;
  }
}

export interface Seen {
  readonly zone: string;
  readonly question: { readonly name: string; readonly type: string };
  readonly tries: number;
  readonly exchange?: ShownExchange;
  readonly result: ShownResult;
}

/** What came back and what follows from it. */
export function querySentence({ zone, question, tries, exchange, result }: Seen): string {
  const name = displayName(question.name);
  const authority = exchange?.authoritative ? "" : " It does not say so with authority.";
  switch (result.kind) {
    case "answer": {
      const [first] = result.records;
      const owner = displayName(first?.name ?? question.name);
      const aliases = result.chain.length === 0 ? "" : `${name} is an alias of ${owner}, which `;
      const subject = aliases === "" ? `${owner} ` : aliases;
      const what = question.type === "ANY" ? "record" : `${question.type} record`;
      return `${subject}has ${count(result.records.length, what)}; ${kept([...result.chain, ...result.records])}.${authority}`;
    }
    case "alias":
      return `${name} is an alias of ${displayName(result.target)}, which has to be resolved in turn; ${kept(result.chain)}.${authority}`;
    case "referral":
      return referralSentence(zone, result);
    case "no-data":
      return `${name} exists but has no ${question.type} record; ${remembered(result.negativeTtlSeconds)}.${authority}`;
    case "no-such-name":
      return `${zoneText(zone)} has no name ${name}; ${remembered(result.negativeTtlSeconds)}.${authority}`;
    case "lame":
      return `The server ${LAME[result.why]}.`;
    case "error":
      return exchange?.rcode === "REFUSED"
        ? `The server refuses: it does not serve ${zoneText(zone)}, or not to us.`
        : `The server fails with ${exchange?.rcode ?? "an error"}.`;
    case "failure":
      return failureSentence(result, tries);
  }
}

const UNKNOWN = {
  circular: "its address can be had only from the zone it serves, and the delegation does not give it",
  "no-address": "it has no address",
  "too-deep": "looking for its address leads too far",
} as const;

/** The steps between queries. */
export function passageSentence(step: Exclude<IterationStep, { kind: "query" }>): string {
  switch (step.kind) {
    case "alias":
      return `${displayName(step.name)} leads to ${displayName(step.target)}: once more, from the closest zone known.`;
    case "server-lookup":
      return `Where is ${displayName(step.host)}, a name server of ${zoneText(step.zone)}? Its address is looked up like any other.`;
    case "server-unknown":
      return `${displayName(step.host)} cannot be asked: ${UNKNOWN[step.why]}.`;
  }
}
