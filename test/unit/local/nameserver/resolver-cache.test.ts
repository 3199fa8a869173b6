import { describe, expect, it } from "vitest";
import { CLASS, RCODE, TYPE } from "../../../../src/dns/types.ts";
import { ResolverCache } from "../../../../src/local/nameserver/resolver-cache.ts";
import { domainName } from "../../../../src/route53/names.ts";
import { parseSubnet } from "../../../../src/routing/client.ts";

const NAME = domainName("www.example.com");

function answer(octets: number) {
  const record = { name: NAME, type: TYPE.TXT, class: CLASS.IN, ttlSeconds: 60, rdata: new Uint8Array(octets) };
  return { rcode: RCODE.NOERROR, answers: [record], authorities: [] };
}

describe("the resolver's cache", () => {
  it("keeps within its octets, whatever the size of the answers and the number of blocks, the newest longest", () => {
    const cache = new ResolverCache(() => 0, 100_000);
    const names = Array.from({ length: 50 }, (_, index) => domainName(`n${index}.example.com`));
    for (const name of names) cache.put(name, TYPE.TXT, "unnamed", 60, answer(10_000));
    const kept = () => names.filter((name) => cache.get(name, TYPE.TXT, undefined) !== undefined);
    expect(kept()).toEqual(names.slice(-9));
    for (let block = 0; block < 200; block++) {
      const subnet = parseSubnet(`10.0.${block}.0/24`);
      if (subnet !== undefined) cache.put(NAME, TYPE.TXT, subnet, 60, answer(2_000));
    }
    expect(kept()).toEqual([]);
    // What is left is little, and what came last is in it or the question was too large to be kept at all.
    cache.put(NAME, TYPE.A, "unnamed", 60, answer(4));
    expect(cache.get(NAME, TYPE.A, undefined)).toBeDefined();
  });

  it("does not keep what would not fit alone, nor forget for it how much there is", () => {
    const cache = new ResolverCache(() => 0, 10_000);
    cache.put(NAME, TYPE.TXT, "unnamed", 60, answer(60_000));
    expect(cache.get(NAME, TYPE.TXT, undefined)).toBeUndefined();
    cache.put(NAME, TYPE.A, "unnamed", 60, answer(4));
    expect(cache.get(NAME, TYPE.A, undefined)).toBeDefined();
  });

  it("knows those who name a block, those who name none, and everybody", () => {
    const cache = new ResolverCache(() => 0);
    const german = parseSubnet("198.51.100.0/24");
    const french = parseSubnet("198.51.101.0/24");
    if (german === undefined) throw new Error("198.51.100.0/24 is a subnet");
    cache.put(NAME, TYPE.A, german, 60, answer(4));
    expect(cache.get(NAME, TYPE.A, german)?.scopeBits).toBe(24);
    expect(cache.get(NAME, TYPE.A, french)).toBeUndefined();
    expect(cache.get(NAME, TYPE.A, undefined)).toBeUndefined();
    cache.put(NAME, TYPE.TXT, "unnamed", 60, answer(4));
    expect(cache.get(NAME, TYPE.TXT, undefined)).toBeDefined();
    expect(cache.get(NAME, TYPE.TXT, german)).toBeUndefined();
    cache.put(NAME, TYPE.MX, "everybody", 60, answer(4));
    expect(cache.get(NAME, TYPE.MX, undefined)).toBeDefined();
    expect(cache.get(NAME, TYPE.MX, french)?.scopeBits).toBe(0);
  });
});
