import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Plan } from "../../src/setup/plan.ts";
import { type CliHome, cliHome } from "../support/cli.ts";

let home: CliHome;
let folder: string;
beforeAll(async () => {
  home = await cliHome();
  const started = await home.run(["local", "start", "--api-port", "0", "--dns-port", "0"]);
  expect(started.code, started.stderr).toBe(0);
  folder = join(home.folder, "set-up");
  await mkdir(folder);
});
afterAll(async () => {
  await home?.dispose();
});

const DOCUMENT =
  '{ AWSPolicyFormatVersion: "2015-10-01", RecordType: A, Endpoints: { e: { Type: value, Value: 192.0.2.1 } }, StartEndpoint: e }';
const FILE = `version: 1
zone: { name: shop.com }
records:
  - { name: www, type: A, ttl: 60, values: [192.0.2.1] }
trafficFlow:
  policies: { g: { document: ${DOCUMENT} } }
  instances: [ { name: g, policy: g, ttl: 60 } ]
`;

it("writes a zone that is there as a file whose plan is empty, its documents beside it, and never over another file", {
  timeout: 60_000,
}, async () => {
  await writeFile(join(folder, "first.yaml"), FILE);
  const applied = await home.run(["setup", "apply", "--config", "first.yaml"], { cwd: folder });
  expect(applied.code, applied.stderr).toBe(0);

  const shown = await home.run(["setup", "import", "shop.com"], { cwd: folder });
  expect(shown.stderr).toBe("");
  expect(shown.stdout).toContain("zone: { name: shop.com }\n");
  expect(shown.stdout).toContain("      document:\n");

  const written = await home.run(["setup", "import", "shop.com", "--output", "live/r53kit.yaml"], { cwd: folder });
  expect(written.code, written.stderr).toBe(0);
  expect(written.stdout).toBe(
    "1 record set, 1 traffic policy of shop.com written to live/r53kit.yaml, live/traffic/g.json\n",
  );
  const text = await readFile(join(folder, "live/r53kit.yaml"), "utf8");
  expect(text).toContain("g: { document: traffic/g.json }\n");
  const plan = await home.run(["setup", "plan", "--config", "live/r53kit.yaml", "--detailed-exitcode", "--json"], {
    cwd: folder,
  });
  expect(plan.code, plan.stderr).toBe(0);
  expect((JSON.parse(plan.stdout) as Plan).summary).toEqual({ add: 0, change: 0, remove: 0 });

  const again = await home.run(["setup", "import", "shop.com", "--output", "live/r53kit.yaml"], { cwd: folder });
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("live/r53kit.yaml is there already");
  expect(again.stderr).toContain("--force");
  const forced = await home.run(["setup", "import", "shop.com", "--output", "live/r53kit.yaml", "--force"], {
    cwd: folder,
  });
  expect(forced.code, forced.stderr).toBe(0);
  expect(await readFile(join(folder, "live/r53kit.yaml"), "utf8")).toBe(text);
});

it("says which zones there are when the one that was asked for is not", async () => {
  const { code, stderr } = await home.run(["setup", "import", "shopp.com"], { cwd: folder });
  expect(code).toBe(64);
  expect(stderr).toContain("did you mean shop.com?");
});
