/** A local Cloud Map beside a local Route 53, each on a real socket and spoken to with the SDK, over one store and one fake clock. */

import * as sdk from "@aws-sdk/client-servicediscovery";
import { createCloudMapService } from "../../../../../src/local/services/servicediscovery/cloud-map-service.ts";
import type { Store } from "../../../../../src/local/store/store.ts";
import { clientConfig } from "../../../../support/aws-clients.ts";
import { serve } from "../../../../support/http-server.ts";
import { ACCOUNT, type LocalRoute53, localRoute53, PROPAGATION_MS } from "../route53/fixture.ts";

export { ACCOUNT, PROPAGATION_MS };

export const REGION = "us-east-1";
export const VPC = "vpc-12345678";

/** Long enough for any operation to end. */
const OPERATION_MS = 2 * PROPAGATION_MS;

export interface LocalCloudMap {
  readonly client: sdk.ServiceDiscoveryClient;
  readonly route53: LocalRoute53;
  readonly defects: unknown[];
  /** What the health checkers say; set by a test. */
  readonly unhealthy: Set<string>;
  /** EC2 instances by id, with their addresses; set by a test. */
  readonly ec2: Map<string, string>;
  /** Lets an operation run to its end, and gives it. */
  finished(call: Promise<{ OperationId?: string | undefined }>): Promise<sdk.Operation>;
  /** A client for another Region. */
  clientIn(region: string): sdk.ServiceDiscoveryClient;
  /** Ids of what is made, once it is there. */
  createPrivate(name?: string): Promise<string>;
  createPublic(name?: string): Promise<string>;
  createHttp(name?: string): Promise<string>;
  createService(input: Partial<sdk.CreateServiceCommandInput>): Promise<string>;
  register(serviceId: string, id: string, attributes: Record<string, string>): Promise<sdk.Operation>;
  discover(input: Partial<sdk.DiscoverInstancesCommandInput>): Promise<sdk.DiscoverInstancesCommandOutput>;
  /** The record sets of a namespace's zone but those of its apex, as `name type identifier values`. */
  records(namespaceId: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function localCloudMap({
  store,
  throttle = false,
}: {
  store?: Store;
  throttle?: boolean;
} = {}): Promise<LocalCloudMap> {
  const route53 = await localRoute53(store === undefined ? {} : { store });
  const defects: unknown[] = [];
  const unhealthy = new Set<string>();
  const ec2 = new Map<string, string>();
  const cloudMap = createCloudMapService({
    store: route53.store,
    clock: route53.clock,
    account: ACCOUNT,
    route53: route53.service.linked,
    health: {
      isHealthy: (id) => !unhealthy.has(id),
      observations: (id) => route53.observations.get(id) ?? [],
    },
    ec2: { privateAddressOf: (id) => ec2.get(id) },
    propagationDelayMs: PROPAGATION_MS,
    throttle,
    onDefect: (error) => defects.push(error),
  });
  route53.service.restore();
  cloudMap.restore();
  const server = await serve({ services: [cloudMap.service], account: ACCOUNT });
  const clients: sdk.ServiceDiscoveryClient[] = [];
  const clientIn = (region: string) => {
    // The SDK would put `data-` before the address; the protocol server's own test has that.
    const made = new sdk.ServiceDiscoveryClient({ ...clientConfig(server, region), disableHostPrefix: true });
    clients.push(made);
    return made;
  };
  const client = clientIn(REGION);

  async function finished(call: Promise<{ OperationId?: string | undefined }>): Promise<sdk.Operation> {
    const { OperationId } = await call;
    await route53.clock.advance(OPERATION_MS);
    const { Operation } = await client.send(new sdk.GetOperationCommand({ OperationId }));
    if (Operation === undefined) throw new Error(`there is no operation ${OperationId}`);
    return Operation;
  }

  async function made(call: Promise<{ OperationId?: string | undefined }>): Promise<string> {
    const { Status, Targets, ErrorMessage } = await finished(call);
    if (Status !== "SUCCESS" || Targets?.NAMESPACE === undefined) throw new Error(ErrorMessage ?? Status);
    return Targets.NAMESPACE;
  }

  return {
    client,
    route53,
    defects,
    unhealthy,
    ec2,
    finished,
    clientIn,
    createPrivate: (Name = "my-company.local") =>
      made(client.send(new sdk.CreatePrivateDnsNamespaceCommand({ Name, Vpc: VPC }))),
    createPublic: (Name = "shop.test") => made(client.send(new sdk.CreatePublicDnsNamespaceCommand({ Name }))),
    createHttp: (Name = "internal") => made(client.send(new sdk.CreateHttpNamespaceCommand({ Name }))),
    async createService(input) {
      const { Service } = await client.send(new sdk.CreateServiceCommand({ Name: "web", ...input }));
      return Service?.Id ?? "";
    },
    register: (ServiceId, InstanceId, Attributes) =>
      finished(client.send(new sdk.RegisterInstanceCommand({ ServiceId, InstanceId, Attributes }))),
    discover: (input) =>
      client.send(
        new sdk.DiscoverInstancesCommand({ NamespaceName: "my-company.local", ServiceName: "web", ...input }),
      ),
    async records(namespaceId) {
      const { Namespace } = await client.send(new sdk.GetNamespaceCommand({ Id: namespaceId }));
      const zone = route53.published.get(Namespace?.Properties?.DnsProperties?.HostedZoneId ?? "");
      return (zone?.recordSets ?? [])
        .filter(({ type }) => type !== "NS" && type !== "SOA")
        .map(({ name, type, setIdentifier, answer }) =>
          [name, type, setIdentifier, ...(answer.kind === "records" ? answer.values : [answer.target])].join(" "),
        );
    },
    async close() {
      for (const one of clients) one.destroy();
      cloudMap.close();
      await server.close();
      await route53.close();
    },
  };
}

export interface Refusal {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
  readonly [member: string]: unknown;
}

/** The error that AWS would give. Throws when there is none. */
export async function refused(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof sdk.ServiceDiscoveryServiceException)) throw error;
    const { $metadata, $fault, $response, name, message, stack, ...members } = error as unknown as Record<
      string,
      unknown
    > & { $metadata: { httpStatusCode?: number } };
    return { ...members, code: String(error.name), status: $metadata.httpStatusCode, message: error.message };
  }
  throw new Error("the call was not refused");
}
