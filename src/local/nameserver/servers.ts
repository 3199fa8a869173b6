/** The local DNS as a whole: root, TLDs, the authoritative pool and the resolvers, all on one port number of loopback. */

import { randomInt } from "node:crypto";
import type { SocketAddress } from "../../backend/backend.ts";
import type { Clock } from "../../clock.ts";
import type { RootHint } from "../../dns/hints.ts";
import type { Question } from "../../dns/message.ts";
import { Failure } from "../../errors.ts";
import { type DomainName, displayName } from "../../route53/names.ts";
import type { RecordSet } from "../../route53/record-set.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { AuthoritativeServer } from "./authoritative.ts";
import { HostedZones, type HostedZonesOptions } from "./hosted-zones.ts";
import type { Listener } from "./listener.ts";
import { ParentZones, ROOT_SERVER, TLD_SERVER } from "./parents.ts";
import { addressOfNameServer, RESOLVER_ADDRESS, ROOT_ADDRESS, TLD_ADDRESS } from "./pool.ts";
import type {
  DnsAnswers,
  PublishedCidrCollection,
  PublishedVpc,
  PublishedZone,
  VpcName,
  VpcPublisher,
  ZonePublisher,
} from "./published.ts";
import { type Received, Reception, type ReceptionOptions } from "./reception.ts";
import { CachingResolver } from "./resolver.ts";
import type { Sender } from "./response.ts";
import type { KeysOfZone } from "./signing/parent-keys.ts";
import { ZoneSigners } from "./signing/zone-signer.ts";
import { VpcNumbers } from "./vpc-numbers.ts";
import { type VpcResolver, VpcResolvers } from "./vpc-resolvers.ts";

export interface NameServersOptions extends HostedZonesOptions, Pick<ReceptionOptions, "responseRateLimit"> {
  /** 0 picks a free one. Every server has the same. */
  readonly port: number;
  /** TTLs run on it. */
  readonly clock: Clock;
  /** What the root and the suffixes are signed with; without it they are not. */
  readonly parentKeys?: KeysOfZone;
  /** Which VPC is answered at which address; without it the numbers last as long as the servers. */
  readonly vpcNumbers?: VpcNumbers;
  /** A defect of ours that one query met (it got SERVFAIL), or a socket that could not be opened. Default: a process warning. */
  readonly onDefect?: (error: unknown) => void;
}

export interface NameServers extends ZonePublisher, VpcPublisher, DnsAnswers {
  readonly port: number;
  readonly rootHints: readonly RootHint[];
  /** Of whoever is in no VPC. */
  readonly resolver: SocketAddress;
  vpcResolvers(): VpcResolver[];
  /** To be called once all zones and VPCs have been published that there are: VPCs that have gone meanwhile lose their address. */
  forgetOtherVpcs(): void;
  /** Resolves when the sockets of every zone and VPC published so far are open. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Chosen below the range from which systems hand out ports to clients (RFC 6335, Linux), so that none takes one of ours later. */
const FREE_PORTS = { first: 10_240, end: 32_768 } as const;
const PORT_ATTEMPTS = 40;

/** The resolver has no name in the DNS; this is what NSID says. */
const RESOLVER_NAME = "r53kit-resolver";

/** A socket that is opened later may meet someone who passes by; real ms between attempts. */
const REOPEN = { attempts: 20, pauseMs: 50 } as const;

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function cannotListen(address: string, port: number, error: unknown): Failure {
  const failure = (code: string, message: string, next: string) =>
    new Failure({ kind: "failed", code, message, next, cause: error });
  switch (errorCode(error)) {
    case "EADDRINUSE":
      return failure(
        "nameserver.port-busy",
        `Port ${port} of ${address} is taken by another program.`,
        "Stop that program, or choose another port with --dns-port.",
      );
    case "EACCES":
      return failure(
        "nameserver.port-forbidden",
        `This user may not listen on port ${port}.`,
        "Choose a port above 1023 with --dns-port.",
      );
    case "EADDRNOTAVAIL":
      return failure(
        "nameserver.address-missing",
        `This system has no address ${address}: only 127.0.0.1 of the loopback network is set up.`,
        "Add the addresses first, e.g.: for a in 127.53.0.1 127.53.0.2 127.53.0.53 $(seq -f 127.53.1.%g 64) $(seq -f 127.53.2.%g 8); do sudo ifconfig lo0 alias $a; done",
      );
    default:
      return failure(
        "nameserver.cannot-listen",
        `The name server cannot listen on ${address}, port ${port}: ${(error as Error).message}.`,
        "See whether a firewall or a security policy forbids it.",
      );
  }
}

/** Opens the addresses one by one on one port; closes what was opened when one fails. */
async function openAll(reception: Reception, servers: readonly Received[], port: number): Promise<Listener[]> {
  const opened: Listener[] = [];
  for (const server of servers) {
    try {
      opened.push(await reception.open(server, port));
    } catch (error) {
      await Promise.all(opened.map((listener) => listener.close()));
      throw cannotListen(server.address, port, error);
    }
  }
  return opened;
}

class RunningNameServers implements NameServers {
  readonly port: number;
  readonly rootHints: readonly RootHint[] = [{ name: ROOT_SERVER, addresses: [ROOT_ADDRESS] }];
  readonly resolver: SocketAddress;
  readonly #parents: ParentZones;
  readonly #hostedZones: HostedZones;
  readonly #listeners: Listener[];
  readonly #caching: CachingResolver;
  readonly #reception: Reception;
  readonly #vpcs: VpcResolvers;
  readonly #onDefect: (error: unknown) => void;
  /** By the address of each server whose sockets were asked for. */
  readonly #opening = new Map<string, Promise<void>>();
  #closed = false;

