import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, masked, parseSubnet } from "../../../src/routing/client.ts";
import { bitsThatLocate, LOCATED_BLOCKS, locate, locationOfCountry } from "../../../src/routing/client-locations.ts";
import { distanceKm, regionCoordinates } from "../../../src/routing/regions.ts";

function at(text: string): string | undefined {
  const subnet = parseSubnet(text);
  const location = subnet && locate(subnet)?.location;
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
      expect(subnet && locate(subnet)?.location).toEqual(location);
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
        const bits = bitsThatLocate(subnet);
        const shared = masked(octets, bits).octets;
        const rest = masked(noise, bits).octets;
        const neighbour = octets.map((_, index) => (shared[index] ?? 0) | ((noise[index] ?? 0) ^ (rest[index] ?? 0)));
        expect(locate({ octets: neighbour, prefixLength: neighbour.length * 8 })?.location).toBe(
          locate(subnet)?.location,
        );
      }),
      { numRuns: 3000 },
    );
  });

  it("finds a location by country and by subdivision", () => {
    expect(locationOfCountry("de")?.continentCode).toBe("EU");
    expect(locationOfCountry("US-CA")?.subdivisionCode).toBe("CA");
    expect(locationOfCountry("XX")).toBeUndefined();
  });
});

describe("distances", () => {
  it("are those of the great circle, within a percent", () => {
    const [ireland, virginia] = ["eu-west-1", "us-east-1"].map(regionCoordinates);
    expect(ireland && virginia && distanceKm(ireland, virginia) / 5450).toBeCloseTo(1, 1);
  });
});
