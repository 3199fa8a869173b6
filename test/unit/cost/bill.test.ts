import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { loadPriceFile } from "../../../src/config/price-file.ts";
import { type AskedSet, askedNames } from "../../../src/cost/asked-names.ts";
import { billOf } from "../../../src/cost/bill.ts";
import { checkHolding, type Holdings } from "../../../src/cost/holdings.ts";
import { differenceText, dollars, dollarText, exactText, moneyOf, times } from "../../../src/cost/money.ts";
import { AWS_PRICES, sharesOf } from "../../../src/cost/prices.ts";
import { queriesByName } from "../../../src/cost/queries.ts";
import { Failure } from "../../../src/errors.ts";
import { domainName } from "../../../src/route53/names.ts";

const NONE: Holdings = { zones: [], healthChecks: [], policyRecords: [], names: [] };
const NO_QUERIES = { total: 0, byName: new Map() };

function total(holdings: Partial<Holdings>, queries = 0): string {
  return exactText(billOf({ ...NONE, ...holdings }, AWS_PRICES, { total: queries, byName: new Map() }).total);
}

const zones = (count: number, recordSets = 2) =>
  Array.from({ length: count }, (_, i) => ({ name: domainName(`z${i}.com`), isPrivate: false, recordSets }));

describe("money", () => {
  it("is exact: amounts that binary fractions cannot hold add up", () => {
    const tenth = dollars("0.1");
    expect(exactText(tenth + tenth + tenth)).toBe("0.3");
    expect(exactText(times(dollars("0.40"), 1_234_567, 1_000_000))).toBe("0.4938268");
  });

  it("is read back from what was written", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
        (amount) => moneyOf(exactText(amount)) === amount,
      ),
    );
  });

  it.each([
    ["0", "$0.00", "$0.00"],
    ["12.5", "$12.50", "+$12.50"],
    ["0.005", "$0.01", "+$0.01"],
    ["0.0049", "<$0.01", "+<$0.01"],
    ["-0.4", "-$0.40", "-$0.40"],
    ["-0.0001", "-<$0.01", "-<$0.01"],
  ])("%s is shown as %s, as a difference %s", (exact, shown, difference) => {
    expect(dollarText(moneyOf(exact))).toBe(shown);
    expect(differenceText(moneyOf(exact))).toBe(difference);
  });

  it.each(["", "1.", ".5", "1e3", "-1", "0.0000000001"])("'%s' is no price", (text) => {
    expect(() => dollars(text)).toThrow(RangeError);
  });
});

describe("tiers", () => {
  it("share out every unit once, whatever the quantity", () => {
    fc.assert(
      fc.property(fc.nat(60), (quantity) => {
        const shares = sharesOf(quantity, AWS_PRICES.hostedZone);
        expect(shares.reduce((sum, share) => sum + share.quantity, 0)).toBe(quantity);
        expect(shares[0]?.quantity ?? 0).toBe(Math.min(quantity, 25));
      }),
    );
  });
});

