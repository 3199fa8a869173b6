/**
 * The health checkers: probes every endpoint on its interval from each of its regions, and tells what each check makes of it.
 * A transition reaches `isHealthy` and the listeners in the same turn as the probe that caused it.
 */

import { setMaxListeners } from "node:events";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { Clock } from "../../clock.ts";
import { calculatedIsHealthy, endpointIsHealthy } from "../../route53/health-rule.ts";
import { interned } from "../../route53/interned.ts";
import type { Store } from "../store/store.ts";
import { Checker } from "./checker.ts";
import type { CheckerObservation, HealthMonitor, HealthTransition } from "./monitor.ts";
import { type Probe, type Resolve, socketProbe } from "./probe.ts";
import { type ProbeTarget, probeTarget } from "./probe-target.ts";
import { checkersFor } from "./regions.ts";
import { type ProbeResult, report } from "./status-text.ts";
import { phaseOf } from "./timetable.ts";
import { UnhealthyRegions } from "./unhealthy-regions.ts";

const DEFAULT_INTERVAL_SECONDS = 30;
const DEFAULT_FAILURE_THRESHOLD = 3;

/** The checkers of a new check begin one after another, this far apart, rather than an interval's share: the first word comes soon. */
const FIRST_PROBES_APART_MS = 50;

/** Checks that come together, as when a backend starts, begin this far apart: 2,000 of them within an interval of 10 s. */
const CHECKS_APART_MS = 5;

export interface HealthMonitorOptions {
  readonly clock: Clock;
  /** For checks that name their endpoint and give no address. */
  readonly resolve: Resolve;
  /** Makes one probe; over real sockets unless given. */
  readonly probe?: Probe;
  /** Where verdicts outlive this process. Without it, every check counts as healthy again after a restart. */
  readonly store?: Store;
  /** Told of what should not happen, such as verdicts that cannot be stored; checking goes on. */
  readonly onDefect?: (error: unknown) => void;
}

/** One check as it stands, for the backend's own status. */
export interface CheckSummary {
  readonly healthCheckId: string;
  readonly type: string;
  /** What it looks at, e.g. `http://127.0.10.1:8081/health` or `1 of 2 checks`. */
  readonly target: string;
  readonly healthy: boolean;
  /** The latest text of a checker that finds the endpoint unhealthy. */
  readonly reason?: string;
}

export interface ListedHealthMonitor extends HealthMonitor {
  list(): readonly CheckSummary[];
  /** Writes what waits to be written. */
  flush(): void;
}

export function createHealthMonitor(options: HealthMonitorOptions): ListedHealthMonitor {
  return new CheckerFleet(options);
}

interface Check {
  readonly config: HealthCheckConfig;
  /** Undefined for what has no endpoint, and while it is disabled. */
  readonly target: ProbeTarget | undefined;
  readonly checkers: readonly Checker[];
  readonly stop: AbortController;
}

function describeTarget({ config, target }: Check, healthCheckId: string): string {
  switch (config.Type) {
    case "CALCULATED":
      return `${config.HealthThreshold ?? 0} of ${config.ChildHealthChecks?.length ?? 0} checks`;
    case "CLOUDWATCH_METRIC":
      return `alarm ${config.AlarmIdentifier?.Name ?? ""}`;
    default: {
      const endpoint = target ?? probeTarget(healthCheckId, config);
      if (endpoint === undefined) return "";
      const { destination, port, protocol } = endpoint;
      const host = destination.kind === "address" ? destination.address : destination.name;
      return `${protocol}://${host.includes(":") ? `[${host}]` : host}:${port}${"path" in endpoint ? endpoint.path : ""}`;
    }
  }
}

class CheckerFleet implements ListedHealthMonitor {
  readonly #clock: Clock;
  readonly #probe: Probe;
  readonly #checks = new Map<string, Check>();
  /** What has been announced, by interned ids: name servers look here for each answer. Ids that are missing count as healthy. */
  readonly #healthy = new Map<string, boolean>();
  readonly #listeners = new Set<(transition: HealthTransition) => void>();
  readonly #underWay = new Set<Promise<void>>();
  /** By child, the calculated checks that stand on it; a child need not exist. */
  readonly #parents = new Map<string, Set<string>>();
  readonly #onDefect: (error: unknown) => void;
  readonly #unhealthyRegions: UnhealthyRegions | undefined;
  /** When the next new check may begin, on the clock. */
  #nextBeginMs = 0;

