/** Looking at private zones: which VPCs see them, and, where a VPC's resolver can be reached, what it answers. */

import { GetHostedZoneCommand } from "@aws-sdk/client-route-53";
import type { Backend } from "../../backend/backend.ts";
import type { AnswerExpectation, Expectation } from "../expectations.ts";
import type { KnownIds } from "../references.ts";
import type { Verification } from "../verification.ts";
import { isPrivateZone, type ZoneKey, zoneText } from "../zone-key.ts";

export interface VpcResolver {
  readonly name: string;
  readonly address: string;
}

/** The VPCs of private zones and their resolvers, each zone read once. */
export class PrivateZones {
  readonly #backend: Backend;
  readonly #known: Pick<KnownIds, "get">;
  readonly #vpcs = new Map<ZoneKey, Promise<readonly string[]>>();
  readonly #resolvers = new Map<ZoneKey, Promise<readonly VpcResolver[]>>();

  constructor(backend: Backend, known: Pick<KnownIds, "get">) {
    this.#backend = backend;
    this.#known = known;
  }

  /** Ids, sorted; none of a zone that is not there. */
  vpcsOf(zone: ZoneKey): Promise<readonly string[]> {
    let vpcs = this.#vpcs.get(zone);
    if (vpcs === undefined) {
      vpcs = this.#read(zone);
      this.#vpcs.set(zone, vpcs);
    }
    return vpcs;
  }

  async #read(zone: ZoneKey): Promise<readonly string[]> {
    const id = this.#known.get({ ref: "hosted-zone", zone });
    if (id === undefined) return [];
    const client = await this.#backend.clients.route53();
    const { VPCs = [] } = await client.send(new GetHostedZoneCommand({ Id: id }));
    return VPCs.flatMap(({ VPCId }) => VPCId ?? []).sort();
  }

  /** Of every VPC that sees the zone and can be asked from here. */
  resolversOf(zone: ZoneKey): Promise<readonly VpcResolver[]> {
    let resolvers = this.#resolvers.get(zone);
    if (resolvers === undefined) {
      resolvers = this.#findResolvers(zone);
      this.#resolvers.set(zone, resolvers);
    }
    return resolvers;
  }

  async #findResolvers(zone: ZoneKey): Promise<readonly VpcResolver[]> {
    const { vpcResolver } = this.#backend.dns;
    if (vpcResolver === undefined) return [];
    const found = await Promise.all(
      (await this.vpcsOf(zone)).map(async (id) => ({ name: id, address: await vpcResolver(id) })),
    );
    return found.flatMap(({ name, address }) => (address === undefined ? [] : [{ name, address }]));
  }
}

type VpcsExpectation = Extract<Expectation, { check: "vpcs" }>;

export async function verifyVpcs({ zone, vpcs }: VpcsExpectation, zones: PrivateZones): Promise<Verification> {
  const there = await zones.vpcsOf(zone);
  const ok = there.join() === [...vpcs].sort().join();
  const list = there.length === 0 ? "no VPC" : there.join(", ");
  return {
    check: "vpcs",
    subject: zoneText(zone),
    status: ok ? "ok" : "failed",
    says: ok ? `seen by ${list}` : `seen by ${list}, expected ${vpcs.join(", ")}`,
    evidence: [{ source: "Route 53", says: list, ok }],
  };
}

/** A private zone whose VPCs have no resolver that can be reached from here. */
export async function isOutOfReach({ zone }: AnswerExpectation, zones: PrivateZones): Promise<boolean> {
  return isPrivateZone(zone) && (await zones.resolversOf(zone)).length === 0;
}

/** One for all answers of a zone that nobody here can ask for. */
export function outOfReach(zone: ZoneKey, answers: number): Verification {
  return {
    check: "answer",
    subject: zoneText(zone),
    status: "warning",
    says: `${answers} ${answers === 1 ? "answer was" : "answers were"} not asked for: a private zone answers inside its VPCs only`,
    evidence: [],
  };
}
