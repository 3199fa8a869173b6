/** The local Route 53: its operations over the store, and its way to the name servers and the health checkers. */

import * as sdk from "@aws-sdk/client-route-53";
import type { Clock, Timer } from "../../../clock.ts";
import { newPrivateKey } from "../../../dns/dnssec-signing.ts";
import {
  MAX_HEALTH_CHECKS,
  MAX_HEALTH_CHECKS_RAISED,
  MAX_RECORD_SETS_PER_ZONE,
  MAX_RECORD_SETS_PER_ZONE_RAISED,
} from "../../../route53/limits.ts";
import type { DomainName } from "../../../route53/names.ts";
import { ROUTE53_LIMITS } from "../../../route53/request-limits.ts";
import type { DnsAnswers, ZonePublisher } from "../../nameserver/published.ts";
import { route53Constraints } from "../../protocol/constraints/route53.ts";
import { restXml } from "../../protocol/rest-xml.ts";
import { defineService, type Handlers, type ServiceDefinition } from "../../protocol/service.ts";
import type { Store } from "../../store/store.ts";
import { cidrCollectionHandlers } from "./cidr-collections.ts";
import type { LogGroups, Registrar, Route53Core } from "./core.ts";
import { delegationSetHandlers } from "./delegation-sets.ts";
import { dnsAnswerHandlers } from "./dns-answers.ts";
import { dnssec } from "./dnssec.ts";
import { healthCheckHandlers } from "./health-checks.ts";
import { hostedZoneHandlers } from "./hosted-zones.ts";
import type { KmsKeyControl } from "./kms-keys.ts";
import { exceptLinked, type LinkedRoute53, linkedRoute53 } from "./linked-service.ts";
import { placeHandlers } from "./places.ts";
import { Propagation } from "./propagation.ts";
import { logGroupNameOf, queryLoggingHandlers } from "./query-logging.ts";
import { quotaHandlers } from "./quotas.ts";
import { recordSetProtectionHandlers } from "./record-set-protections.ts";
import { recordSetHandlers } from "./record-sets.ts";
import { ROUTE53_SIMPLIFICATIONS } from "./simplified.ts";
import { route53State, valuesOf } from "./state.ts";
import { tagHandlers } from "./tags.ts";
import { Throttle, throttled } from "./throttle.ts";
import { trafficPolicyHandlers } from "./traffic-policies.ts";
import { trafficPolicyInstanceHandlers } from "./traffic-policy-instances.ts";
import { vpcAuthorizationHandlers } from "./vpc-authorizations.ts";
import { vpcHandlers } from "./vpcs.ts";
import { publishedCidrCollection, publishedNames, publishedZone } from "./zone-contents.ts";
import { zoneFeatureHandlers } from "./zone-features.ts";
import { keysDiffer } from "./zone-keys.ts";

export interface Route53ServiceSettings {
  readonly store: Store;
  readonly clock: Clock;
  readonly publisher: Pick<
    ZonePublisher,
    "publishZone" | "publishNames" | "withdrawZone" | "publishCidrCollection" | "withdrawCidrCollection"
  >;
  /** Asked by TestDNSAnswer. */
  readonly answers: DnsAnswers;
  readonly health: Route53Core["health"];
  readonly logs: LogGroups;
  readonly registrar: Registrar;
  /** How long a change is PENDING, in the clock's ms. */
  readonly propagationDelayMs: number;
  /** Twelve digits. */
  readonly account: string;
  /** Route 53's default when left out. */
  readonly maxRecordSetsPerZone?: number;
  /** Refuses requests beyond Route 53's limits with Throttling. */
  readonly throttle?: boolean;
  /** See {@link Route53Core.lenient}. */
  readonly lenient?: boolean;
}

/** Real ms. A key is shown a day before it signs, so that an hour more or less makes no difference. */
const KEY_CHECK_MS = 3600 * 1000;

/** A hosted zone for people. */
export interface ZoneSummary {
  readonly id: string;
  readonly name: DomainName;
  readonly private: boolean;
  readonly recordSetCount: number;
  readonly nameServers: readonly DomainName[];
}

export interface Route53Service {
  readonly service: ServiceDefinition;
  /** For the backend's other services, which make zones and health checks of their own. */
  readonly linked: LinkedRoute53;
  /** Brings every zone to the name servers and every health check to the checkers; every change is then INSYNC. */
  restore(): void;
  readonly kmsKeys: KmsKeyControl;
  /** The log group that gets a zone's queries. */
  queryLogGroup(zoneId: string): string | undefined;
  zones(): ZoneSummary[];
  /** Stops waiting for propagation; what is durable stays so. */
  close(): void;
}

