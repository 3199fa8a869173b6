import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, readConfig } from "../../../src/config/load.ts";
import { AWS_PRICES } from "../../../src/cost/prices.ts";
import { costReport } from "../../../src/cost/report.ts";
import { renderCost } from "../../../src/render/cost.ts";
import { failoverBounds } from "../../../src/route53/failover-bounds.ts";

const FILE = `version: 1
zone: { name: example.com }
healthChecks:
  one: { type: HTTP, address: 192.0.2.1, interval: 30, failureThreshold: 3 }
routing:
  - name: orders
    type: A
    ttl: 60
    policy: failover
    answers:
      a: { failover: PRIMARY, values: [192.0.2.1], healthCheck: one }
      b: { failover: SECONDARY, values: [192.0.2.2] }
`;

const report = (more = "", queries?: number) =>
  costReport(readConfig("r53kit.yaml", `${FILE}${more}`).config, AWS_PRICES, queries);

describe("the cost of a file", () => {
  it("is the whole bill with its assumptions", () => {
    const { total, queriesPerMonth, lines, prices } = report();
    expect(total).toBe("1.65");
    expect(queriesPerMonth).toEqual({ total: 1_000_000, from: "assumed" });
    expect(lines.map(({ item, quantity, amount }) => [item, quantity, amount])).toEqual([
      ["hosted-zones", 1, "0.5"],
      ["health-checks", 1, "0.75"],
      ["queries", 1_000_000, "0.4"],
    ]);
    expect(prices.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it("takes the queries from the command line, else from the file", () => {
    expect(report("cost: { queriesPerMonth: 10M }\n").queriesPerMonth).toEqual({ total: 10_000_000, from: "file" });
    expect(report("cost: { queriesPerMonth: 10M }\n", 5).queriesPerMonth).toEqual({ total: 5, from: "option" });
    expect(report("cost: { queries: { orders A: 3M } }\n").total).toBe("2.45");
  });

  it("counts an endpoint as in AWS when the file says so", () => {
    expect(report("cost: { awsEndpoints: [one], queriesPerMonth: 0 }\n").total).toBe("0.5");
  });

  it("says of each failover what every setting takes and costs, from the same bound and the same bill", () => {
    const [failover, ...others] = report().failovers;
    expect(others).toEqual([]);
    expect(failover?.current).toEqual({
      intervalSeconds: 30,
      failureThreshold: 3,
      ttlSeconds: 60,
      boundSeconds: 156,
      difference: "0",
    });
    expect(failover?.options).toHaveLength(2 * 4 * 4);
    for (const option of failover?.options ?? []) {
      const { client } = failoverBounds({ ...option, probeType: "HTTP", intervalSeconds: option.intervalSeconds });
      expect(option.boundSeconds).toBe(client.ms / 1000);
    }
    const at = (intervalSeconds: number, ttlSeconds: number) =>
      failover?.options.find(
        (one) => one.intervalSeconds === intervalSeconds && one.failureThreshold === 3 && one.ttlSeconds === ttlSeconds,
      );
    // The fast interval is an optional feature; half the TTL is twice the queries.
    expect(at(10, 60)).toMatchObject({ boundSeconds: 96, difference: "2" });
    expect(at(30, 30)).toMatchObject({ boundSeconds: 126, difference: "0.4" });
    expect(at(10, 30)).toMatchObject({ boundSeconds: 66, difference: "2.4" });
    expect(at(30, 300)).toMatchObject({ difference: "-0.32" });
  });

  it("has the file's own threshold and TTL among the settings", () => {
    const [failover] = costReport(
      readConfig(
        "r53kit.yaml",
        FILE.replace("failureThreshold: 3", "failureThreshold: 4").replace("ttl: 60", "ttl: 45"),
      ).config,
      AWS_PRICES,
    ).failovers;
    expect(new Set(failover?.options.map(({ failureThreshold }) => failureThreshold))).toEqual(
      new Set([1, 2, 3, 4, 5]),
    );
    expect(new Set(failover?.options.map(({ ttlSeconds }) => ttlSeconds))).toEqual(new Set([10, 30, 45, 60, 300]));
  });

  it("has a TTL of 0 in no proportion to others", () => {
    const [failover] = costReport(
      readConfig("r53kit.yaml", FILE.replace("ttl: 60", "ttl: 0")).config,
      AWS_PRICES,
    ).failovers;
    expect(
      failover?.options.filter(({ intervalSeconds }) => intervalSeconds === 30).map(({ difference }) => difference),
    ).toEqual(new Array(4 * 5).fill("0"));
  });

  it("is shown with the file's own setting marked", () => {
    const text = renderCost(report("drill: { targets: { downtime: 100 } }\n"), { color: false });
    expect(text).toContain("$1.65 a month, with 1,000,000 queries (assumed");
    expect(text).toContain("orders.example.com A fails over within 156 s (check one); the target is 100 s");
    expect(text).toMatch(/30 s +3 .*156 s now/);
  });

  it("of the example with everything is what its parts come to", () => {
    const { config } = loadConfig(resolve(import.meta.dirname, "../../../docs/examples/myapp/r53kit.yaml"));
    const { lines, total } = costReport(config, AWS_PRICES, 0);
    expect(lines.map(({ item, amount }) => [item, amount])).toEqual([
      ["hosted-zones", "0.5"],
      ["health-checks", "0"],
      ["health-checks", "2.25"],
      ["health-check-features", "6"],
      ["traffic-policy-records", "50"],
    ]);
    expect(total).toBe("58.75");
  });
});
