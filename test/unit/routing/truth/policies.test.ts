/** The truth table of each policy: every combination of states of up to five answers, against the Developer Guide's rules. */

import { describe, expect, it } from "vitest";
import { parseIpv4 } from "../../../../src/route53/record-data/ip-address.ts";
import type { RoutingPolicy } from "../../../../src/route53/record-set.ts";
import { route } from "../../../../src/routing/route.ts";
import { overEveryDraw, shown } from "./chances.ts";
import { type Asker, prefixBits, type Spot, type World } from "./developer-guide.ts";
import { type AnyState, Engine, expectTheGuidesAnswers, MORE_STATES, rows, STATES, worldOf } from "./worlds.ts";

/** For a machine that has other work as well. */
const PATIENCE = { timeout: 60_000 };

const NOWHERE: Asker = { subnet: "100.64.0.1/32" };

function somebody(continent: string, country: string, spot: Spot, subdivision?: string): Asker {
  const place = { continent, country, spot, ...(subdivision === undefined ? {} : { subdivision }) };
  return { subnet: "100.64.0.0/24", place };
}

const CALIFORNIAN = somebody("NA", "US", [36.7, -119.8], "CA");
const TEXAN = somebody("NA", "US", [32.8, -96.8], "TX");
const AMERICAN = somebody("NA", "US", [39.8, -98.6]);
const CANADIAN = somebody("NA", "CA", [45.5, -73.6], "QC");
const GERMAN = somebody("EU", "DE", [52.5, 13.4]);
const JAPANESE = somebody("AS", "JP", [34.7, 135.5]);
const AUSTRALIAN = somebody("OC", "AU", [-27.5, 153.0]);

/** Compares every row for every asker, and says how many there were: a table must not shrink unseen. */
function compare(
  policies: readonly RoutingPolicy[],
  askers: readonly Asker[],
  states: readonly AnyState[] = STATES,
  collections: Pick<World, "collections"> = {},
): number {
  const table = rows(states, policies.length);
  for (const row of table) {
    expectTheGuidesAnswers({ ...worldOf(policies, row), ...collections }, askers, row.join(", "));
  }
  return table.length;
}

function answersOf(world: World, asker: Asker): Record<string, string> {
  return shown(new Engine(world).answers(asker));
}

const ALL_STATES: readonly AnyState[] = [...STATES, ...MORE_STATES];

describe("simple routing", PATIENCE, () => {
  it("answers with its only record set in every state", () => {
    expect(compare([{ kind: "simple" }], [NOWHERE, GERMAN], ALL_STATES)).toBe(8);
  });
});

describe("weighted routing", PATIENCE, () => {
  const weighted = (weights: readonly number[]) =>
    weights.map((weight): RoutingPolicy => ({ kind: "weighted", weight }));

  // Every sum of some of a row's weights divides 60, the number of draws that are tried: the shares are exact.
  it.each([
    [[1]],
    [[0]],
    [[3, 1]],
    [[0, 2]],
    [[0, 0]],
    [[5, 5]],
    [[1, 2, 3]],
    [[4, 0, 1]],
    [[0, 0, 0]],
    [[1, 1, 1]],
    [[1, 1, 2, 0]],
    [[0, 3, 0, 1]],
    [[0, 0, 0, 0]],
  ])("shares out by the weights %j, in every combination of states", (weights) => {
    expect(compare(weighted(weights), [NOWHERE], weights.length < 4 ? ALL_STATES : STATES)).toBe(
      (weights.length < 4 ? 8 : 5) ** weights.length,
    );
  });

  it.each([[[1, 1, 1, 1, 1]], [[2, 0, 1, 0, 1]], [[0, 0, 0, 0, 0]]])(
    "shares out by the five weights %j, in every combination of states",
    (weights) => {
      expect(compare(weighted(weights), [NOWHERE])).toBe(3125);
    },
  );

  it("shares out by the greatest weights as by the least", () => {
    for (const row of rows(STATES, 3)) {
      const [great, small] = [255, 1].map((weight) => answersOf(worldOf(weighted([weight, weight, 0]), row), NOWHERE));
      expect(great?.engine).toEqual(small?.engine);
      expect(great?.engine).toEqual(great?.guide);
    }
  });
});

describe("failover routing", PATIENCE, () => {
  it("answers with primary or secondary in every combination of states", () => {
    const primary: RoutingPolicy = { kind: "failover", role: "PRIMARY" };
    const secondary: RoutingPolicy = { kind: "failover", role: "SECONDARY" };
    expect(compare([primary, secondary], [NOWHERE, GERMAN], ALL_STATES)).toBe(64);
    expect(compare([secondary, primary], [NOWHERE], ALL_STATES)).toBe(64);
    expect(compare([primary], [NOWHERE], ALL_STATES)).toBe(8);
    expect(compare([secondary], [NOWHERE], ALL_STATES)).toBe(8);
  });
});

