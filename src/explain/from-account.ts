/** A source from an account, read with the SDK: the zone that answers, those that aliases lead to, and the health of what counts. */

import type { HealthCheck, ListCidrBlocksCommandOutput, Route53Client, Tag } from "@aws-sdk/client-route-53";
import type { Backend } from "../backend/backend.ts";
import { listHealthChecks, listHealthCheckTags, TAG_KEY } from "../backend/health-checks.ts";
import { type ListedZone, listHostedZones } from "../backend/hosted-zones.ts";
import { listRecordSets, listTrafficPolicyInstances } from "../backend/record-sets.ts";
import { Failure } from "../errors.ts";
import { endpointIsHealthy } from "../route53/health-rule.ts";
import { displayName, domainName } from "../route53/names.ts";
import { bareId, fromApi } from "../route53/record-set.ts";
import type { CollectedLocations } from "../routing/cidr-collections.ts";
import type { InstanceWithDocument } from "../routing/compile-zone.ts";
import { reachOf } from "../routing/reach.ts";
import type { AliasLeaf, RoutingNode } from "../routing/tree.ts";
import { notDelegatedNote } from "./hosted-above.ts";
import { type Question, treesOf } from "./question.ts";
import { withChildren } from "./scene.ts";
import type { CheckBasis, Source, SourceCheck, SourceZone } from "./source.ts";
import { ExplainedZones, nearestZone, zoneForQuestion } from "./zones.ts";

export interface AccountRequest {
  readonly question: Question;
  /** Pins one of several zones of one name. */
  readonly zoneId?: string | undefined;
  /** All names of the zone count, not only the one that is asked. */
  readonly wholeZone: boolean;
  readonly signal: AbortSignal;
}

/** Throws a Failure when no zone of the account has the name, or when several might. */
function chooseZone(zones: readonly ListedZone[], { question, zoneId }: AccountRequest): ListedZone {
  const { name, type } = question;
  const pinned = zoneId === undefined ? zones : zones.filter(({ id }) => id === bareId(zoneId));
  const found =
    zoneForQuestion(
      pinned.filter((zone) => !zone.private),
      name,
      type,
    ) ?? zoneForQuestion(pinned, name, type);
  if (found === undefined) {
    throw new Failure({
      kind: "failed",
      code: "explain.no-zone",
      message:
        zoneId === undefined
          ? `no hosted zone here has ${displayName(name)} in it`
          : `there is no hosted zone ${zoneId} here that has ${displayName(name)} in it`,
      next: "see r53kit zones list, or explain the set-up file with --planned",
    });
  }
  const alike = pinned.filter((zone) => zone.name === found.name && zone.private === found.private);
  if (alike.length > 1) {
    throw new Failure({
      kind: "usage",
      code: "explain.ambiguous-zone",
      message: `${displayName(found.name)} is the name of ${alike.length} hosted zones: ${alike.map(({ id }) => id).join(", ")}`,
      next: "say which one with --zone ID; r53kit trace shows which one is delegated to",
    });
  }
  return found;
}

export async function sourceFromAccount(backend: Backend, request: AccountRequest): Promise<Source> {
  const client = await backend.clients.route53();
  const { question, signal, wholeZone } = request;
  const listed = await listHostedZones(client, signal);
  const first = chooseZone(listed, request);
  const zones = await readZones(client, first, listed, signal);
  const compiled = new ExplainedZones(zones);
  const [answering] = compiled.all;
  const trees: readonly RoutingNode[] =
    answering === undefined
      ? []
      : wholeZone
        ? [...answering.nodes.values()].flatMap(({ sets }) => [...sets.values()])
        : treesOf(answering, question);
  const { healthChecks: ids, policies } = reachOf(trees, compiled);
  const collectionIds = new Set(
    policies.flatMap((policy) => (policy.kind === "cidr" ? policy.branches.map((one) => one.collectionId) : [])),
  );
  const [healthChecks, cidrCollections, notDelegated] = await Promise.all([
    readHealthChecks(client, ids, signal),
    Promise.all([...collectionIds].map((id) => readCidrCollection(client, id, signal))),
    notDelegatedNote(client, first, listed, signal),
  ]);
  const failing = healthChecks.some(({ basis }) => basis.kind === "observed" && !basis.healthy);
  return {
    kind: "live",
    label: backend.label,
    zones,
    healthChecks,
    cidrCollections,
    notes: [
      ...(notDelegated === undefined ? [] : [notDelegated]),
      ...(failing
        ? [
            "Health is what each checker's latest probe found (GetHealthCheckStatus). Route 53 turns a check only after its failure threshold, so the name servers may be some probes behind.",
          ]
        : []),
    ],
  };
}

/** The first zone, and every zone that aliases lead to from there on. */
async function readZones(
  client: Route53Client,
  first: ListedZone,
  listed: readonly ListedZone[],
  signal: AbortSignal,
): Promise<SourceZone[]> {
  const zones: SourceZone[] = [];
  const open: ListedZone[] = [first];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (zones.some(({ id }) => id === next?.id)) continue;
    const zone = await readZone(client, next, signal);
    zones.push(zone);
    open.push(...aliasesOf(zone).flatMap((alias) => zoneOfAlias(alias, listed) ?? []));
  }
  return zones;
}

function aliasesOf(zone: SourceZone): readonly AliasLeaf[] {
  const [compiled] = new ExplainedZones([zone]).all;
  const trees = [...(compiled?.nodes.values() ?? [])].flatMap(({ sets }) => [...sets.values()]);
  return reachOf(trees, { aliasTarget: () => undefined }).aliases;
}

