/** The zones one name server answers for, found by the name that is asked. */

import { TYPE } from "../../dns/types.ts";
import { type DomainName, parentOf } from "../../route53/names.ts";
import type { CompiledZone } from "./compiled-zone.ts";

export interface ZoneTable {
  /** The zone nearest above a name, or undefined: this server is not asked rightly. */
  enclosing(name: DomainName): CompiledZone | undefined;
}

export interface VersionedZoneTable extends ZoneTable {
  /** Another one whenever something in any of the zones may have changed. */
  readonly version: number;
}

/** Zones by name; a later one of the same name takes its place. */
export class ZonesByName implements VersionedZoneTable {
  readonly #zones = new Map<DomainName, CompiledZone>();
  version = 0;

  put(zone: CompiledZone): void {
    this.version += 1;
    this.#zones.set(zone.name, zone);
  }

  /** To be called when a zone that is here has changed. */
  noteChange(): void {
    this.version += 1;
  }

  clear(): void {
    this.version += 1;
    this.#zones.clear();
  }

  enclosing(name: DomainName): CompiledZone | undefined {
    for (let at: DomainName | undefined = name; at !== undefined; at = parentOf(at)) {
      const zone = this.#zones.get(at);
      if (zone !== undefined) return zone;
    }
    return undefined;
  }
}

/** The zone that answers a question: for DS at an apex the parent's, where this server has it. */
export function zoneForQuestion(table: ZoneTable, name: DomainName, type: number): CompiledZone | undefined {
  const zone = table.enclosing(name);
  if (type !== TYPE.DS || zone === undefined || zone.name !== name) return zone;
  const parent = parentOf(name);
  return (parent && table.enclosing(parent)) ?? zone;
}
