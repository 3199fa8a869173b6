/** The hosted zones that are served: by id, and for each name server those of its delegation sets. */

import type { Clock } from "../../clock.ts";
import type { Question } from "../../dns/message.ts";
import { typeNumber } from "../../dns/types.ts";
import type { QueryLogEntry } from "../../logs/query-log.ts";
import { type DomainName, isWithin } from "../../route53/names.ts";
import type { RecordSet } from "../../route53/record-set.ts";
import { CidrCollections } from "../../routing/cidr-collections.ts";
import type { ClientLocator } from "../../routing/client.ts";
import type { LatencyModel } from "../../routing/context.ts";
import { greatCircleLatency } from "../../routing/latency.ts";
import type { AliasLeaf, RoutingNode } from "../../routing/tree.ts";
import type { HealthMonitor } from "../health/monitor.ts";
import { type AuthoritativeOptions, AuthoritativeServer, type RoutingSurroundings } from "./authoritative.ts";
import { type CompiledZone, compileZone } from "./compiled-zone.ts";
import type { Responder } from "./listener.ts";
import { answerPrivately, type PrivateAnswer, PrivateZones } from "./private-zones.ts";
import type { PublishedZone, VpcName } from "./published.ts";
import type { QueryLog } from "./query-logging.ts";
import type { Sender } from "./response.ts";
import type { ZoneSigners } from "./signing/zone-signer.ts";
import { ZonesByName } from "./zone-table.ts";

export interface HostedZonesOptions {
  readonly health: Pick<HealthMonitor, "isHealthy">;
  readonly clock: Pick<Clock, "now">;
  /** Called for every query that a public hosted zone answered whose queries are logged. */
  onQuery(entry: QueryLogEntry): void;
  /** Whether they are; unless given, every zone's. */
  readonly isLogged?: (zoneId: string) => boolean;
  /** From 0 up to but not including 1; for weighted and multivalue draws and the order of answers. */
  readonly random?: () => number;
  readonly latencyMs?: LatencyModel;
  /** Where clients are; unless given, by the built-in table. */
  readonly locate?: ClientLocator;
}

export class HostedZones {
  readonly #zones = new Map<string, { readonly zone: CompiledZone; readonly nameServers: readonly DomainName[] }>();
  readonly #tables = new Map<DomainName, ZonesByName>();
  readonly #private = new PrivateZones();
  readonly cidrCollections = new CidrCollections();
  readonly #signers: ZoneSigners;
  readonly #surroundings: RoutingSurroundings;
  readonly #locating: Pick<AuthoritativeOptions, "locate">;
  readonly #log: QueryLog;

  constructor(options: HostedZonesOptions, signers: ZoneSigners) {
    this.#signers = signers;
    const { health, clock, random, latencyMs, locate } = options;
    this.#surroundings = {
      isHealthy: (healthCheckId) => health.isHealthy(healthCheckId),
      random: random ?? Math.random,
      latencyMs: latencyMs ?? greatCircleLatency,
      aliasTarget: (alias) => this.#aliasTarget(alias),
      cidrLocation: (collectionId, client) => this.cidrCollections.locate(collectionId, client),
    };
    this.#locating = locate === undefined ? {} : { locate };
    this.#log = {
      wants: options.isLogged ?? (() => true),
      now: () => clock.now(),
      onQuery: (entry) => options.onQuery(entry),
    };
  }

  get surroundings(): RoutingSurroundings {
    return this.#surroundings;
  }

  put(published: PublishedZone): void {
    // Compiled before anything changes: a zone that cannot be served leaves the one before it in place.
    const signer = this.#signers.signerOf(published.id, published.name, published.keys);
    const zone = compileZone(published, signer);
    const before = this.#zones.get(published.id);
    const { nameServers } = published;
    this.#zones.set(published.id, { zone, nameServers });
    if (before !== undefined && before.nameServers.join() !== nameServers.join()) {
      for (const server of before.nameServers) this.#rebuild(server);
    }
    for (const server of nameServers) this.#tableOf(server).put(zone);
    if (zone.isPrivate) this.#private.put(zone, published.vpcs ?? []);
  }

  replaceNames(zoneId: string, names: ReadonlyMap<DomainName, readonly RecordSet[]>): void {
    const known = this.#zones.get(zoneId);
    known?.zone.replace(names);
    for (const server of known?.nameServers ?? []) this.#tableOf(server).noteChange();
  }

  remove(zoneId: string): void {
    const before = this.#zones.get(zoneId);
    this.#zones.delete(zoneId);
    this.#signers.forget(zoneId);
    this.#private.remove(zoneId);
    for (const server of before?.nameServers ?? []) this.#rebuild(server);
  }

  responderOf(server: DomainName): Responder {
    const authoritative = new AuthoritativeServer({
      table: this.#tableOf(server),
      surroundings: this.#surroundings,
      ...this.#locating,
      log: this.#log,
    });
    return (octets, sender) => authoritative.respond(octets, sender);
  }

  answerFromZone(zoneId: string, query: Uint8Array, sender: Sender): Buffer | undefined {
    const known = this.#zones.get(zoneId);
    if (known === undefined) return undefined;
    const table = new ZonesByName();
    table.put(known.zone);
    const server = new AuthoritativeServer({ table, surroundings: this.#surroundings, ...this.#locating });
    return server.compose(query, sender);
  }

  /** For the resolver of a VPC. */
  answerPrivately(question: Question, vpc: VpcName): PrivateAnswer | undefined {
    return answerPrivately(question, vpc, this.#private, this.#surroundings);
  }

  #tableOf(server: DomainName): ZonesByName {
    const known = this.#tables.get(server);
    if (known !== undefined) return known;
    const table = new ZonesByName();
    this.#tables.set(server, table);
    return table;
  }

  #rebuild(server: DomainName): void {
    const table = this.#tableOf(server);
    table.clear();
    for (const { zone, nameServers } of this.#zones.values()) if (nameServers.includes(server)) table.put(zone);
  }

  /** By the zone's id where the alias has one; an endpoint of a traffic policy finds the nearest public zone above its name. */
  #aliasTarget({ target, type, hostedZoneId }: AliasLeaf): RoutingNode | undefined {
    const number = typeNumber(type);
    const zone = hostedZoneId === undefined ? this.#nearestPublicZone(target) : this.#zones.get(hostedZoneId)?.zone;
    return number === undefined ? undefined : zone?.nodes.get(target)?.sets.get(number);
  }

  #nearestPublicZone(name: DomainName): CompiledZone | undefined {
    let nearest: CompiledZone | undefined;
    for (const { zone } of this.#zones.values()) {
      if (zone.isPrivate || !isWithin(name, zone.name)) continue;
      if (nearest === undefined || zone.name.length > nearest.name.length) nearest = zone;
    }
    return nearest;
  }
}
