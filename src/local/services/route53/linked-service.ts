/**
 * Route 53 as another service of the backend uses it in its customers' account: what such a service makes carries its name
 * (LinkedService), and only it may change or delete it.
 */

import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-route-53";
import type { Change, HealthCheckConfig, VPC } from "@aws-sdk/client-route-53";
import { toRoute53 } from "../../../route53/names.ts";
import { bareId, toApi } from "../../../route53/record-set.ts";
import { AwsError } from "../../protocol/aws-error.ts";
import type { Given, Handlers, InputOf, RequestContext } from "../../protocol/service.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import type { LinkedServiceState } from "./state.ts";
import { recordSetsAt } from "./zone-contents.ts";

type Names =
  | "CreateHostedZone"
  | "DeleteHostedZone"
  | "ChangeResourceRecordSets"
  | "CreateHealthCheck"
  | "UpdateHealthCheck"
  | "DeleteHealthCheck"
  | "CreateTrafficPolicyInstance";
type Used = Handlers<typeof sdk, Names>;

/** Who owns what is made, and for what: the ARN of its own resource. */
export type LinkedService = LinkedServiceState;

/** Everything but `transaction` and `whenServed` throws the AwsErrors that the API answers. Zone ids are bare. */
export interface LinkedRoute53 {
  /**
   * Runs `work` as one transaction of the store, in which the others may be called; nothing of it is left when it throws,
   * not even a health checker at work.
   */
  transaction<Result>(work: () => Result): Result;
  createHostedZone(
    owner: LinkedService,
    zone: { readonly name: string; readonly callerReference: string; readonly comment: string; readonly vpc?: VPC },
  ): string;
  deleteHostedZone(zoneId: string): void;
  /** Split into batches that Route 53 takes: deletions first, in their order, then the rest. */
  changeRecordSets(zoneId: string, changes: readonly Given<Change>[]): void;
  /** How long resolvers remember that a name of the zone does not exist. */
  setSoaTtl(zoneId: string, ttlSeconds: number): void;
  createHealthCheck(owner: LinkedService, callerReference: string, config: Given<HealthCheckConfig>): string;
  updateHealthCheck(update: InputOf<typeof sdk, "UpdateHealthCheck">): void;
  deleteHealthCheck(healthCheckId: string): void;
  /** Calls back when the name servers have the zone as it now is, or no longer have it. */
  whenServed(zoneId: string, callback: () => void): void;
}

/** Changes of one batch: with values of at most 255 characters it stays far below the limits of a request. */
const CHANGES_PER_BATCH = 100;

/** The owner, as the API shows it with what it owns. */
export function linkToApi({ linkedService }: { readonly linkedService?: LinkedService }): {
  LinkedService?: { ServicePrincipal: string; Description: string };
} {
  if (linkedService === undefined) return {};
  return {
    LinkedService: { ServicePrincipal: linkedService.servicePrincipal, Description: linkedService.description },
  };
}

/** The store's transactions are synchronous, and so must be what runs in them. */
function atOnce<Output>(output: Output | Promise<Output>): Output {
  if (output instanceof Promise) throw new TypeError("a handler of Route 53 answered later");
  return output;
}

function* batchesOf(changes: readonly Given<Change>[]): Generator<Given<Change>[]> {
  const ordered =
    changes.length <= CHANGES_PER_BATCH
      ? changes
      : [
          ...changes.filter(({ Action }) => Action === "DELETE"),
          ...changes.filter(({ Action }) => Action !== "DELETE"),
        ];
  for (let start = 0; start < ordered.length; start += CHANGES_PER_BATCH) {
    yield ordered.slice(start, start + CHANGES_PER_BATCH);
  }
}