describe("latency routing", PATIENCE, () => {
  const regions = ["us-east-1", "eu-central-1", "ap-northeast-1", "sa-east-1", "ap-southeast-2"];
  const from = (...latencies: number[]): Asker => ({
    ...NOWHERE,
    latencyMs: Object.fromEntries(regions.map((region, index) => [region, latencies[index] ?? 1000])),
  });
  const askers = [from(10, 90, 160, 110, 200), from(200, 160, 110, 90, 10), from(30, 3, 300, 250, 2)];

  it.each([1, 2, 3, 4, 5])("answers with the Region of least latency, in every combination of %i states", (count) => {
    const policies = regions.slice(0, count).map((region): RoutingPolicy => ({ kind: "latency", region }));
    expect(compare(policies, askers, count < 4 ? ALL_STATES : STATES)).toBe((count < 4 ? 8 : 5) ** count);
  });
});

describe("geolocation routing", PATIENCE, () => {
  const askers = [CALIFORNIAN, TEXAN, AMERICAN, CANADIAN, GERMAN, JAPANESE, NOWHERE];
  const places = [
    { countryCode: "*" },
    { continentCode: "NA" },
    { countryCode: "US" },
    { countryCode: "US", subdivisionCode: "CA" },
    { continentCode: "EU" },
    { countryCode: "DE" },
  ];

  /** Every choice of so many of the places, in their order. */
  function some(count: number, from = 0): number[][] {
    if (count === 0) return [[]];
    return places.flatMap((_, index) =>
      index < from ? [] : some(count - 1, index + 1).map((rest) => [index, ...rest]),
    );
  }
  const policiesOf = (indexes: readonly number[]) =>
    indexes.map((index): RoutingPolicy => ({ kind: "geolocation", place: places[index] ?? {} }));

  it.each([1, 2, 3])(
    "answers with the smallest place, whichever %i places there are, in every combination",
    (count) => {
      for (const indexes of some(count)) compare(policiesOf(indexes), askers, count < 3 ? ALL_STATES : STATES);
    },
  );

  it("answers with the smallest place of four and of five that enclose one another", () => {
    expect(compare(policiesOf([0, 1, 2, 3]), askers)).toBe(625);
    expect(compare(policiesOf([4, 3, 2, 1, 0]), [CALIFORNIAN, TEXAN, CANADIAN, GERMAN, NOWHERE])).toBe(3125);
  });
});

describe("geoproximity routing", PATIENCE, () => {
  const askers = [CALIFORNIAN, GERMAN, JAPANESE, AUSTRALIAN];
  const at = (bias: number, ...[latitude, longitude]: Spot): RoutingPolicy => ({
    kind: "geoproximity",
    place: { coordinates: { latitude, longitude }, bias },
  });
  const region = (awsRegion: string, bias: number): RoutingPolicy => ({
    kind: "geoproximity",
    place: { awsRegion, bias },
  });
  const LOS_ANGELES: RoutingPolicy = { kind: "geoproximity", place: { localZoneGroup: "us-west-2-lax-1", bias: 0 } };

  it.each([
    ["one place", [at(0, 51.5, -0.16)]],
    ["two Regions", [region("us-east-1", 0), region("eu-west-1", 0)]],
    ["two Regions, one of them pulling", [region("us-east-1", 75), region("eu-west-1", 0)]],
    ["two Regions, one of them pushing away", [region("us-east-1", 0), region("eu-west-1", -75)]],
    ["a Region, a Local Zone and coordinates", [region("us-east-1", 0), LOS_ANGELES, at(0, 1.4, 103.8)]],
    ["extreme biases", [region("us-east-1", 99), region("eu-central-1", -99), region("ap-northeast-1", 0)]],
  ])("answers with the nearest after its bias, of %s, in every combination of states", (_, policies) => {
    expect(compare(policies, askers, ALL_STATES)).toBe(8 ** policies.length);
  });

  it("answers with the nearest of four and of five, with biases either way", () => {
    const five = [
      region("us-east-1", 25),
      region("eu-west-1", -25),
      region("ap-northeast-1", 0),
      region("ap-southeast-2", 50),
      at(10, -26.2, 28.0),
    ];
    expect(compare(five.slice(0, 4), askers)).toBe(625);
    expect(compare(five, [CALIFORNIAN, JAPANESE])).toBe(3125);
  });

  it("does the Developer Guide's sum: 150 km with a bias of 50 are nearer than 100 km without", () => {
    const kilometre = 1 / 111.195; // a degree of latitude on a sphere of 6,371 km
    const asker = somebody("AF", "KE", [0, 37]);
    const policies = [at(50, 150 * kilometre, 37), at(0, -100 * kilometre, 37)];
    expect(answersOf(worldOf(policies, ["no check", "no check"]), asker)).toEqual({ "192.0.2.1": "1/1" });
    const further = [at(50, 205 * kilometre, 37), at(0, -100 * kilometre, 37)];
    expect(answersOf(worldOf(further, ["no check", "no check"]), asker)).toEqual({ "192.0.2.2": "1/1" });
    const pushed = [at(-50, 40 * kilometre, 37), at(0, -81 * kilometre, 37)];
    expect(answersOf(worldOf(pushed, ["no check", "no check"]), asker)).toEqual({ "192.0.2.1": "1/1" });
    const pushedFurther = [at(-50, 41 * kilometre, 37), at(0, -81 * kilometre, 37)];
    expect(answersOf(worldOf(pushedFurther, ["no check", "no check"]), asker)).toEqual({ "192.0.2.2": "1/1" });
  });
});

