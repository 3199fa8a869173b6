/** The local Route 53: its operations over the store, and its way to the name servers and the health checkers. */

import * as sdk from "@aws-sdk/client-route-53";
import type { Clock } from "../../../clock.ts";
import { MAX_RECORD_SETS_PER_ZONE } from "../../../route53/limits.ts";
import type { DomainName } from "../../../route53/names.ts";
import type { ZonePublisher } from "../../nameserver/published.ts";
import { route53Constraints } from "../../protocol/constraints/route53.ts";
import { restXml } from "../../protocol/rest-xml.ts";
import { defineService, type ServiceDefinition } from "../../protocol/service.ts";
import type { Store } from "../../store/store.ts";
import type { LogGroups, Registrar, Route53Core } from "./core.ts";
import { healthCheckHandlers } from "./health-checks.ts";
import { hostedZoneHandlers } from "./hosted-zones.ts";
import { placeHandlers } from "./places.ts";
import { Propagation } from "./propagation.ts";
import { logGroupNameOf, queryLoggingHandlers } from "./query-logging.ts";
import { quotaHandlers } from "./quotas.ts";
import { recordSetHandlers } from "./record-sets.ts";
import { ROUTE53_SIMPLIFICATIONS } from "./simplified.ts";
import { route53State, valuesOf } from "./state.ts";
import { tagHandlers } from "./tags.ts";
import { trafficPolicyHandlers } from "./traffic-policies.ts";
import { trafficPolicyInstanceHandlers } from "./traffic-policy-instances.ts";
import { vpcHandlers } from "./vpcs.ts";
import { publishedZone } from "./zone-contents.ts";

export interface Route53ServiceSettings {
  readonly store: Store;
  readonly clock: Clock;
  readonly publisher: Pick<ZonePublisher, "publishZone" | "withdrawZone">;
  readonly health: Route53Core["health"];
  readonly logs: LogGroups;
  readonly registrar: Registrar;
  /** How long a change is PENDING, in the clock's ms. */
  readonly propagationDelayMs: number;
  /** Twelve digits. */
  readonly account: string;
  /** Route 53's default when left out. */
  readonly maxRecordSetsPerZone?: number;
}

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
  /** Brings every zone to the name servers and every health check to the checkers; every change is then INSYNC. */
  restore(): void;
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

  function publish(zoneId: string): void {
    const zone = state.zones.get(zoneId);
    if (zone !== undefined) {
      publisher.publishZone(publishedZone(state, zone));
    } else {
      logGroups.delete(zoneId);
      publisher.withdrawZone(zoneId);
    }
  }

  const propagation = new Propagation({ state, clock, delayMs: settings.propagationDelayMs, publish });
  const core: Route53Core = {
    store,
    state,
    account: settings.account,
    propagation,
    health,
    logs: settings.logs,
    registrar: settings.registrar,
    maxRecordSetsPerZone: settings.maxRecordSetsPerZone ?? MAX_RECORD_SETS_PER_ZONE,
  };

  const service = defineService({
    sdk,
    title: "Route 53",
    signingName: "route53",
    protocols: [
      restXml({
        namespace: "https://route53.amazonaws.com/doc/2013-04-01/",
        pathPrefix: "/2013-04-01/",
        idPrefixes: ["hostedzone", "change", "delegationset"],
      }),
    ],
    requestErrors: { malformed: "MalformedInput", invalid: "InvalidInput" },
    // Whatever a member is called, an id of this type that is too long is reported as 'resourceId'.
    constraints: { ...route53Constraints, reportedByShape: ["ResourceId"] },
    simplified: ROUTE53_SIMPLIFICATIONS,
    handlers: {
      ...hostedZoneHandlers(core),
      ...vpcHandlers(core),
      ...recordSetHandlers(core),
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
    },
  });

  return {
    service,
    restore() {
      store.write(() => propagation.forgetOld());
      for (const { hostedZoneId, logGroupArn } of valuesOf(state.queryLogging)) {
        const name = logGroupNameOf(logGroupArn);
        if (name !== undefined) logGroups.set(hostedZoneId, name);
      }
      for (const check of valuesOf(state.healthChecks)) health.put(check.id, check.config);
      for (const zone of valuesOf(state.zones)) publish(zone.id);
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
    close: () => propagation.close(),
  };
}
