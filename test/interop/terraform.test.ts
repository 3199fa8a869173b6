/** Terraform's AWS provider against a local backend: apply, then a plan that is empty, then destroy. */

import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { describeWith } from "./peers.ts";
import { TERRAFORM, terraformIn } from "./terraform-peer.ts";

describeWith(TERRAFORM, () => {
  let backend: LocalBackend;
  let folder: string;
  let terraform: ReturnType<typeof terraformIn>;

  beforeAll(async () => {
    backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0 });
    folder = mkdtempSync(join(tmpdir(), "r53kit-terraform-"));
    for (const name of ["main.tf", "around-zones.tf", "networks.tf"]) {
      copyFileSync(join(import.meta.dirname, "terraform", name), join(folder, name));
    }
    terraform = terraformIn(folder, backend);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await backend?.stop();
  });

  // The provider waits 15 s before it first asks whether a change is INSYNC, so this takes more than a minute.
  it("applies every policy, what zones share, DNSSEC and the VPC of a private one, finds nothing to change, and destroys it all", async () => {
    const init = await terraform("init");
    expect(init.code, init.stderr).toBe(0);
    const apply = await terraform("apply", "-auto-approve", "-parallelism=30");
    expect(apply.code, apply.stderr).toBe(0);
    expect(apply.stdout).toMatch(/Apply complete! Resources: 38 added/);
    const plan = await terraform("plan", "-detailed-exitcode");
    expect(plan.code, plan.stdout + plan.stderr).toBe(0);
    const destroy = await terraform("destroy", "-auto-approve", "-parallelism=30");
    expect(destroy.code, destroy.stderr).toBe(0);
    expect((await backend.status()).zones).toEqual([]);
    expect((await backend.status()).healthChecks).toEqual([]);
  }, 900_000);
});
