import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VpcName } from "../../../../src/local/nameserver/published.ts";
import { VpcNumbers } from "../../../../src/local/nameserver/vpc-numbers.ts";
import { VpcResolvers } from "../../../../src/local/nameserver/vpc-resolvers.ts";
import { MemoryStore } from "../../../../src/local/store/memory-store.ts";

const ALL = 254;
const vpc = (index: number): VpcName => ({ id: `vpc-${index}`, region: "us-east-1" });

describe("the numbers of VPCs", () => {
  it("are 254, and who comes then gets the first that is freed, in the order they came", () => {
    const numbers = new VpcNumbers(new MemoryStore());
    for (let index = 1; index <= ALL; index++) expect(numbers.take(vpc(index))).toBe(true);
    expect(numbers.addressOf(vpc(ALL))).toBe("127.53.2.254");
    expect(numbers.take(vpc(300))).toBe(false);
    expect(numbers.take(vpc(301))).toBe(false);
    expect(numbers.addressOf(vpc(300))).toBeUndefined();
    expect(numbers.release(vpc(7))).toEqual(vpc(300));
    expect(numbers.addressOf(vpc(300))).toBe("127.53.2.7");
    expect(numbers.release(vpc(301))).toBeUndefined();
    expect(numbers.release(vpc(8))).toBeUndefined();
    expect(numbers.take(vpc(302))).toBe(true);
    expect(numbers.addressOf(vpc(302))).toBe("127.53.2.8");
  });

  it("go to those who wait when what is gone is noticed late", () => {
    const store = new MemoryStore();
    const before = new VpcNumbers(store);
    for (let index = 1; index <= ALL; index++) before.take(vpc(index));
    const numbers = new VpcNumbers(store);
    expect(numbers.take(vpc(300))).toBe(false);
    const left = Array.from({ length: ALL - 1 }, (_, index) => vpc(index + 1));
    expect(numbers.keepOnly([...left, vpc(300)])).toEqual([vpc(300)]);
    expect(numbers.addressOf(vpc(300))).toBe("127.53.2.254");
  });

  it("are never one for two, never change while they are held, and outlive whoever counts them", () => {
    const step = fc.record({
      kind: fc.constantFrom("take", "release", "restart"),
      index: fc.nat({ max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const store = new MemoryStore();
        let numbers = new VpcNumbers(store);
        const held = new Map<number, string>();
        for (const { kind, index } of steps) {
          if (kind === "restart") numbers = new VpcNumbers(store);
          else if (kind === "release") {
            numbers.release(vpc(index));
            held.delete(index);
          } else {
            numbers.take(vpc(index));
            if (!held.has(index)) held.set(index, numbers.addressOf(vpc(index)) ?? "none");
          }
          for (const [one, address] of held) expect(numbers.addressOf(vpc(one))).toBe(address);
          expect(new Set(held.values()).size).toBe(held.size);
        }
      }),
    );
  });
});

describe("the resolvers of VPCs", () => {
  it("tell of who has no address, and open the one that it gets", () => {
    const opened: string[] = [];
    const resolvers = new VpcResolvers(new VpcNumbers(new MemoryStore()), (address) => opened.push(address));
    const on = { dnsSupport: true, dnsHostnames: true };
    for (let index = 1; index <= ALL + 1; index++) resolvers.putVpc({ ...vpc(index), ...on });
    expect(resolvers.list().at(-1)).toEqual({ ...vpc(ALL + 1), ...on, zones: [] });
    expect(opened).toHaveLength(ALL);
    resolvers.removeVpc(vpc(3));
    expect(resolvers.list()[2]).toMatchObject({ ...vpc(ALL + 1), address: "127.53.2.3" });
    expect(resolvers.at("127.53.2.3")).toEqual({ vpc: vpc(ALL + 1), seesPrivateZones: true });
    expect(opened.at(-1)).toBe("127.53.2.3");
  });
});
