/**
 * Record sets that are another tool's to change, by the marks that those tools leave in the zone: external-dns and octoDNS by
 * their ownership TXT records, ACME clients and ACM by the names and targets of their proofs, Traffic Flow by its instance ids,
 * Cloud Map by the zone being its own. Pure.
 *
 * Whatever is in doubt is taken for theirs: a record set that stays costs a look, one that is removed may cost an outage.
 */

import { type DomainName, displayName, parentOf, splitLabels } from "../route53/names.ts";
import { parseRecordData } from "../route53/record-data.ts";
import { isRecordType, type RecordSet } from "../route53/record-set.ts";

export interface ForeignOwner {
  /** In words that follow the record set's name. */
  readonly says: string;
  /** Another program writes it, and would write it again: a file that names it too would never be at rest. */
  readonly contested: boolean;
}

/** Whose a record set is that is not the file's to remove; undefined for what nobody else claims. */
export type OwnerOf = (set: RecordSet) => ForeignOwner | undefined;

const keeps = (says: string): ForeignOwner => ({ says, contested: false });
const writes = (says: string): ForeignOwner => ({ says, contested: true });

export interface ClaimedZone {
  readonly name: DomainName;
  /** Of the service that made the zone, such as `servicediscovery.amazonaws.com`. */
  readonly linkedService?: string | undefined;
  readonly recordSets: readonly { readonly set: RecordSet }[];
}

export function foreignOwners(zone: ClaimedZone): OwnerOf {
  const sets = zone.recordSets.map(({ set }) => set);
  const registry = new Registry(
    sets.filter((set) => textsOf(set).some((text) => text.includes("heritage=external-dns"))),
  );
  const octoDns = new Set(sets.flatMap((set) => octoDnsClaim(set, zone.name) ?? []));
  return (set) => {
    if (set.name === zone.name && (set.type === "NS" || set.type === "SOA")) return keeps("comes with the zone");
    if (zone.linkedService !== undefined) return writes(`belongs to ${zone.linkedService}, like the whole zone`);
    if (set.trafficPolicyInstanceId !== undefined)
      return writes(`belongs to the traffic policy instance ${set.trafficPolicyInstanceId}`);
    if (!isRecordType(set.type)) return keeps("is of a type that r53kit does not know");
    const proof = proofOf(set);
    if (proof !== undefined) return keeps(proof);
    if (registry.has(set)) return writes("is an ownership record of external-dns");
    const claim = registry.claimOn(set.name);
    if (claim !== undefined) return writes(`is owned by external-dns (${displayName(claim)} TXT says so)`);
    if (isOctoDnsMark(set, zone.name)) return writes("is a record that octoDNS keeps for itself");
    if (octoDns.has(`${set.name} ${set.type}`)) return writes("is owned by octoDNS (its ownership record says so)");
    return undefined;
  };
}

/** Each value of a TXT record set with its strings joined. Encrypted ownership records of external-dns say nothing here. */
function textsOf({ type, answer }: RecordSet): string[] {
  if (type !== "TXT" || answer.kind !== "records") return [];
  return answer.values.map((value) => {
    try {
      const strings = parseRecordData(type, value).fields.flatMap((one) => (one.kind === "strings" ? one.strings : []));
      return Buffer.concat(strings).toString("utf8");
    } catch {
      return value;
    }
  });
}

/** What a certificate authority looks for: put there by whoever renews the certificate, and missed at the next renewal only. */
function proofOf({ name, type, answer }: RecordSet): string | undefined {
  if (type === "TXT" && firstLabel(name) === "_acme-challenge") return "is an ACME challenge";
  const target = type === "CNAME" && answer.kind === "records" ? (answer.values[0] ?? "").toLowerCase() : "";
  return /\.acm-validations\.aws\.?$/.test(target) ? "proves the domain to AWS Certificate Manager" : undefined;
}

/** The TXT registry of external-dns, found by the parents of its names. */
class Registry {
  readonly #sets: ReadonlySet<RecordSet>;
  readonly #names = new Set<DomainName>();
  readonly #byParent = new Map<DomainName, DomainName[]>();

  constructor(sets: readonly RecordSet[]) {
    this.#sets = new Set(sets);
    for (const { name } of sets) {
      this.#names.add(name);
      const parent = parentOf(name);
      const siblings = parent && this.#byParent.get(parent);
      if (siblings !== undefined) siblings.push(name);
      else if (parent !== undefined) this.#byParent.set(parent, [name]);
    }
  }

  has(set: RecordSet): boolean {
    return this.#sets.has(set);
  }

  /**
   * The registry record that speaks of a name. external-dns names it after the record (`www`), after type and record
   * (`cname-www`), and with a prefix or suffix that it was given; a prefix with a dot at its end is a label before the whole
   * name. A wildcard's may have any label.
   */
  claimOn(name: DomainName): DomainName | undefined {
    if (this.#sets.size === 0) return undefined;
    if (this.#names.has(name)) return name;
    const [prefixed] = this.#byParent.get(name) ?? [];
    if (prefixed !== undefined) return prefixed;
    const own = firstLabel(name);
    const parent = parentOf(name);
    const siblings = parent === undefined ? [] : (this.#byParent.get(parent) ?? []);
    return siblings.find((one) => own === "*" || firstLabel(one).startsWith(own) || firstLabel(one).endsWith(own));
  }
}

function firstLabel(name: DomainName): string {
  return splitLabels(name)[0] ?? "";
}

/** The record of octoDNS's MetaProcessor, by what it says, and of its OwnershipProcessor. */
function isOctoDnsMark(set: RecordSet, zone: DomainName): boolean {
  const texts = textsOf(set);
  if (texts.some((text) => text.startsWith("octodns-version="))) return true;
  if (set.type === "TXT" && firstLabel(set.name) === "octodns-meta") return true;
  const meta = set.name === `meta.${zone}` && texts.some((text) => /^time=\d{4}-\d\d-\d\dT/.test(text));
  return meta || octoDnsClaim(set, zone) !== undefined;
}

/** `_owner.a.www` with the text `*octodns*` says that `www A` is octoDNS's: the group's key. */
function octoDnsClaim(set: RecordSet, zone: DomainName): string | undefined {
  if (!textsOf(set).includes("*octodns*")) return undefined;
  const below = set.name === zone ? "" : set.name.slice(0, -zone.length - 1);
  const match = /^[^.]+\.([a-z]+)(?:\.(.+))?$/i.exec(below);
  if (match === null) return undefined;
  const [, type = "", owner] = match;
  const name = owner === undefined ? zone : `${owner.replaceAll("_wildcard", "*")}.${zone}`;
  return `${name} ${type.toUpperCase()}`;
}
