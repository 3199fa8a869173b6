/** Traffic policy documents: rules and endpoints that no client gets to, and the same gaps as in routing groups. */

import type { SourcePath, TrafficPolicyDefinition } from "../../config/config.ts";
import { findingsOf } from "../../findings/finding.ts";
import { aws } from "../../findings/references.ts";
import { CONTINENTS } from "../../route53/geo-locations.ts";
import type { GeoLocationPlace } from "../../route53/record-set.ts";
import {
  branchesOf,
  type TrafficPolicyBranch,
  type TrafficPolicyDocument,
  type TrafficPolicyRule,
  type TrafficPolicyTarget,
} from "../../route53/traffic-policy.ts";
import type { Facts } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";

const FLOW = aws("traffic-flow", "Using Traffic Flow to route DNS traffic");
const COMPLEX = aws("dns-failover-complex-configs", "How health checks work in complex configurations");

const CATALOGUE = {
  "traffic-policy.never-reached": {
    severity: "warning",
    about:
      "No client gets to a branch of a traffic policy: a geolocation rule asks for a place that the rules before it have excluded, or a SECONDARY stands behind a PRIMARY that cannot fail. (A rule that no path leads to at all is refused as a mistake.)",
    message: "In the traffic policy {policy}, nobody reaches {branch}: {why}.",
    reference: FLOW,
    next: "{remedy}",
  },
  "traffic-policy.unused-endpoint": {
    severity: "warning",
    about: "A traffic policy defines an endpoint that no rule leads to.",
    message: "In the traffic policy {policy}, no rule leads to the endpoint {endpoint}.",
    reference: FLOW,
    next: "Leave it out, or lead a rule to it.",
  },
  "traffic-policy.no-default": {
    severity: "warning",
    about:
      "A geolocation rule of a traffic policy has no default location: clients elsewhere, and those whose place is not known, get no answer.",
    message:
      "In the traffic policy {policy}, the rule {rule} has no default location: clients outside of {places} get no answer.",
    reference: aws("routing-policy-geo", "Geolocation routing"),
    next: 'Add a location with "IsDefault": "true".',
  },
  "traffic-policy.all-zero": {
    severity: "warning",
    about: "All weights of a rule are 0: its branches get equal shares.",
    message: "In the traffic policy {policy}, all weights of the rule {rule} are 0, so its branches get equal shares.",
    reference: aws("routing-policy-weighted", "Weighted routing"),
    next: "Give the branch that is meant a weight above 0.",
  },
  "traffic-policy.shared-check": {
    severity: "warning",
    about: "Both sides of a failover rule are decided by the same health check.",
    message:
      "In the traffic policy {policy}, both sides of the rule {rule} share the health check {check}: when it fails, the primary answers as before.",
    reference: aws("routing-policy-failover", "Failover routing"),
    next: "Give each side a check of its own, or leave the secondary without one.",
  },
  "traffic-policy.unused": {
    severity: "info",
    about: "A traffic policy has no instance in the file: it answers no query. Policies without instances are free.",
    message: "The traffic policy {policy} has no instance in the file: it answers no query.",
    reference: COMPLEX,
    next: "Add it to trafficFlow.instances, or leave it out.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

/** Ids and keys of all health checks of a document. */
export function documentChecks({ rules }: TrafficPolicyDocument): string[] {
  return [...rules.values()].flatMap((rule) => branchesOf(rule).flatMap(({ branch }) => branch.healthCheckId ?? []));
}

function* look(facts: Facts): Iterable<Hit> {
  const instanced = new Set(
    facts.config.zones.flatMap((zone) => zone.trafficPolicyInstances.map(({ policy }) => policy)),
  );
  for (const policy of facts.config.trafficPolicies) {
    if (!instanced.has(policy.key)) {
      yield {
        finding: finding("traffic-policy.unused", { policy: policy.key }),
        subject: subject(policy),
        path: policy.path,
      };
    }
    const document = facts.documents.get(policy.key);
    if (document !== undefined) yield* lookAt(policy, document);
  }
}

function subject({ key }: TrafficPolicyDefinition): string {
  return `traffic policy ${key}`;
}

function* lookAt(policy: TrafficPolicyDefinition, document: TrafficPolicyDocument): Iterable<Hit> {
  const at = (...steps: SourcePath): SourcePath => [...policy.path, "document", ...steps];
  const hit = (made: Hit["finding"], ...steps: SourcePath): Hit => ({
    finding: made,
    subject: subject(policy),
    path: at(...steps),
  });
  const led = new Set<string>();
  const leadsTo = ({ kind, id }: TrafficPolicyTarget) => {
    if (kind === "endpoint") led.add(id);
  };
  leadsTo(document.start);
  for (const [id, rule] of document.rules) {
    for (const { branch } of branchesOf(rule)) leadsTo(branch.target);
    yield* ofRule(policy.key, id, rule, hit);
    if (rule.kind === "failover" && !canFail(rule.primary, document)) {
      yield hit(
        finding("traffic-policy.never-reached", {
          policy: policy.key,
          branch: `the secondary of the rule ${id}`,
          why: "its primary has no health check, so it never fails",
          remedy: "Give the primary a HealthCheck.",
        }),
        "Rules",
        id,
      );
    }
  }
  for (const endpoint of document.endpoints.keys()) {
    if (led.has(endpoint)) continue;
    yield hit(finding("traffic-policy.unused-endpoint", { policy: policy.key, endpoint }), "Endpoints", endpoint);
  }
  yield* outOfPlace(policy.key, document, hit);
}

type MakeHit = (made: Hit["finding"], ...steps: SourcePath) => Hit;

function* ofRule(policy: string, id: string, rule: TrafficPolicyRule, hit: MakeHit): Iterable<Hit> {
  if (rule.kind === "geolocation" && !rule.locations.some(({ place }) => place.countryCode === "*")) {
    const places = rule.locations.map(({ place }) => placeText(place)).join(", ");
    yield hit(finding("traffic-policy.no-default", { policy, rule: id, places }), "Rules", id);
  }
  if (rule.kind === "weighted" && rule.items.length > 1 && rule.items.every(({ weight }) => weight === 0)) {
    yield hit(finding("traffic-policy.all-zero", { policy, rule: id }), "Rules", id);
  }
  if (rule.kind !== "failover") return;
  const { primary, secondary } = rule;
  if (primary.healthCheckId !== undefined && primary.healthCheckId === secondary.healthCheckId) {
    yield hit(finding("traffic-policy.shared-check", { policy, rule: id, check: primary.healthCheckId }), "Rules", id);
  }
}

/** Whether a branch can be unhealthy: by its check, or, when it evaluates its target, by what is behind it. */
function canFail(
  branch: TrafficPolicyBranch,
  document: TrafficPolicyDocument,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (branch.healthCheckId !== undefined) return true;
  if (branch.target.kind === "endpoint") {
    // A value has no health of its own; AWS's own resources have.
    return branch.evaluateTargetHealth && document.endpoints.get(branch.target.id)?.type !== "value";
  }
  const rule = document.rules.get(branch.target.id);
  if (!branch.evaluateTargetHealth || rule === undefined || seen.has(branch.target.id)) return false;
  const inner = new Set([...seen, branch.target.id]);
  // A rule is unhealthy when all its branches are.
  return branchesOf(rule).every((one) => canFail(one.branch, document, inner));
}

function placeText({ continentCode, countryCode, subdivisionCode }: GeoLocationPlace): string {
  return [continentCode, countryCode, subdivisionCode].filter((code) => code !== undefined).join("-");
}

/** The countries of a place; undefined for the default, which is everywhere. */
function countriesOf({ continentCode, countryCode }: GeoLocationPlace): ReadonlySet<string> | undefined {
  if (countryCode === "*") return undefined;
  if (countryCode !== undefined) return new Set([countryCode]);
  return new Set(Object.keys(CONTINENTS[continentCode ?? ""]?.countries ?? {}));
}

/** Geolocation rules behind geolocation rules: places that cannot be, since only clients elsewhere come that far. */
function* outOfPlace(policy: string, document: TrafficPolicyDocument, hit: MakeHit): Iterable<Hit> {
  /** By rule: the countries that some way to it lets through; undefined is all of them. */
  const reached = new Map<string, ReadonlySet<string> | undefined>();
  const visit = (
    target: TrafficPolicyTarget,
    countries: ReadonlySet<string> | undefined,
    path: readonly string[],
  ): void => {
    if (target.kind !== "rule" || path.includes(target.id)) return;
    const before = reached.get(target.id);
    const known = reached.has(target.id);
    const joined =
      countries === undefined || (known && before === undefined)
        ? undefined
        : new Set([...(before ?? []), ...countries]);
    reached.set(target.id, joined);
    const rule = document.rules.get(target.id);
    if (rule === undefined) return;
    for (const { branch } of branchesOf(rule)) {
      const own =
        rule.kind === "geolocation" && "place" in branch ? countriesOf(branch.place as GeoLocationPlace) : undefined;
      const here = countries;
      const next =
        own === undefined ? here : here === undefined ? own : new Set([...own].filter((code) => here.has(code)));
      visit(branch.target, next, [...path, target.id]);
    }
  };
  visit(document.start, undefined, []);
  for (const [id, rule] of document.rules) {
    const countries = reached.get(id);
    if (rule.kind !== "geolocation" || countries === undefined) continue;
    for (const [index, { place }] of rule.locations.entries()) {
      const own = countriesOf(place);
      if (own === undefined || [...own].some((code) => countries.has(code))) continue;
      yield hit(
        finding("traffic-policy.never-reached", {
          policy,
          branch: `the location ${placeText(place)} of the rule ${id}`,
          why: "the rules before it let only clients of other places through",
          remedy: "Leave the location out, or put it into the rule before.",
        }),
        "Rules",
        id,
        "Locations",
        index,
      );
    }
  }
}

export const TRAFFIC_POLICY_RULES: RuleFamily = { title: "Traffic policies", catalogue: CATALOGUE, look };
