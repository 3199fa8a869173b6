/** A shell in which the AWS CLI finds the local backend, as people follow a walkthrough: what a step made, later steps use. */

import { expect } from "vitest";
import type { TestBackend } from "../support/backend.ts";
import { awsEnvironment, type ProcessResult, runProcess } from "./peers.ts";

export interface AwsShell {
  /** Variables of the shell, e.g. ZONE. */
  readonly made: Record<string, string>;
  /** Runs a script that must work, and reads what it prints; undefined when that is nothing. */
  // biome-ignore lint/suspicious/noExplicitAny: the CLI prints whatever the operation answers.
  json(script: string): Promise<any>;
  /** Runs a script that must be refused; what it says on stderr. */
  refusal(script: string): Promise<string>;
}

/** `backend` is asked for at each run, so that a suite may start it in `beforeAll`. */
export function awsShell(backend: () => Pick<TestBackend, "apiUrl">): AwsShell {
  const made: Record<string, string> = {};
  const run = (script: string): Promise<ProcessResult> =>
    runProcess("bash", ["-euc", script], {
      env: { ...awsEnvironment(backend()), ...made, AWS_DEFAULT_OUTPUT: "json" },
    });
  return {
    made,
    async json(script) {
      const { code, stdout, stderr } = await run(script);
      expect(code, `${script}\n${stderr}`).toBe(0);
      return stdout.trim() === "" ? undefined : JSON.parse(stdout);
    },
    async refusal(script) {
      const { code, stderr } = await run(script);
      expect(code, script).not.toBe(0);
      return stderr;
    },
  };
}
