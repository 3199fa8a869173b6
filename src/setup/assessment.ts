/** What people should know before they say yes to a plan: what lint finds in its file, and what it does to the month's bill. Pure. */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { Config } from "../config/config.ts";
import type { LoadedConfig } from "../config/load.ts";
import { type AskedSet, askedNames, queryKindOfDocument } from "../cost/asked-names.ts";
import { billOf } from "../cost/bill.ts";
import { RECORD_SETS_OF_AN_EMPTY_ZONE } from "../cost/file-holdings.ts";
import { checkHolding, type HealthCheckHolding, type Holdings } from "../cost/holdings.ts";
import { exactText } from "../cost/money.ts";
import { AWS_PRICES, type QueryKind } from "../cost/prices.ts";
import { assumptionOf, type QueryOrigin } from "../cost/report.ts";
import type { LintFinding } from "../lint/finding.ts";
import { lint } from "../lint/lint.ts";
import { type DomainName, domainName } from "../route53/names.ts";
import { bareId } from "../route53/record-set.ts";
import { parseTrafficPolicyDocument } from "../route53/traffic-policy.ts";
import type { LiveState, LiveZone } from "./live/live-state.ts";
import type { Change, Plan, PlannedHealthCheckConfig, PlannedRecordSet } from "./plan.ts";
import { isPrivateZone, nameOfZone, type ZoneKey, zoneKey } from "./zone-key.ts";

export interface MonthlyCost {
  readonly currency: "USD";
  readonly prices: { readonly date: string; readonly source: string };
  readonly queriesPerMonth: { readonly total: number; readonly from: QueryOrigin };
  /** US dollars a month in decimal, of the zones, checks and instances that the plan is about. */
  readonly before: string;
  readonly after: string;
  readonly difference: string;
}

export interface Assessment {
  readonly findings: readonly LintFinding[];
  readonly monthlyCost: MonthlyCost;
}

export function assess(loaded: LoadedConfig, plan: Pick<Plan, "phases" | "backend">, live: LiveState): Assessment {
  const liveNames = live.zones.flatMap(({ zone }) => (zone?.recordSets ?? []).map(({ set }) => set.name));
  const { findings } = lint(loaded, { onAws: plan.backend.confirmsChanges, liveNames: new Set(liveNames) });
  return { findings, monthlyCost: monthlyCost(loaded.config, plan, live) };
}

export function monthlyCost(config: Config, { phases }: Pick<Plan, "phases">, live: LiveState): MonthlyCost {
  const { assumption, from } = assumptionOf(config);
  const state = new BilledState(config, live);
  const before = billOf(state.holdings(), AWS_PRICES, assumption).total;
  const changes = phases.flatMap((phase) => phase.changes);
  for (const change of changes) state.carryOut(change);
  const after = changes.length === 0 ? before : billOf(state.holdings(), AWS_PRICES, assumption).total;
  return {
    currency: "USD",
    prices: { date: AWS_PRICES.date, source: AWS_PRICES.source },
    queriesPerMonth: { total: assumption.total, from },
    before: exactText(before),
    after: exactText(after),
    difference: exactText(after - before),
  };
}

interface BilledZone {
  /** Undefined for one that the plan makes. */
  readonly id: string | undefined;
  /** By name, type and identifier. */
  readonly sets: Map<string, AskedSet>;
  /** By name and type. */
  readonly instances: Map<string, AskedSet>;
}

interface BilledCheck {
  readonly key: string;
  readonly config: HealthCheckConfig | PlannedHealthCheckConfig;
}

/** A live state as far as it is billed, changed as a plan would change it. */
class BilledState {
  readonly #config: Config;
  readonly #zones = new Map<ZoneKey, BilledZone>();
  /** By id, and those that are made by key. */
  readonly #checks = new Map<string, BilledCheck>();

  constructor(config: Config, live: LiveState) {
    this.#config = config;
    for (const slot of live.zones) {
      if (slot.zone !== undefined) this.#zones.set(zoneKey(slot), billedZone(slot.zone, live));
    }
    const kept = new Map(config.healthChecks.map(({ key, settings }) => [key, settings.kind]));
    for (const { id, key, config: check } of live.healthChecks) {
      // What somebody else keeps, somebody else pays for.
      if (kept.get(key) !== "existing") this.#checks.set(id, { key, config: check });
    }
  }

