/**
 * Private hosted zones as the resolver of a VPC sees them: those that the VPC is associated with, the most specific first. A name
 * that lies in one is answered from it, and from nowhere else, even when it is not there (Developer Guide, "Considerations when
 * working with a private hosted zone").
 */

import type { Question, ResourceRecord } from "../../dns/message.ts";
import { RCODE, TYPE } from "../../dns/types.ts";
import type { DomainName } from "../../route53/names.ts";
import type { Client } from "../../routing/client.ts";
import { regionLocation } from "../../routing/region-locations.ts";
import { answerQuestion } from "./answer.ts";
import type { RoutingSurroundings } from "./authoritative.ts";
import type { CompiledZone } from "./compiled-zone.ts";
import { type VpcName, vpcKey } from "./published.ts";
import { ZonesByName, type ZoneTable, zoneForQuestion } from "./zone-table.ts";

export interface PrivateAnswer {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** The target of a CNAME that leads out of the zone: it is to be asked for in turn. */
  readonly follow?: DomainName;
}

/** No policy that private zones may have looks at the address. */
const NO_SUBNET: Client["subnet"] = { octets: new Uint8Array(4), prefixLength: 0 };

interface Associated {
  readonly zone: CompiledZone;
  /** The keys of its VPCs. */
  readonly vpcs: readonly string[];
}

export class PrivateZones {
  /** By id. */
  readonly #zones = new Map<string, Associated>();
  /** By the VPC's key. */
  readonly #tables = new Map<string, ZonesByName>();

  /** Takes the place of the zone's version before, in the VPCs that it is associated with now. */
  put(zone: CompiledZone, vpcs: readonly VpcName[]): void {
    const before = this.#zones.get(zone.id)?.vpcs ?? [];
    const keys = vpcs.map(vpcKey);
    this.#zones.set(zone.id, { zone, vpcs: keys });
    for (const key of keys) {
      const table = this.#tables.get(key) ?? new ZonesByName();
      this.#tables.set(key, table);
      table.put(zone);
    }
    for (const key of before) if (!keys.includes(key)) this.#rebuild(key);
  }

  remove(zoneId: string): void {
    const before = this.#zones.get(zoneId)?.vpcs ?? [];
    this.#zones.delete(zoneId);
    for (const key of before) this.#rebuild(key);
  }

  /** Undefined where the VPC sees no private zone. */
  seenFrom(vpc: VpcName): ZoneTable | undefined {
    return this.#tables.get(vpcKey(vpc));
  }

  #rebuild(key: string): void {
    const zones = [...this.#zones.values()].filter(({ vpcs }) => vpcs.includes(key));
    if (zones.length === 0) {
      this.#tables.delete(key);
      return;
    }
    const table = new ZonesByName();
    for (const { zone } of zones) table.put(zone);
    this.#tables.set(key, table);
  }
}

/**
 * Undefined when the name lies in no private zone that the VPC sees. For policies the client is where the VPC is: neither its
 * address nor its client subnet counts.
 */
export function answerPrivately(
  question: Question,
  vpc: VpcName,
  zones: PrivateZones,
  surroundings: RoutingSurroundings,
): PrivateAnswer | undefined {
  const table = zones.seenFrom(vpc);
  const zone = table && zoneForQuestion(table, question.name, question.type);
  if (table === undefined || zone === undefined) return undefined;
  const { rcode, answers, authorities } = answerQuestion(question, zone, table, {
    ...surroundings,
    client: { subnet: NO_SUBNET, location: regionLocation(vpc.region) },
  });
  // Every name is looked for in the most specific zone, a target too, be it below the zone that leads to it.
  const leading = question.type !== TYPE.CNAME && question.type !== TYPE.ANY;
  const exit = answers.findIndex(
    ({ type, host }) => leading && type === TYPE.CNAME && host !== undefined && table.enclosing(host) !== zone,
  );
  const follow = answers[exit]?.host;
  if (follow !== undefined) {
    return { rcode: RCODE.NOERROR, answers: answers.slice(0, exit + 1), authorities: [], follow };
  }
  // A resolver leaves out an apex's name servers, and a delegation does not lead anywhere from a private zone.
  return { rcode, answers, authorities: authorities.filter(({ type }) => type === TYPE.SOA) };
}
