/** The zones of an import as the text of r53kit.yaml, each line knowing which part of the zones it says. Pure. */

import { keyOfCollectionName } from "../../config/cidr-collections.ts";
import type { JsonValue } from "../../config/config.ts";
import { defaultProject } from "../../config/load.ts";
import { commentLine, itemLines, pairLines, type YamlMapping, type YamlValue } from "../../config/yaml-text.ts";
import { type DomainName, displayName } from "../../route53/names.ts";
import type { LiveCidrCollection, LiveTrafficPolicy, LiveZone } from "../live/live-state.ts";
import { recordSetSubject, recordSetText } from "../record-set-diff.ts";
import { answerText, policyText } from "../record-set-differences.ts";
import { type ZoneKey, zoneKey, zoneText } from "../zone-key.ts";
import {
  checksInDocument,
  existingCheckEntry,
  healthCheckEntry,
  type ImportedCheck,
  importedChecks,
  keyFor,
} from "./health-check-entries.ts";
import { type EntryScope, groupsOf, ownerText, type RecordGroup, recordEntry, routingEntry } from "./record-entries.ts";
import { type ImportSource, zonesOf } from "./source.ts";

/** Something of the zones that stands in the file, or does not. */
export type Part =
  | { readonly kind: "zone"; readonly zone: ZoneKey }
  | { readonly kind: "records"; readonly zone: ZoneKey; readonly group: RecordGroup }
  | { readonly kind: "health-check"; readonly check: ImportedCheck }
  | { readonly kind: "cidr-collection"; readonly key: string; readonly collection: LiveCidrCollection }
  | { readonly kind: "traffic-policy"; readonly key: string; readonly policy: LiveTrafficPolicy }
  | { readonly kind: "instance"; readonly zone: ZoneKey; readonly name: DomainName; readonly type: string }
  | { readonly kind: "logging"; readonly zone: ZoneKey; readonly logGroup: string };

export function partKey(part: Part): string {
  switch (part.kind) {
    case "zone":
    case "logging":
      return `${part.kind} ${part.zone}`;
    case "records":
      return `records ${part.zone} ${part.group.key}`;
    case "health-check":
      return `health-check ${part.check.id}`;
    case "cidr-collection":
      return `cidr-collection ${part.collection.id}`;
    case "traffic-policy":
      return `traffic-policy ${part.policy.id}`;
    case "instance":
      return `instance ${part.zone} ${part.name} ${part.type}`;
  }
}

/** For people. */
export function partText(part: Part): string {
  switch (part.kind) {
    case "zone":
      return `the registrar of ${zoneText(part.zone)}`;
    case "records":
      return recordSetSubject(part.zone, part.group);
    case "health-check":
      return `health check ${part.check.key} (${part.check.id})`;
    case "cidr-collection":
      return `CIDR collection ${part.collection.name}`;
    case "traffic-policy":
      return `traffic policy ${part.policy.name}`;
    case "instance":
      return `traffic policy instance ${displayName(part.name)} ${part.type}`;
    case "logging":
      return `query logging of ${zoneText(part.zone)}`;
  }
}

export interface LeftOut {
  readonly part: Part;
  readonly why: string;
}

export interface Composition {
  readonly text: string;
  /** What the line of a number says, counted from 1. */
  partAt(line: number): Part | undefined;
  /** Everything that the text says, once each. */
  readonly said: readonly Part[];
  /** What was left out on the way, because something it needs was. */
  readonly leftOut: readonly LeftOut[];
  /** Documents of traffic policies by the file that the text names. */
  readonly documents: ReadonlyMap<string, string>;
}

export interface ComposeOptions {
  /** By part key: what the file cannot say, and why. */
  readonly without: ReadonlyMap<string, LeftOut>;
  readonly documents: "inline" | "files";
}

interface Line {
  readonly text: string;
  readonly part?: Part;
}

