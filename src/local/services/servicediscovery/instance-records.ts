/** The Route 53 record sets that stand for a service instance, as the service's DNS settings want them. Pure. */

import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { loadBalancerZoneId } from "../../../route53/alias-targets.ts";
import type { Given } from "../../protocol/service.ts";
import type { DnsSettings, InstanceState, ServiceRecord, ServiceState } from "./state.ts";

type RecordSet = Given<ResourceRecordSet>;

/** The name under which a service's instances are found. A service called `.` has the namespace's own name. */
export function dnsNameOf(service: Pick<ServiceState, "name">, namespaceName: string): string {
  return service.name === "." ? namespaceName : `${service.name}.${namespaceName}`;
}

/** Every instance of a service has the same chance; SRV records all have priority and weight 1 (API Reference, DnsRecord). */
const WEIGHT = 1;
const SRV_PRIORITY_AND_WEIGHT = "1 1";

const ADDRESS_ATTRIBUTE = { A: "AWS_INSTANCE_IPV4", AAAA: "AWS_INSTANCE_IPV6" } as const;

interface Owner {
  readonly name: string;
  readonly policy: DnsSettings["policy"];
  readonly instance: InstanceState;
}

function recordSet(
  { name, policy, instance }: Owner,
  { type, ttlSeconds }: Pick<ServiceRecord, "type" | "ttlSeconds">,
  value: string,
): RecordSet {
  return {
    Name: name,
    Type: type,
    SetIdentifier: instance.id,
    ...(policy === "WEIGHTED" ? { Weight: WEIGHT } : { MultiValueAnswer: true }),
    TTL: ttlSeconds,
    ResourceRecords: [{ Value: value }],
    ...(instance.healthCheckId === undefined ? {} : { HealthCheckId: instance.healthCheckId }),
  };
}

function alias({ name, instance }: Owner, type: ServiceRecord["type"], target: string): RecordSet[] {
  const zoneId = loadBalancerZoneId(target);
  if (zoneId === undefined) return [];
  return [
    {
      Name: name,
      Type: type,
      SetIdentifier: instance.id,
      Weight: WEIGHT,
      AliasTarget: { HostedZoneId: zoneId, DNSName: target, EvaluateTargetHealth: true },
    },
  ];
}

function addresses(owner: Owner, type: "A" | "AAAA", ttlSeconds: number): RecordSet[] {
  const address = owner.instance.attributes[ADDRESS_ATTRIBUTE[type]];
  return address === undefined ? [] : [recordSet(owner, { type, ttlSeconds }, address)];
}

function setsFor(owner: Owner, record: ServiceRecord): RecordSet[] {
  const { attributes, id } = owner.instance;
  switch (record.type) {
    case "A":
    case "AAAA": {
      const target = attributes.AWS_ALIAS_DNS_NAME;
      return target === undefined
        ? addresses(owner, record.type, record.ttlSeconds)
        : alias(owner, record.type, target);
    }
    case "CNAME": {
      const target = attributes.AWS_INSTANCE_CNAME;
      return target === undefined ? [] : [recordSet(owner, record, target)];
    }
    case "SRV": {
      const host = `${id}.${owner.name}`;
      const service = recordSet(owner, record, `${SRV_PRIORITY_AND_WEIGHT} ${attributes.AWS_INSTANCE_PORT} ${host}.`);
      const hostOwner = { ...owner, name: host };
      return [
        service,
        ...addresses(hostOwner, "A", record.ttlSeconds),
        ...addresses(hostOwner, "AAAA", record.ttlSeconds),
      ];
    }
  }
}

/** None for an instance that a custom health check calls unhealthy: nothing is routed to it. */
export function recordSetsOf(
  service: ServiceState,
  namespaceName: string,
  instance: InstanceState | undefined,
): RecordSet[] {
  const { dns } = service;
  if (dns === undefined || instance === undefined || instance.customStatus === "UNHEALTHY") return [];
  const owner: Owner = { name: dnsNameOf(service, namespaceName), policy: dns.policy, instance };
  return dns.records.flatMap((record) => setsFor(owner, record));
}

/** What turns some record sets into others: what is no longer wanted goes first. */
export function changesBetween(before: readonly RecordSet[], after: readonly RecordSet[]): Given<Change>[] {
  // Both come from the function above, which writes equal record sets equally.
  const texts = (sets: readonly RecordSet[]) => new Set(sets.map((set) => JSON.stringify(set)));
  const had = texts(before);
  const wanted = texts(after);
  return [
    ...before
      .filter((set) => !wanted.has(JSON.stringify(set)))
      .map((set): Given<Change> => ({ Action: "DELETE", ResourceRecordSet: set })),
    ...after
      .filter((set) => !had.has(JSON.stringify(set)))
      .map((set): Given<Change> => ({ Action: "CREATE", ResourceRecordSet: set })),
  ];
}
