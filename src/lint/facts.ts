/** The desired state as rules look at it: groups of answers, what a name leads to, who decides by which check. Pure. */

import type {
  Config,
  DeclaredRecordSet,
  HealthCheckDefinition,
  SourcePath,
  TrafficPolicyInstanceDefinition,
  ZoneConfig,
} from "../config/config.ts";
import { type DomainName, displayName, isWithin, parentOf } from "../route53/names.ts";
import type { RecordType } from "../route53/record-set.ts";
import { parseTrafficPolicyDocument, type TrafficPolicyDocument } from "../route53/traffic-policy.ts";

/** All record sets of one name and type of a zone. */
export interface Group {
  readonly zone: ZoneConfig;
  readonly name: DomainName;
  readonly type: RecordType;
  readonly sets: readonly DeclaredRecordSet[];
  /** Of the entry: the record, or the routing group. */
  readonly path: SourcePath;
}

export interface LintInput {
  readonly config: Config;
  /** Whether it is set up on AWS: addresses of examples and loopbacks are right at home on the local backend. */
  readonly onAws: boolean;
  /** Names that are in the zones without standing in the file; none when nobody has looked. */
  readonly liveNames?: ReadonlySet<DomainName>;
}

export class Facts {
  readonly config: Config;
  readonly onAws: boolean;
  readonly groups: readonly Group[];
  readonly checks: ReadonlyMap<string, HealthCheckDefinition>;
  /** By key; those that can be read. */
  readonly documents: ReadonlyMap<string, TrafficPolicyDocument>;
  readonly #byZone = new Map<ZoneConfig, ZoneNames>();
  readonly #liveNames: ReadonlySet<DomainName>;

  constructor({ config, onAws, liveNames = new Set() }: LintInput) {
    this.config = config;
    this.onAws = onAws;
    this.#liveNames = liveNames;
    this.checks = new Map(config.healthChecks.map((check) => [check.key, check]));
    this.documents = new Map(
      config.trafficPolicies.flatMap(({ key, document }) => {
        const parsed = parseTrafficPolicyDocument(JSON.stringify(document), { jsonTypes: "any" });
        return parsed.ok ? [[key, parsed.document]] : [];
      }),
    );
    this.groups = config.zones.flatMap(groupsOf);
    for (const zone of config.zones) {
      this.#byZone.set(
        zone,
        new ZoneNames(
          zone,
          this.groups.filter((group) => group.zone === zone),
        ),
      );
    }
  }

  names(zone: ZoneConfig): ZoneNames {
    const names = this.#byZone.get(zone);
    if (names === undefined) throw new Error(`${zone.name} is no zone of this file`);
    return names;
  }

  /** The zone of the file that a name of another one's record lies in: the longest that encloses it, of the same kind. */
  zoneOf(name: DomainName, from: ZoneConfig): ZoneConfig | undefined {
    return this.config.zones
      .filter((zone) => zone.private === from.private && isWithin(name, zone.name))
      .sort((a, b) => b.name.length - a.name.length)[0];
  }

  /** Whether there may be something at a name that the file's zones enclose. */
  isThere(name: DomainName, zone: ZoneConfig): boolean {
    return this.#liveNames.has(name) || this.names(zone).answersAt(name);
  }

  /** The checks that a check's verdict depends on: itself, and its children's. */
  decidingChecks(key: string, seen: ReadonlySet<string> = new Set()): ReadonlySet<string> {
    const settings = this.checks.get(key)?.settings;
    const all = new Set([key]);
    if (settings?.kind !== "calculated" || seen.has(key)) return all;
    for (const child of settings.children) {
      for (const one of this.decidingChecks(child, new Set([...seen, key]))) all.add(one);
    }
    return all;
  }
}

function groupsOf(zone: ZoneConfig): Group[] {
  const groups = new Map<string, DeclaredRecordSet[]>();
  for (const set of zone.recordSets) {
    const key = `${set.name} ${set.type}`;
    groups.set(key, [...(groups.get(key) ?? []), set]);
  }
  return [...groups.values()].flatMap((sets) => {
    const [first] = sets;
    if (first === undefined) return [];
    const path = first.policy.kind === "simple" ? first.path : first.path.slice(0, -2);
    return [{ zone, name: first.name, type: first.type, sets, path }];
  });
}

/** The names of one zone of the file, and what a query for them meets. */
export class ZoneNames {
  readonly zone: ZoneConfig;
  readonly #groups = new Map<DomainName, Group[]>();
  readonly #instances = new Map<DomainName, TrafficPolicyInstanceDefinition[]>();
  /** Owners and the empty non-terminals above them. */
  readonly #existing = new Set<DomainName>();
  readonly #cuts: readonly DomainName[];

  constructor(zone: ZoneConfig, groups: readonly Group[]) {
    this.zone = zone;
    for (const group of groups) this.#groups.set(group.name, [...(this.#groups.get(group.name) ?? []), group]);
    for (const one of zone.trafficPolicyInstances) {
      this.#instances.set(one.name, [...(this.#instances.get(one.name) ?? []), one]);
    }
    for (const owner of this.owners) {
      for (
        let name: DomainName | undefined = owner;
        name !== undefined && isWithin(name, zone.name);
        name = parentOf(name)
      ) {
        this.#existing.add(name);
      }
    }
    this.#cuts = [...this.#groups.keys()].filter((name) => name !== zone.name && this.typesAt(name).includes("NS"));
  }

  get owners(): DomainName[] {
    return [...new Set([...this.#groups.keys(), ...this.#instances.keys()])];
  }

  groupsAt(name: DomainName): readonly Group[] {
    return this.#groups.get(name) ?? [];
  }

  instancesAt(name: DomainName): readonly TrafficPolicyInstanceDefinition[] {
    return this.#instances.get(name) ?? [];
  }

  typesAt(name: DomainName): string[] {
    return [...this.groupsAt(name).map(({ type }) => type), ...this.instancesAt(name).map(({ type }) => type)];
  }

  /** Whether the name is an owner, or lies above one. */
  exists(name: DomainName): boolean {
    return this.#existing.has(name);
  }

  /** The delegation that a name lies at or below. */
  cutAbove(name: DomainName): DomainName | undefined {
    return this.#cuts.find((cut) => isWithin(name, cut));
  }

  /** The name itself, or the wildcard that stands in for it (RFC 4592 section 3.3.1). */
  ownerFor(name: DomainName): DomainName | undefined {
    if (this.exists(name)) return name;
    for (let up = parentOf(name); up !== undefined && isWithin(up, this.zone.name); up = parentOf(up)) {
      if (!this.exists(up)) continue;
      const wildcard = `*.${up}` as DomainName;
      return this.exists(wildcard) ? wildcard : undefined;
    }
    return undefined;
  }

  /** Whether a query for the name finds records, or a server that may have some. */
  answersAt(name: DomainName): boolean {
    if (this.cutAbove(name) !== undefined) return true;
    const owner = this.ownerFor(name);
    return owner !== undefined && this.typesAt(owner).length > 0;
  }
}

/** `orders.example.com A`, or with its answer `orders.example.com A primary`. */
export function subjectOf({
  name,
  type,
  setIdentifier,
}: {
  readonly name: DomainName;
  readonly type: string;
  readonly setIdentifier?: string | undefined;
}): string {
  return `${displayName(name)} ${type}${setIdentifier === undefined ? "" : ` ${setIdentifier}`}`;
}

export function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
