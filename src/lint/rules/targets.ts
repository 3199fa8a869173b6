/** Records that name other names: CNAME, MX, NS, SRV, HTTPS, SVCB and aliases, and what they find there. */

import type { DeclaredRecordSet, ZoneConfig } from "../../config/config.ts";
import { findingsOf } from "../../findings/finding.ts";
import { aws, rfc } from "../../findings/references.ts";
import { type DomainName, displayName, splitLabels } from "../../route53/names.ts";
import { parseIpv4 } from "../../route53/record-data/ip-address.ts";
import { parseRecordData, RecordDataError } from "../../route53/record-data.ts";
import type { RecordType } from "../../route53/record-set.ts";
import { type Facts, type Group, subjectOf } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";

const CATALOGUE = {
  "mx.points-to-cname": {
    severity: "problem",
    about: "An MX names a CNAME of the file. Mail servers need not follow it, and some refuse to.",
    message: "{name} MX names {target}, which is a CNAME: mail servers need not follow it.",
    reference: rfc(2181, "10.3", "MX and NS records"),
    next: "Name a host that has address records.",
  },
  "ns.points-to-cname": {
    severity: "problem",
    about: "An NS names a CNAME of the file. Resolvers do not follow it.",
    message: "{name} NS names {target}, which is a CNAME: resolvers do not follow it.",
    reference: rfc(2181, "10.3", "MX and NS records"),
    next: "Name a host that has address records.",
  },
  "srv.points-to-cname": {
    severity: "problem",
    about: "An SRV names a CNAME of the file, which its standard forbids.",
    message: "{name} SRV names {target}, which is a CNAME: its clients need not follow it.",
    reference: { title: "RFC 2782, The format of the SRV RR", url: "https://www.rfc-editor.org/rfc/rfc2782" },
    next: "Name a host that has address records.",
  },
  "target.is-address": {
    severity: "problem",
    about: "A CNAME, MX, NS, SRV, HTTPS or SVCB names an IPv4 address: it is read as a name, which does not exist.",
    message: "{name} {type} names {target}: an address is read as a name there, and nobody finds it.",
    reference: rfc(2181, "10.3", "MX and NS records"),
    next: "Name a host, and give that an A record of {target}.",
  },
  "target.relative": {
    severity: "warning",
    about:
      "A record names a name that is not below its zone, has no dot at its end, and is a single label or, with the zone's name after it, a name of the file: Route 53 adds no zone to what values name.",
    message: "{name} {type} names {target}: Route 53 adds no zone to it, so that is not {absolute}.",
    reference: aws("DomainNameFormat", "DNS domain name format"),
    next: "Write {absolute}; if {target} itself is meant, put a dot at its end.",
  },
  "target.dangling": {
    severity: "warning",
    about:
      "A record names a name in a zone of the file that has no records there, no wildcard and no delegation. In setup plan, what is live in the zone counts too.",
    message: "{name} {type} names {target}, which has no record in {zone}.",
    reference: aws("best-practices-dns", "Best practices for Amazon Route 53 DNS"),
    next: "Add the record, or correct the name.",
  },
  "target.loop": {
    severity: "problem",
    about: "CNAMEs and aliases of the file lead back to where they started: nobody gets an answer.",
    message: "{name} {type} leads round in circles: {chain}.",
    reference: rfc(1034, "3.6.2", "Aliases and canonical names"),
    next: "Point one of these names at an address.",
  },
  "cname.alias-is-free": {
    severity: "warning",
    about:
      "A CNAME names an AWS resource that an alias could name: queries for an alias are free and answered in one step, those for the CNAME are billed.",
    message: "{name} is a CNAME of {target}: its queries are billed, those of an alias (A and AAAA) would be free.",
    reference: aws("resource-record-sets-choosing-alias-non-alias", "Choosing between alias and non-alias records"),
    next: "Write type: A with an alias whose target is {target}, and AAAA where the resource has IPv6.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

/** Which field of a type's data is the name it points at. */
const TARGET_FIELD: Partial<Record<RecordType, string>> = {
  CNAME: "target",
  MX: "exchange",
  NS: "nameServer",
  SRV: "target",
  HTTPS: "target",
  SVCB: "target",
};

/** Resources that aliases can name; RDS and the like cannot be. */
const ALIAS_TARGETS =
  /\.(cloudfront\.net|elb\.amazonaws\.com|elb\.[a-z0-9-]+\.amazonaws\.com|elasticbeanstalk\.com|awsglobalaccelerator\.com|execute-api\.[a-z0-9-]+\.amazonaws\.com|vpce\.amazonaws\.com)\.$/;

function* look(facts: Facts): Iterable<Hit> {
  for (const group of facts.groups) {
    for (const set of group.sets) {
      for (const target of targetsOf(set)) yield* ofTarget(group, set, target, facts);
    }
    yield* loops(group, facts);
  }
}

interface Target {
  readonly target: DomainName;
  /** Of the value that names it. */
  readonly index: number;
  /** Whether it has a dot at its end, so that it cannot be meant otherwise. */
  readonly isAbsolute: boolean;
}

function targetsOf({ type, answer }: DeclaredRecordSet): Target[] {
  const field = TARGET_FIELD[type];
  if (field === undefined || answer.kind !== "records") return [];
  return answer.values.flatMap((value, index) => {
    try {
      const found = parseRecordData(type, value).fields.find((one) => one.name === field);
      // "." says that there is none: no mail, no service, or the owner itself.
      return found?.kind === "host" && found.host !== "."
        ? [{ target: found.host, index, isAbsolute: /\.(\s|$)/.test(value) }]
        : [];
    } catch (error) {
      if (error instanceof RecordDataError) return [];
      throw error;
    }
  });
}

const POINTS_TO_CNAME = { MX: "mx.points-to-cname", NS: "ns.points-to-cname", SRV: "srv.points-to-cname" } as const;

function* ofTarget(
  { zone, name, type }: Group,
  set: DeclaredRecordSet,
  { target, index, isAbsolute }: Target,
  facts: Facts,
): Iterable<Hit> {
  const subject = subjectOf(set);
  const path = [...set.path, "values", index];
  if (type === "CNAME" && ALIAS_TARGETS.test(target)) {
    yield {
      finding: finding("cname.alias-is-free", { name: displayName(name), target: displayName(target) }),
      subject,
      path,
    };
    return;
  }
  const named = { name: displayName(name), type, target: displayName(target) };
  if (parseIpv4(named.target) !== undefined) {
    yield { finding: finding("target.is-address", named), subject, path };
    return;
  }
  const absolute = `${target}${zone.name}` as DomainName;
  if (!isAbsolute && (splitLabels(target).length === 1 || facts.names(zone).exists(absolute))) {
    yield { finding: finding("target.relative", { ...named, absolute: displayName(absolute) }), subject, path };
    return;
  }
  const other = facts.zoneOf(target, zone);
  if (other === undefined) return;
  if (!facts.isThere(target, other)) {
    yield {
      finding: finding("target.dangling", {
        name: displayName(name),
        type,
        target: displayName(target),
        zone: displayName(other.name),
      }),
      subject,
      path,
    };
    return;
  }
  const code = type === "MX" || type === "NS" || type === "SRV" ? POINTS_TO_CNAME[type] : undefined;
  if (code === undefined) return;
  const names = facts.names(other);
  const owner = names.ownerFor(target);
  if (owner === undefined || !names.typesAt(owner).includes("CNAME")) return;
  yield { finding: finding(code, { name: displayName(name), target: displayName(target) }), subject, path };
}

/** Each circle once, at the first of its names in the order of the file. */
function* loops(group: Group, facts: Facts): Iterable<Hit> {
  const start = `${group.name} ${group.type}`;
  const trail = trailBack(group, facts, start, [group.name]);
  if (trail === undefined) return;
  const earlier = facts.groups.find(({ name }) => trail.includes(name));
  if (earlier !== group) return;
  yield {
    finding: finding("target.loop", {
      name: displayName(group.name),
      type: group.type,
      chain: [...trail, group.name].map(displayName).join(" -> "),
    }),
    subject: subjectOf(group),
    path: group.path,
  };
}

function nextNames(set: DeclaredRecordSet): DomainName[] {
  if (set.answer.kind === "alias") return set.answer.zone.kind === "own" ? [set.answer.target] : [];
  return set.type === "CNAME" ? targetsOf(set).map(({ target }) => target) : [];
}

function trailBack(
  group: Group,
  facts: Facts,
  start: string,
  trail: readonly DomainName[],
): readonly DomainName[] | undefined {
  for (const next of group.sets.flatMap(nextNames)) {
    const zone: ZoneConfig | undefined = facts.zoneOf(next, group.zone);
    if (zone === undefined) continue;
    const type = group.type;
    const groups = facts
      .names(zone)
      .groupsAt(next)
      .filter((one) => one.type === type || one.type === "CNAME");
    for (const one of groups) {
      if (`${one.name} ${one.type}` === start) return trail;
      if (trail.includes(one.name)) continue;
      const found = trailBack(one, facts, start, [...trail, one.name]);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

export const TARGET_RULES: RuleFamily = { title: "What records point at", catalogue: CATALOGUE, look };