describe("a bill", () => {
  it("counts zones: the first 25 at 0.50, all others at 0.10", () => {
    expect(total({ zones: zones(1) })).toBe("0.5");
    expect(total({ zones: zones(25) })).toBe("12.5");
    expect(total({ zones: zones(27) })).toBe("12.7");
  });

  it("counts record sets beyond 10,000 of a zone", () => {
    expect(total({ zones: zones(1, 10_000) })).toBe("0.5");
    expect(total({ zones: zones(1, 10_002) })).toBe("0.503");
    const [, beyond] = billOf({ ...NONE, zones: zones(1, 10_002) }, AWS_PRICES, NO_QUERIES).lines;
    expect(beyond?.text).toMatch(/^record sets of [a-z0-9.-]+[a-z0-9] beyond 10,000$/);
  });

  it("counts health checks by place, and each optional feature", () => {
    const other = checkHolding("a", { Type: "HTTP", IPAddress: "192.0.2.1", RequestInterval: 30 }, new Set());
    expect(total({ healthChecks: [other] })).toBe("0.75");
    const fast = checkHolding(
      "b",
      { Type: "HTTPS_STR_MATCH", IPAddress: "192.0.2.1", RequestInterval: 10, MeasureLatency: true },
      new Set(),
    );
    expect(total({ healthChecks: [fast] })).toBe("8.75");
    const inAws = checkHolding("b", { Type: "HTTPS", IPAddress: "192.0.2.1", RequestInterval: 10 }, new Set(["b"]));
    expect(total({ healthChecks: [inAws] })).toBe("2");
  });

  it("has 50 checks in AWS for nothing", () => {
    const check = checkHolding(
      "a",
      { Type: "TCP", FullyQualifiedDomainName: "x.eu-west-1.elb.amazonaws.com" },
      new Set(),
    );
    expect(check.place).toBe("aws");
    expect(total({ healthChecks: new Array(50).fill(check) })).toBe("0");
    expect(total({ healthChecks: new Array(52).fill(check) })).toBe("1");
  });

  it("takes an endpoint for one of AWS by its host only when that is what is asked", () => {
    const config = { Type: "HTTP", FullyQualifiedDomainName: "x.amazonaws.com", IPAddress: "192.0.2.1" } as const;
    expect(checkHolding("a", config, new Set()).place).toBe("other");
    expect(
      checkHolding("a", { Type: "HTTP", FullyQualifiedDomainName: "amazonaws.com.example.net" }, new Set()).place,
    ).toBe("other");
    expect(checkHolding("a", { Type: "CALCULATED" }, new Set())).toEqual({ key: "a", place: "aws", features: [] });
  });

  it("counts traffic policy records at 50 each", () => {
    expect(total({ policyRecords: ["a.com. A", "b.com. A"] })).toBe("100");
  });

  it("counts queries by what decides the answer, a billion at a time", () => {
    const names = (kind: "standard" | "latency" | "geo" | "ip" | "free") => [{ key: "a.com. A", kind }];
    expect(total({ names: names("standard") }, 1_000_000)).toBe("0.4");
    expect(total({ names: names("latency") }, 1_000_000)).toBe("0.6");
    expect(total({ names: names("geo") }, 1_000_000)).toBe("0.7");
    expect(total({ names: names("ip") }, 1_000_000)).toBe("0.8");
    expect(total({ names: names("free") }, 1_000_000)).toBe("0");
    expect(total({ names: names("standard") }, 1_500_000_000)).toBe("500");
    expect(total({ names: names("standard") }, 1)).toBe("0.0000004");
  });

  it("leaves no query out that is of none of the names", () => {
    const names = [{ key: "a.com. A", kind: "latency" as const }];
    const asked = { total: 3_000_000, byName: new Map([["a.com. A", 1_000_000]]) };
    expect(exactText(billOf({ ...NONE, names }, AWS_PRICES, asked).total)).toBe("1.4");
  });

  it("adds up to its lines", () => {
    const { lines, total: sum } = billOf(
      { zones: zones(30, 10_100), healthChecks: [], policyRecords: ["a"], names: [{ key: "a", kind: "geo" }] },
      AWS_PRICES,
      { total: 7, byName: new Map() },
    );
    expect(lines.reduce((before, { amount }) => before + amount, 0n)).toBe(sum);
  });

  it("of nothing is nothing", () => {
    expect(billOf(NONE, AWS_PRICES, NO_QUERIES)).toEqual({ lines: [], total: 0n });
  });
});

