/** `alias`: what it stands for, by the name of a record, of an AWS resource, or of anything with its zone's id. */

import {
  ALIAS_SERVICES,
  type AliasService,
  evaluatesTargetHealth,
  S3_WEBSITE_REGIONS,
  SERVICE_NAMES,
  s3WebsiteName,
  serviceAliasTypes,
  serviceExample,
  serviceOf,
  serviceZoneSuffix,
} from "../route53/alias-targets.ts";
import { CLOUDFRONT_ZONE_ID } from "../route53/alias-zone-ids.ts";
import { type DomainName, displayName, isWithin } from "../route53/names.ts";
import { bareId, type RecordType } from "../route53/record-set.ts";
import type { AliasZone, DeclaredAlias, SourcePath } from "./config.ts";
import { readOwnerName, readTargetName } from "./owner-names.ts";
import type { Problems } from "./problems.ts";
import type { AliasEntry } from "./schema.ts";
import { suggest } from "./suggestion.ts";

/** What an alias may refer to. */
export interface AliasScope {
  readonly zone: DomainName;
  readonly zoneNames: readonly DomainName[];
  readonly private: boolean;
  readonly problems: Problems;
}

const WAYS = ["target", "record", ...ALIAS_SERVICES] as const;
type Way = (typeof WAYS)[number];

interface Target {
  readonly name: DomainName;
  readonly zone: AliasZone;
}

export function readAlias(
  type: RecordType,
  alias: AliasEntry,
  path: SourcePath,
  scope: AliasScope,
): DeclaredAlias | undefined {
  const { problems } = scope;
  if (type === "NS" || type === "SOA") {
    problems.at(path, {
      code: "bad-alias",
      message: `a record of type ${type} cannot be an alias`,
      next: "write values",
    });
    return undefined;
  }
  const way = readWay(alias, path, problems);
  const target = way && readTarget(way, alias, path, scope);
  if (target === undefined) return undefined;
  checkService(type, target, path, scope);
  const evaluateTargetHealth = alias.evaluateTargetHealth ?? false;
  if (evaluateTargetHealth && !evaluatesTargetHealth(target.name)) {
    problems.at([...path, "evaluateTargetHealth"], {
      code: "bad-alias",
      message: "Route 53 cannot evaluate the health of a CloudFront distribution",
      next: "leave evaluateTargetHealth out",
    });
  }
  return { kind: "alias", target: target.name, zone: target.zone, evaluateTargetHealth };
}

/** The one key that says what the alias stands for. */
function readWay(alias: AliasEntry, path: SourcePath, problems: Problems): Way | undefined {
  const [way, another] = WAYS.filter((one) => alias[one] !== undefined);
  if (another !== undefined) {
    problems.atKey([...path, another], {
      code: "two-targets",
      message: `an alias stands for one thing, and here are '${way}' and '${another}'`,
      next: "leave one of them out",
    });
    return undefined;
  }
  if (way === undefined) {
    problems.at(path, {
      code: "missing",
      message: `${problems.textOf(path)} does not say what it stands for`,
      next: `add one of ${WAYS.join(", ")}`,
    });
  }
  return way;
}

function readTarget(way: Way, alias: AliasEntry, path: SourcePath, scope: AliasScope): Target | undefined {
  const text = alias[way] ?? "";
  const at = [...path, way];
  const given: AliasZone | undefined = alias.zone === undefined ? undefined : { kind: "id", id: bareId(alias.zone) };
  switch (way) {
    case "target": {
      const name = readTargetName(text, scope.zone, at, scope.problems);
      const zone = name && (given ?? zoneOfTarget(name, text, at, scope));
      if (given !== undefined && name !== undefined) checkServiceZone(given, name, at, scope.problems);
      return zone && { name, zone };
    }
    case "record": {
      if (given !== undefined) {
        scope.problems.atKey([...path, "zone"], {
          code: "alias-zone",
          message: "a record is in the alias's own zone",
          next: "leave zone out, or write target: in place of record:",
        });
      }
      return readRecordTarget(text, at, scope);
    }
    default:
      return readServiceTarget(way, text, given, at, scope);
  }
}

/** The zones of distributions and accelerators are the same everywhere, and hold nothing else. */
function checkServiceZone(zone: AliasZone, target: DomainName, at: SourcePath, problems: Problems): void {
  const suffix = zone.kind === "id" ? serviceZoneSuffix(zone.id) : undefined;
  if (suffix === undefined || isWithin(target, suffix)) return;
  problems.at(at, {
    code: "alias-zone",
    message: `${displayName(target)} does not lie in that zone, where every name ends in ${displayName(suffix)}`,
    next: "correct the target, or its zone's id",
  });
}