  constructor(parts: {
    port: number;
    parents: ParentZones;
    hostedZones: HostedZones;
    listeners: Listener[];
    caching: CachingResolver;
    reception: Reception;
    vpcNumbers: VpcNumbers;
    onDefect: (error: unknown) => void;
  }) {
    this.port = parts.port;
    this.resolver = { address: RESOLVER_ADDRESS, port: parts.port };
    this.#parents = parts.parents;
    this.#hostedZones = parts.hostedZones;
    this.#listeners = parts.listeners;
    this.#caching = parts.caching;
    this.#reception = parts.reception;
    this.#onDefect = parts.onDefect;
    this.#vpcs = new VpcResolvers(parts.vpcNumbers, (address) =>
      this.#open({ address, name: RESOLVER_NAME, respond: this.#vpcResponder(address), authoritative: false }),
    );
  }

  publishZone(zone: PublishedZone): void {
    this.#hostedZones.put(zone);
    for (const server of zone.nameServers) {
      const address = addressOfNameServer(server);
      // A reusable delegation set can only have servers of the pool; any other name has no address to listen on.
      if (address === undefined) continue;
      const respond = this.#hostedZones.responderOf(server);
      this.#open({ address, name: displayName(server), respond, authoritative: true });
    }
    this.#note(() => this.#vpcs.putZone(zone));
  }

  publishNames(zoneId: string, names: ReadonlyMap<DomainName, readonly RecordSet[]>): void {
    this.#hostedZones.replaceNames(zoneId, names);
  }

  withdrawZone(zoneId: string): void {
    this.#hostedZones.remove(zoneId);
    this.#note(() => this.#vpcs.removeZone(zoneId));
  }

  publishVpc(vpc: PublishedVpc): void {
    this.#note(() => this.#vpcs.putVpc(vpc));
  }

  withdrawVpc(vpc: VpcName): void {
    this.#note(() => this.#vpcs.removeVpc(vpc));
  }

  vpcResolvers(): VpcResolver[] {
    return this.#vpcs.list();
  }

  forgetOtherVpcs(): void {
    this.#note(() => this.#vpcs.forgetTheRest());
  }

  publishCidrCollection(collection: PublishedCidrCollection): void {
    this.#hostedZones.cidrCollections.put(collection);
  }

  withdrawCidrCollection(collectionId: string): void {
    this.#hostedZones.cidrCollections.remove(collectionId);
  }

