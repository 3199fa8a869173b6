/** Failover: whether it can happen at all, and how long it takes. */

import type { DeclaredRecordSet, HealthCheckDefinition } from "../../config/config.ts";
import { findingsOf } from "../../findings/finding.ts";
import { aws } from "../../findings/references.ts";
import { failoverBounds } from "../../route53/failover-bounds.ts";
import { displayName } from "../../route53/names.ts";
import { type Facts, type Group, subjectOf } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";
import { documentChecks } from "./traffic-policies.ts";

/** What AWS recommends for records with health checks (Developer Guide, "Best practices for Amazon Route 53 DNS"). */
const LONGEST_TTL_SECONDS = 60;

const TTL = aws("best-practices-dns", "Best practices for Amazon Route 53 DNS");
const FAILOVER = aws("routing-policy-failover", "Failover routing");
const COMPLEX = aws("dns-failover-complex-configs", "How health checks work in complex configurations");

const CATALOGUE = {
  "failover.ttl-too-long": {
    severity: "warning",
    about:
      "An answer that a health check decides has a TTL above 60 seconds: resolvers go on giving the broken answer for that long after Route 53 has stopped to.",
    message:
      "{name} {type} is decided by health checks, but resolvers keep its answer for {ttl} s; 60 s is the most that AWS recommends.",
    reference: TTL,
    next: "Write ttl: 60, or less; r53kit cost shows what shorter TTLs cost.",
  },
  "failover.misses-target": {
    severity: "warning",
    about:
      "The worst case of a failover (interval x threshold + the probe's time limit + TTL) is more than the target of the file: drill.targets.downtime, else drill.targets.failover.",
    message:
      "A failover of {name} {type} may take {bound} s ({interval} s x {threshold} + {limit} s for the probe + TTL {ttl} s); the target is {target} s.",
    reference: aws(
      "dns-failover-determining-health-of-endpoints",
      "How Route 53 determines whether a health check is healthy",
    ),
    next: "{remedy}; r53kit cost shows every combination with its price.",
  },
  "failover.primary-never-fails": {
    severity: "warning",
    about:
      "The PRIMARY answer is an alias with neither a health check nor evaluateTargetHealth, so Route 53 always counts it as healthy. (A PRIMARY with values and without a check is refused as a mistake.)",
    message:
      "The PRIMARY answer of {name} {type} has neither a health check nor evaluateTargetHealth: it is never left for the SECONDARY.",
    reference: COMPLEX,
    next: "Add evaluateTargetHealth: true to the alias, or a healthCheck to the answer.",
  },
  "failover.shared-check": {
    severity: "warning",
    about:
      "Both sides of a failover are decided by the same health check: when it fails, both count as unhealthy, and the PRIMARY answers.",
    message:
      "The PRIMARY and the SECONDARY of {name} {type} share the health check {check}: when it fails, Route 53 answers the PRIMARY as before.",
    reference: FAILOVER,
    next: "Give each side a check of its own, or leave the SECONDARY without one: then it always stands in.",
  },
  "failover.no-secondary": {
    severity: "warning",
    about:
      "A failover group has no SECONDARY: there is nothing to fail over to, and the PRIMARY answers whatever its health.",
    message: "{name} {type} has a PRIMARY and no SECONDARY: there is nothing to fail over to.",
    reference: FAILOVER,
    next: "Add an answer with failover: SECONDARY, or make it a simple record.",
  },
  "failover.one-region": {
    severity: "info",
    about:
      "Both sides of a failover are AWS resources of one Region, as their names tell: what takes the Region down takes both.",
    message:
      "The PRIMARY and the SECONDARY of {name} {type} are both in {region}: what takes that Region down takes both.",
    reference: aws("disaster-recovery-resiliency", "Resilience in Amazon Route 53"),
    next: "Put the SECONDARY into another Region if the failover is to survive the loss of this one.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

function* look(facts: Facts): Iterable<Hit> {
  for (const group of facts.groups) {
    yield* ttlTooLong(group);
    if (group.sets[0]?.policy.kind === "failover") yield* failoverGroup(group, facts);
  }
  for (const zone of facts.config.zones) {
    for (const { name, type, ttlSeconds, policy, path } of zone.trafficPolicyInstances) {
      const document = facts.documents.get(policy);
      if (ttlSeconds <= LONGEST_TTL_SECONDS || document === undefined) continue;
      if (documentChecks(document).length === 0) continue;
      yield {
        finding: finding("failover.ttl-too-long", { name: displayName(name), type, ttl: String(ttlSeconds) }),
        subject: subjectOf({ name, type }),
        path: [...path, "ttl"],
      };
    }
  }
}

function* ttlTooLong(group: Group): Iterable<Hit> {
  // A simple record has no other answer to give.
  if (group.sets.length < 2) return;
  const ttl = Math.max(
    ...group.sets.map(({ answer, healthCheck }) =>
      answer.kind === "records" && healthCheck !== undefined ? answer.ttlSeconds : 0,
    ),
  );
  if (ttl <= LONGEST_TTL_SECONDS) return;
  yield {
    finding: finding("failover.ttl-too-long", { name: displayName(group.name), type: group.type, ttl: String(ttl) }),
    subject: subjectOf(group),
    path: [...group.path, "ttl"],
  };
}

function* failoverGroup(group: Group, facts: Facts): Iterable<Hit> {
  const name = displayName(group.name);
  const { type } = group;
  const side = (role: "PRIMARY" | "SECONDARY") =>
    group.sets.find(({ policy }) => policy.kind === "failover" && policy.role === role);
  const primary = side("PRIMARY");
  const secondary = side("SECONDARY");
  if (primary === undefined) return;
  if (primary.answer.kind === "alias" && !primary.answer.evaluateTargetHealth && primary.healthCheck === undefined) {
    yield {
      finding: finding("failover.primary-never-fails", { name, type }),
      subject: subjectOf(primary),
      path: primary.path,
    };
  }
  yield* missesTarget(group, primary, facts);
  if (secondary === undefined) {
    yield { finding: finding("failover.no-secondary", { name, type }), subject: subjectOf(group), path: group.path };
    return;
  }
  if (primary.healthCheck !== undefined && primary.healthCheck === secondary.healthCheck) {
    yield {
      finding: finding("failover.shared-check", { name, type, check: primary.healthCheck }),
      subject: subjectOf(group),
      path: [...secondary.path, "healthCheck"],
    };
  }
  const region = regionOf(primary);
  if (region !== undefined && region === regionOf(secondary)) {
    yield {
      finding: finding("failover.one-region", { name, type, region }),
      subject: subjectOf(group),
      path: secondary.path,
    };
  }
}

/** The Region in the name of a load balancer, a website or an API that an answer is an alias of. */
function regionOf({ answer }: DeclaredRecordSet): string | undefined {
  if (answer.kind !== "alias" || !/\.amazonaws\.com\.$/.test(answer.target)) return undefined;
  return /(?:^|[.-])([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(answer.target)?.[1];
}

function* missesTarget(group: Group, primary: DeclaredRecordSet, facts: Facts): Iterable<Hit> {
  const { downtimeSeconds, failoverSeconds } = facts.config.drillTargets;
  const target = downtimeSeconds ?? failoverSeconds;
  if (target === undefined || primary.answer.kind !== "records" || primary.healthCheck === undefined) return;
  const { ttlSeconds } = primary.answer;
  const worst = slowest(primary.healthCheck, ttlSeconds, facts);
  if (worst === undefined || worst.boundSeconds <= target) return;
  const { boundSeconds, check } = worst;
  const { intervalSeconds, failureThreshold } = check;
  yield {
    finding: finding("failover.misses-target", {
      name: displayName(group.name),
      type: group.type,
      bound: String(boundSeconds),
      interval: String(intervalSeconds),
      threshold: String(failureThreshold),
      limit: String(boundSeconds - intervalSeconds * failureThreshold - ttlSeconds),
      ttl: String(ttlSeconds),
      target: String(target),
      remedy: remedy(boundSeconds - target, check, ttlSeconds),
    }),
    subject: subjectOf(group),
    path: [...group.path, "ttl"],
  };
}

type EndpointSettings = Extract<HealthCheckDefinition["settings"], { readonly kind: "endpoint" }>;

/** Of all endpoint checks that a check's verdict comes from, the one that takes longest. */
function slowest(
  key: string,
  ttlSeconds: number,
  facts: Facts,
): { readonly boundSeconds: number; readonly check: EndpointSettings } | undefined {
  return [...facts.decidingChecks(key)]
    .flatMap((one) => {
      const settings = facts.checks.get(one)?.settings;
      return settings?.kind === "endpoint" ? [settings] : [];
    })
    .map((check) => ({
      check,
      boundSeconds: failoverBounds({ ...check, probeType: check.type, ttlSeconds }).client.ms / 1000,
    }))
    .sort((a, b) => b.boundSeconds - a.boundSeconds)[0];
}

/** What would take off the seconds that are too many. */
function remedy(tooMany: number, { intervalSeconds, failureThreshold }: EndpointSettings, ttlSeconds: number): string {
  const ways: string[] = [];
  if (intervalSeconds === 30 && 20 * failureThreshold >= tooMany) ways.push("write interval: 10");
  if (intervalSeconds * (failureThreshold - 1) >= tooMany) {
    ways.push(`write failureThreshold: ${failureThreshold - Math.ceil(tooMany / intervalSeconds)}`);
  }
  if (ttlSeconds > tooMany) ways.push(`write ttl: ${Math.floor(ttlSeconds - tooMany)}`);
  const text = ways.length === 0 ? "lower interval, failureThreshold and ttl together" : ways.join(", or ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export const FAILOVER_RULES: RuleFamily = { title: "Failover", catalogue: CATALOGUE, look };