export function compose(source: ImportSource, options: ComposeOptions): Composition {
  const writer = new Writer(source, options);
  const lines = writer.lines();
  const said = new Map<string, Part>();
  for (const { part } of lines) if (part !== undefined) said.set(partKey(part), part);
  return {
    text: lines.map(({ text }) => `${text}\n`).join(""),
    partAt: (line) => lines[line - 1]?.part,
    said: [...said.values()],
    leftOut: writer.leftOut,
    documents: writer.documents,
  };
}

/** Of the file that an import writes: it does not name one. */
export function projectOf(source: ImportSource): string {
  return defaultProject(zonesOf(source)[0]?.name);
}

class Writer {
  readonly leftOut: LeftOut[] = [];
  readonly documents = new Map<string, string>();
  readonly #source: ImportSource;
  readonly #options: ComposeOptions;
  readonly #zones: readonly LiveZone[];
  readonly #checks: readonly ImportedCheck[];
  readonly #keys: ReadonlyMap<string, string>;
  readonly #policyKeys = new Map<string, string>();
  /** Of the collections that the project made; others are named by their ids. */
  readonly #collections = new Map<string, Part & { readonly kind: "cidr-collection" }>();

  constructor(source: ImportSource, options: ComposeOptions) {
    this.#source = source;
    this.#options = options;
    this.#zones = zonesOf(source);
    this.#checks = importedChecks(source, projectOf(source));
    this.#keys = new Map(this.#checks.map(({ id, key }) => [id, key]));
    for (const collection of source.live.cidrCollections ?? []) {
      const key = keyOfCollectionName(projectOf(source), collection.name);
      if (key === undefined) continue;
      const part = { kind: "cidr-collection", key, collection } as const;
      if (!this.#isOut(part)) this.#collections.set(collection.id, part);
    }
    for (const policy of source.live.trafficPolicies) {
      this.#policyKeys.set(policy.id, keyFor(this.#shortName(policy.name), new Set(this.#policyKeys.values())));
    }
  }

  #cidrCollections(): Line[] {
    return [...this.#collections.values()].flatMap((part) => {
      const { key, collection } = part;
      const locations = collection.locations.map(({ name, blocks }) => [name, blocks] as const);
      return pairLines(key, Object.fromEntries(locations), 2).map((text) => ({ text, part }));
    });
  }

  /** A policy that r53kit made has the project before its key. */
  #shortName(name: string): string {
    const prefix = `${projectOf(this.#source)}-`;
    return name.startsWith(prefix) ? name.slice(prefix.length) : name;
  }

  lines(): Line[] {
    const names = this.#zones.map((zone) => zoneText(keyOf(zone))).join(", ");
    const [only, another] = this.#zones;
    const single = only !== undefined && another === undefined ? only : undefined;
    const trafficPolicies = this.#section("policies:", 2, this.#trafficPolicies());
    const instances = single === undefined ? [] : this.#section("instances:", 2, this.#instances(single, 4));
    return [
      {
        text: commentLine(
          `${names}, written by r53kit setup import. Every key is explained in docs/reference/config.md.`,
          0,
        ),
      },
      { text: "version: 1" },
      ...(single === undefined
        ? []
        : pairLines("zone", this.#identity(single), 0).map((text) => ({ text, part: zonePart(single) }))),
      ...this.#spaced(this.#section("healthChecks:", 0, this.#healthChecks())),
      ...this.#spaced(this.#section("cidrCollections:", 0, this.#cidrCollections())),
      ...(single === undefined
        ? this.#spaced(
            this.#section(
              "zones:",
              0,
              this.#zones.flatMap((zone) => this.#zoneItem(zone)),
            ),
          )
        : this.#recordLines(single, 0)),
      ...this.#spaced(this.#section("trafficFlow:", 0, [...trafficPolicies, ...instances])),
      ...(single === undefined ? [] : this.#spaced(this.#logging(single, 0))),
      ...(single === undefined ? [] : this.#leftOutLines(single, 0)),
    ];
  }

  #spaced(lines: readonly Line[]): Line[] {
    return lines.length === 0 ? [] : [{ text: "" }, ...lines];
  }

  #section(head: string, indent: number, lines: readonly Line[]): Line[] {
    return lines.length === 0 ? [] : [{ text: " ".repeat(indent) + head }, ...lines];
  }

  #isOut(part: Part): boolean {
    return this.#options.without.has(partKey(part));
  }

  #identity(zone: LiveZone): YamlMapping {
    return {
      name: displayName(zone.name),
      ...(this.#source.sharedNames.has(zone.name) ? { id: zone.id } : {}),
      ...(zone.vpcs === undefined ? {} : { private: true, vpcs: zone.vpcs.map(({ id, region }) => ({ id, region })) }),
      ...(zone.comment === "" ? {} : { comment: zone.comment }),
      ...(this.#isOut(zonePart(zone)) ? { registrar: "leave" } : {}),
    };
  }

  #zoneItem(zone: LiveZone): Line[] {
    const part = zonePart(zone);
    const head = itemLines(this.#identity(zone), 2, true).map((text) => ({ text, part }));
    return [
      ...head,
      ...this.#recordLines(zone, 4),
      ...this.#section("trafficFlow:", 4, this.#section("instances:", 6, this.#instances(zone, 8))),
      ...this.#logging(zone, 4),
      ...this.#leftOutLines(zone, 4),
    ];
  }

  #healthChecks(): Line[] {
    const entries = this.#checks.map((check): { part: Part; entry: YamlMapping } => {
      const part: Part = { kind: "health-check", check };
      const entry = this.#isOut(part) ? undefined : healthCheckEntry(check, (id) => this.#keys.get(id));
      return { part, entry: entry ?? existingCheckEntry(check) };
    });
    const longest = Math.max(
      0,
      ...entries.map(({ part }) => (part.kind === "health-check" ? part.check.key.length : 0)),
    );
    return entries.flatMap(({ part, entry }) =>
      part.kind === "health-check"
        ? pairLines(part.check.key, entry, 2, longest + 1).map((text) => ({ text, part }))
        : [],
    );
  }

  #scope(zone: LiveZone): EntryScope {
    return {
      zone: zone.name,
      zoneId: zone.id,
      zoneNames: this.#zones.map(({ name }) => name),
      keyOfCheck: (id) => this.#keys.get(id),
      keyOfCollection: (id) => this.#collections.get(id)?.key,
    };
  }

  #groups(zone: LiveZone): RecordGroup[] {
    return groupsOf(
      zone.recordSets.map(({ set }) => set),
      zone.name,
    );
  }

  #recordLines(zone: LiveZone, indent: number): Line[] {
    const scope = this.#scope(zone);
    const records: Line[] = [];
    const routing: Line[] = [];
    let atApex = false;
    for (const group of this.#groups(zone)) {
      const part: Part = { kind: "records", zone: keyOf(zone), group };
      if (this.#isOut(part)) continue;
      const [set] = group.sets;
      if (set === undefined) continue;
      if (set.policy.kind === "simple" && group.sets.length === 1) {
        // The apex stands by itself.
        if (atApex && group.name !== zone.name) records.push({ text: "" });
        atApex = group.name === zone.name;
        records.push(...itemLines(recordEntry(set, scope), indent + 2).map((text) => ({ text, part })));
      } else {
        if (routing.length > 0) routing.push({ text: "" });
        routing.push(...itemLines(routingEntry(group, scope), indent + 2, true).map((text) => ({ text, part })));
      }
    }
    return [
      ...this.#spaced(this.#section("records:", indent, records)),
      ...this.#spaced(this.#section("routing:", indent, routing)),
    ];
  }

  #trafficPolicies(): Line[] {
    return this.#source.live.trafficPolicies.flatMap((policy): Line[] => {
      const key = this.#policyKeys.get(policy.id) ?? policy.name;
      const part: Part = { kind: "traffic-policy", key, policy };
      if (this.#isOut(part)) return [];
      const file = `traffic/${key}.json`;
      const document = withKeys(policy.document, this.#keys);
      if (this.#options.documents === "files") this.documents.set(file, `${JSON.stringify(document, null, 2)}\n`);
      const isDefault = policy.name === `${projectOf(this.#source)}-${key}`;
      const entry: YamlMapping = {
        ...(isDefault ? {} : { name: policy.name }),
        document: this.#options.documents === "files" ? file : (document as YamlValue),
      };
      return pairLines(key, entry, 4).map((text) => ({ text, part }));
    });
  }

  #instances(zone: LiveZone, indent: number): Line[] {
    return zone.trafficPolicyInstances.flatMap((one): Line[] => {
      const part: Part = { kind: "instance", zone: keyOf(zone), name: one.name, type: one.type };
      if (this.#isOut(part)) return [];
      const policy = this.#source.live.trafficPolicies.find(({ id }) => id === one.policyId);
      const key = this.#policyKeys.get(one.policyId);
      if (policy === undefined || key === undefined || this.#isOut({ kind: "traffic-policy", key, policy })) {
        this.leftOut.push({ part, why: "its traffic policy is not in the file" });
        return [];
      }
      const entry = { name: ownerText(one.name, zone.name), policy: key, ttl: one.ttlSeconds };
      return itemLines(entry, indent).map((text) => ({ text, part }));
    });
  }

  #logging(zone: LiveZone, indent: number): Line[] {
    const arn = zone.queryLogging?.logGroupArn;
    const logGroup = arn?.split(":log-group:")[1];
    if (logGroup === undefined) return [];
    const part: Part = { kind: "logging", zone: keyOf(zone), logGroup };
    if (this.#isOut(part)) return [];
    const retentionDays = this.#source.live.logGroups.get(logGroup)?.retentionDays;
    const entry = { logGroup, ...(retentionDays === undefined ? {} : { retentionDays }) };
    return pairLines("logging", entry, indent).map((text) => ({ text, part }));
  }

  /** What stays as it is: as comments where people look for it. */
  #leftOutLines(zone: LiveZone, indent: number): Line[] {
    const here = [...this.#options.without.values(), ...this.leftOut].filter(
      ({ part }) => "zone" in part && part.zone === keyOf(zone) && part.kind !== "zone",
    );
    if (here.length === 0) return [];
    return [
      { text: "" },
      { text: commentLine("Not in this file, which cannot say it; setup leaves it as it is:", indent) },
      ...here.flatMap(({ part, why }) => [
        { text: commentLine(`  ${partText(part)}: ${why}`, indent) },
        ...(part.kind === "records"
          ? part.group.sets.map((set) => ({
              text: commentLine(`    ${recordSetText(set)}: ${policyText(set.policy)}, ${answerText(set)}`, indent),
            }))
          : []),
      ]),
    ];
  }
}

function zonePart(zone: LiveZone): Part {
  return { kind: "zone", zone: keyOf(zone) };
}

function keyOf({ name, vpcs }: LiveZone): ZoneKey {
  return zoneKey({ name, private: vpcs !== undefined });
}

/** A document with the file's keys in place of the ids of its checks. */
function withKeys(document: JsonValue, keys: ReadonlyMap<string, string>): JsonValue {
  if (document === null || typeof document !== "object" || checksInDocument(document).length === 0) return document;
  if (Array.isArray(document)) return document.map((one: JsonValue) => withKeys(one, keys));
  return Object.fromEntries(
    Object.entries(document).map(([name, value]: [string, JsonValue]) => [
      name,
      name === "HealthCheck" && typeof value === "string" ? (keys.get(value) ?? value) : withKeys(value, keys),
    ]),
  );
}