/** A record of the same zone: Route 53 has no aliases into others (API reference, AliasTarget, HostedZoneId). */
function readRecordTarget(text: string, at: SourcePath, scope: AliasScope): Target | undefined {
  const { problems, zone } = scope;
  const elsewhere = readTargetName(text, zone, at, problems);
  if (elsewhere === undefined) return undefined;
  if (!isWithin(elsewhere, zone) && enclosing(elsewhere, scope.zoneNames) !== undefined) {
    zoneOfTarget(elsewhere, text, at, scope);
    return undefined;
  }
  const name = readOwnerName(text, zone, at, problems);
  return name && { name, zone: { kind: "own" } };
}

function readServiceTarget(
  service: AliasService,
  text: string,
  given: AliasZone | undefined,
  at: SourcePath,
  scope: AliasScope,
): Target | undefined {
  const { problems } = scope;
  const written = service === "s3Website" && !text.includes(".") ? s3WebsiteName(text) : text;
  const name = readTargetName(written.includes(".") ? written : `${written}.`, scope.zone, at, problems);
  if (name === undefined) return undefined;
  const found = serviceOf(name, [service]);
  if (found === undefined) {
    problems.at(at, {
      code: "alias-name",
      message: `'${text}' is no name of ${SERVICE_NAMES[service]}`,
      next: `write it like ${serviceExample(service)}${otherService(name)}`,
    });
    return undefined;
  }
  if (given !== undefined) return { name, zone: given };
  if (found.hostedZoneId !== undefined) return { name, zone: { kind: "id", id: found.hostedZoneId } };
  problems.at(at, {
    code: "alias-zone",
    message: `the hosted zone of ${SERVICE_NAMES[service]} ${service === "vpcEndpoint" ? "is in no table of AWS's" : "there is not known here"}`,
    next:
      service === "vpcEndpoint"
        ? "add zone: with the HostedZoneId that aws ec2 describe-vpc-endpoints shows beside the name"
        : service === "s3Website" && !text.includes(".")
          ? `${suggest(text, S3_WEBSITE_REGIONS)}; or add zone: with its id`
          : "correct the Region in the name, or add zone: with the id that the resource's own service shows",
  });
  return undefined;
}

/** `; this is a name of a load balancer: elb:` */
function otherService(name: DomainName): string {
  const other = serviceOf(name)?.service;
  return other === undefined ? "" : `; this is the name of ${SERVICE_NAMES[other]} (${other}:)`;
}

function enclosing(name: DomainName, zones: readonly DomainName[]): DomainName | undefined {
  return zones.filter((one) => isWithin(name, one)).sort((a, b) => b.length - a.length)[0];
}

/** The zone that a target without one is in: that of its service, else the alias's own. */
function zoneOfTarget(target: DomainName, text: string, at: SourcePath, scope: AliasScope): AliasZone | undefined {
  const { problems, zone, zoneNames } = scope;
  // The longest zone that encloses the target is the one it lives in.
  const declared = enclosing(target, zoneNames);
  if (declared === zone) return { kind: "own" };
  if (declared !== undefined) {
    problems.at(at, {
      code: "alias-zone",
      message: `${text} lies in the zone ${displayName(declared)}; an alias reaches records of its own zone only`,
      next: "use a CNAME",
    });
    return undefined;
  }
  const id = serviceOf(target)?.hostedZoneId;
  if (id !== undefined) return { kind: "id", id };
  problems.at(at, {
    code: "alias-zone",
    message: `${text} lies in no zone of this file, and an alias needs the hosted zone id of its target`,
    next: "add zone: with the id of the target's own hosted zone (a load balancer's CanonicalHostedZoneId), or use a CNAME",
  });
  return undefined;
}

/** What Route 53 does not let an alias to a service's resource be. */
function checkService(type: RecordType, { name, zone }: Target, path: SourcePath, scope: AliasScope): void {
  const service = zone.kind === "id" ? serviceOf(name)?.service : undefined;
  if (service === undefined) return;
  const types = serviceAliasTypes(service);
  if (!types.includes(type)) {
    scope.problems.at(path, {
      code: "alias-type",
      message: `an alias to ${SERVICE_NAMES[service]} cannot have type ${type}`,
      next: `make it ${types.join(" or ")}`,
    });
  }
  if (scope.private && zone.kind === "id" && zone.id === CLOUDFRONT_ZONE_ID) {
    scope.problems.at(path, {
      code: "private-zone",
      message: "an alias to a CloudFront distribution cannot be in a private zone",
      next: "use a CNAME, or move it to a public zone",
    });
  }
}
