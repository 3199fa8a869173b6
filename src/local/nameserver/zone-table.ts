/** The zones one name server answers for, found by the name that is asked. */

import { TYPE } from "../../dns/types.ts";
import { type DomainName, parentOf } from "../../route53/names.ts";
import type { CompiledZone } from "./compiled-zone.ts";

export interface ZoneTable {
  /** The zone nearest above a name, or undefined: this server is not asked rightly. */
  enclosing(name: DomainName): CompiledZone | undefined;
}

/** Zones by name; a later one of the same name takes its place. */
export class ZonesByName implements ZoneTable {
  readonly #zones = new Map<DomainName, CompiledZone>();

  put(zone: CompiledZone): void {
    this.#zones.set(zone.name, zone);
  }

  clear(): void {
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
