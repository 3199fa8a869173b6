/** Routing policies: groups that do not choose as they seem to, leave clients without an answer, or have one weak spot. */

import type { DeclaredRecordSet } from "../../config/config.ts";
import { findingsOf } from "../../findings/finding.ts";
import { aws } from "../../findings/references.ts";
import { displayName } from "../../route53/names.ts";
import { type Facts, type Group, listText, subjectOf } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";

const COMPLEX = aws("dns-failover-complex-configs", "How health checks work in complex configurations");
const CONFIGURED = aws(
  "health-checks-how-route-53-chooses-records",
  "How Route 53 chooses records when health checking is configured",
);
const PRACTICES = aws("best-practices-dns", "Best practices for Amazon Route 53 DNS");

const CATALOGUE = {
  "weighted.all-zero": {
    severity: "warning",
    about:
      "All weights of a group are 0: Route 53 then answers with all of them at equal shares, which is the opposite of what a 0 mostly means.",
    message: "All weights of {name} {type} are 0, so its {count} answers get equal shares: none of them is off.",
    reference: aws("routing-policy-weighted", "Weighted routing"),
    next: "Give the answer that is meant a weight above 0.",
  },
  "weighted.partly-checked": {
    severity: "warning",
    about:
      "Some answers of a weighted group have health checks and others do not: those without count as healthy always, and get all the traffic when the others fail.",
    message: "In {name} {type}, {unchecked} cannot fail, and {checked} can: traffic goes to the former when it breaks.",
    reference: CONFIGURED,
    next: "Give every answer a check, or none.",
  },
  "multivalue.without-check": {
    severity: "warning",
    about:
      "Answers of a multivalue group without a health check are given out whatever happens to them; a simple record with several values does as much.",
    message: "{answers} of {name} {type} cannot fail: multivalue gives them out even when nothing answers there.",
    reference: aws("routing-policy-multivalue", "Multivalue answer routing"),
    next: "Give every answer a healthCheck, or put all values into one simple record.",
  },
  "latency.without-check": {
    severity: "warning",
    about:
      "No answer of a latency group has a health check or evaluates its target: clients near a Region that is down are sent there still.",
    message: "No answer of {name} {type} can fail: clients nearest to a Region that is down are sent there still.",
    reference: PRACTICES,
    next: "Give every answer a healthCheck, or evaluateTargetHealth: true to aliases.",
  },
  "geolocation.no-default": {
    severity: "warning",
    about:
      "A geolocation group has no default location: clients elsewhere, and those whose place is not known, get no answer.",
    message:
      "{name} {type} has no default location: clients outside of {places}, and those whose place is not known, get no answer.",
    reference: aws("routing-policy-geo", "Geolocation routing"),
    next: "Add an answer with country: '*'.",
  },
  "cidr.no-default": {
    severity: "warning",
    about:
      "An IP-based group has no default location: clients whose address is in no block of the collection get no answer.",
    message: "{name} {type} has no default location: clients in no block of its locations get no answer.",
    reference: aws("routing-policy-ipbased", "IP-based routing"),
    next: "Add an answer with location: '*'.",
  },
  "routing.same-answer": {
    severity: "warning",
    about:
      "All answers of a group are the same: the policy chooses between equals, and when that endpoint is gone, so is everything.",
    message: "All {count} answers of {name} {type} are {answer}: a single point of failure, whichever is chosen.",
    reference: PRACTICES,
    next: "Give the answers endpoints of their own, or make it one simple record.",
  },
  "routing.one-check": {
    severity: "warning",
    about:
      "All answers of a group are decided by one health check: they are healthy or unhealthy together, and when all are unhealthy Route 53 answers as if all were healthy.",
    message:
      "One check, {check}, decides all {count} answers of {name} {type}: when it fails, Route 53 answers as if none had.",
    reference: COMPLEX,
    next: "Give each answer a check of its own endpoint.",
  },
  "routing.single-answer": {
    severity: "info",
    about: "A group that is to choose has one answer.",
    message: "{name} {type} has a {policy} policy and one answer: there is nothing to choose.",
    reference: aws("routing-policy", "Choosing a routing policy"),
    next: "Add the other answers, or make it a simple record.",
  },
  "alias.ignores-health": {
    severity: "warning",
    about:
      "An alias among other answers neither evaluates its target nor has a check, though what it leads to is decided by checks: the branch counts as healthy when everything in it is down.",
    message:
      "The answer {answer} of {name} {type} leads to {target}, which has health checks, and does not look at them: it counts as healthy when all of {target} is down.",
    reference: COMPLEX,
    next: "Add evaluateTargetHealth: true to the alias.",
  },
  "ttl.differs": {
    severity: "info",
    about:
      "The answers of a group have different TTLs: clients come back at different times, and shares and failovers are other than they seem.",
    message: "The answers of {name} {type} have TTLs of {ttls}.",
    reference: PRACTICES,
    next: "Give the group one ttl, and leave it out of the answers.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

function* look(facts: Facts): Iterable<Hit> {
  for (const group of facts.groups) {
    if (group.sets[0]?.policy.kind === "simple") continue;
    yield* ofPolicy(group);
    yield* sameAnswer(group);
    yield* oneCheck(group);
    yield* ignoredHealth(group, facts);
    yield* differentTtls(group);
  }
}

/** An answer that Route 53 may count as unhealthy. */
function canFail({ answer, healthCheck }: DeclaredRecordSet): boolean {
  return healthCheck !== undefined || (answer.kind === "alias" && answer.evaluateTargetHealth);
}

function namesOf(sets: readonly DeclaredRecordSet[]): string {
  return listText(sets.map(({ setIdentifier }) => setIdentifier ?? ""));
}

function* ofPolicy(group: Group): Iterable<Hit> {
  const { sets, type, path } = group;
  const name = displayName(group.name);
  const subject = subjectOf(group);
  const unchecked = sets.filter((set) => !canFail(set));
  const kind = sets[0]?.policy.kind;
  if (sets.length === 1 && (kind === "weighted" || kind === "latency" || kind === "multivalue")) {
    yield { finding: finding("routing.single-answer", { name, type, policy: kind }), subject, path };
  }
  switch (kind) {
    case "weighted": {
      const allZero = sets.every(({ policy }) => policy.kind === "weighted" && policy.weight === 0);
      if (allZero && sets.length > 1) {
        yield { finding: finding("weighted.all-zero", { name, type, count: String(sets.length) }), subject, path };
      }
      if (unchecked.length > 0 && unchecked.length < sets.length) {
        const checked = sets.filter(canFail);
        yield {
          finding: finding("weighted.partly-checked", {
            name,
            type,
            unchecked: namesOf(unchecked),
            checked: namesOf(checked),
          }),
          subject,
          path: unchecked[0]?.path ?? path,
        };
      }
      return;
    }
    case "multivalue":
      if (unchecked.length > 0) {
        const answers = unchecked.length === sets.length ? "The answers" : namesOf(unchecked);
        yield {
          finding: finding("multivalue.without-check", { name, type, answers }),
          subject,
          path: unchecked[0]?.path ?? path,
        };
      }
      return;
    case "latency":
      if (unchecked.length === sets.length && sets.length > 1) {
        yield { finding: finding("latency.without-check", { name, type }), subject, path };
      }
      return;
    case "geolocation":
      if (!sets.some(({ policy }) => policy.kind === "geolocation" && policy.place.countryCode === "*")) {
        const places = listText(
          sets.flatMap(({ policy }) => {
            if (policy.kind !== "geolocation") return [];
            const { continentCode, countryCode, subdivisionCode } = policy.place;
            return [[continentCode, countryCode, subdivisionCode].filter((code) => code !== undefined).join("-")];
          }),
        );
        yield { finding: finding("geolocation.no-default", { name, type, places }), subject, path };
      }
      return;
    case "cidr":
      if (!sets.some(({ policy }) => policy.kind === "cidr" && policy.locationName === "*")) {
        yield { finding: finding("cidr.no-default", { name, type }), subject, path };
      }
      return;
    case "failover":
    case "geoproximity":
    case "simple":
    case undefined:
      return;
  }
}

function answerText({ answer }: DeclaredRecordSet): string {
  return answer.kind === "alias" ? `an alias of ${displayName(answer.target)}` : [...answer.values].sort().join(", ");
}

function* sameAnswer(group: Group): Iterable<Hit> {
  const { sets, type, path } = group;
  // Only addresses and names are endpoints; text may well be the same.
  if (sets.length < 2 || !["A", "AAAA", "CNAME"].includes(type)) return;
  const [text, ...others] = new Set(sets.map(answerText));
  if (text === undefined || others.length > 0) return;
  yield {
    finding: finding("routing.same-answer", {
      name: displayName(group.name),
      type,
      count: String(sets.length),
      answer: text,
    }),
    subject: subjectOf(group),
    path,
  };
}

function* oneCheck(group: Group): Iterable<Hit> {
  const { sets, type, path } = group;
  // Of the two sides of a failover another rule speaks.
  if (sets.length < 2 || sets[0]?.policy.kind === "failover") return;
  const [check, ...others] = new Set(sets.map(({ healthCheck }) => healthCheck));
  if (check === undefined || others.length > 0) return;
  yield {
    finding: finding("routing.one-check", {
      name: displayName(group.name),
      type,
      check,
      count: String(sets.length),
    }),
    subject: subjectOf(group),
    path,
  };
}

function* ignoredHealth(group: Group, facts: Facts): Iterable<Hit> {
  if (group.sets.length < 2) return;
  for (const set of group.sets) {
    const { answer } = set;
    if (answer.kind !== "alias" || canFail(set) || answer.zone.kind !== "own") continue;
    // A PRIMARY that cannot fail has a rule of its own.
    if (set.policy.kind === "failover") continue;
    const target = facts
      .names(group.zone)
      .groupsAt(answer.target)
      .find(({ type }) => type === group.type);
    if (target === undefined || !target.sets.some(canFail)) continue;
    yield {
      finding: finding("alias.ignores-health", {
        answer: set.setIdentifier ?? "",
        name: displayName(group.name),
        type: group.type,
        target: displayName(answer.target),
      }),
      subject: subjectOf(set),
      path: [...set.path, "alias"],
    };
  }
}

function* differentTtls(group: Group): Iterable<Hit> {
  const ttls = [...new Set(group.sets.flatMap(({ answer }) => (answer.kind === "records" ? [answer.ttlSeconds] : [])))];
  if (ttls.length < 2) return;
  const text = ttls.sort((a, b) => a - b).map((ttl) => `${ttl} s`);
  yield {
    finding: finding("ttl.differs", { name: displayName(group.name), type: group.type, ttls: listText(text) }),
    subject: subjectOf(group),
    path: group.path,
  };
}

export const ROUTING_RULES: RuleFamily = { title: "Routing policies", catalogue: CATALOGUE, look };
