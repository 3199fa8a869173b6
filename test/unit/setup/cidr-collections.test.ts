import { ListCidrBlocksCommand, ListCidrCollectionsCommand } from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CidrLocation, changeCidrLocations } from "../../../src/route53/cidr-collection.ts";
import { cidrNormalForm, cidrRequests, cidrTransition } from "../../../src/setup/cidr-blocks.ts";
import { changesOf, openWorkbench, readText, type Workbench } from "./workbench.ts";

describe("CIDR collections", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await openWorkbench();
  });
  afterEach(async () => {
    const { defects } = bench.test;
    await bench.close();
    expect(defects).toEqual([]);
  });

  const FILE = (collection: string, answers: string) =>
    readText(
      `project: p\nzone: { name: a.com }\n${collection === "" ? "" : `cidrCollections: { offices: { ${collection} } }\n`}${answers === "" ? "" : `routing: [ { name: www, type: A, ttl: 60, policy: cidr, answers: { ${answers} } } ]\n`}`,
    );
  const ANSWER = (location: string) =>
    `${location === "*" ? "else" : location}: { collection: offices, location: "${location}", values: [192.0.2.${location.length}] }`;
  const DEFAULT = ANSWER("*");

  const STEPS: readonly (readonly [
    what: string,
    before: ReturnType<typeof FILE>,
    after: ReturnType<typeof FILE>,
    changes: string[],
  ])[] = [
    [
      "nothing, in another spelling and order",
      FILE("a: [192.0.2.0/24, '2001:DB8:0::/32'], b: [198.51.100.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      FILE("b: [198.51.100.0/24], a: ['2001:db8::/32', 192.0.2.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      [],
    ],
    [
      "a block more",
      FILE("a: [192.0.2.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      FILE("a: [192.0.2.0/24, 203.0.113.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      ["routing change CIDR collection p-offices"],
    ],
    [
      "a block that moves to another location",
      FILE("a: [192.0.2.0/24, 203.0.113.0/24], b: [198.51.100.0/24]", `${ANSWER("a")}, ${ANSWER("b")}, ${DEFAULT}`),
      FILE("a: [192.0.2.0/24], b: [198.51.100.0/24, 203.0.113.0/24]", `${ANSWER("a")}, ${ANSWER("b")}, ${DEFAULT}`),
      ["routing change CIDR collection p-offices"],
    ],
    [
      "a location that leaves with the answer that used it: after the record",
      FILE("a: [192.0.2.0/24], b: [198.51.100.0/24]", `${ANSWER("a")}, ${ANSWER("b")}, ${DEFAULT}`),
      FILE("a: [192.0.2.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      ["routing change CIDR collection p-offices", "routing remove www.a.com A b"],
    ],
    [
      "a location renamed, in one apply: one block waits until no record uses the old name",
      FILE("a: [192.0.2.0/24, 203.0.113.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      FILE("zz: [192.0.2.0/24, 203.0.113.0/24]", `${ANSWER("zz")}, ${DEFAULT}`),
      [
        "routing change CIDR collection p-offices",
        "routing change CIDR collection p-offices",
        "routing remove www.a.com A a",
        "routing add www.a.com A zz",
      ],
    ],
    [
      "a new location with its answer: before the record",
      FILE("a: [192.0.2.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      FILE("a: [192.0.2.0/24], b: [198.51.100.0/24]", `${ANSWER("a")}, ${ANSWER("b")}, ${DEFAULT}`),
      ["routing change CIDR collection p-offices", "routing add www.a.com A b"],
    ],
    [
      "the whole collection, after the records",
      FILE("a: [192.0.2.0/24]", `${ANSWER("a")}, ${DEFAULT}`),
      FILE("", ""),
      ["routing remove CIDR collection p-offices", "routing remove www.a.com A a", "routing remove www.a.com A else"],
    ],
  ];

  it.each(STEPS)("change as the file changes: %s", async (_, before, after, changes) => {
    expect((await bench.apply(before)).error).toBeUndefined();
    const { plan, result, error } = await bench.apply(after);
    expect(error).toBeUndefined();
    expect(changesOf(plan).sort()).toEqual([...changes].sort());
    expect(result.phases.flatMap((phase) => phase.changes).filter(({ status }) => status !== "done")).toEqual([]);
    expect(changesOf((await bench.plan(after)).plan)).toEqual([]);
  });

  it("are made before the records that name their locations, with all their blocks, and answered by them", {
    timeout: 60_000,
  }, async () => {
    const blocks = Array.from({ length: 600 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
    const file = FILE(`a: [${blocks.join(", ")}], b: ['2001:db8::/32']`, `${ANSWER("a")}, ${ANSWER("b")}, ${DEFAULT}`);
    const { result, error, plan } = await bench.apply(file);
    expect(error).toBeUndefined();
    expect(changesOf(plan).find((one) => one.startsWith("routing"))).toBe("routing add CIDR collection p-offices");
    expect(result.phases.flatMap(({ verifications }) => verifications).filter(({ status }) => status !== "ok")).toEqual(
      [],
    );
    const client = await bench.test.backend.clients.route53();
    const { CidrCollections = [] } = await client.send(new ListCidrCollectionsCommand({}));
    expect(CidrCollections).toEqual([expect.objectContaining({ Name: "p-offices" })]);
    const page = await client.send(
      new ListCidrBlocksCommand({ CollectionId: CidrCollections[0]?.Id, MaxResults: 100 }),
    );
    expect(page.CidrBlocks).toHaveLength(100);
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });

  it("may be somebody else's, by id", async () => {
    await bench.apply(FILE("a: [192.0.2.0/24]", ""));
    const client = await bench.test.backend.clients.route53();
    const { CidrCollections = [] } = await client.send(new ListCidrCollectionsCommand({}));
    const file = readText(
      `project: q\nzone: { name: b.com }\nrouting: [ { name: www, type: A, ttl: 60, policy: cidr, answers: { a: { collection: ${CidrCollections[0]?.Id}, location: a, values: [192.0.2.1] } } } ]\n`,
    );
    expect((await bench.apply(file)).error).toBeUndefined();
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });

  it("say before any call what Route 53 cannot do in one go, with what to do", async () => {
    await bench.apply(FILE("a: [192.0.2.0/24]", `${ANSWER("a")}, ${DEFAULT}`));
    await expect(bench.plan(FILE("b: [192.0.2.0/24]", `${ANSWER("b")}, ${DEFAULT}`))).rejects.toMatchObject({
      code: "setup.conflict",
      where: { line: 4 },
      next: expect.stringContaining("give b another block too"),
    });
  });

  it.each([
    [
      "an unknown collection",
      "a: [192.0.2.0/24]",
      'x: { collection: office, location: "*", values: [192.0.2.1] }',
      "config.unknown-cidr-collection",
    ],
    [
      "an unknown location",
      "berlin: [192.0.2.0/24]",
      "x: { collection: offices, location: berlim, values: [192.0.2.1] }",
      "config.unknown-cidr-location",
    ],
    ["no block", "a: [192.0.2.0]", DEFAULT, "config.bad-cidr-block"],
    ["bits after the prefix", "a: [192.0.2.1/24]", DEFAULT, "config.bad-cidr-block"],
    ["a block that is too small for Route 53", "a: [192.0.2.0/25]", DEFAULT, "config.bad-cidr-block"],
    ["a block in two locations", "a: ['2001:db8::/32'], b: ['2001:DB8::/32']", DEFAULT, "config.duplicate-value"],
    ["a location without blocks", "a: []", DEFAULT, "config.out-of-range"],
    ["a location's name that is none", "'a b': [192.0.2.0/24]", DEFAULT, "config.bad-key"],
  ])("are refused with %s", (_, collection, answers, code) => {
    expect(() => FILE(collection, answers)).toThrow(expect.objectContaining({ code }));
  });
});

describe("the way from one set of blocks to another", () => {
  const NAMES = ["a", "b", "c", "d"] as const;
  const locations = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 11 }), fc.constantFrom(...NAMES)), { maxLength: 12 })
    .map((pairs): CidrLocation[] => {
      const blocks = new Map(pairs.map(([i, name]) => [`10.0.${i}.0/24`, name]));
      return NAMES.map((name) => ({
        name,
        blocks: [...blocks].flatMap(([block, at]) => (at === name ? [block] : [])).sort(),
      })).filter((one) => one.blocks.length > 0);
    });
  const arrived = (from: readonly CidrLocation[], to: readonly CidrLocation[]) => {
    let now = from;
    for (const request of cidrRequests(from, to)) {
      const result = changeCidrLocations(
        now,
        request.map(({ LocationName = "", Action = "PUT", CidrList = [] }) => ({
          locationName: LocationName,
          action: Action,
          blocks: CidrList,
        })),
      );
      if (!result.ok) throw new Error(result.message);
      now = result.locations;
    }
    return now;
  };

  it("arrives, whatever it is", () => {
    fc.assert(
      fc.property(locations, locations, (from, to) => {
        expect(cidrNormalForm(arrived(from, to))).toBe(cidrNormalForm(to));
      }),
    );
  });

  it("has, before the records change, every location of before that they use and every one of afterwards", () => {
    fc.assert(
      fc.property(locations, locations, fc.subarray([...NAMES]), (live, wanted, used) => {
        const transition = cidrTransition(live, wanted, (name) => used.includes(name as (typeof NAMES)[number]));
        if (transition.kind === "stuck") return;
        const names = arrived(live, transition.first).map(({ name }) => name);
        for (const { name } of wanted) expect(names).toContain(name);
        for (const { name } of live) if (used.includes(name as (typeof NAMES)[number])) expect(names).toContain(name);
        expect(cidrNormalForm(arrived(transition.first, wanted))).toBe(cidrNormalForm(wanted));
      }),
    );
  });

  it("has requests of at most 1,000 blocks, those that move counted twice", () => {
    const blocks = Array.from({ length: 1000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
    const requests = cidrRequests([{ name: "a", blocks }], [{ name: "b", blocks }]);
    const sizes = requests.map((request) => request.reduce((sum, { CidrList }) => sum + (CidrList?.length ?? 0), 0));
    expect(sizes).toEqual([1000, 1000]);
  });
});
