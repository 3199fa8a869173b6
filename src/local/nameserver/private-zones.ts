/**
 * Private hosted zones as a VPC's resolver sees them: a name that lies in one is answered from it, and from nowhere else, even
 * when it is not there (Developer Guide, "Considerations when working with a private hosted zone"). Which VPC a client is in
 * cannot be told here, so every private zone is everybody's; of several with one name the first by id answers.
 */

import type { Question, ResourceRecord } from "../../dns/message.ts";
import { TYPE } from "../../dns/types.ts";
import { type DomainName, isWithin, parentOf } from "../../route53/names.ts";
import { parseSubnet } from "../../routing/client.ts";
import { answerQuestion } from "./answer.ts";
import type { RoutingSurroundings } from "./authoritative.ts";
import type { CompiledZone } from "./compiled-zone.ts";
import type { Sender } from "./response.ts";
import { type ZoneTable, zoneForQuestion } from "./zone-table.ts";

export interface PrivateAnswer {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** The target of a CNAME that leads out of the zone: it is to be asked for in turn. */
  readonly follow?: DomainName;
}

export class PrivateZones implements ZoneTable {
  readonly #byName = new Map<DomainName, CompiledZone[]>();

  put(zone: CompiledZone): void {
    const others = (this.#byName.get(zone.name) ?? []).filter(({ id }) => id !== zone.id);
    this.#byName.set(
      zone.name,
      [...others, zone].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }

  remove(zone: Pick<CompiledZone, "id" | "name">): void {
    const left = (this.#byName.get(zone.name) ?? []).filter(({ id }) => id !== zone.id);
    if (left.length === 0) this.#byName.delete(zone.name);
    else this.#byName.set(zone.name, left);
  }

  enclosing(name: DomainName): CompiledZone | undefined {
    if (this.#byName.size === 0) return undefined;
    for (let at: DomainName | undefined = name; at !== undefined; at = parentOf(at)) {
      const zone = this.#byName.get(at)?.[0];
      if (zone !== undefined) return zone;
    }
    return undefined;
  }
}

/** Undefined when the name lies in no private zone. The client subnet does not count here: private zones do not use it. */
export function answerPrivately(
  question: Question,
  sender: Sender,
  zones: PrivateZones,
  surroundings: RoutingSurroundings,
): PrivateAnswer | undefined {
  const zone = zoneForQuestion(zones, question.name, question.type);
  if (zone === undefined) return undefined;
  const subnet = parseSubnet(sender.address) ?? { octets: new Uint8Array(4), prefixLength: 0 };
  const { rcode, answers, authorities, authoritiesOptional, authoritative } = answerQuestion(question, zone, zones, {
    ...surroundings,
    client: { subnet, location: undefined },
  });
  const last = answers.at(-1);
  const leadsOut =
    last?.type === TYPE.CNAME &&
    question.type !== TYPE.CNAME &&
    question.type !== TYPE.ANY &&
    last.host !== undefined &&
    !isWithin(last.host, zone.name);
  return {
    rcode,
    answers,
    // A resolver leaves out an apex's name servers; a delegation does not lead anywhere from a private zone.
    authorities: authoritiesOptional || !authoritative ? [] : authorities,
    ...(leadsOut ? { follow: last.host } : {}),
  };
}
