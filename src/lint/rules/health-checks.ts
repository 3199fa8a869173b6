/** Health checks: whether they can tell what they are asked, and whether anyone listens. */

import type { SourcePath } from "../../config/config.ts";
import { findingsOf } from "../../findings/finding.ts";
import { aws } from "../../findings/references.ts";
import { type DomainName, displayName, domainName, InvalidNameError, isWithin } from "../../route53/names.ts";
import { addressKind } from "../addresses.ts";
import { type Facts, type Group, listText, subjectOf } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";
import { documentChecks } from "./traffic-policies.ts";

const VALUES = aws("health-checks-creating-values", "Values that you specify when you create or update health checks");

const CATALOGUE = {
  "health.circular": {
    severity: "problem",
    about:
      "A check asks by a name whose answer the check itself decides, directly or through aliases, CNAMEs and calculated checks: after a failover it asks the stand-in, calls it healthy, and fails back to what is still down.",
    message:
      "The check {check} asks {host}, and decides itself what {host} answers ({chain}): its results are unpredictable.",
    reference: VALUES,
    next: "Ask each endpoint by its own address, or by a name of its own that no check decides.",
  },
  "health.unused": {
    severity: "warning",
    about:
      "Nothing uses a check: no record, no calculated check that is used, no traffic policy and no endpoint. It is billed all the same.",
    message: "Nothing uses the check {check}: it decides no answer, and is billed all the same.",
    reference: aws("dns-failover", "Creating Amazon Route 53 health checks"),
    next: "Give it to the answers it is meant for, or leave it out.",
  },
  "health.always-healthy": {
    severity: "warning",
    about: "A calculated check with healthThreshold 0 is always healthy, and so is what a disabled check decides.",
    message: "The check {check} {why}, so it always counts as {verdict}: nothing it decides ever changes.",
    reference: VALUES,
    next: "{remedy}",
  },
  "health.no-effect": {
    severity: "warning",
    about:
      "A simple record has a health check that nothing looks at: it has no other answer to give, and no alias evaluates its health.",
    message: "{name} {type} is a simple record, so its check {check} changes nothing: there is no other answer.",
    reference: aws(
      "health-checks-how-route-53-chooses-records",
      "How Route 53 chooses records when health checking is configured",
    ),
    next: "Make it a routing group with a second answer, or leave the check out.",
  },
  "health.unreachable-address": {
    severity: "problem",
    about:
      "A check on AWS asks an address that is private, loopback, reserved or of documentation: Route 53 refuses it, or nobody answers there.",
    message: "The check {check} asks {address}, {kind}: Route 53's checkers cannot reach it.",
    reference: VALUES,
    next: "Ask a public address, or watch the endpoint with a CloudWatch alarm.",
  },
  "health.watches-neighbour": {
    severity: "warning",
    about: "The check of an answer asks the address of another answer of the same group: mostly a slip of copying.",
    message:
      "The answer {answer} of {name} {type} gives {values}, but its check {check} asks {address}, which is {neighbour}'s.",
    reference: aws("routing-policy-failover", "Failover routing"),
    next: "Swap the checks if they stand at the wrong answers.",
  },
  "health.host-missing": {
    severity: "warning",
    about: "A check asks by a name in a zone of the file that has no record there: it can never be healthy.",
    message: "The check {check} asks {host}, which has no record in {zone}.",
    reference: VALUES,
    next: "Add the record, or correct the check's host.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

function* look(facts: Facts): Iterable<Hit> {
  yield* circular(facts);
  yield* unused(facts);
  yield* idle(facts);
  for (const group of facts.groups) yield* neighbours(group, facts);
  yield* noEffect(facts);
}

function hostOf(key: string, facts: Facts): DomainName | undefined {
  const settings = facts.checks.get(key)?.settings;
  // With an address the host is only what the request says it wants.
  if (settings?.kind !== "endpoint" || settings.address !== undefined || settings.host === undefined) return undefined;
  try {
    return domainName(settings.host);
  } catch (error) {
    if (error instanceof InvalidNameError) return undefined;
    throw error;
  }
}

function* circular(facts: Facts): Iterable<Hit> {
  for (const { key, path } of facts.config.healthChecks) {
    const host = hostOf(key, facts);
    if (host === undefined) continue;
    const zone = facts.config.zones
      .filter((one) => !one.private && isWithin(host, one.name))
      .sort((a, b) => b.name.length - a.name.length)[0];
    if (zone === undefined) continue;
    if (!facts.isThere(host, zone)) {
      yield {
        finding: finding("health.host-missing", { check: key, host: displayName(host), zone: displayName(zone.name) }),
        subject: `check ${key}`,
        path: [...path, "host"],
      };
      continue;
    }
    const chain = wayBack(host, key, facts);
    if (chain === undefined) continue;
    yield {
      finding: finding("health.circular", { check: key, host: displayName(host), chain: chain.join(", ") }),
      subject: `check ${key}`,
      path: [...path, "host"],
    };
  }
}

/** The names on the way from a host to an answer that the check decides, with that answer's check; undefined without one. */
function wayBack(
  host: DomainName,
  check: string,
  facts: Facts,
  seen: ReadonlySet<DomainName> = new Set(),
): string[] | undefined {
  if (seen.has(host)) return undefined;
  const zone = facts.config.zones
    .filter((one) => !one.private && isWithin(host, one.name))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (zone === undefined) return undefined;
  const names = facts.names(zone);
  const owner = names.ownerFor(host);
  if (owner === undefined) return undefined;
  const inner = new Set([...seen, host]);
  // Checkers that are given a name look for IPv4 addresses only.
  for (const group of names.groupsAt(owner).filter(({ type }) => type === "A" || type === "CNAME")) {
    const deciding = group.sets.find(
      ({ healthCheck }) => healthCheck !== undefined && facts.decidingChecks(healthCheck).has(check),
    );
    if (deciding?.healthCheck !== undefined && group.sets.length > 1) {
      const through = deciding.healthCheck === check ? "" : ` through ${deciding.healthCheck}`;
      return [`${subjectOf(deciding)} has ${deciding.healthCheck === check ? "this check" : `it${through}`}`];
    }
    for (const { answer } of group.sets) {
      const next =
        answer.kind === "alias"
          ? answer.zone.kind === "own"
            ? answer.target
            : undefined
          : group.type === "CNAME"
            ? domainName(answer.values[0] ?? ".")
            : undefined;
      const rest = next && wayBack(next, check, facts, inner);
      if (next !== undefined && rest !== undefined)
        return [`${displayName(host)} leads to ${displayName(next)}`, ...rest];
    }
  }
  for (const instance of names.instancesAt(owner)) {
    const document = facts.documents.get(instance.policy);
    if (instance.type !== "A" || document === undefined) continue;
    const used = documentChecks(document).find((one) => facts.decidingChecks(one).has(check));
    if (used !== undefined)
      return [`${displayName(host)} is answered by the traffic policy ${instance.policy}, which has it`];
  }
  return undefined;
}

function* unused(facts: Facts): Iterable<Hit> {
  const used = new Set<string>();
  const use = (key: string | undefined) => {
    if (key !== undefined) for (const one of facts.decidingChecks(key)) used.add(one);
  };
  for (const group of facts.groups) for (const { healthCheck } of group.sets) use(healthCheck);
  for (const { healthCheck } of facts.config.endpoints) use(healthCheck);
  for (const document of facts.documents.values()) for (const key of documentChecks(document)) use(key);
  for (const { key, path, settings } of facts.config.healthChecks) {
    // One that somebody else keeps is used elsewhere.
    if (used.has(key) || settings.kind === "existing") continue;
    yield { finding: finding("health.unused", { check: key }), subject: `check ${key}`, path };
  }
}

/** Checks that never say anything else, and those whose checkers have no way. */
function* idle(facts: Facts): Iterable<Hit> {
  for (const { key, path, settings } of facts.config.healthChecks) {
    const subject = `check ${key}`;
    if (settings.kind === "existing") continue;
    if (settings.disabled) {
      yield {
        finding: finding("health.always-healthy", {
          check: key,
          why: settings.inverted ? "is disabled and inverted" : "is disabled",
          verdict: settings.inverted ? "unhealthy" : "healthy",
          remedy: "Leave disabled out when it is to work again.",
        }),
        subject,
        path: [...path, "disabled"],
      };
    } else if (settings.kind === "calculated" && settings.healthThreshold === 0) {
      yield {
        finding: finding("health.always-healthy", {
          check: key,
          why: "wants 0 healthy children",
          verdict: settings.inverted ? "unhealthy" : "healthy",
          remedy: `Write healthThreshold: 1, or as many of the ${settings.children.length} children as must be healthy.`,
        }),
        subject,
        path: [...path, "healthThreshold"],
      };
    }
    if (!facts.onAws || settings.kind !== "endpoint" || settings.address === undefined) continue;
    const kind = addressKind(settings.address);
    if (kind === undefined) continue;
    yield {
      finding: finding("health.unreachable-address", { check: key, address: settings.address, kind: kind.text }),
      subject,
      path: [...path, "address"],
    };
  }
}

function addressOf(key: string | undefined, facts: Facts): string | undefined {
  const settings = key === undefined ? undefined : facts.checks.get(key)?.settings;
  return settings?.kind === "endpoint" ? settings.address : undefined;
}

function* neighbours(group: Group, facts: Facts): Iterable<Hit> {
  if (group.type !== "A" && group.type !== "AAAA") return;
  for (const set of group.sets) {
    const address = addressOf(set.healthCheck, facts);
    if (address === undefined || set.answer.kind !== "records" || set.answer.values.includes(address)) continue;
    const neighbour = group.sets.find(
      (other) => other !== set && other.answer.kind === "records" && other.answer.values.includes(address),
    );
    if (neighbour === undefined) continue;
    const path: SourcePath = [...set.path, "healthCheck"];
    yield {
      finding: finding("health.watches-neighbour", {
        answer: set.setIdentifier ?? "",
        name: displayName(group.name),
        type: group.type,
        values: listText(set.answer.values),
        check: set.healthCheck ?? "",
        address,
        neighbour: neighbour.setIdentifier ?? "",
      }),
      subject: subjectOf(set),
      path,
    };
  }
}

function* noEffect(facts: Facts): Iterable<Hit> {
  const evaluated = new Set(
    facts.groups.flatMap(({ sets, type }) =>
      sets.flatMap(({ answer }) =>
        answer.kind === "alias" && answer.zone.kind === "own" && answer.evaluateTargetHealth
          ? [`${answer.target} ${type}`]
          : [],
      ),
    ),
  );
  for (const { name, type, sets, path } of facts.groups) {
    const [set] = sets;
    if (set?.policy.kind !== "simple" || set.healthCheck === undefined || evaluated.has(`${name} ${type}`)) continue;
    yield {
      finding: finding("health.no-effect", { name: displayName(name), type, check: set.healthCheck }),
      subject: subjectOf(set),
      path: [...path, "healthCheck"],
    };
  }
}

export const HEALTH_CHECK_RULES: RuleFamily = { title: "Health checks", catalogue: CATALOGUE, look };
