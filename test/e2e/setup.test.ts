import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ListHealthChecksCommand, ListTrafficPoliciesCommand, Route53Client } from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApplyResult } from "../../src/setup/apply.ts";
import type { Plan } from "../../src/setup/plan.ts";
import type { VerifyResult } from "../../src/setup/setup.ts";
import { type CliHome, cliHome, type HeldProcess } from "../support/cli.ts";
import { copyExample } from "../support/example-copy.ts";

let home: CliHome;
let apiPort: number;
/** The folder of a copy of the myapp example. */
let folder: string;

beforeAll(async () => {
  home = await cliHome();
  const started = await home.run(["local", "start", "--speed", "20", "--api-port", "0", "--dns-port", "0"]);
  expect(started.code, started.stderr).toBe(0);
  apiPort = (await home.json<{ apiPort: number }>(["local", "status"])).apiPort;
  folder = dirname(copyExample("myapp", home.folder));
});
afterAll(async () => {
  await home?.dispose();
});

beforeEach(async () => {
  const reset = await home.run(["local", "reset", "--yes"]);
  expect(reset.code, reset.stderr).toBe(0);
});

const inFolder = () => ({ cwd: folder });
const setup = (...args: string[]) => home.run(["setup", ...args], inFolder());

/** Another file in a folder of its own. */
async function fileWith(text: string): Promise<string> {
  const file = join(home.folder, "other.yaml");
  await writeFile(file, text);
  return file;
}

async function counts() {
  const client = new Route53Client({
    endpoint: `http://127.0.0.1:${apiPort}`,
    region: "us-east-1",
    credentials: { accessKeyId: "x", secretAccessKey: "x" },
  });
  try {
    const { HealthChecks } = await client.send(new ListHealthChecksCommand({}));
    const { TrafficPolicySummaries } = await client.send(new ListTrafficPoliciesCommand({}));
    const zones = await home.json<unknown[]>(["zones", "list"]);
    return { zones: zones.length, checks: HealthChecks?.length, policies: TrafficPolicySummaries?.length };
  } finally {
    client.destroy();
  }
}