export function createRoute53Service(settings: Route53ServiceSettings): Route53Service {
  const { store, clock, publisher, health } = settings;
  const state = route53State(store);
  /** Zone id to log group name: asked at every query. */
  const logGroups = new Map<string, string>();

  function publish(zoneId: string, names?: ReadonlySet<DomainName>): void {
    const zone = state.zones.get(zoneId);
    if (zone !== undefined) {
      if (names === undefined) publisher.publishZone(publishedZone(state, zone, clock.now()));
      else publisher.publishNames(zoneId, publishedNames(state, zoneId, names));
    } else {
      logGroups.delete(zoneId);
      publisher.withdrawZone(zoneId);
    }
  }

  function publishCidrCollection(collectionId: string): void {
    const collection = state.cidrCollections.get(collectionId);
    if (collection === undefined) publisher.withdrawCidrCollection(collectionId);
    else publisher.publishCidrCollection(publishedCidrCollection(collection));
  }

  const propagation = new Propagation({
    state,
    clock,
    delayMs: settings.propagationDelayMs,
    publishZone: publish,
    publishCidrCollection,
  });
  const core: Route53Core = {
    store,
    state,
    clock,
    account: settings.account,
    propagation,
    health,
    logs: settings.logs,
    registrar: settings.registrar,
    answers: settings.answers,
    lenient: settings.lenient ?? false,
    zonesChangingFeatures: new Set(),
    maxRecordSetsPerZone:
      settings.maxRecordSetsPerZone ??
      (settings.lenient === true ? MAX_RECORD_SETS_PER_ZONE_RAISED : MAX_RECORD_SETS_PER_ZONE),
    maxHealthChecks: settings.lenient === true ? MAX_HEALTH_CHECKS_RAISED : MAX_HEALTH_CHECKS,
  };

  const signing = dnssec(core);

  // Typed as all that the SDK knows: an operation without a handler does not compile.
  const handlers: Handlers<typeof sdk> = {
    ...hostedZoneHandlers(core),
    ...zoneFeatureHandlers(core),
    ...delegationSetHandlers(core),
    ...vpcHandlers(core),
    ...vpcAuthorizationHandlers(core),
    ...recordSetHandlers(core),
    ...recordSetProtectionHandlers(core),
    ...dnsAnswerHandlers(core),
    ...cidrCollectionHandlers(core),
    ...signing.handlers,
    ...healthCheckHandlers(core),
    ...trafficPolicyHandlers(core),
    ...trafficPolicyInstanceHandlers(core),
    ...queryLoggingHandlers(core, (zoneId, logGroupName) => {
      if (logGroupName === undefined) logGroups.delete(zoneId);
      else logGroups.set(zoneId, logGroupName);
    }),
    ...tagHandlers(core),
    ...placeHandlers,
    ...quotaHandlers(core),
  };

  let keyCheck: Timer | undefined;
  /** Publishes a zone when its keys have become others. Keys are rolled in wall time, like all that validators look at. */
  function checkKeysFrom(lastMs: number): void {
    keyCheck = clock.after(KEY_CHECK_MS * clock.speed, () => {
      const nowMs = clock.now();
      for (const zone of valuesOf(state.zones)) if (keysDiffer(state, zone, lastMs, nowMs)) publish(zone.id);
      checkKeysFrom(nowMs);
    });
  }

  const forUsers = exceptLinked(core, handlers);

  const service = defineService({
    sdk,
    title: "Route 53",
    signingName: "route53",
    protocols: [
      restXml({
        namespace: "https://route53.amazonaws.com/doc/2013-04-01/",
        pathPrefix: "/2013-04-01/",
        idPrefixes: ["hostedzone", "change", "delegationset"],
        // Of a resource with tags.
        bareIdLabels: ["ResourceId"],
      }),
    ],
    requestErrors: { malformed: "MalformedInput", invalid: "InvalidInput" },
    // Whatever a member is called, an id of this type that is too long is reported as 'resourceId'.
    constraints: { ...route53Constraints, reportedByShape: ["ResourceId"] },
    simplified: ROUTE53_SIMPLIFICATIONS,
    handlers: settings.throttle ? throttled(forUsers, new Throttle(ROUTE53_LIMITS, clock)) : forUsers,
  });

  return {
    service,
    linked: linkedRoute53(core, handlers),
    kmsKeys: signing.kmsKeys,
    restore() {
      store.write(() => {
        propagation.forgetOld();
        // Signing may have been asked for before there were zone-signing keys here.
        for (const zone of valuesOf(state.zones)) {
          if (!zone.dnssec) continue;
          if (state.zoneSigningKeys.get(zone.id) === undefined) state.zoneSigningKeys.put(zone.id, newPrivateKey());
          if (zone.signingSince === undefined) state.zones.put(zone.id, { ...zone, signingSince: clock.now() });
        }
      });
      for (const { hostedZoneId, logGroupArn } of valuesOf(state.queryLogging)) {
        const name = logGroupNameOf(logGroupArn);
        if (name !== undefined) logGroups.set(hostedZoneId, name);
      }
      for (const check of valuesOf(state.healthChecks)) health.put(check.id, check.config);
      for (const collection of valuesOf(state.cidrCollections)) publishCidrCollection(collection.id);
      for (const zone of valuesOf(state.zones)) publish(zone.id);
      keyCheck?.cancel();
      checkKeysFrom(clock.now());
    },
    queryLogGroup: (zoneId) => logGroups.get(zoneId),
    zones: () =>
      valuesOf(state.zones).map(({ id, name, private: isPrivate, recordSetCount, nameServers }) => ({
        id,
        name,
        private: isPrivate,
        recordSetCount,
        nameServers,
      })),
    close() {
      keyCheck?.cancel();
      propagation.close();
    },
  };
}
