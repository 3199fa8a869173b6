import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCidrBlock } from "../../../src/route53/cidr-block.ts";
import { type CidrChange, type CidrLocation, changeCidrLocations } from "../../../src/route53/cidr-collection.ts";

describe("a CIDR block", () => {
  it.each([
    ["192.0.2.0/24", "192.0.2.0/24"],
    ["128.0.0.0/1", "128.0.0.0/1"],
    ["2001:0DB8::/032", "2001:db8::/32"],
    ["8000::/1", "8000::/1"],
  ])("%s is read as %s", (text, block) => {
    expect(readCidrBlock(text)).toEqual({ block });
  });

  it.each([
    "",
    "/",
    "10.0.0.0",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0/8",
    "::/0",
    "10.0.0.0/25",
    "10.0.0.1/8",
    "2001:db8::1/48",
  ])("'%s' is none", (text) => {
    expect(readCidrBlock(text)).toHaveProperty("problem");
  });
});

describe("changes of a CIDR collection", () => {
  const blocks = fc.subarray(["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "2001:db8::/48"], { minLength: 1 });
  const change: fc.Arbitrary<CidrChange> = fc.record({
    locationName: fc.constantFrom("a", "b", "c"),
    action: fc.constantFrom("PUT", "DELETE_IF_EXISTS"),
    blocks,
  });

  it("leave every block in one location, every location with a block, and nothing changed when one is refused", () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 6 }), (batches) => {
        let locations: readonly CidrLocation[] = [];
        for (const batch of batches) {
          const before = structuredClone(locations);
          const result = changeCidrLocations(locations, batch);
          expect(locations).toEqual(before);
          if (!result.ok) {
            expect(result.code).toBe("CidrBlockInUseException");
            continue;
          }
          locations = result.locations;
          const all = locations.flatMap((location) => location.blocks);
          expect(new Set(all).size).toBe(all.length);
          for (const location of locations) {
            expect(location.blocks.length).toBeGreaterThan(0);
            expect(location.blocks).toEqual([...location.blocks].sort());
          }
        }
      }),
    );
  });

  it("keep the order of the locations, and put a returning one last", () => {
    const names = (locations: readonly CidrLocation[], ...changes: CidrChange[]) => {
      const result = changeCidrLocations(locations, changes);
      if (!result.ok) throw new Error(result.message);
      return result.locations;
    };
    const put = (locationName: string, block: string): CidrChange => ({ locationName, action: "PUT", blocks: [block] });
    const drop = (locationName: string, block: string): CidrChange => ({
      locationName,
      action: "DELETE_IF_EXISTS",
      blocks: [block],
    });
    const two = names([], put("z", "10.0.0.0/8"), put("a", "11.0.0.0/8"));
    expect(two.map(({ name }) => name)).toEqual(["z", "a"]);
    const without = names(two, drop("z", "10.0.0.0/8"));
    expect(names(without, put("z", "10.0.0.0/8")).map(({ name }) => name)).toEqual(["a", "z"]);
  });
});
