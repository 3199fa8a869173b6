/** From what the observers saw to the figures of the report: measured, target and bound side by side. Pure. */

import type { FailoverBounds } from "../route53/failover-bounds.ts";
import type { MachineState } from "./machine.ts";
import type { ObserverIdentity, ObserverKind, Sight } from "./observation.ts";
import type { DrillTargets } from "./scenario.ts";
import { type Moment, outages, turnedTo } from "./track.ts";

const MEASUREMENT_KEYS = [
  "detection",
  "firstServer",
  "lastServer",
  "resolver",
  "failover",
  "downtime",
  "worstDowntime",
  "failbackServers",
  "failback",
] as const;
export type MeasurementKey = (typeof MEASUREMENT_KEYS)[number];

export interface Measurement {
  readonly key: MeasurementKey;
  /** Clock ms; null when it did not happen. An upper value: the truth lies in the `uncertaintyMs` below it. */
  readonly measuredMs: number | null;
  readonly uncertaintyMs: number;
  /** Real ms of the same span. */
  readonly realMs: number | null;
  readonly targetMs: number | null;
  readonly boundMs: number;
  /** Null without a target, and where watching ended before the target had passed. */
  readonly withinTarget: boolean | null;
  /** Whether the true value can lie within the bound; null when it did not happen. */
  readonly withinBound: boolean | null;
}

export interface MeasureInput {
  readonly state: MachineState;
  readonly observers: readonly ObserverIdentity[];
  readonly bounds: FailoverBounds;
  readonly targets: DrillTargets;
  /** Clock ms from asking for the stop until it was confirmed; the endpoint died somewhere in between. */
  readonly stopTookMs: number;
  /** Clock ms at which the drill stopped watching. */
  readonly endedAtMs: number;
  readonly ttlSeconds: number;
  readonly speed: number;
}

/** A TTL is a whole number of seconds on the wire, so a cache may keep an answer this much longer than its source meant. */
const TTL_GRAIN_MS = 1000;

interface Span {
  readonly ms: number;
  readonly uncertaintyMs: number;
}

/** When each observer of `kinds` turned; undefined for one that did not. */
function turns(
  input: MeasureInput,
  kinds: readonly ObserverKind[],
  side: Sight,
  fromMs: number | undefined,
  untilMs: number | undefined,
): (Moment | undefined)[] {
  if (fromMs === undefined) return [];
  return input.observers
    .filter((observer) => kinds.includes(observer.kind))
    .map((observer) => turnedTo(input.state.tracks.get(observer.id) ?? [], side, fromMs, untilMs));
}

/** The moment at which all had turned; undefined when one did not. */
function latest(moments: readonly (Moment | undefined)[]): Moment | undefined {
  let last: Moment | undefined;
  for (const moment of moments) {
    if (moment === undefined) return undefined;
    if (last === undefined || moment.atMs > last.atMs) last = moment;
  }
  return last;
}

/** The moment at which any had turned. */
function earliest(moments: readonly (Moment | undefined)[]): Moment | undefined {
  let first: Moment | undefined;
  for (const moment of moments) {
    if (moment !== undefined && (first === undefined || moment.atMs < first.atMs)) first = moment;
  }
  return first;
}

function since(fromMs: number | undefined, moment: Moment | undefined, extraUncertaintyMs: number): Span | undefined {
  if (fromMs === undefined || moment === undefined) return undefined;
  return { ms: moment.atMs - fromMs, uncertaintyMs: moment.uncertaintyMs + extraUncertaintyMs };
}

function downtime(input: MeasureInput): Span | undefined {
  const { state } = input;
  const client = input.observers.find((observer) => observer.kind === "client");
  if (client === undefined) return undefined;
  const found = outages(
    state.tracks.get(client.id) ?? [],
    state.stoppedAtMs,
    state.restartRequestedAtMs ?? Number.POSITIVE_INFINITY,
  );
  if (found.some((outage) => !outage.over)) return undefined;
  return {
    ms: found.reduce((sum, outage) => sum + outage.toMs - outage.fromMs, 0),
    uncertaintyMs: found.reduce((sum, outage) => sum + outage.uncertaintyMs, 0) + input.stopTookMs + TTL_GRAIN_MS,
  };
}

interface Against {
  readonly boundMs: number;
  readonly targetMs?: number | undefined;
  /** Clock ms for which it was watched. */
  readonly watchedMs: number;
}

