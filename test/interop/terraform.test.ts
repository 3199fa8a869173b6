/** Terraform's AWS provider against a local backend: apply, then a plan that is empty, then destroy. */

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { awsEnvironment, describeWith, type ProcessResult, runProcess } from "./peers.ts";

const PROVIDER = "registry.terraform.io/hashicorp/aws";

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A folder that holds the provider already: it is far too large to download for a test. */
function pluginMirror(): string | undefined {
  return [
    process.env.TF_PLUGIN_CACHE_DIR ?? "",
    join(homedir(), ".terraform.d/plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    ...subfolders("/opt"),
  ].find((folder) => folder !== "" && subfolders(join(folder, PROVIDER)).length > 0);
}

const mirror = pluginMirror();
const here = mirror !== undefined && spawnSync("terraform", ["version"], { stdio: "ignore" }).status === 0;

describeWith({ name: "Terraform with its AWS provider", probe: here ? ["true"] : ["false"], optional: true }, () => {
  let backend: LocalBackend;
  let folder: string;

  beforeAll(async () => {
    backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0 });
    folder = mkdtempSync(join(tmpdir(), "r53kit-terraform-"));
    for (const name of ["main.tf", "around-zones.tf", "networks.tf"]) {
      copyFileSync(join(import.meta.dirname, "terraform", name), join(folder, name));
    }
    writeFileSync(
      join(folder, "terraform.rc"),
      `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
    );
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await backend?.stop();
  });

  function terraform(command: string, ...args: string[]): Promise<ProcessResult> {
    return runProcess("terraform", [command, "-no-color", "-input=false", ...args], {
      cwd: folder,
      env: {
        ...awsEnvironment(backend),
        TF_CLI_CONFIG_FILE: join(folder, "terraform.rc"),
        TF_VAR_endpoint: backend.apiUrl,
        TF_IN_AUTOMATION: "1",
      },
    });
  }

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
  }, 420_000);
});
