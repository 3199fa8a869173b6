/** A local Route 53 on a real socket, spoken to with the SDK; its neighbours only take down what they are told. */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { Route53Client, Route53ServiceException } from "@aws-sdk/client-route-53";
import type { CheckerObservation } from "../../../../../src/local/health/monitor.ts";
import type { PublishedCidrCollection, PublishedZone } from "../../../../../src/local/nameserver/published.ts";
import { createRoute53Service, type Route53Service } from "../../../../../src/local/services/route53/service.ts";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import type { Store } from "../../../../../src/local/store/store.ts";
import type { DomainName } from "../../../../../src/route53/names.ts";
import { type FakeClock, fakeClock } from "../../../../support/fake-clock.ts";
import { type RunningServer, serve } from "../../../../support/http-server.ts";

export const ACCOUNT = "123456789012";
export const PROPAGATION_MS = 500;

export interface LocalRoute53 {
  readonly client: Route53Client;
  readonly service: Route53Service;
  readonly clock: FakeClock;
  readonly store: Store;
  /** What the name servers have, by zone id. */
  readonly published: Map<string, PublishedZone>;
  /** How often a zone was published. */
  readonly publications: string[];
  /** What the name servers have, by collection id. */
  readonly cidrCollections: Map<string, PublishedCidrCollection>;
  readonly checks: Map<string, HealthCheckConfig>;
  readonly registered: string[];
  /** Data of the DS records that the registry has, by domain; set by a test. */
  readonly delegationSigners: Map<string, readonly string[]>;
  /** Whom the registry delegates to, by domain; set by a test. */
  readonly delegations: Map<string, readonly DomainName[]>;
  /** What the checkers saw; set by a test. */
  readonly observations: Map<string, CheckerObservation[]>;
  /** What the resource policies of the log groups allow; set by a test. */
  readonly logGroups: Map<string, "ok" | "not-permitted">;
  readonly url: string;
  close(): Promise<void>;
}

export async function localRoute53({
  store = openStore({ inMemory: true }),
  ...settings
}: {
  store?: Store;
  maxRecordSetsPerZone?: number;
  throttle?: boolean;
  lenient?: boolean;
} = {}): Promise<LocalRoute53> {
  const clock = fakeClock();
  const published = new Map<string, PublishedZone>();
  const publications: string[] = [];
  const cidrCollections = new Map<string, PublishedCidrCollection>();
  const checks = new Map<string, HealthCheckConfig>();
  const registered: string[] = [];
  const delegationSigners = new Map<string, readonly string[]>();
  const delegations = new Map<string, readonly DomainName[]>();
  const observations = new Map<string, CheckerObservation[]>();
  const logGroups = new Map<string, "ok" | "not-permitted">();
  const service = createRoute53Service({
    store,
    clock,
    account: ACCOUNT,
    propagationDelayMs: PROPAGATION_MS,
    ...settings,
    publisher: {
      publishZone(zone) {
        published.set(zone.id, zone);
        publications.push(zone.id);
      },
      publishNames(zoneId, names) {
        const zone = published.get(zoneId);
        if (zone === undefined) return;
        const others = zone.recordSets.filter(({ name }) => !names.has(name));
        published.set(zoneId, { ...zone, recordSets: [...others, ...[...names.values()].flat()] });
        publications.push(zoneId);
      },
      withdrawZone: (id) => void published.delete(id),
      publishCidrCollection: (collection) => void cidrCollections.set(collection.id, collection),
      withdrawCidrCollection: (id) => void cidrCollections.delete(id),
    },
    answers: { answerFromZone: () => undefined },
    health: {
      put: (id, config) => void checks.set(id, config),
      remove: (id) => void checks.delete(id),
      observations: (id) => observations.get(id) ?? [],
      lastFailures: (id) => (observations.get(id) ?? []).filter((one) => !one.healthy),
    },
    logs: { route53MayWrite: (arn) => logGroups.get(arn) ?? "no-such-group" },
    registrar: {
      registerDomain: (name) => void registered.push(name),
      delegationSigners: (name) => delegationSigners.get(name) ?? [],
      nameServers: (name) => delegations.get(name) ?? [],
    },
  });
  const server: RunningServer = await serve({ services: [service.service], account: ACCOUNT });
  const client = new Route53Client({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  return {
    client,
    service,
    clock,
    store,
    published,
    publications,
    cidrCollections,
    checks,
    registered,
    delegationSigners,
    delegations,
    observations,
    logGroups,
    url: server.url,
    async close() {
      client.destroy();
      service.close();
      await server.close();
    },
  };
}

/** The error that AWS would give: its code, status and message. Throws when there is none. */
export async function refused(
  call: Promise<unknown>,
): Promise<{ code: string; status: number | undefined; message: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Route53ServiceException)) throw error;
    return { code: error.name, status: error.$metadata.httpStatusCode, message: error.message };
  }
  throw new Error("the call was not refused");
}
