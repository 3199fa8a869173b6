/** Names of a zone among each other: what hides what, and what is never asked for here. */

import { findingsOf } from "../../findings/finding.ts";
import { aws, rfc } from "../../findings/references.ts";
import { type DomainName, displayName, isWildcard, isWithin, parentOf, splitLabels } from "../../route53/names.ts";
import { type Facts, listText, subjectOf, type ZoneNames } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";

const CATALOGUE = {
  "wildcard.hidden": {
    severity: "warning",
    about:
      "A name below a wildcard has records of its own, or names below it: there the wildcard does not stand in for any type, so a query for a type that only the wildcard has finds nothing. Names that start with an underscore are left alone: nobody asks for addresses there.",
    message: "{name} {why}, so {wildcard} does not stand in for it: a query for its {types} finds nothing.",
    reference: rfc(4592, "3.3.1", "Closest encloser and source of synthesis"),
    next: "Give {name} records of its own for what it is to answer, or ignore this if nobody is to find it there.",
  },
  "zone.below-delegation": {
    severity: "warning",
    about:
      "A record lies at or below a delegation (NS records of a name in the zone): the zone's servers answer with a referral, and never with the record. Addresses of name servers (glue) and DS are what belongs there.",
    message: "{name} {type} lies below the delegation of {cut}, so it is never answered from here.",
    reference: rfc(1034, "4.2.1", "Technical considerations"),
    next: "Put the record into the zone {cut}, or leave it out.",
  },
  "zone.child-not-delegated": {
    severity: "warning",
    about:
      "The file has a zone and another one below it, and the upper one has no NS record for the lower: nobody who starts at the root finds it.",
    message: "{zone} lies in {parent}, which has no NS record for it: nobody finds its name servers.",
    reference: aws("dns-routing-traffic-for-subdomains", "Routing traffic for subdomains"),
    next: "When the zone is there, add its name servers (r53kit zones show {zone}) to {parent} as an NS record.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

function* look(facts: Facts): Iterable<Hit> {
  for (const zone of facts.config.zones) {
    const names = facts.names(zone);
    yield* hiddenWildcards(names);
    yield* belowDelegations(facts, names);
    yield* undelegated(facts, zone);
  }
}

function pathOf(name: DomainName, names: ZoneNames) {
  return names.groupsAt(name)[0]?.path ?? names.instancesAt(name)[0]?.path ?? names.zone.path;
}

/** The name itself when it is an owner, else one of the owners below it. */
function ownerAtOrBelow(name: DomainName, names: ZoneNames): DomainName {
  return names.typesAt(name).length > 0 ? name : (names.owners.find((owner) => isWithin(owner, name)) ?? name);
}

function* hiddenWildcards(names: ZoneNames): Iterable<Hit> {
  for (const wildcard of names.owners.filter(isWildcard)) {
    const parent = parentOf(wildcard);
    if (parent === undefined) continue;
    const types = names.typesAt(wildcard).filter((type) => type !== "NS");
    const seen = new Set<DomainName>();
    for (const owner of names.owners) {
      if (owner === parent || owner === wildcard || !isWithin(owner, parent)) continue;
      // The child of the wildcard's parent on the way to the owner: the wildcard stands in neither for it nor below it.
      const labels = splitLabels(owner);
      const child = `${labels[labels.length - splitLabels(parent).length - 1]}.${parent}` as DomainName;
      if (child === wildcard || child.startsWith("_") || seen.has(child)) continue;
      seen.add(child);
      const own = names.typesAt(child);
      if (own.includes("CNAME") || own.includes("NS")) continue;
      // `_acme-challenge.shop` makes an empty non-terminal of `shop` all the same.
      const missing = missingAt(own, types);
      if (missing.length === 0) continue;
      const at = ownerAtOrBelow(child, names);
      yield {
        finding: finding("wildcard.hidden", {
          name: displayName(child),
          why: own.length > 0 ? `has ${listText(own)} of its own` : `exists, since ${displayName(at)} does`,
          wildcard: displayName(wildcard),
          types: listText(missing),
        }),
        subject: displayName(child),
        path: pathOf(at, names),
      };
    }
  }
}

const ADDRESSES: readonly string[] = ["A", "AAAA"];

/** What of a wildcard's types a name below it does not have. A CNAME is there for addresses, and cannot stand beside what is. */
function missingAt(own: readonly string[], wildcard: readonly string[]): string[] {
  if (!wildcard.includes("CNAME")) return wildcard.filter((type) => !own.includes(type));
  return own.some((type) => ADDRESSES.includes(type)) ? [] : [...ADDRESSES];
}

function* belowDelegations(facts: Facts, names: ZoneNames): Iterable<Hit> {
  const { zone } = names;
  for (const { name, type, path } of facts.groups.filter((group) => group.zone === zone)) {
    const cut = names.cutAbove(name);
    if (cut === undefined || type === "A" || type === "AAAA") continue;
    if (name === cut && (type === "NS" || type === "DS")) continue;
    yield {
      finding: finding("zone.below-delegation", { name: displayName(name), type, cut: displayName(cut) }),
      subject: subjectOf({ name, type }),
      path,
    };
  }
}

function* undelegated(facts: Facts, zone: ZoneNames["zone"]): Iterable<Hit> {
  if (zone.private) return;
  const parent = facts.config.zones
    .filter((one) => one !== zone && !one.private && one.name !== zone.name && isWithin(zone.name, one.name))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (parent === undefined || facts.isThere(zone.name, parent)) return;
  yield {
    finding: finding("zone.child-not-delegated", { zone: displayName(zone.name), parent: displayName(parent.name) }),
    subject: `zone ${displayName(zone.name)}`,
    path: zone.path,
  };
}

export const NAME_RULES: RuleFamily = { title: "Names and delegations", catalogue: CATALOGUE, look };
