import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CostReport } from "../../src/cost/report.ts";
import type { LintReport } from "../../src/lint/lint.ts";
import type { Plan } from "../../src/setup/plan.ts";
import { type CliHome, cliHome, ROOT } from "../support/cli.ts";

let home: CliHome;

beforeAll(async () => {
  home = await cliHome();
});
afterAll(async () => {
  await home?.dispose();
});

const EXAMPLE = join(ROOT, "docs/examples/cafe/r53kit.yaml");

const BITES = `version: 1
zone: { name: lint.test }
healthChecks:
  one: { type: HTTP, host: orders.lint.test, interval: 30 }
routing:
  - name: orders
    type: A
    ttl: 300
    policy: failover
    answers:
      a: { failover: PRIMARY, values: [127.0.0.1], healthCheck: one }
      b: { failover: SECONDARY, values: [127.0.0.2] }
`;

async function file(text: string): Promise<string> {
  const path = join(home.folder, "set-up.yaml");
  await writeFile(path, text);
  return path;
}

describe("r53kit lint", () => {
  it("finds nothing in an example and exits with 0, without a backend", async () => {
    const { code, stdout, stderr } = await home.run(["lint", "--config", EXAMPLE]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("nothing found");
    expect((await home.run(["local", "status"])).stdout).toContain("does not run");
  });

  it("exits with 2 for what will bite, and says where, why and what to do", async () => {
    const { code, stdout } = await home.run(["lint", "--config", await file(BITES)]);
    expect(code).toBe(2);
    expect(stdout).toContain("set-up.yaml:4:28\nproblem  The check one asks orders.lint.test, and decides itself");
    expect(stdout).toContain("set-up.yaml:8:10\nwarning  orders.lint.test A is decided by health checks");
    expect(stdout.trimEnd()).toMatch(/1 problem, 1 warning$/);
  });

  it("prints JSON and annotations of the same", async () => {
    const config = await file(BITES);
    const report = await home.json<LintReport>(["lint", "--config", config], { code: 2 });
    expect(report.format).toBe("r53kit.lint/1");
    expect(report.findings.map(({ code, place }) => [code, place.line])).toEqual([
      ["health.circular", 4],
      ["failover.ttl-too-long", 8],
    ]);
    const { stdout } = await home.run(["lint", "--format", "github", "--config", config]);
    expect(stdout.split("\n")[0]).toMatch(
      /^::error file=.*set-up\.yaml,line=4,col=28,title=health\.circular::The check one asks/,
    );
  });

  it("leaves out what is ignored with a reason, and judges addresses on AWS only", async () => {
    const ignoring = `${BITES}lint:
  ignore:
    - { code: health.circular, at: check one, reason: a test }
    - { code: failover.ttl-too-long, at: orders A, reason: a test }
`;
    const config = await file(ignoring);
    expect((await home.run(["lint", "--config", config])).code).toBe(0);
    const { code, stdout } = await home.run(["lint", "--config", config, "--backend", "aws"]);
    expect(code).toBe(2);
    expect(stdout).toContain("a loopback address");
  });

  it("exits with 64 when the file itself is wrong", async () => {
    const { code, stderr } = await home.run(["lint", "--config", await file("version: 2\n")]);
    expect(code).toBe(64);
    expect(stderr).toContain("set-up.yaml:1:10");
  });
});

describe("r53kit cost", () => {
  it("prints the bill and the table of every failover, without a backend", async () => {
    const { code, stdout } = await home.run(["cost", "--config", EXAMPLE, "--queries", "0"]);
    expect(code).toBe(0);
    expect(stdout).toContain("$6.00 a month, with 0 queries (as --queries says)");
    expect(stdout).toMatch(/orders\.cafe\.com A fails over within 66 s .*target is 90 s/);
  });

  it("takes prices of one's own, and says whose they are", async () => {
    const prices = join(home.folder, "prices.json");
    await writeFile(
      prices,
      JSON.stringify({ date: "2026-12-01", source: "our contract", hostedZone: [{ price: "0.25" }] }),
    );
    const report = await home.json<CostReport>(["cost", "--config", EXAMPLE, "--queries", "0", "--prices", prices]);
    expect(report).toMatchObject({
      format: "r53kit.cost/1",
      total: "5.75",
      prices: { date: "2026-12-01", source: "our contract" },
    });
  });

  it("refuses what is no number of queries", async () => {
    const { code, stderr } = await home.run(["cost", "--config", EXAMPLE, "--queries", "many"]);
    expect(code).toBe(64);
    expect(stderr).toContain("2500000, 2.5M");
  });
});

describe("r53kit setup plan", () => {
  it("ends with the findings, the bill's difference and the counts, as text, JSON and Markdown; findings change no exit code", async () => {
    const started = await home.run(["local", "start", "--in-memory", "--api-port", "0", "--dns-port", "0"]);
    expect(started.code, started.stderr).toBe(0);
    const config = await file(BITES);
    const text = await home.run(["setup", "plan", "--config", config]);
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/problem: .*set-up\.yaml:4:28: The check one asks .* \(health\.circular\)\n/);
    expect(text.stdout.trimEnd().split("\n").slice(-2)).toEqual([
      "monthly cost: $0.00 -> $1.65 (+$1.65), with 1,000,000 queries assumed",
      "4 to add, 1 to change, 0 to remove",
    ]);
    const plan = await home.json<Plan>(["setup", "plan", "--config", config]);
    expect(plan.assessment?.findings.map(({ code }) => code)).toEqual(["health.circular", "failover.ttl-too-long"]);
    expect(plan.assessment?.monthlyCost).toMatchObject({ before: "0", after: "1.65", difference: "1.65" });
    const markdown = await home.run(["setup", "plan", "--format", "markdown", "--config", config]);
    expect(markdown.code).toBe(0);
    expect(markdown.stdout).toMatch(/^### Plan for lint\.test\n/);
    expect(markdown.stdout.trimEnd()).toMatch(/\*\*4 to add, 1 to change, 0 to remove\*\*$/);
    expect(await readFile(config, "utf8")).toBe(BITES);
  });
});
