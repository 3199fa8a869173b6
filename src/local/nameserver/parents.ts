/**
 * The zones above the hosted ones: the root, the top-level domains and public suffixes such as co.uk, with the delegations
 * that the registrar sets and the addresses of every name server there is.
 */

import { keyRecords } from "../../dns/dnssec-keys.ts";
import { publicKeyOf } from "../../dns/dnssec-signing.ts";
import { type DomainName, domainName, isWithin, parentOf, splitLabels } from "../../route53/names.ts";
import type { RecordSet, RecordType } from "../../route53/record-set.ts";
import { type CompiledZone, compileZone } from "./compiled-zone.ts";
import { NAME_SERVER_POOL, ROOT_ADDRESS, TLD_ADDRESS } from "./pool.ts";
import type { KeysOfZone } from "./signing/parent-keys.ts";
import type { ZoneSigners } from "./signing/zone-signer.ts";
import type { VersionedZoneTable } from "./zone-table.ts";

const ROOT = "." as DomainName;
export const ROOT_SERVER = domainName("a.root-servers.net");
export const TLD_SERVER = domainName("a.gtld-servers.net");

/** Suffixes under which names are registered; every other top-level domain appears with its first delegation. */
const SUFFIXES = ["com", "net", "org", "uk", "co.uk"].map(domainName);

/** As the real root and com have it: two days. */
const DELEGATION_TTL_SECONDS = 172_800;
/** As com has it; the root's DS records of TLDs have the same. */
const DS_TTL_SECONDS = 86_400;
/** The real ones let a missing name be cached for a quarter of an hour or a day; here a domain is looked for, then registered. */
const NEGATIVE_TTL_SECONDS = 60;

function simple(name: DomainName, type: RecordType, ttlSeconds: number, values: readonly string[]): RecordSet {
  return { name, type, policy: { kind: "simple" }, answer: { kind: "records", ttlSeconds, values } };
}

function apexSets(zone: DomainName, server: DomainName, serial: number): RecordSet[] {
  const soa = `${server} hostmaster.${server} ${serial} 1800 900 604800 ${NEGATIVE_TTL_SECONDS}`;
  return [
    simple(zone, "SOA", 86_400, [soa]),
    simple(zone, "NS", zone === ROOT ? 518_400 : DELEGATION_TTL_SECONDS, [server]),
  ];
}

function delegationSets(domain: DomainName, { nameServers, signers }: Delegated): RecordSet[] {
  const sets = [simple(domain, "NS", DELEGATION_TTL_SECONDS, nameServers)];
  return signers.length === 0 ? sets : [...sets, simple(domain, "DS", DS_TTL_SECONDS, signers)];
}

const HOSTS: readonly RecordSet[] = [
  { name: ROOT_SERVER, address: ROOT_ADDRESS },
  { name: TLD_SERVER, address: TLD_ADDRESS },
  ...NAME_SERVER_POOL,
].map(({ name, address }) => simple(name, "A", DELEGATION_TTL_SECONDS, [address]));

interface Delegated {
  readonly nameServers: readonly DomainName[];
  /** Data of the DS records. */
  readonly signers: readonly string[];
}

/** What the zones are signed with; without it they are not. */
export interface ParentSigning {
  readonly keysOf: KeysOfZone;
  readonly signers: ZoneSigners;
}

export class ParentZones {
  readonly #signing: ParentSigning | undefined;
  readonly #delegations = new Map<DomainName, Delegated>();
  /** Made when first asked for after a change, so that restoring many domains compiles each zone once. */
  readonly #compiled = new Map<DomainName, CompiledZone>();
  readonly #suffixes = new Set<DomainName>(SUFFIXES);
  #serial = 1;

  /** What the root servers answer for: the root alone. */
  readonly root: VersionedZoneTable = this.#table(() => this.#zone(ROOT));

  /** What the TLD servers answer for: every suffix, the nearest above a name. */
  readonly suffixes: VersionedZoneTable = this.#table((name) => {
    for (let at: DomainName | undefined = name; at !== undefined; at = parentOf(at)) {
      if (this.#suffixes.has(at)) return this.#zone(at);
    }
    return undefined;
  });

  constructor(signing?: ParentSigning) {
    this.#signing = signing;
  }

  /** Undefined or empty name servers remove the delegation. */
  setDelegation(
    domain: DomainName,
    nameServers: readonly DomainName[] | undefined,
    signers: readonly string[] = [],
  ): void {
    if (nameServers === undefined || nameServers.length === 0) this.#delegations.delete(domain);
    else this.#delegations.set(domain, { nameServers, signers });
    const parent = this.#parentOf(domain);
    if (parent !== ROOT && !this.#suffixes.has(parent)) {
      this.#suffixes.add(parent);
      this.#compiled.delete(ROOT);
    }
    this.#serial += 1;
    this.#compiled.delete(parent);
  }

  #table(enclosing: VersionedZoneTable["enclosing"]): VersionedZoneTable {
    const serial = () => this.#serial;
    return {
      enclosing,
      get version() {
        return serial();
      },
    };
  }

  /** The nearest suffix strictly above a domain; the root for a top-level domain. */
  #parentOf(domain: DomainName): DomainName {
    for (let at = parentOf(domain); at !== undefined; at = parentOf(at)) if (this.#suffixes.has(at)) return at;
    const top = splitLabels(domain).at(-1);
    return top === undefined || domain === `${top}.` ? ROOT : (`${top}.` as DomainName);
  }

  #zone(name: DomainName): CompiledZone {
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    const recordSets = [
      ...apexSets(name, name === ROOT ? ROOT_SERVER : TLD_SERVER, this.#serial),
      ...this.#childSuffixes(name).flatMap((child) =>
        delegationSets(child, { nameServers: [TLD_SERVER], signers: this.#signersOf(child) }),
      ),
      ...[...this.#delegations]
        .filter(([domain]) => this.#parentOf(domain) === name)
        .flatMap(([domain, delegated]) => delegationSets(domain, delegated)),
      ...HOSTS.filter((host) => this.#isHostOf(host.name, name)),
    ];
    const signer = this.#signing?.signers.signerOf(`parent ${name}`, name, this.#signing.keysOf(name));
    const zone = compileZone({ id: "", name, private: true, recordSets, trafficPolicyInstances: [] }, signer);
    this.#compiled.set(name, zone);
    return zone;
  }

  /** DS data for a suffix. */
  #signersOf(suffix: DomainName): string[] {
    const keys = this.#signing?.keysOf(suffix).keySigningKeys ?? [];
    return keys.map((key) => keyRecords(suffix, publicKeyOf(key)).ds);
  }

  #childSuffixes(zone: DomainName): DomainName[] {
    return [...this.#suffixes].filter((suffix) => suffix !== zone && this.#parentOf(suffix) === zone);
  }

  /** The root has its own and the TLDs' servers as glue; a suffix has the hosts that lie in it and in no suffix below. */
  #isHostOf(host: DomainName, zone: DomainName): boolean {
    if (zone === ROOT) return host === ROOT_SERVER || host === TLD_SERVER;
    return isWithin(host, zone) && !this.#childSuffixes(zone).some((child) => isWithin(host, child));
  }
}
