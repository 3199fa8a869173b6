import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TYPE } from "../../../../src/dns/types.ts";
import { type CompiledZone, compileZone } from "../../../../src/local/nameserver/compiled-zone.ts";
import { type DomainName, domainName } from "../../../../src/route53/names.ts";
import type { RecordSet } from "../../../../src/route53/record-set.ts";
import { records, routed, zoneOf } from "./fixtures.ts";

const APEX = zoneOf("example.com", []).recordSets;

function whole(sets: readonly RecordSet[]): CompiledZone {
  return compileZone(zoneOf("example.com", sets));
}

/** All that a lookup sees of a zone, in one order. */
function seen(zone: CompiledZone) {
  const nodes = [...zone.nodes.values()].map(({ name, isCut, sets }) => ({
    name,
    isCut,
    sets: [...sets].sort(([a], [b]) => a - b),
  }));
  return {
    hasCuts: zone.hasCuts,
    nodes: nodes.sort((a, b) => (a.name < b.name ? -1 : 1)),
    nameServers: zone.nameServerRecords,
    soa: zone.negativeSoa,
  };
}

const NAMES = ["example.com", "a", "b.a", "c.b.a", "*.a", "d.b.a", "e"].map((name) =>
  name === "example.com" ? name : `${name}.example.com`,
);

/** What may be at a name: nothing, some of these. */
function setsAt(name: string): fc.Arbitrary<RecordSet[]> {
  const own = [
    records(name, "TXT", ['"one"']),
    records(name, "A", ["192.0.2.1"]),
    routed(name, "x", { kind: "weighted", weight: 1 }, "192.0.2.2"),
    ...(name === "example.com" ? [] : [records(name, "NS", ["ns.elsewhere.net."])]),
  ];
  return fc
    .subarray(own)
    .map((sets) => (sets.length === own.length || sets.length === 3 ? sets.slice(0, 1) : sets))
    .filter((sets) => sets.filter(({ type }) => type === "A").length < 2)
    .map((sets) => (name === "example.com" ? [...APEX, ...sets] : sets));
}

describe("a compiled zone", () => {
  it("is after any changes of names what it would be if it were compiled anew", () => {
    const change = fc.constantFrom(...NAMES).chain((name) => setsAt(name).map((sets) => ({ name, sets })));
    fc.assert(
      fc.property(fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), (batches) => {
        const zone = whole([]);
        const now = new Map<DomainName, readonly RecordSet[]>();
        for (const batch of batches) {
          const names = new Map(batch.map(({ name, sets }) => [domainName(name), sets]));
          zone.replace(names);
          for (const [name, sets] of names) now.set(name, sets);
        }
        const { [domainName("example.com")]: atApex = APEX, ...others } = Object.fromEntries(now);
        const anew = whole([...atApex.filter((set) => !APEX.includes(set)), ...Object.values(others).flat()]);
        expect(seen(zone)).toEqual(seen(anew));
      }),
    );
  });

  it("keeps what it has when a change cannot be compiled", () => {
    const zone = whole([records("www.example.com", "A", ["192.0.2.1"])]);
    const before = { ...seen(zone), version: zone.version };
    const www = domainName("www.example.com");
    const other = domainName("other.example.com");
    const mixed = [
      routed("www.example.com", "w", { kind: "weighted", weight: 1 }, "192.0.2.1"),
      routed("www.example.com", "m", { kind: "multivalue" }, "192.0.2.2"),
    ];
    expect(() =>
      zone.replace(
        new Map([
          [other, [records("other.example.com", "A", [])]],
          [www, mixed],
        ]),
      ),
    ).toThrow("mixes the policies");
    expect({ ...seen(zone), version: zone.version }).toEqual(before);
  });

  it("says that it has changed", () => {
    const zone = whole([]);
    const { version } = zone;
    zone.replace(new Map([[domainName("www.example.com"), [records("www.example.com", "A", ["192.0.2.1"])]]]));
    expect(zone.version).not.toBe(version);
    expect(zone.nodes.get(domainName("www.example.com"))?.sets.has(TYPE.A)).toBe(true);
  });
});