export function linkedRoute53(core: Route53Core, handlers: Used): LinkedRoute53 {
  const { state, store, propagation, health } = core;
  /** The health checks that the running transaction changes. */
  let touched = new Set<string>();

  function context(): RequestContext {
    return {
      requestId: randomUUID(),
      region: "us-east-1",
      account: core.account,
      signal: new AbortController().signal,
    };
  }

  function change(zoneId: string, changes: Given<Change>[]): void {
    atOnce(handlers.ChangeResourceRecordSets({ HostedZoneId: zoneId, ChangeBatch: { Changes: changes } }, context()));
  }

  return {
    transaction(work) {
      touched = new Set();
      try {
        return store.write(work);
      } catch (error) {
        // The checkers were told at once; the store has gone back.
        for (const id of touched) {
          const check = state.healthChecks.get(id);
          if (check === undefined) health.remove(id);
          else health.put(id, check.config);
        }
        throw error;
      }
    },

    createHostedZone(owner, { name, callerReference, comment, vpc }) {
      return store.write(() => {
        const { HostedZone } = atOnce(
          handlers.CreateHostedZone(
            {
              Name: name,
              CallerReference: callerReference,
              HostedZoneConfig: { Comment: comment, PrivateZone: vpc !== undefined },
              ...(vpc === undefined ? {} : { VPC: vpc }),
            },
            context(),
          ),
        );
        const zone = zoneOf(core, bareId(HostedZone?.Id ?? ""));
        state.zones.put(zone.id, { ...zone, linkedService: owner });
        return zone.id;
      });
    },

    deleteHostedZone(zoneId) {
      atOnce(handlers.DeleteHostedZone({ Id: zoneId }, context()));
    },

    changeRecordSets(zoneId, changes) {
      store.write(() => {
        for (const batch of batchesOf(changes)) change(zoneId, batch);
      });
    },

    setSoaTtl(zoneId, ttlSeconds) {
      const zone = zoneOf(core, zoneId);
      const soa = recordSetsAt(state, zone.id, zone.name).find(({ type }) => type === "SOA");
      if (soa === undefined) return;
      const { ResourceRecords: records = [] } = toApi(soa);
      const values = records.map(({ Value: value = "" }) => ({ Value: value }));
      change(zoneId, [
        {
          Action: "UPSERT",
          ResourceRecordSet: { Name: toRoute53(zone.name), Type: "SOA", TTL: ttlSeconds, ResourceRecords: values },
        },
      ]);
    },

    createHealthCheck(owner, callerReference, config) {
      return store.write(() => {
        const { HealthCheck } = atOnce(
          handlers.CreateHealthCheck({ CallerReference: callerReference, HealthCheckConfig: config }, context()),
        );
        const check = state.healthChecks.get(HealthCheck?.Id ?? "");
        if (check === undefined) throw new TypeError("a health check that was created is not there");
        touched.add(check.id);
        state.healthChecks.put(check.id, { ...check, linkedService: owner });
        return check.id;
      });
    },

    updateHealthCheck(update) {
      touched.add(update.HealthCheckId);
      atOnce(handlers.UpdateHealthCheck(update, context()));
    },

    deleteHealthCheck(healthCheckId) {
      touched.add(healthCheckId);
      atOnce(handlers.DeleteHealthCheck({ HealthCheckId: healthCheckId }, context()));
    },

    whenServed(zoneId, callback) {
      propagation.start(zoneId, undefined, callback);
    },
  };
}

/** What people call the services that own resources here. */
const TITLES: Readonly<Record<string, string>> = { "servicediscovery.amazonaws.com": "AWS Cloud Map" };

function refuse(kind: "hostedzone" | "healthcheck", id: string, owner: LinkedService | undefined): void {
  if (owner === undefined) return;
  const title = TITLES[owner.servicePrincipal] ?? owner.servicePrincipal;
  throw new AwsError({
    code: "AccessDenied",
    message: `The resource ${kind}/${id} can only be managed through ${title} (${owner.description})`,
    httpStatus: 403,
  });
}

/** The same handlers for everybody else: what a service owns, they refuse to touch with AccessDenied. */
export function exceptLinked<All extends Used>(core: Route53Core, handlers: All): All {
  const { zones, healthChecks } = core.state;
  const zone = (id: string) => refuse("hostedzone", bareId(id), zones.get(bareId(id))?.linkedService);
  const check = (id: string) => refuse("healthcheck", id, healthChecks.get(id)?.linkedService);
  const guarded: Used = {
    CreateHostedZone: handlers.CreateHostedZone,
    CreateHealthCheck: handlers.CreateHealthCheck,
    DeleteHostedZone(input, context) {
      zone(input.Id);
      return handlers.DeleteHostedZone(input, context);
    },
    ChangeResourceRecordSets(input, context) {
      zone(input.HostedZoneId);
      return handlers.ChangeResourceRecordSets(input, context);
    },
    CreateTrafficPolicyInstance(input, context) {
      zone(input.HostedZoneId);
      return handlers.CreateTrafficPolicyInstance(input, context);
    },
    UpdateHealthCheck(input, context) {
      check(input.HealthCheckId);
      return handlers.UpdateHealthCheck(input, context);
    },
    DeleteHealthCheck(input, context) {
      check(input.HealthCheckId);
      return handlers.DeleteHealthCheck(input, context);
    },
  };
  return { ...handlers, ...guarded };
}
