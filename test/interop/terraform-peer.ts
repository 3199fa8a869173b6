/** Terraform with its AWS provider, where both are here already: the provider is far too large to download for a test. */

import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { LocalBackend } from "../../src/local/local-backend.ts";
import { awsEnvironment, type Peer, type ProcessResult, runProcess } from "./peers.ts";

const PROVIDER = "registry.terraform.io/hashicorp/aws";

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A folder that holds the provider. */
const mirror = [
  process.env.TF_PLUGIN_CACHE_DIR ?? "",
  join(homedir(), ".terraform.d/plugins"),
  "/usr/local/share/terraform/plugins",
  "/usr/share/terraform/plugins",
  ...subfolders("/opt"),
].find((folder) => folder !== "" && subfolders(join(folder, PROVIDER)).length > 0);

const here = mirror !== undefined && spawnSync("terraform", ["version"], { stdio: "ignore" }).status === 0;

export const TERRAFORM: Peer = {
  name: "Terraform with its AWS provider",
  probe: here ? ["true"] : ["false"],
  optional: true,
};

/** Runs in a folder that holds the configuration; its variable `endpoint` is the backend's address. */
export function terraformIn(
  folder: string,
  backend: Pick<LocalBackend, "apiUrl">,
): (command: string, ...args: string[]) => Promise<ProcessResult> {
  const settings = join(folder, "terraform.rc");
  writeFileSync(
    settings,
    `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
  );
  return (command, ...args) =>
    runProcess("terraform", [command, "-no-color", ...args], {
      cwd: folder,
      env: {
        ...awsEnvironment(backend),
        TF_CLI_CONFIG_FILE: settings,
        TF_VAR_endpoint: backend.apiUrl,
        TF_IN_AUTOMATION: "1",
        TF_INPUT: "0",
      },
    });
}
