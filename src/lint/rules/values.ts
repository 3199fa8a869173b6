/** Values and TTLs by themselves: addresses nobody reaches, TTLs of nothing. */

import { findingsOf } from "../../findings/finding.ts";
import { rfc } from "../../findings/references.ts";
import { displayName } from "../../route53/names.ts";
import { addressKind } from "../addresses.ts";
import { type Facts, type Group, subjectOf } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";

const CATALOGUE = {
  "address.not-public": {
    severity: "warning",
    about:
      "A public zone on AWS gives an address that is private, loopback or reserved: it works for nobody outside, and tells everyone how the network inside is laid out. Wildcards and names of single machines count alike.",
    message: "{name} {type} gives {address}, {kind}, to the whole internet.",
    reference: rfc(1918, "5", "Operational considerations"),
    next: "Give a public address, or put the name into a private zone.",
  },
  "address.documentation": {
    severity: "warning",
    about: "A zone on AWS gives an address that is reserved for documentation: it was copied from an example.",
    message: "{name} {type} gives {address}, {kind}: nothing is there, ever.",
    reference: rfc(5737, "3", "Documentation address blocks"),
    next: "Write the address that is meant.",
  },
  "ttl.zero": {
    severity: "info",
    about:
      "A TTL of 0 forbids resolvers to keep the answer: every look-up of every client reaches Route 53, and is billed.",
    message: "{name} {type} has a TTL of 0: every look-up of every client reaches Route 53, and is billed.",
    reference: rfc(1035, "3.2.1", "Format"),
    next: "Write at least 10; even that takes most of the queries away.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

function* look(facts: Facts): Iterable<Hit> {
  for (const group of facts.groups) {
    if (facts.onAws) yield* addresses(group);
    const set = group.sets.find(({ answer }) => answer.kind === "records" && answer.ttlSeconds === 0);
    if (set === undefined) continue;
    yield {
      finding: finding("ttl.zero", { name: displayName(group.name), type: group.type }),
      subject: subjectOf(group),
      path: [...group.path, "ttl"],
    };
  }
  for (const { trafficPolicyInstances } of facts.config.zones) {
    for (const { name, type, ttlSeconds, path } of trafficPolicyInstances) {
      if (ttlSeconds !== 0) continue;
      yield {
        finding: finding("ttl.zero", { name: displayName(name), type }),
        subject: subjectOf({ name, type }),
        path: [...path, "ttl"],
      };
    }
  }
}

function* addresses({ zone, sets, name, type }: Group): Iterable<Hit> {
  if (type !== "A" && type !== "AAAA") return;
  for (const set of sets) {
    if (set.answer.kind !== "records") continue;
    for (const [i, address] of set.answer.values.entries()) {
      const found = addressKind(address);
      if (found === undefined) continue;
      const params = { name: displayName(name), type, address, kind: found.text };
      // A private zone is where private addresses belong.
      if (found.kind !== "documentation" && zone.private) continue;
      yield {
        finding: finding(found.kind === "documentation" ? "address.documentation" : "address.not-public", params),
        subject: subjectOf(set),
        path: [...set.path, "values", i],
      };
    }
  }
}

export const VALUE_RULES: RuleFamily = { title: "Addresses and TTLs", catalogue: CATALOGUE, look };
