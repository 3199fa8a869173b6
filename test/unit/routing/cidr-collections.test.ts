import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CidrCollections } from "../../../src/routing/cidr-collections.ts";
import { type Client, contains, masked, parseSubnet, type Subnet } from "../../../src/routing/client.ts";

function subnet(text: string): Subnet {
  const read = parseSubnet(text);
  if (read === undefined) throw new Error(`${text} is no subnet`);
  return read;
}
const client = (of: Subnet): Client => ({ subnet: of, location: undefined });
const text = ({ octets, prefixLength }: Subnet) => `${octets.join(".")}/${prefixLength}`;

describe("CIDR collections at the name servers", () => {
  it("give the location of the longest block that holds all of a client's subnet", () => {
    const collections = new CidrCollections();
    collections.put({
      id: "c",
      locations: [
        { name: "wide", blocks: ["10.0.0.0/8", "2001:db8::/32"] },
        { name: "narrow", blocks: ["10.1.2.0/24", "2001:db8:1::/48"] },
      ],
    });
    const locate = (of: string) => collections.locate("c", client(subnet(of)));
    expect(locate("10.1.2.3")).toBe("narrow");
    expect(locate("10.1.2.0/24")).toBe("narrow");
    expect(locate("10.1.2.0/23")).toBe("wide");
    expect(locate("10.0.0.0/7")).toBeUndefined();
    expect(locate("2001:db8:1::/56")).toBe("narrow");
    expect(locate("2001:db8:2::1")).toBe("wide");
    // The same octets in another family are another address.
    expect(locate("a00::/8")).toBeUndefined();
    collections.remove("c");
    expect(locate("10.1.2.3")).toBeUndefined();
  });

  it("agree with a search through all blocks", () => {
    // Few leading octets, so that blocks overlap and hold clients.
    const block = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 24 }))
      .map(([first, second, length]) => masked(Uint8Array.of(first, second, 0, 0), length));
    const clients = fc
      .tuple(
        fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(255), fc.nat(255), fc.nat(255)),
        fc.integer({ min: 0, max: 32 }),
      )
      .map(([octets, length]) => masked(Uint8Array.from(octets), length));
    fc.assert(
      fc.property(fc.uniqueArray(block, { selector: text, maxLength: 30 }), clients, (blocks, asking) => {
        const collections = new CidrCollections();
        collections.put({ id: "c", locations: blocks.map((one) => ({ name: text(one), blocks: [text(one)] })) });
        const best = blocks
          .filter((one) => contains(one, asking))
          .sort((a, b) => b.prefixLength - a.prefixLength)
          .at(0);
        expect(collections.locate("c", client(asking))).toBe(best && text(best));
      }),
    );
  });
});