describe("r53kit setup", () => {
  it("plans, applies, finds nothing left to do, and verifies", async () => {
    const planned = await setup("plan");
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout.trimEnd().split("\n").at(-1)).toBe("39 to add, 1 to change, 0 to remove");
    expect((await setup("plan", "--detailed-exitcode", "--quiet")).code).toBe(2);

    const applied = await home.json<ApplyResult>(["setup", "apply", "--yes"], inFolder());
    expect(applied).toMatchObject({ outcome: "applied", summary: { add: 39, change: 1, remove: 0 } });
    expect(applied.phases.flatMap((phase) => phase.verifications).filter((one) => one.status !== "ok")).toEqual([]);

    const second = await setup("plan", "--detailed-exitcode");
    expect(second.code, second.stdout).toBe(0);
    expect(second.stdout.trimEnd().split("\n").at(-1)).toBe("0 to add, 0 to change, 0 to remove");
    const again = await setup("apply", "--yes");
    expect(again).toMatchObject({ code: 0, stdout: "nothing to do: everything is as the file asks\n" });
    expect(await home.json<VerifyResult>(["setup", "verify"], inFolder())).toMatchObject({ warnings: 0, failed: 0 });
  });

  it("keeps stdout for the result, and names its backend before it changes anything", async () => {
    const { stdout, stderr } = await setup("apply", "--yes", "--phase", "zone");
    expect(stderr.split("\n")[0]).toContain(`local backend at http://127.0.0.1:${apiPort}`);
    expect(stdout).toMatch(/^zone +2 of 2 done, 1 of 1 checks ok\n/);
    expect(stdout).toContain("applied: 1 added, 1 changed, 0 removed");
  });

  it("saves a plan, carries it out, and refuses it when it is out of date, of another zone, or no plan", async () => {
    const file = join(home.folder, "plan.json");
    expect((await setup("plan", "--out", file, "--quiet")).code).toBe(0);
    const plan = JSON.parse(await readFile(file, "utf8")) as Plan;
    expect(await home.json<Plan>(["setup", "plan"], inFolder())).toMatchObject({
      summary: plan.summary,
      observed: plan.observed,
    });

    const other = await fileWith("version: 1\nzone: { name: other.org }\n");
    const wrongZone = await home.run(["setup", "apply", file, "--config", other]);
    expect(wrongZone.code).toBe(64);
    expect(wrongZone.stderr).toContain("this plan is for myapp.com");

    expect((await setup("apply", file, "--yes")).code).toBe(0);
    const stale = await setup("apply", file, "--yes");
    expect(stale.code).toBe(1);
    expect(stale.stderr).toContain("out of date");
    expect(stale.stderr).toContain("health check both");

    await writeFile(file, "{");
    expect(await setup("apply", file)).toMatchObject({ code: 64, stdout: "" });
  });

  it("does the phases that are asked for, and says what one of them needs", async () => {
    const needs = await setup("apply", "--yes", "--phase", "routing");
    expect(needs.code).toBe(64);
    expect(needs.stderr).toContain("add --phase zone");
    const some = await home.json<Plan>(["setup", "plan", "--phase", "zone", "health-checks"], inFolder());
    expect(some.summary).toEqual({ add: 8, change: 1, remove: 0 });
    expect((await setup("plan", "--phase", "zones")).code).toBe(64);
    for (const phase of ["zone", "health-checks", "records", "routing", "traffic-flow", "logging"]) {
      expect((await setup("apply", "--yes", "--phase", phase)).code).toBe(0);
    }
    expect((await setup("plan", "--detailed-exitcode")).code).toBe(0);
  });

  it("refuses a bad file before any call, with every place and every fix", async () => {
    const file = await fileWith(
      "version: 1\nzone: { name: a.com, coment: x }\nrecords:\n  - { name: www, type: A, ttl: 60, values: [192.0.2.400] }\n",
    );
    const { code, stdout, stderr } = await home.run(["setup", "plan", "--config", file]);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toContain(`${file}:2:22: 'coment' is no key of zone\n  next: did you mean 'comment'?`);
    expect(stderr).toContain(`${file}:4:45: '192.0.2.400' is no value of type A`);
    expect(await home.json<unknown[]>(["zones", "list"])).toEqual([]);
  });

  it("lets no control character of a file or a plan through to the terminal", async () => {
    const evil = "\\e[31m\\e]0;title\\a\\u202e";
    const file = await fileWith(
      `version: 1\nzone: { name: e.com, comment: "${evil}" }\n"${evil}": 1\nbackend: "${evil}"\nrecords: [ { name: "${evil}", type: TXT, ttl: 60, values: ["${evil}"], healthCheck: "${evil}" } ]\n`,
    );
    const said = await setup("plan", "--config", file);
    expect(said.code).toBe(64);
    const text = await fileWith(
      `version: 1\nzone: { name: e.com }\nrecords: [ { name: "\\e[31m\\a", type: TXT, ttl: 60, values: ["${evil}"] } ]\n`,
    );
    const all = [
      said,
      await setup("plan", "--config", text),
      await setup("apply", "--yes", "--config", text),
      await setup("verify", "--config", text),
      await setup("plan", "--config", "\u001b[31m"),
      await setup("plan", "--phase", "\u001b[31m"),
    ];
    for (const { stdout, stderr } of all)
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(all.map(({ code }) => code)).toEqual([64, 0, 0, 0, 64, 64]);
  });

  it("verifies with exit code 2 what is not as the file asks, and shows who said so", async () => {
    expect((await setup("apply", "--yes", "--phase", "zone")).code).toBe(0);
    const { code, stdout } = await setup("verify", "--phase", "zone,records");
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /FAILED www\.myapp\.com A: ns-\d+\.awsdns-\d+\.\S+ \(127\.53\.1\.\d+\) says nothing \(NXDOMAIN\)/,
    );
  });
});