describe("IP-based routing", PATIENCE, () => {
  const collections = {
    offices: {
      berlin: ["192.0.2.0/24", "2001:db8::/32"],
      lab: ["192.0.0.0/16", "2001:db8:0:1234::/48"],
      tokyo: ["198.51.100.0/24", "198.51.0.0/17"],
    },
  };
  const askers = [
    "192.0.2.0/24",
    "192.0.2.77/32",
    "192.0.3.0/24",
    "192.0.0.0/16",
    "192.0.0.0/15",
    "198.51.100.128/25",
    "198.51.128.0/24",
    "203.0.113.0/24",
    "2001:db8:9::/48",
    "2001:db8:0:1200::/48",
    "2001:db8::/31",
    "2001:db9::1/128",
  ].map((subnet): Asker => ({ subnet }));
  const located = (...names: string[]) =>
    names.map((locationName): RoutingPolicy => ({ kind: "cidr", collectionId: "offices", locationName }));

  it.each([
    [["*"]],
    [["berlin"]],
    [["berlin", "*"]],
    [["berlin", "lab"]],
    [["*", "lab", "berlin"]],
    [["tokyo", "berlin", "lab", "*"]],
  ])("answers by the longest block that holds the asker, of %j, in every combination of states", (names) => {
    const states = names.length < 3 ? ALL_STATES : STATES;
    expect(compare(located(...names), askers, states, { collections })).toBe(states.length ** names.length);
  });

  it("is compared with prefixes that the model reads right", () => {
    expect(prefixBits("192.0.2.0/24")).toBe("4 110000000000000000000010");
    expect(prefixBits("2001:db8::/32")).toBe("6 00100000000000010000110110111000");
    expect(prefixBits("::1")).toBe(`6 ${"0".repeat(127)}1`);
    for (const { subnet } of askers.slice(0, 8)) {
      const [address = "", length] = subnet.split("/");
      const octets = [...(parseIpv4(address) ?? [])].map((octet) => octet.toString(2).padStart(8, "0")).join("");
      expect(prefixBits(subnet)).toBe(`4 ${octets.slice(0, Number(length))}`);
    }
  });

  it("answers as the Developer Guide's example does: a longer question matches a shorter block, never the other way round", () => {
    const row = ["no check", "no check"] as const;
    const answer = (block: string, subnet: string) =>
      answersOf({ ...worldOf(located("berlin", "*"), row), collections: { offices: { berlin: [block] } } }, { subnet });
    expect(answer("2001:db8::/32", "2001:db8:0:1234::/48")).toEqual({ "192.0.2.1": "1/1" });
    expect(answer("2001:db8:0:1234::/48", "2001:db8::/32")).toEqual({ "192.0.2.2": "1/1" });
  });
});

describe("multivalue answer routing", PATIENCE, () => {
  /** No aliases: a multivalue answer cannot be one. */
  const CHECKS = ["no check", "healthy", "unhealthy"] as const;
  const many = (count: number): RoutingPolicy[] => Array(count).fill({ kind: "multivalue" });

  it.each([1, 2, 3, 4, 5, 8])("answers with everything healthy, in every combination of %i states", (count) => {
    expect(compare(many(count), [NOWHERE], CHECKS)).toBe(3 ** count);
  });

  it("draws each eight of nine equally often", () => {
    const world = worldOf(many(9), Array(9).fill("healthy"));
    const tree = new Engine(world).tree();
    const numberOf = new Map(tree.kind === "multivalue" ? tree.branches.map(({ next }, index) => [next, index]) : []);
    let next = () => 0;
    const context = new Engine(world).context(NOWHERE, () => next());
    // Each of nine steps looks at one more record set of those left: the draw is in ninths, then in eighths, ...
    const left = overEveryDraw(
      (draw) => 9 - draw,
      (random) => {
        next = random;
        const { outcome } = route(tree, context);
        if (outcome.kind !== "records" || new Set(outcome.leaves).size !== 8) return "not eight";
        let missing = 36;
        for (const leaf of outcome.leaves) missing -= numberOf.get(leaf) ?? NaN;
        return `without ${missing}`;
      },
    );
    expect(shown(left)).toEqual(
      Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`without ${index}`, "1/9"])),
    );
  });

  it("answers with the eight healthy ones of twelve, and with eight unhealthy ones when none is healthy", () => {
    const row: AnyState[] = [...Array(8).fill("healthy"), ...Array(4).fill("unhealthy")];
    expectTheGuidesAnswers(worldOf(many(12), row), [NOWHERE], "eight of twelve healthy");
    const down = worldOf(many(12), Array(12).fill("unhealthy"));
    const { outcome } = route(
      new Engine(down).tree(),
      new Engine(down).context(NOWHERE, () => 0.5),
    );
    expect(outcome.kind === "records" && new Set(outcome.leaves).size).toBe(8);
  });
});
