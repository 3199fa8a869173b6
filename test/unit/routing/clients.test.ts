import { ResourceRecordSetRegion } from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONTINENTS, GEO_PLACES } from "../../../src/route53/geo-locations.ts";
import { contains, masked, parseSubnet, type Subnet } from "../../../src/routing/client.ts";
import { LOCATED_BLOCKS, locateInTable, locateWith, locationOfCountry } from "../../../src/routing/client-locations.ts";
import { distanceKm, regionCoordinates } from "../../../src/routing/regions.ts";

function at(text: string): string | undefined {
  const subnet = parseSubnet(text);
  const location = subnet && locateInTable(subnet).location;
  return location && [location.countryCode, location.subdivisionCode].filter(Boolean).join("-");
}

describe("a client's subnet", () => {
  it("is read from addresses and prefixes of both families, host bits cleared", () => {
    expect(parseSubnet("192.0.2.77/24")).toEqual({ octets: Uint8Array.of(192, 0, 2, 0), prefixLength: 24 });
    expect(parseSubnet("::1")?.octets).toHaveLength(16);
    expect(parseSubnet("2001:db8:49::/48")?.octets.slice(0, 6)).toEqual(Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0x49));
  });

  it.each(["", "192.0.2", "192.0.2.256", "192.0.2.1/33", "1:2:3", "1::2::3", "1:2:3:4:5:6:7:8:9", "g::1", "::1/129"])(
    "is not read from %j",
    (text) => {
      expect(parseSubnet(text)).toBeUndefined();
    },
  );

  it("lies in every shorter prefix of itself, and in no prefix that differs in one kept bit", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 32 }),
        fc.nat({ max: 31 }),
        (octets, length, bit) => {
          const inner = masked(octets, 32);
          expect(contains(masked(octets, length), inner)).toBe(true);
          const other = Uint8Array.from(octets);
          other[bit >> 3] = (other[bit >> 3] as number) ^ (0x80 >> (bit & 7));
          expect(contains(masked(other, length), inner)).toBe(bit >= length);
        },
      ),
    );
  });
});

describe("the built-in table of locations", () => {
  it("knows documentation prefixes, and loopback and private blocks by calling code", () => {
    expect(at("192.0.2.1")).toBe("US-VA");
    expect(at("198.51.100.0/24")).toBe("DE");
    expect(at("127.49.0.1")).toBe("DE");
    expect(at("10.81.3.4")).toBe("JP");
    expect(at("2001:db8:61::53")).toBe("AU");
    expect(at("127.1.130.1")).toBe("US-CA");
  });

  it("leaves the backend's own addresses and the usual loopback unmapped", () => {
    for (const address of ["127.0.0.1", "127.0.10.1", "127.53.0.53", "127.53.1.1", "::1", "10.0.0.1"]) {
      expect(at(address)).toBeUndefined();
    }
  });

  it("maps every one of its prefixes to its own location", () => {
    for (const { prefix, location } of LOCATED_BLOCKS) {
      const subnet = parseSubnet(prefix);
      expect(subnet && locateInTable(subnet).location).toEqual(location);
    }
  });

  it("says how many bits tell a place: whoever shares them is in the same one", () => {
    const near = fc
      .tuple(fc.constantFrom(...LOCATED_BLOCKS), fc.nat(31), fc.uint8Array({ minLength: 4, maxLength: 4 }))
      .map(([{ block }, bit, noise]) => {
        const octets = Uint8Array.from(block.octets);
        octets[bit >> 3] = (octets[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
        return { octets: octets.map((octet, index) => (index < 2 ? octet : octet ^ (noise[index] ?? 0))), noise };
      });
    fc.assert(
      fc.property(near, ({ octets, noise }) => {
        const subnet = { octets, prefixLength: octets.length * 8 };
        const { location, bits } = locateInTable(subnet);
        const shared = masked(octets, bits).octets;
        const rest = masked(noise, bits).octets;
        const neighbour = octets.map((_, index) => (shared[index] ?? 0) | ((noise[index] ?? 0) ^ (rest[index] ?? 0)));
        expect(locateInTable({ octets: neighbour, prefixLength: neighbour.length * 8 }).location).toBe(location);
      }),
      { numRuns: 3000 },
    );
  });

  it("leaves every public address to a database, and no other", () => {
    const inFrance = locationOfCountry("FR");
    const asked: string[] = [];
    const locate = locateWith(({ octets }) => {
      asked.push(octets.join("."));
      return { location: inFrance, bits: 3 };
    });
    const find = (text: string) => locate(parseSubnet(text) as Subnet);
    expect(find("8.8.8.8").location).toBe(inFrance);
    expect(find("10.0.0.1").location).toBeUndefined();
    expect(find("192.168.1.1").location).toBeUndefined();
    expect(find("::1").location).toBeUndefined();
    expect(find("198.51.100.1").location?.countryCode).toBe("DE");
    expect(asked).toEqual(["8.8.8.8"]);
    // 8/8 differs from 10/8 in the seventh bit: three bits would tell clients of 10/8 to be in France.
    expect(find("8.8.8.8").bits).toBe(7);
  });
});

describe("countries", () => {
  it("have a place each, on their continent, whichever Route 53 knows", () => {
    for (const { countryCode, subdivisionCode } of GEO_PLACES) {
      if (countryCode === undefined || countryCode === "*") continue;
      const code = [countryCode, subdivisionCode].filter(Boolean).join("-");
      const location = locationOfCountry(code);
      expect(location, code).toMatchObject({ countryCode });
      expect(location?.subdivisionCode, code).toBe(subdivisionCode);
      expect(CONTINENTS[location?.continentCode ?? ""]?.countries, code).toHaveProperty(countryCode);
      expect(Math.abs(location?.coordinates.latitude ?? 91), code).toBeLessThanOrEqual(90);
      expect(Math.abs(location?.coordinates.longitude ?? 181), code).toBeLessThanOrEqual(180);
    }
  });

  it("are found in any case, and are where the table has them", () => {
    expect(locationOfCountry("de")).toBe(locateInTable(parseSubnet("127.49.0.1") as Subnet).location);
    expect(locationOfCountry("US-CA")).toBe(locateInTable(parseSubnet("192.0.2.64") as Subnet).location);
    expect(locationOfCountry("us")?.subdivisionCode).toBeUndefined();
    expect(locationOfCountry("PL")).toBe(locationOfCountry("pl"));
  });

  it("are not made up", () => {
    for (const code of ["XX", "", "US-XX", "DE-BE", "constructor", "US-constructor"]) {
      expect(locationOfCountry(code), code).toBeUndefined();
    }
  });
});

describe("Regions", () => {
  it("all have a place that latency and geoproximity records can name", () => {
    const unknown = Object.values(ResourceRecordSetRegion).filter((region) => regionCoordinates(region) === undefined);
    expect(unknown).toEqual([]);
  });
});

describe("distances", () => {
  it("are those of the great circle, within a percent", () => {
    const [ireland, virginia] = ["eu-west-1", "us-east-1"].map(regionCoordinates);
    expect(ireland && virginia && distanceKm(ireland, virginia) / 5450).toBeCloseTo(1, 1);
  });
});
