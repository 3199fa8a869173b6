/** One hosted zone with what belongs to it beside its record sets: name servers, query logging, DNSSEC, VPCs, tags. */

import type { Route53Client } from "@aws-sdk/client-route-53";
import { type DomainName, domainName } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";

/** Something that whoever asks may not be allowed to see, or that an endpoint does not have. */
export type Readable<Value> = { readonly value: Value } | { readonly unreadable: string };

export interface ZoneDetails {
  readonly id: string;
  readonly name: DomainName;
  readonly private: boolean;
  readonly comment: string | undefined;
  readonly callerReference: string;
  /** Of a service that made the zone, such as Cloud Map. */
  readonly linkedService: string | undefined;
  /** In the order of the API; a private zone's are nobody's to ask. */
  readonly nameServers: readonly DomainName[];
  /** Of a reusable delegation set. */
  readonly delegationSetId: string | undefined;
  readonly vpcs: readonly { readonly id: string; readonly region: string }[];
  /** Public zones have it. */
  readonly queryLogging: Readable<{ readonly logGroupArn: string } | null> | undefined;
  /** Public zones have it. */
  readonly dnssec: Readable<ZoneSigning> | undefined;
  readonly tags: Readable<Readonly<Record<string, string>>>;
}

export interface ZoneSigning {
  /** e.g. `SIGNING`, `NOT_SIGNING`. */
  readonly status: string;
  readonly message: string | undefined;
  readonly keys: readonly {
    readonly name: string;
    readonly status: string;
    readonly keyTag: number | undefined;
    /** What the parent must have. */
    readonly dsRecord: string | undefined;
  }[];
}

const UNREADABLE = new Set(["AccessDenied", "AccessDeniedException", "NotImplemented", "UnknownOperationException"]);

/** Credentials that may read zones may not read everything around them: the rest is shown all the same. */
async function readable<Value>(read: Promise<Value>): Promise<Readable<Value>> {
  try {
    return { value: await read };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (!UNREADABLE.has(error.name) && status !== 501) throw error;
    return { unreadable: `${error.name}: ${error.message}` };
  }
}

export async function readZoneDetails(
  client: Route53Client,
  zoneId: string,
  signal: AbortSignal | undefined,
): Promise<ZoneDetails> {
  const { GetHostedZoneCommand, GetDNSSECCommand, ListQueryLoggingConfigsCommand, ListTagsForResourceCommand } =
    await import("@aws-sdk/client-route-53");
  const options = { ...(signal && { abortSignal: signal }) };
  const { HostedZone, DelegationSet, VPCs } = await client.send(new GetHostedZoneCommand({ Id: zoneId }), options);
  const isPrivate = HostedZone?.Config?.PrivateZone === true;
  const readLogging = async () => {
    const { QueryLoggingConfigs } = await client.send(
      new ListQueryLoggingConfigsCommand({ HostedZoneId: zoneId }),
      options,
    );
    const [config] = QueryLoggingConfigs ?? [];
    return config === undefined ? null : { logGroupArn: (config.CloudWatchLogsLogGroupArn ?? "").replace(/:\*$/, "") };
  };
  const readSigning = async (): Promise<ZoneSigning> => {
    const { Status, KeySigningKeys } = await client.send(new GetDNSSECCommand({ HostedZoneId: zoneId }), options);
    return {
      status: Status?.ServeSignature ?? "unknown",
      message: Status?.StatusMessage || undefined,
      keys: (KeySigningKeys ?? []).map((key) => ({
        name: key.Name ?? "",
        status: key.Status ?? "",
        keyTag: key.KeyTag,
        dsRecord: key.DSRecord || undefined,
      })),
    };
  };
  const readTags = async () => {
    const { ResourceTagSet } = await client.send(
      new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: zoneId }),
      options,
    );
    return Object.fromEntries((ResourceTagSet?.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
  };
  const [queryLogging, dnssec, tags] = await Promise.all([
    isPrivate ? undefined : readable(readLogging()),
    isPrivate ? undefined : readable(readSigning()),
    readable(readTags()),
  ]);
  return {
    id: zoneId,
    name: domainName(HostedZone?.Name ?? ""),
    private: isPrivate,
    comment: HostedZone?.Config?.Comment || undefined,
    callerReference: HostedZone?.CallerReference ?? "",
    linkedService: HostedZone?.LinkedService?.ServicePrincipal,
    nameServers: isPrivate ? [] : (DelegationSet?.NameServers ?? []).map((name) => domainName(name)),
    delegationSetId: DelegationSet?.Id === undefined ? undefined : bareId(DelegationSet.Id),
    vpcs: (VPCs ?? []).map((vpc) => ({ id: vpc.VPCId ?? "", region: vpc.VPCRegion ?? "" })),
    queryLogging,
    dnssec,
    tags,
  };
}