function zoneOfAlias({ hostedZoneId, target }: AliasLeaf, listed: readonly ListedZone[]): ListedZone | undefined {
  if (hostedZoneId !== undefined) return listed.find(({ id }) => id === hostedZoneId);
  return nearestZone(
    listed.filter((zone) => !zone.private),
    target,
  );
}

async function readZone(client: Route53Client, listed: ListedZone, signal: AbortSignal): Promise<SourceZone> {
  const recordSets = (await listRecordSets(client, listed.id, signal)).map(fromApi);
  const hasInstances = recordSets.some(({ trafficPolicyInstanceId }) => trafficPolicyInstanceId !== undefined);
  return {
    id: listed.id,
    name: listed.name,
    isPrivate: listed.private,
    recordSets,
    instances: hasInstances ? await readInstances(client, listed.id, signal) : [],
  };
}

async function readInstances(
  client: Route53Client,
  zoneId: string,
  signal: AbortSignal,
): Promise<InstanceWithDocument[]> {
  const { GetTrafficPolicyCommand } = await import("@aws-sdk/client-route-53");
  const documents = new Map<string, string>();
  const instances: InstanceWithDocument[] = [];
  for (const one of await listTrafficPolicyInstances(client, zoneId, signal)) {
    const { TrafficPolicyId: Id, TrafficPolicyVersion: Version } = one;
    const key = `${Id} ${Version}`;
    let document = documents.get(key);
    if (document === undefined) {
      const { TrafficPolicy } = await client.send(new GetTrafficPolicyCommand({ Id, Version }), {
        abortSignal: signal,
      });
      document = TrafficPolicy?.Document ?? "";
      documents.set(key, document);
    }
    instances.push({ name: domainName(one.Name ?? ""), ttlSeconds: Number(one.TTL ?? 0), document });
  }
  return instances;
}

async function readCidrCollection(client: Route53Client, id: string, signal: AbortSignal): Promise<CollectedLocations> {
  const { ListCidrBlocksCommand } = await import("@aws-sdk/client-route-53");
  const locations = new Map<string, string[]>();
  let NextToken: string | undefined;
  do {
    const page: ListCidrBlocksCommandOutput = await client.send(
      new ListCidrBlocksCommand({ CollectionId: id, ...(NextToken && { NextToken }) }),
      {
        abortSignal: signal,
      },
    );
    for (const { CidrBlock, LocationName } of page.CidrBlocks ?? []) {
      if (CidrBlock === undefined || LocationName === undefined) continue;
      locations.set(LocationName, [...(locations.get(LocationName) ?? []), CidrBlock]);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return { id, locations: [...locations].map(([name, blocks]) => ({ name, blocks })) };
}

/** Those checks, and those that they count, with their health. */
async function readHealthChecks(
  client: Route53Client,
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<SourceCheck[]> {
  if (ids.size === 0) return [];
  const all = (await listHealthChecks(client, signal)).map((check) => sourceCheck(check));
  const wanted = withChildren(all, ids);
  const there = all.filter(({ id }) => wanted.has(id));
  const tags = await listHealthCheckTags(
    client,
    there.map(({ id }) => id),
    signal,
  );
  return Promise.all(
    there.map(async (check) => {
      const named = { ...check, ...namesOf(tags.get(check.id) ?? []) };
      if (check.basis.kind !== "observed" || check.disabled) return named;
      return { ...named, basis: await observe(client, check.id, signal) };
    }),
  );
}

function namesOf(tags: readonly Tag[]): Pick<SourceCheck, "name" | "aliases"> {
  const tagged = (key: string) => tags.find(({ Key }) => Key === key)?.Value;
  const [key, name] = [tagged(TAG_KEY), tagged("Name")];
  return { name: key ?? name, aliases: name === undefined ? [] : [name] };
}

function sourceCheck({ Id = "", HealthCheckConfig: config }: HealthCheck): SourceCheck {
  return {
    id: Id,
    name: undefined,
    aliases: [],
    inverted: config?.Inverted === true,
    disabled: config?.Disabled === true,
    basis: basisOf(config),
  };
}

/** Of an endpoint's check, what it is until its checkers have been asked. */
function basisOf(config: HealthCheck["HealthCheckConfig"]): CheckBasis {
  switch (config?.Type) {
    case "CALCULATED":
      return {
        kind: "calculated",
        children: config.ChildHealthChecks ?? [],
        healthThreshold: config.HealthThreshold ?? 0,
      };
    case "CLOUDWATCH_METRIC":
      return { kind: "assumed", says: "follows a CloudWatch alarm, which Route 53 does not tell: taken as healthy" };
    case "RECOVERY_CONTROL":
      return { kind: "assumed", says: "follows a routing control, which Route 53 does not tell: taken as healthy" };
    default:
      return { kind: "observed", healthy: true, says: "" };
  }
}

async function observe(client: Route53Client, id: string, signal: AbortSignal): Promise<CheckBasis> {
  const { GetHealthCheckStatusCommand } = await import("@aws-sdk/client-route-53");
  const { HealthCheckObservations = [] } = await client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }), {
    abortSignal: signal,
  });
  const checkers = HealthCheckObservations.map(({ StatusReport }) => ({
    healthy: StatusReport?.Status?.startsWith("Success") ?? false,
  }));
  if (checkers.length === 0) return { kind: "assumed", says: "no checker has reported yet: counts as healthy" };
  const succeeding = checkers.filter(({ healthy }) => healthy).length;
  return {
    kind: "observed",
    healthy: endpointIsHealthy(checkers),
    says: `${succeeding} of ${checkers.length} checkers succeed`,
  };
}
