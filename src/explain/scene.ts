/** All that questions are put to: a source, compiled, with health, clients' places and latencies. */

import { displayName } from "../route53/names.ts";
import { CidrCollections } from "../routing/cidr-collections.ts";
import type { Client, ClientLocator } from "../routing/client.ts";
import type { LatencyModel } from "../routing/context.ts";
import type { OddsContext } from "../routing/odds.ts";
import { type Reach, reachOf } from "../routing/reach.ts";
import type { ExplanationHead } from "./explanation.ts";
import { type JudgedChecks, judgeChecks } from "./health.ts";
import { type Question, treesOf } from "./question.ts";
import type { Source, SourceCheck } from "./source.ts";
import { type ExplainedZone, ExplainedZones } from "./zones.ts";

export interface Geography {
  readonly locate: ClientLocator;
  readonly latencyMs: LatencyModel;
  /** Latencies are somebody's measurements, not worked out from distances. */
  readonly measured: boolean;
}

export interface Scene {
  readonly source: Source;
  readonly zones: ExplainedZones;
  /** The one that answers. */
  readonly zone: ExplainedZone;
  readonly cidrCollections: CidrCollections;
  readonly geography: Geography;
  /** Ids of the checks that are taken as down. */
  readonly down: ReadonlySet<string>;
}

/** The source has at least one zone. */
export function sceneOf(source: Source, geography: Geography, down: ReadonlySet<string>): Scene {
  const zones = new ExplainedZones(source.zones);
  const [zone] = zones.all;
  if (zone === undefined) throw new Error("the source of an explanation has no zone");
  const cidrCollections = new CidrCollections();
  for (const collection of source.cidrCollections) cidrCollections.put(collection);
  return { source, zones, zone, cidrCollections, geography, down };
}

export function healthIn({ source, down }: Scene, alsoDown: readonly string[] = []): JudgedChecks {
  return judgeChecks(source.healthChecks, new Set([...down, ...alsoDown]));
}

export function contextIn(scene: Scene, health: JudgedChecks, client: Client): OddsContext {
  return {
    client,
    isHealthy: (id) => health.get(id)?.healthy ?? true,
    latencyMs: scene.geography.latencyMs,
    aliasTarget: scene.zones.aliasTarget,
    cidrLocation: (collectionId, asking) => scene.cidrCollections.locate(collectionId, asking),
  };
}

export function reachIn(scene: Scene, question: Question): Reach {
  return reachOf(treesOf(scene.zone, question), scene.zones);
}

/** The checks of these ids, and those that they count. */
export function withChildren(checks: readonly SourceCheck[], ids: Iterable<string>): Set<string> {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const all = new Set<string>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (all.has(id)) continue;
    all.add(id);
    const basis = byId.get(id)?.basis;
    if (basis?.kind === "calculated") open.push(...basis.children);
  }
  return all;
}

/** What every kind of explanation starts with; `ids` are the checks that have a part in it. */
export function headOf(scene: Scene, ids: ReadonlySet<string>): ExplanationHead {
  const { source, zones, zone, down } = scene;
  const health = healthIn(scene);
  const part = withChildren(source.healthChecks, ids);
  const unknown = [...part].filter((id) => !health.has(id));
  return {
    source: { kind: source.kind, label: source.label },
    zone: { id: zone.id, name: displayName(zone.name), private: zone.isPrivate },
    // An account lists them by ids that mean nothing.
    healthChecks: [...health.values()]
      .filter(({ id }) => part.has(id))
      .sort((a, b) => ((a.name ?? a.id) < (b.name ?? b.id) ? -1 : 1)),
    down: source.healthChecks
      .filter(({ id }) => down.has(id))
      .map(({ id, name }) => name ?? id)
      .sort(),
    notes: [
      ...source.notes,
      ...zones.notes,
      ...unknown.map(
        (id) =>
          `There is no health check ${id}, which record sets name: it counts as healthy here; AWS does not say what it counts as there.`,
      ),
    ],
  };
}
