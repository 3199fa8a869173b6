/** The zones of a source, compiled: which one answers for a name, and where aliases lead. */

import { TYPE, typeNumber } from "../dns/types.ts";
import { nodesOf, type ZoneOf } from "../dns/zone-lookup.ts";
import { type DomainName, displayName, isWithin, parentOf } from "../route53/names.ts";
import { compileZoneTrees } from "../routing/compile-zone.ts";
import type { AliasLeaf, RoutingNode } from "../routing/tree.ts";
import type { SourceZone } from "./source.ts";

export interface ExplainedZone extends ZoneOf<RoutingNode> {
  readonly id: string;
  readonly isPrivate: boolean;
}

function compile(zone: SourceZone, notes: string[]): ExplainedZone {
  const sets = new Map<DomainName, Map<number, RoutingNode>>();
  const { trees, unreadable } = compileZoneTrees(zone.recordSets, zone.instances);
  for (const { name } of unreadable) {
    notes.push(`The traffic policy of ${displayName(name)} could not be read, so it is left out.`);
  }
  for (const [name, types] of trees) {
    if (!isWithin(name, zone.name)) continue;
    const numbered = new Map<number, RoutingNode>();
    for (const [type, tree] of types) {
      const number = typeNumber(type);
      if (number !== undefined) numbered.set(number, tree);
    }
    sets.set(name, numbered);
  }
  const { nodes, hasCuts } = nodesOf(zone.name, sets);
  return { id: zone.id, name: zone.name, isPrivate: zone.isPrivate, nodes, hasCuts };
}

export class ExplainedZones {
  readonly all: readonly ExplainedZone[];
  /** What could not be compiled, in sentences. */
  readonly notes: readonly string[];
  readonly #byId: ReadonlyMap<string, ExplainedZone>;

  constructor(zones: readonly SourceZone[]) {
    const notes: string[] = [];
    this.all = zones.map((zone) => compile(zone, notes));
    this.notes = notes;
    this.#byId = new Map(this.all.map((zone) => [zone.id, zone]));
  }

  /** By the zone's id where the alias has one; an endpoint of a traffic policy finds the nearest public zone above its name. */
  aliasTarget = ({ target, type, hostedZoneId }: AliasLeaf): RoutingNode | undefined => {
    const number = typeNumber(type);
    const zone =
      hostedZoneId === undefined
        ? nearestZone(
            this.all.filter(({ isPrivate }) => !isPrivate),
            target,
          )
        : this.#byId.get(hostedZoneId);
    return number === undefined ? undefined : zone?.nodes.get(target)?.sets.get(number);
  };
}

/** The zone nearest above a name; the first of several with one name. */
export function nearestZone<Zone extends { readonly name: DomainName }>(
  zones: readonly Zone[],
  name: DomainName,
): Zone | undefined {
  let nearest: Zone | undefined;
  for (const zone of zones) {
    if (!isWithin(name, zone.name)) continue;
    if (nearest === undefined || zone.name.length > nearest.name.length) nearest = zone;
  }
  return nearest;
}

/** The zone that a question belongs to: for DS at an apex the parent's, where it is here. */
export function zoneForQuestion<Zone extends { readonly name: DomainName }>(
  zones: readonly Zone[],
  name: DomainName,
  type: number,
): Zone | undefined {
  const zone = nearestZone(zones, name);
  const parent = parentOf(name);
  if (type !== TYPE.DS || zone?.name !== name || parent === undefined) return zone;
  return nearestZone(zones, parent) ?? zone;
}