  answerFromZone(zoneId: string, query: Uint8Array, sender: Sender): Buffer | undefined {
    return this.#hostedZones.answerFromZone(zoneId, query, sender);
  }

  setDelegation(
    domain: DomainName,
    nameServers: readonly DomainName[] | undefined,
    delegationSigners?: readonly string[],
  ): void {
    this.#parents.setDelegation(domain, nameServers, delegationSigners);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#opening.values());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#caching.close();
    await this.settled();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  /** Where an address cannot be kept, as on a full disk, the zone is still served, and the VPC gets one at the next start. */
  #note(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#onDefect(error);
    }
  }

  /** Answers as the VPC sees things that has the address at the time. */
  #vpcResponder(address: string): Received["respond"] {
    return async (octets, sender) => {
      const from = this.#vpcs.at(address);
      if (from === undefined) return undefined;
      const { vpc, seesPrivateZones } = from;
      const view = (question: Question) => this.#hostedZones.answerPrivately(question, vpc);
      return this.#caching.respond(octets, sender, seesPrivateZones ? view : undefined);
    };
  }

  /** Once; sockets stay open when nothing is served there any longer. */
  #open(received: Received): void {
    const { address } = received;
    if (!this.#opening.has(address)) this.#opening.set(address, this.#listen(received));
  }

  async #listen(received: Received): Promise<void> {
    for (let attempt = 1; !this.#closed; attempt++) {
      try {
        this.#listeners.push(await this.#reception.open(received, this.port));
        return;
      } catch (error) {
        if (errorCode(error) !== "EADDRINUSE" || attempt === REOPEN.attempts) {
          this.#onDefect(cannotListen(received.address, this.port, error));
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, REOPEN.pauseMs));
      }
    }
  }
}

/**
 * Starts root, TLDs and resolver; an authoritative server's sockets open when a zone that it serves is published, those of a
 * VPC's resolver when the VPC is.
 * Throws a {@link Failure} when an address or the port cannot be had.
 */
export async function startNameServers(options: NameServersOptions): Promise<NameServers> {
  const onDefect =
    options.onDefect ?? ((error) => process.emitWarning(error instanceof Error ? error : new Error(String(error))));
  const signers = new ZoneSigners(() => options.clock.now());
  const { parentKeys } = options;
  const parents = new ParentZones(parentKeys && { keysOf: parentKeys, signers });
  const hostedZones = new HostedZones(options, signers);
  const { surroundings } = hostedZones;
  const reception = new Reception(options, onDefect);
  const vpcNumbers = options.vpcNumbers ?? new VpcNumbers(new MemoryStore());
  const root = new AuthoritativeServer({ table: parents.root, surroundings });
  const suffixes = new AuthoritativeServer({ table: parents.suffixes, surroundings });

  for (let attempt = 1; ; attempt++) {
    const port = options.port === 0 ? randomInt(FREE_PORTS.first, FREE_PORTS.end) : options.port;
    const caching = new CachingResolver({
      roots: [{ name: ROOT_SERVER, addresses: [ROOT_ADDRESS] }],
      port,
      elapsedMs: () => options.clock.elapsedMs(),
    });
    const servers: Received[] = [
      {
        address: ROOT_ADDRESS,
        name: displayName(ROOT_SERVER),
        respond: (octets, sender) => root.respond(octets, sender),
        authoritative: true,
      },
      {
        address: TLD_ADDRESS,
        name: displayName(TLD_SERVER),
        respond: (octets, sender) => suffixes.respond(octets, sender),
        authoritative: true,
      },
      {
        address: RESOLVER_ADDRESS,
        name: RESOLVER_NAME,
        respond: (octets, sender) => caching.respond(octets, sender),
        authoritative: false,
      },
    ];
    try {
      const listeners = await openAll(reception, servers, port);
      return new RunningNameServers({
        port,
        parents,
        hostedZones,
        listeners,
        caching,
        reception,
        vpcNumbers,
        onDefect,
      });
    } catch (error) {
      const collided = error instanceof Failure && error.code === "nameserver.port-busy";
      if (options.port !== 0 || !collided || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