  constructor({ clock, probe, resolve, store, onDefect = () => {} }: HealthMonitorOptions) {
    this.#clock = clock;
    this.#probe = probe ?? socketProbe(resolve);
    this.#onDefect = onDefect;
    this.#unhealthyRegions = store === undefined ? undefined : new UnhealthyRegions(store, clock, onDefect);
  }

  put(healthCheckId: string, config: HealthCheckConfig): void {
    const before = this.#checks.get(healthCheckId);
    this.#stop(before);
    const target = config.Disabled === true ? undefined : probeTarget(healthCheckId, config);
    const places = target === undefined ? [] : checkersFor(config.Regions);
    const checkers = places.map((place) => new Checker(place, this.#clock, (one) => this.#run(healthCheckId, one)));
    const stop = new AbortController();
    // Every checker's probe listens to it.
    setMaxListeners(0, stop.signal);
    this.#checks.set(healthCheckId, { config, target, checkers, stop });
    this.#link(healthCheckId, before?.config, config);
    const unhealthyBefore = before === undefined ? (this.#unhealthyRegions?.of(healthCheckId) ?? []) : [];
    const intervalMs = (config.RequestInterval ?? DEFAULT_INTERVAL_SECONDS) * 1000;
    const beginMs = checkers.length === 0 ? 0 : this.#waitToBegin();
    checkers.forEach((checker, index) => {
      // An update does not make an endpoint healthy: what a region has found stays until it finds otherwise.
      const predecessor = before?.checkers.find(({ place }) => place === checker.place);
      if (predecessor !== undefined) checker.inherit(predecessor);
      else if (unhealthyBefore.includes(checker.place.region)) checker.verdict = { healthy: false, against: 0 };
      const phaseMs = phaseOf(healthCheckId, index, checkers.length, intervalMs);
      checker.start(beginMs + index * FIRST_PROBES_APART_MS, phaseMs, intervalMs);
    });
    if (config.Disabled === true) this.#unhealthyRegions?.remember(healthCheckId, []);
    this.#announce(healthCheckId);
  }

  remove(healthCheckId: string): void {
    const check = this.#checks.get(healthCheckId);
    this.#stop(check);
    this.#checks.delete(healthCheckId);
    this.#link(healthCheckId, check?.config, undefined);
    this.#announce(healthCheckId);
    this.#healthy.delete(healthCheckId);
    this.#unhealthyRegions?.remember(healthCheckId, []);
  }

  isHealthy(healthCheckId: string): boolean {
    return this.#healthy.get(healthCheckId) ?? true;
  }

  observations(healthCheckId: string): readonly CheckerObservation[] {
    return this.#collect(healthCheckId, (checker) => checker.latest);
  }

  lastFailures(healthCheckId: string): readonly CheckerObservation[] {
    return this.#collect(healthCheckId, (checker) => checker.latestFailure);
  }

  list(): readonly CheckSummary[] {
    return [...this.#checks].map(([healthCheckId, check]) => {
      const failing = check.checkers.find(({ verdict, latest }) => !verdict.healthy && latest !== undefined);
      return {
        healthCheckId,
        type: check.config.Type ?? "",
        target: describeTarget(check, healthCheckId),
        healthy: this.isHealthy(healthCheckId),
        ...(failing?.latestFailure === undefined ? {} : { reason: failing.latestFailure.status }),
      };
    });
  }

  onTransition(listener: (transition: HealthTransition) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    for (const check of this.#checks.values()) this.#stop(check);
    this.#checks.clear();
    this.#listeners.clear();
    await Promise.all(this.#underWay);
    this.flush();
  }

  flush(): void {
    this.#unhealthyRegions?.flush();
  }

  #collect(
    healthCheckId: string,
    pick: (checker: Checker) => CheckerObservation | undefined,
  ): readonly CheckerObservation[] {
    const picked = this.#checks.get(healthCheckId)?.checkers.map(pick) ?? [];
    return picked.filter((observation) => observation !== undefined);
  }

  #stop(check: Check | undefined): void {
    for (const checker of check?.checkers ?? []) checker.stop();
    check?.stop.abort();
  }

  /** Ms until a check that comes now may begin. */
  #waitToBegin(): number {
    const now = this.#clock.elapsedMs();
    const begin = Math.max(now, this.#nextBeginMs);
    this.#nextBeginMs = begin + CHECKS_APART_MS;
    return begin - now;
  }

  #link(healthCheckId: string, before: HealthCheckConfig | undefined, after: HealthCheckConfig | undefined): void {
    for (const child of before?.ChildHealthChecks ?? []) {
      const parents = this.#parents.get(child);
      parents?.delete(healthCheckId);
      if (parents?.size === 0) this.#parents.delete(child);
    }
    for (const child of after?.ChildHealthChecks ?? []) {
      const parents = this.#parents.get(child);
      if (parents === undefined) this.#parents.set(child, new Set([healthCheckId]));
      else parents.add(healthCheckId);
    }
  }

  #run(healthCheckId: string, checker: Checker): void {
    const check = this.#checks.get(healthCheckId);
    if (check?.target === undefined) return;
    const probing = this.#probeOnce(healthCheckId, check, check.target, checker).catch(this.#onDefect);
    this.#underWay.add(probing);
    void probing.then(() => this.#underWay.delete(probing));
  }

  async #probeOnce(healthCheckId: string, check: Check, target: ProbeTarget, checker: Checker): Promise<void> {
    const { config, stop } = check;
    const number = checker.send();
    let result: ProbeResult;
    try {
      result = await this.#probe(target, { clock: this.#clock, signal: stop.signal });
    } catch (error) {
      result = report.requestImpossible(error instanceof Error ? error.message : String(error));
    }
    // Removed or replaced meanwhile: what was asked before says nothing about what holds now.
    if (stop.signal.aborted) return;
    const turned = checker.record(number, result, config.FailureThreshold ?? DEFAULT_FAILURE_THRESHOLD);
    if (!turned) return;
    const unhealthy = check.checkers.filter(({ verdict }) => !verdict.healthy).map(({ place }) => place.region);
    this.#unhealthyRegions?.remember(healthCheckId, unhealthy);
    this.#announce(healthCheckId);
  }