  carryOut(change: Change): void {
    switch (change.kind) {
      case "hosted-zone":
        if (change.action === "add")
          this.#zones.set(change.zone, { id: undefined, sets: new Map(), instances: new Map() });
        if (change.action === "remove") this.#zones.delete(change.zone);
        return;
      case "health-check": {
        const { key, how, before, after } = change;
        if (how === "delete" && before !== null) this.#checks.delete(before.id);
        if (how === "update" && before !== null && after !== null) {
          this.#checks.set(before.id, { key, config: after.config });
        }
        if ((how === "create" || how === "replace") && after !== null) {
          this.#checks.set(`new ${key}`, { key, config: after.config });
        }
        return;
      }
      case "record-set": {
        const zone = this.#zones.get(change.zone);
        if (change.before !== null) zone?.sets.delete(setKey(change.before));
        if (change.after !== null) zone?.sets.set(setKey(change.after), askedSet(change.after, zone.id));
        return;
      }
      case "traffic-policy-instance": {
        const { zone, name, type, action } = change;
        const instances = this.#zones.get(zone)?.instances;
        if (action === "remove") instances?.delete(`${name} ${type}`);
        else instances?.set(`${name} ${type}`, { name, type, kind: this.#kindAt(zone, name, type) });
        return;
      }
      default:
      // Everything else is free, or billed by other services.
    }
  }

  #kindAt(zone: ZoneKey, name: DomainName, type: string): QueryKind {
    const instance = this.#config.zones
      .find((one) => zoneKey(one) === zone)
      ?.trafficPolicyInstances.find((one) => one.name === name && one.type === type);
    const policy = this.#config.trafficPolicies.find(({ key }) => key === instance?.policy);
    return policy === undefined ? "standard" : kindOfDocument(policy.document);
  }

  holdings(): Holdings {
    const zones = [...this.#zones];
    return {
      zones: zones.map(([key, { sets, instances }]) => ({
        name: nameOfZone(key),
        isPrivate: isPrivateZone(key),
        recordSets: sets.size + instances.size + RECORD_SETS_OF_AN_EMPTY_ZONE,
      })),
      healthChecks: [...this.#checks.values()].map(
        ({ key, config }): HealthCheckHolding => checkHolding(key, config, this.#config.cost.awsEndpoints),
      ),
      policyRecords: zones.flatMap(([, { instances }]) => [...instances.keys()]),
      names: zones.flatMap(([key, { sets, instances }]) =>
        askedNames([...sets.values(), ...instances.values()], isPrivateZone(key)),
      ),
    };
  }
}

/** Without NS and SOA of the apex, which every zone has, and without what is an instance's. */
function billedZone(zone: LiveZone, live: LiveState): BilledZone {
  const documents = new Map(live.trafficPolicies.map(({ id, document }) => [id, document]));
  const own = zone.recordSets.filter(
    ({ set }) =>
      set.trafficPolicyInstanceId === undefined &&
      !(set.name === zone.name && (set.type === "NS" || set.type === "SOA")),
  );
  return {
    id: zone.id,
    sets: new Map(own.map(({ asRead }) => [setKey(asRead), askedSet(asRead, zone.id)])),
    instances: new Map(
      zone.trafficPolicyInstances.map(({ name, type, policyId }) => {
        const document = documents.get(policyId);
        return [
          `${name} ${type}`,
          { name, type, kind: document === undefined ? "standard" : kindOfDocument(document) },
        ];
      }),
    ),
  };
}

function kindOfDocument(document: unknown): QueryKind {
  const parsed = parseTrafficPolicyDocument(JSON.stringify(document), { jsonTypes: "any" });
  return parsed.ok ? queryKindOfDocument(parsed.document) : "standard";
}

function setKey({ Name, Type, SetIdentifier }: Pick<PlannedRecordSet, "Name" | "Type" | "SetIdentifier">): string {
  return `${domainName(Name ?? "")} ${Type} ${SetIdentifier ?? ""}`;
}

/** An alias whose zone is a reference leads within the plan's own zones. */
function askedSet(set: PlannedRecordSet, zoneId?: string): AskedSet {
  const kind: QueryKind =
    set.Region !== undefined
      ? "latency"
      : set.GeoLocation !== undefined || set.GeoProximityLocation !== undefined
        ? "geo"
        : set.CidrRoutingConfig !== undefined
          ? "ip"
          : "standard";
  const asked = { name: domainName(set.Name ?? ""), type: set.Type ?? "", kind };
  const alias = set.AliasTarget;
  if (alias === undefined) return asked;
  const { HostedZoneId } = alias;
  const isOwn = typeof HostedZoneId !== "string" || bareId(HostedZoneId) === zoneId;
  return { ...asked, leadsTo: isOwn ? domainName(alias.DNSName ?? "") : "aws" };
}
