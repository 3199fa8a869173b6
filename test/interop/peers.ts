/** The other people's programs that the interop suites run: whether they are here, and how to run them against a local backend. */

import { execFile, spawnSync } from "node:child_process";
import { describe, it } from "vitest";
import type { LocalBackend } from "../../src/local/local-backend.ts";

export interface Peer {
  /** For people, e.g. `AWS CLI`. */
  readonly name: string;
  /** What says that it is here: a command that exits with 0. */
  readonly probe: readonly [command: string, ...args: string[]];
  /** A missing one fails the run where `CI=true`, unless it is optional. */
  readonly optional?: boolean;
}

export const AWS_CLI: Peer = { name: "AWS CLI", probe: ["aws", "--version"] };
export const BOTO3: Peer = { name: "boto3", probe: ["python3", "-c", "import boto3"] };

export const DIG: Peer = { name: "dig", probe: ["dig", "-v"] };
export const UNBOUND: Peer = { name: "unbound", probe: ["unbound", "-V"] };

export function isHere(peer: Peer): boolean {
  const [command, ...args] = peer.probe;
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** A suite that needs a peer: skipped by name when it is missing, and with CI=true a failure. */
export function describeWith(peer: Peer, suite: () => void): void {
  if (isHere(peer)) {
    describe(peer.name, suite);
  } else if (process.env.CI === "true" && !peer.optional) {
    describe(peer.name, () => {
      it("is installed", () => {
        throw new Error(`${peer.name} is missing: \`${peer.probe.join(" ")}\` failed`);
      });
    });
  } else {
    describe.skip(`${peer.name} (not installed)`, suite);
  }
}

export interface ProcessResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment in which any AWS client finds the local backend and nothing else. */
export function awsEnvironment(backend: Pick<LocalBackend, "apiUrl">): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
  return {
    ...env,
    AWS_ENDPOINT_URL: backend.apiUrl,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_DISABLE_HOST_PREFIX_INJECTION: "true",
    AWS_MAX_ATTEMPTS: "1",
    AWS_PAGER: "",
  };
}

/** Runs a program to its end, three minutes at most. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly input?: string },
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      { env: options.env, cwd: options.cwd, timeout: 180_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
    // A program that does not read its input may have ended by now.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}