/** What did not happen may still have missed its target: when it was watched for longer. */
function withinTarget(measuredMs: number | null, { targetMs, watchedMs }: Against): boolean | null {
  if (targetMs === undefined) return null;
  if (measuredMs !== null) return measuredMs <= targetMs;
  return watchedMs > targetMs ? false : null;
}

function measurement(input: MeasureInput, key: MeasurementKey, span: Span | undefined, against: Against): Measurement {
  const { boundMs, targetMs } = against;
  const measuredMs = span?.ms ?? null;
  return {
    key,
    measuredMs: measuredMs === null ? null : Math.round(measuredMs),
    uncertaintyMs: Math.round(span?.uncertaintyMs ?? 0),
    realMs: measuredMs === null ? null : Math.round(measuredMs / input.speed),
    targetMs: targetMs ?? null,
    boundMs,
    withinTarget: withinTarget(measuredMs, against),
    withinBound: span === undefined ? null : span.ms - span.uncertaintyMs <= boundMs,
  };
}

/** The outage of a client whose resolver cached the old answer just before the last server turned. */
function worstDowntime(lastServer: Span | undefined, ttlSeconds: number): Span | undefined {
  if (lastServer === undefined) return undefined;
  return { ms: lastServer.ms + ttlSeconds * 1000, uncertaintyMs: lastServer.uncertaintyMs };
}

/** The rows of the report, in its order. */
export function measure(input: MeasureInput): Measurement[] {
  const { state, bounds, targets, stopTookMs } = input;
  const stopped = state.stoppedAtMs;
  const restart = state.restartRequestedAtMs;
  const running = state.runningAtMs;
  const over = (kinds: readonly ObserverKind[]) => turns(input, kinds, "secondary", stopped, restart);
  const back = (kinds: readonly ObserverKind[]) => turns(input, kinds, "primary", running, undefined);
  const servers = over(["authoritative"]);
  const lastServer = since(stopped, latest(servers), stopTookMs);
  // A server answers the secondary only once the check has turned, so it may be the first to show that it has.
  const detected = earliest([...over(["health"]), ...servers]);
  const overMs = (restart ?? input.endedAtMs) - stopped;
  const backMs = running === undefined ? 0 : input.endedAtMs - running;
  const everyone: readonly ObserverKind[] = ["health", "authoritative", "resolver", "client"];
  return [
    measurement(input, "detection", since(stopped, detected, stopTookMs), {
      boundMs: bounds.detection.ms,
      targetMs: targets.detectionMs,
      watchedMs: overMs,
    }),
    measurement(input, "firstServer", since(stopped, earliest(servers), stopTookMs), {
      boundMs: bounds.authoritative.ms,
      watchedMs: overMs,
    }),
    measurement(input, "lastServer", lastServer, { boundMs: bounds.authoritative.ms, watchedMs: overMs }),
    measurement(input, "resolver", since(stopped, latest(over(["resolver"])), stopTookMs + TTL_GRAIN_MS), {
      boundMs: bounds.resolver.ms,
      watchedMs: overMs,
    }),
    measurement(input, "failover", since(stopped, latest(over(everyone)), stopTookMs + TTL_GRAIN_MS), {
      boundMs: bounds.client.ms,
      targetMs: targets.failoverMs,
      watchedMs: overMs,
    }),
    measurement(input, "downtime", downtime(input), {
      boundMs: bounds.client.ms,
      targetMs: targets.downtimeMs,
      watchedMs: overMs,
    }),
    measurement(input, "worstDowntime", worstDowntime(lastServer, input.ttlSeconds), {
      boundMs: bounds.client.ms,
      watchedMs: overMs,
    }),
    measurement(input, "failbackServers", since(running, latest(back(["authoritative"])), 0), {
      boundMs: bounds.failbackAuthoritative.ms,
      watchedMs: backMs,
    }),
    measurement(input, "failback", since(running, latest(back(everyone)), TTL_GRAIN_MS), {
      boundMs: bounds.failback.ms,
      targetMs: targets.failbackMs,
      watchedMs: backMs,
    }),
  ];
}

export interface Verdict {
  /** Every target kept; a drill without targets keeps them all. */
  readonly withinTargets: boolean;
  readonly exceeded: readonly MeasurementKey[];
  /** Measured beyond what the settings allow: something besides them was slow. */
  readonly beyondBound: readonly MeasurementKey[];
}

export function judge(measurements: readonly Measurement[]): Verdict {
  const exceeded = measurements.filter((one) => one.withinTarget === false).map((one) => one.key);
  return {
    withinTargets: exceeded.length === 0,
    exceeded,
    beyondBound: measurements.filter((one) => one.withinBound === false).map((one) => one.key),
  };
}
