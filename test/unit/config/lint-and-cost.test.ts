import { describe, expect, it } from "vitest";
import { parseQueryCount } from "../../../src/config/cost-settings.ts";
import { readConfig } from "../../../src/config/load.ts";
import { Failure } from "../../../src/errors.ts";

const ZONE = `version: 1
zone: { name: example.com }
healthChecks: { primary: { type: TCP, address: 192.0.2.1, port: 80 } }
records:
  - { name: www, type: A, ttl: 300, values: [192.0.2.1] }
  - { name: "@", type: A, ttl: 300, values: [192.0.2.1] }
`;

function mistakes(text: string): string[] {
  try {
    readConfig("r53kit.yaml", `${ZONE}${text}`);
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error, ...error.others].map((one) => `${one.where?.line}:${one.where?.column} ${one.code}`);
  }
}

describe("lint and cost in r53kit.yaml", () => {
  it("are empty when the file does not have them", () => {
    const { config } = readConfig("r53kit.yaml", ZONE);
    expect(config.lintIgnores).toEqual([]);
    expect(config.cost).toEqual({ queriesPerMonth: undefined, queriesByName: new Map(), awsEndpoints: new Set() });
  });

  it("are read with every name absolute", () => {
    const { config } = readConfig(
      "r53kit.yaml",
      `${ZONE}lint: { ignore: [ { code: ttl.zero, at: www A, reason: a test } ] }
cost: { queriesPerMonth: 2.5M, queries: { www A: 500k, "@ A": 7, }, awsEndpoints: [primary] }
`,
    );
    expect(config.lintIgnores).toEqual([
      { path: ["lint", "ignore", 0], code: "ttl.zero", at: "www A", reason: "a test" },
    ]);
    expect(config.cost).toEqual({
      queriesPerMonth: 2_500_000,
      queriesByName: new Map([
        ["www.example.com. A", 500_000],
        ["example.com. A", 7],
      ]),
      awsEndpoints: new Set(["primary"]),
    });
  });

  it("are refused with the place of what is not right", () => {
    expect(mistakes("cost: { queries: { nowhere A: 1 } }\n")).toEqual(["7:20 config.unknown-record"]);
    expect(mistakes("cost: { queries: { www A: 1, www.example.com A: 2 } }\n")).toEqual(["7:30 config.duplicate"]);
    expect(mistakes("cost: { awsEndpoints: [secondary] }\n")).toEqual(["7:24 config.unknown-health-check"]);
    expect(mistakes("cost: { queriesPerMonth: 1.5 }\n")).toEqual(["7:26 config.bad-value"]);
    expect(mistakes("lint: { ignore: [ { code: ttl.zero, at: www A } ] }\n")).toEqual(["7:19 config.missing"]);
    expect(mistakes('lint: { ignore: [ { code: ttl.zero, at: www A, reason: " " } ] }\n')).toEqual([
      "7:56 config.out-of-range",
    ]);
  });

  it.each([
    ["0", 0],
    ["500k", 500_000],
    ["2.3M", 2_300_000],
    ["0.001k", 1],
    ["1G", 1_000_000_000],
    ["1.5", undefined],
    ["0.0001k", undefined],
    ["-1", undefined],
    ["1e6", undefined],
    ["10m", undefined],
    ["", undefined],
    ["99999999999G", undefined],
  ])("read %s as %s queries", (text, count) => {
    expect(parseQueryCount(text)).toBe(count);
  });
});