  /** `known` keeps what one announcement has worked out; a check that is being worked out counts as healthy there. */
  #evaluate(healthCheckId: string, known: Map<string, boolean>): boolean {
    const already = known.get(healthCheckId);
    if (already !== undefined) return already;
    const check = this.#checks.get(healthCheckId);
    if (check === undefined) return true;
    // The Route 53 service refuses cycles; should one get here all the same, this ends it.
    known.set(healthCheckId, true);
    const { config } = check;
    const healthy = config.Disabled === true || this.#evaluateEnabled(check, known);
    const result = config.Inverted === true ? !healthy : healthy;
    known.set(healthCheckId, result);
    return result;
  }

  #evaluateEnabled({ config, checkers }: Check, known: Map<string, boolean>): boolean {
    switch (config.Type) {
      case "CALCULATED": {
        const children = (config.ChildHealthChecks ?? []).map((child) => this.#evaluate(child, known));
        return calculatedIsHealthy(children, config.HealthThreshold ?? 0);
      }
      case "CLOUDWATCH_METRIC":
        // There is no alarm data here, so the data is always insufficient; a check that never had any was last known healthy.
        return config.InsufficientDataHealthStatus !== "Unhealthy";
      case "RECOVERY_CONTROL":
        return true;
      default:
        return endpointIsHealthy(checkers.map(({ verdict }) => verdict));
    }
  }

  /** The check and every calculated check that depends on it, however far up. */
  #affectedBy(healthCheckId: string): Set<string> {
    const affected = new Set([healthCheckId]);
    for (const id of affected) {
      for (const parent of this.#parents.get(id) ?? []) affected.add(parent);
    }
    return affected;
  }

  /** Recomputes what depends on the check, then tells of every change, when all of it can be seen. */
  #announce(healthCheckId: string): void {
    const changed: string[] = [];
    const known = new Map<string, boolean>();
    for (const id of this.#affectedBy(healthCheckId)) {
      const healthy = this.#evaluate(id, known);
      if (healthy !== this.isHealthy(id)) changed.push(id);
      this.#healthy.set(interned(id), healthy);
    }
    const at = this.#clock.now();
    for (const id of changed) {
      for (const listener of this.#listeners) listener({ healthCheckId: id, healthy: this.isHealthy(id), at });
    }
  }
}
