/**
 * A hosted zone as Terraform: the zone, its record sets and the health checks they name, each with an `import` block
 * (Terraform 1.5), so that the first plan takes over what is there and changes nothing. Pure.
 */

import { type DomainName, displayName, toRoute53 } from "../../route53/names.ts";
import type { RecordSet, RoutingPolicy } from "../../route53/record-set.ts";
import { type ExportedZone, OF_AN_INSTANCE, recordSetInWords, subjectOf, type Unsaid } from "../unsaid.ts";
import { type Block, type Expression, type HclValue, hclBlock } from "./hcl.ts";
import { attributesOf, type ExportedHealthCheck, healthCheckBlock } from "./health-checks.ts";

export interface TerraformZone {
  readonly id: string;
  readonly name: DomainName;
  readonly comment: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Of a private zone; a public one has none. */
  readonly vpcs: readonly { readonly id: string; readonly region: string }[];
  readonly delegationSetId: string | undefined;
  readonly recordSets: readonly RecordSet[];
  /** Those that the record sets name, and their children. */
  readonly healthChecks: readonly ExportedHealthCheck[];
}

/** What a Terraform name may hold; distinct for each thing of a kind. */
class Labels {
  readonly #taken = new Set<string>();

  of(text: string): string {
    const word = text
      .toLowerCase()
      .replace(/\*/g, "wildcard")
      .replace(/[^a-z0-9_-]+/g, "_");
    const start = /^[a-z_]/.test(word) ? word : `_${word}`;
    let label = start;
    for (let n = 2; this.#taken.has(label); n++) label = `${start}_${n}`;
    this.#taken.add(label);
    return label;
  }
}

function importBlock(to: string, id: string): Block {
  return { type: "import", attributes: { to: { expression: to }, id } };
}

/** As the provider keeps a name: only the wildcard's escape is resolved. */
function providerName(name: DomainName): string {
  return displayName(toRoute53(name)).replace(/^\\052/, "*");
}

export function writeTerraform(zone: TerraformZone): ExportedZone {
  const unsaid: Unsaid[] = [];
  const labels = { zone: new Labels(), check: new Labels(), record: new Labels() };
  const zoneLabel = labels.zone.of(displayName(zone.name));
  const zoneId: Expression = { expression: `aws_route53_zone.${zoneLabel}.zone_id` };
  const checkLabels = new Map(
    zone.healthChecks.map((check) => [check.id, labels.check.of(check.tags.Name ?? check.id)] as const),
  );
  const checkReference = (id: string): Expression | string => {
    const label = checkLabels.get(id);
    return label === undefined ? id : { expression: `aws_route53_health_check.${label}.id` };
  };
  const parts: string[] = [
    hclBlock(zoneBlock(zone, zoneLabel)),
    hclBlock(importBlock(`aws_route53_zone.${zoneLabel}`, zone.id)),
  ];
  for (const check of zone.healthChecks) {
    const label = checkLabels.get(check.id) ?? check.id;
    parts.push(hclBlock(healthCheckBlock(check, label, checkReference)));
    parts.push(hclBlock(importBlock(`aws_route53_health_check.${label}`, check.id)));
  }
  let said = 0;
  const recordLabels = new Map(
    zone.recordSets.map((set) => [set, labels.record.of(labelText(set, zone.name))] as const),
  );
  for (const set of zone.recordSets) {
    const why = whyNot(set, zone.name);
    if (why !== undefined) {
      if (set.trafficPolicyInstanceId !== undefined) unsaid.push({ subject: subjectOf(set), why });
      parts.push(`# not in this file (${why}): ${recordSetInWords(set)}`);
      continue;
    }
    const label = recordLabels.get(set) ?? "";
    const target = ownTargets(set, zone).map((one) => `aws_route53_record.${recordLabels.get(one)}`);
    parts.push(hclBlock(recordBlock(set, zone, label, zoneId, checkReference, target)));
    const id = [
      zone.id,
      providerName(set.name),
      set.type,
      ...(set.setIdentifier === undefined ? [] : [set.setIdentifier]),
    ];
    parts.push(hclBlock(importBlock(`aws_route53_record.${label}`, id.join("_"))));
    said++;
  }
  const head = [
    `# ${displayName(zone.name)}, hosted zone ${zone.id} at Route 53.`,
    "# The import blocks take over what is there; delete them once `terraform apply` has run.",
  ].join("\n");
  return { text: `${[head, ...parts].join("\n\n")}\n`, unsaid, said };
}

function whyNot(set: RecordSet, zone: DomainName): string | undefined {
  if (set.trafficPolicyInstanceId !== undefined) return OF_AN_INSTANCE;
  return set.name === zone && (set.type === "NS" || set.type === "SOA") ? "comes with the zone" : undefined;
}

function labelText(set: RecordSet, zone: DomainName): string {
  const below = set.name === zone ? "apex" : set.name.slice(0, -zone.length - 1);
  return [below, set.type, ...(set.setIdentifier === undefined ? [] : [set.setIdentifier])].join("_");
}

/** An alias into the zone itself cannot be made before its targets are. */
function ownTargets(set: RecordSet, zone: TerraformZone): RecordSet[] {
  const { answer } = set;
  if (answer.kind !== "alias" || answer.hostedZoneId !== zone.id) return [];
  return zone.recordSets.filter(
    (one) => one.name === answer.target && one.type === set.type && whyNot(one, zone.name) === undefined,
  );
}

function zoneBlock(zone: TerraformZone, label: string): Block {
  const tags = Object.entries(zone.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    type: "resource",
    labels: ["aws_route53_zone", label],
    attributes: {
      name: providerName(zone.name),
      // Without it the provider would write "Managed by Terraform" into the zone.
      comment: zone.comment ?? "",
      delegation_set_id: zone.delegationSetId,
    },
    blocks: [
      ...zone.vpcs.map((vpc) => ({ type: "vpc", attributes: { vpc_id: vpc.id, vpc_region: vpc.region } })),
      ...(tags.length === 0 ? [] : [{ type: "tags =", attributes: attributesOf(tags) }]),
    ],
  };
}

function recordBlock(
  set: RecordSet,
  zone: TerraformZone,
  label: string,
  zoneId: Expression,
  checkReference: (id: string) => Expression | string,
  dependsOn: readonly string[],
): Block {
  const { answer } = set;
  const quoted = set.type === "TXT" || set.type === "SPF";
  return {
    type: "resource",
    labels: ["aws_route53_record", label],
    attributes: {
      zone_id: zoneId,
      name: providerName(set.name),
      type: set.type,
      ttl: answer.kind === "records" ? answer.ttlSeconds : undefined,
      // The provider puts the outer quotation marks around a text itself.
      records:
        answer.kind === "records"
          ? answer.values.map((value) => (quoted ? value.replace(/^"([\s\S]*)"$/, "$1") : value))
          : undefined,
      set_identifier: set.setIdentifier,
      multivalue_answer_routing_policy: set.policy.kind === "multivalue" ? true : undefined,
      health_check_id: set.healthCheckId === undefined ? undefined : checkReference(set.healthCheckId),
      depends_on: dependsOn.length === 0 ? undefined : dependsOn.map((expression) => ({ expression })),
    },
    blocks: [
      ...(answer.kind === "alias"
        ? [
            {
              type: "alias",
              attributes: {
                zone_id: answer.hostedZoneId === zone.id ? zoneId : answer.hostedZoneId,
                name: providerName(answer.target),
                evaluate_target_health: answer.evaluateTargetHealth,
              },
            },
          ]
        : []),
      ...policyBlocks(set.policy),
    ],
  };
}

function policyBlocks(policy: RoutingPolicy): Block[] {
  const block = (type: string, attributes: Record<string, HclValue | undefined>, blocks: readonly Block[] = []) => [
    { type: `${type}_routing_policy`, attributes, blocks },
  ];
  switch (policy.kind) {
    case "simple":
    case "multivalue":
      return [];
    case "weighted":
      return block("weighted", { weight: policy.weight });
    case "latency":
      return block("latency", { region: policy.region });
    case "failover":
      return block("failover", { type: policy.role });
    case "geolocation": {
      const { continentCode, countryCode, subdivisionCode } = policy.place;
      return block("geolocation", { continent: continentCode, country: countryCode, subdivision: subdivisionCode });
    }
    case "geoproximity": {
      const { awsRegion, localZoneGroup, coordinates, bias } = policy.place;
      return block(
        "geoproximity",
        { aws_region: awsRegion, local_zone_group: localZoneGroup, bias },
        coordinates === undefined
          ? []
          : [
              {
                type: "coordinates",
                attributes: { latitude: String(coordinates.latitude), longitude: String(coordinates.longitude) },
              },
            ],
      );
    }
    case "cidr":
      return block("cidr", { collection_id: policy.collectionId, location_name: policy.locationName });
  }
}
