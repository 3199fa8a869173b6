import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identify } from "../../src/local/store/process-identity.ts";
import { type CliHome, cliHome } from "../support/cli.ts";

let home: CliHome;
/** Its temporary files go where nobody else's are. */
let temporary: { readonly env: { readonly TMPDIR: string } };
beforeAll(async () => {
  home = await cliHome();
  temporary = { env: { TMPDIR: home.folder } };
});
afterAll(() => home.dispose());

const demoFolders = async () => (await readdir(home.folder)).filter((name) => name.startsWith("r53kit-demo-"));

/** The daemon's process id, as `local start` says it. */
function daemonPid(stdout: string): number | undefined {
  const pid = /started the local backend \(process (\d+)\)/.exec(stdout)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** Whether it still runs; one that has ended and was only not yet collected does not. */
const runs = (pid: number | undefined) => pid === undefined || identify(pid).started !== undefined;

describe("r53kit demo", () => {
  it("takes the whole tour and leaves nothing running and no files", async () => {
    const { code, stdout, stderr } = await home.run(["demo", "--speed", "20"], temporary);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    for (const command of [
      "local start",
      "setup plan",
      "setup apply",
      "trace orders.myapp.com",
      "drill failover",
      "logs tail",
    ]) {
      expect(stdout).toContain(`$ r53kit ${command}`);
    }
    expect(stdout).toContain("primary -> secondary -> primary");
    expect(stdout).toContain("0 to add, 0 to change, 0 to remove");
    expect(await demoFolders()).toEqual([]);
    expect(runs(daemonPid(stdout))).toBe(false);
  });

  it("puts everything away on Ctrl-C in the middle of the drill", async () => {
    const demo = await home.startUntil("stopping primary", ["demo", "--speed", "20"], temporary);
    expect(await demoFolders()).toHaveLength(1);
    demo.child.kill("SIGINT");
    demo.release();
    const { code, stdout } = await demo.ended;
    expect(code).toBe(130);
    expect(await demoFolders()).toEqual([]);
    expect(runs(daemonPid(stdout))).toBe(false);
  });

  it("refuses a speed that is none", async () => {
    const { code, stderr } = await home.run(["demo", "--speed", "fast"]);
    expect(code).toBe(64);
    expect(stderr).toContain("--speed");
  });
});