describe("an apply that is stopped", () => {
  /** Its zone is there then, and nothing else. */
  function applyUntilHealthChecks(): Promise<HeldProcess> {
    return home.startUntil("health-checks: 7 changes", ["setup", "apply", "--yes"], inFolder());
  }

  it("by Ctrl-C says what landed, exits with 130, and the next one goes on from there", async () => {
    const running = await applyUntilHealthChecks();
    running.child.kill("SIGINT");
    running.release();
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/interrupted: \d+ added, 1 changed, 0 removed/);
    expect((await setup("apply", "--yes")).code).toBe(0);
    expect((await setup("plan", "--detailed-exitcode")).code).toBe(0);
  });

  it("by a backend that is gone says what landed, and the next one starts it and goes on from there", async () => {
    const running = await applyUntilHealthChecks();
    const { pid } = await home.json<{ pid: number }>(["local", "status"]);
    process.kill(pid, "SIGKILL");
    running.release();
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(/stopped by a failure: \d+ added, 1 changed, 0 removed/);
    expect(stderr).toMatch(/does not answer any more\n {2}next: .*local start/);
    const again = await setup("apply", "--yes");
    expect(again.code, again.stderr).toBe(0);
    expect((await setup("plan", "--detailed-exitcode")).code).toBe(0);
    expect(await counts()).toEqual({ zones: 1, checks: 4, policies: 1 });
  });

  it("by a second one is refused with who has the zone, until that one is dead; its journal finishes it", async () => {
    const first = await applyUntilHealthChecks();
    const second = await setup("apply", "--yes");
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(
      `the zone myapp.com is being changed by r53kit setup apply, process ${first.child.pid} on `,
    );
    expect((await setup("destroy", "--yes")).code).toBe(1);
    expect((await home.run(["records", "set", "x.myapp.com", "A", "192.0.2.1", "--yes"])).code).toBe(1);
    first.child.kill("SIGKILL");
    await first.ended;

    const planned = await setup("plan");
    expect(planned.stderr).toContain("did not come to its end");
    const resumed = await home.run(["setup", "resume", "--yes"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toMatch(
      /resuming the setup apply of myapp\.com that started at .*: \d+ of 40 changes had landed/,
    );
    expect((await setup("plan", "--detailed-exitcode")).code).toBe(0);
    expect(await counts()).toEqual({ zones: 1, checks: 4, policies: 1 });
    expect((await home.run(["setup", "resume"])).stdout).toBe("nothing to resume: every run came to its end\n");
  });
});

describe("r53kit setup destroy", () => {
  it("shows its plan, saves it, carries it out, and leaves what others made", async () => {
    expect((await setup("apply", "--yes", "--quiet")).code).toBe(0);
    const dry = await setup("destroy", "--dry-run");
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toMatch(/^Plan to destroy what was made for myapp\.com on local backend/);
    expect(dry.stdout.trimEnd().split("\n").at(-1)).toBe("0 to add, 0 to change, 38 to remove");

    const file = join(home.folder, "destroy.json");
    expect((await setup("destroy", "--out", file, "--quiet")).code).toBe(0);
    const applied = await setup("apply", file);
    expect(applied).toMatchObject({ code: 64 });
    expect(applied.stderr).toContain("r53kit setup destroy");
    expect(await counts()).toEqual({ zones: 1, checks: 4, policies: 1 });

    const destroyed = await home.json<ApplyResult>(["setup", "destroy", file, "--yes"], inFolder());
    expect(destroyed).toMatchObject({ outcome: "applied", summary: { add: 0, change: 0, remove: 38 } });
    expect(await counts()).toEqual({ zones: 0, checks: 0, policies: 0 });
    expect((await setup("destroy", "--yes")).stdout).toBe("nothing to do: nothing that this file made is there\n");
  });
});