describe("queries", () => {
  it("are shared out whole: what is named, then the rest evenly", () => {
    const names = ["a", "b", "c"].map((key) => ({ key, kind: "standard" as const }));
    expect([...queriesByName(names, { total: 10, byName: new Map([["b", 5]]) }).entries()]).toEqual([
      ["b", 5],
      ["a", 3],
      ["c", 2],
    ]);
  });

  it("add up to the total whatever the names", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(1_000_000), (count, sum) => {
        const names = Array.from({ length: count }, (_, i) => ({ key: String(i), kind: "standard" as const }));
        const shares = [...queriesByName(names, { total: sum, byName: new Map() }).values()];
        expect(shares.reduce((a, b) => a + b, 0)).toBe(sum);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("what a query costs", () => {
  const a = domainName("a.com");
  const b = domainName("b.a.com");
  const kinds = (...sets: AskedSet[]) => askedNames(sets, false).map(({ kind }) => kind);

  it("depends on the policy, and is free for an alias of an AWS resource", () => {
    expect(kinds({ name: a, type: "A", kind: "latency" })).toEqual(["latency"]);
    expect(kinds({ name: a, type: "A", kind: "latency", leadsTo: "aws" })).toEqual(["free"]);
  });

  it("is that of the dearest step where an alias leads to another name", () => {
    expect(kinds({ name: a, type: "A", kind: "standard", leadsTo: b }, { name: b, type: "A", kind: "geo" })).toEqual([
      "geo",
      "geo",
    ]);
    expect(
      kinds({ name: a, type: "A", kind: "standard", leadsTo: b }, { name: b, type: "A", kind: "geo", leadsTo: "aws" }),
    ).toEqual(["free", "free"]);
  });

  it("is not free when only some answers are", () => {
    expect(
      kinds({ name: a, type: "A", kind: "standard", leadsTo: "aws" }, { name: a, type: "A", kind: "standard" }),
    ).toEqual(["standard"]);
  });

  it("ends in circles and where somebody else's records begin", () => {
    expect(
      kinds(
        { name: a, type: "A", kind: "standard", leadsTo: b },
        { name: b, type: "A", kind: "latency", leadsTo: a },
        { name: domainName("c.com"), type: "A", kind: "standard", leadsTo: domainName("gone.com") },
      ),
    ).toEqual(["latency", "latency", "standard"]);
  });

  it("is nothing in a private zone", () => {
    expect(askedNames([{ name: a, type: "A", kind: "ip" }], true)).toEqual([{ key: "a.com. A", kind: "free" }]);
  });
});

describe("a price file", () => {
  const folder = mkdtempSync(join(tmpdir(), "r53kit-prices-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  function load(text: string) {
    const file = join(folder, "prices.yaml");
    writeFileSync(file, text);
    try {
      return loadPriceFile(file);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [error, ...error.others].map((one) => `${one.where?.line}:${one.where?.column} ${one.code}`);
    }
  }

  it("is read with numbers or text for prices", () => {
    expect(
      load('date: "2026-11-01"\nsource: our contract\nhostedZone: [ { upTo: 10, price: 0.45 }, { price: "0.05" } ]\n'),
    ).toEqual({
      date: "2026-11-01",
      source: "our contract",
      hostedZone: [
        { upTo: 10, price: "0.45" },
        { upTo: null, price: "0.05" },
      ],
    });
  });

  it.each([
    ["source: us\n", ["1:1 config.missing"]],
    ['date: "2026-11-01"\nsource: us\nhostedZon: []\n', ["3:1 config.unknown-key"]],
    ['date: "2026-11-01"\nsource: us\nhostedZone: [ { upTo: 10, price: 1 } ]\n', ["3:13 config.bad-value"]],
    ['date: "2026-11-01"\nsource: us\ntrafficPolicyRecord: fifty\n', ["3:22 config.bad-value"]],
    ['date: "2026-11-01"\nsource: us\ntrafficPolicyRecord: -1\n', ["3:22 config.bad-value"]],
  ])("is refused with the place of what is wrong: %j", (text, mistakes) => {
    expect(load(text)).toEqual(mistakes);
  });

  it("is asked for by name when it is not there", () => {
    expect(() => loadPriceFile(join(folder, "none.yaml"))).toThrow("the prices could not be read");
  });
});
