/** `r53kit trace` as a process, against the local backend. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHome, cliHome } from "../support/cli.ts";

const SET_UP = `version: 1
zone: { name: far.test }
records:
  - { name: www, type: A, ttl: 60, values: [192.0.2.1] }
  - { name: away, type: NS, ttl: 60, values: [ns.away.far.test.] }
  - { name: ns.away, type: A, ttl: 60, values: [192.0.2.53] }
`;

let home: CliHome;

beforeAll(async () => {
  home = await cliHome();
  const started = await home.run(["local", "start", "--in-memory", "--api-port", "0", "--dns-port", "0"]);
  expect(started.code, started.stderr).toBe(0);
  const file = join(home.folder, "r53kit.yaml");
  writeFileSync(file, SET_UP);
  const applied = await home.run(["setup", "apply", "--yes", "--config", file]);
  expect(applied.code, applied.stderr).toBe(0);
});
afterAll(() => home.dispose());

describe("a trace of a name in a local zone", () => {
  it("goes from the local root to the answer", async () => {
    const { code, stdout, stderr } = await home.run(["trace", "www.far.test"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^from the root server of the local backend, /m);
    expect(stdout).toMatch(/www\.far\.test has 1 A record/);
  });

  it("does not leave the machine where the zone delegates to servers elsewhere, and says so", async () => {
    const { code, stdout } = await home.run(["trace", "www.away.far.test"]);
    expect(code).toBe(2);
    expect(stdout).toContain("This machine has no way to that address (192.0.2.53 is not on loopback).");
  });
});
