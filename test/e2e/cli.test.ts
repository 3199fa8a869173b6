import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHome, cliHome } from "../support/cli.ts";

let home: CliHome;
beforeAll(async () => {
  home = await cliHome();
  const { code, stderr } = await home.run(["local", "start", "--api-port", "0", "--dns-port", "0"]);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => home.dispose());

describe("the command line", () => {
  it("prints help on stdout and exits 0", async () => {
    const { code, stdout, stderr } = await home.run(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["setup", "trace", "drill", "logs", "local", "zones", "demo"])
      expect(stdout).toContain(command);
  });

  it("prints the version of package.json", async () => {
    const { code, stdout } = await home.run(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [["zones", "list", "--colour"], /unknown option '--colour'/],
    [["zone", "list"], /unknown command 'zone'[\s\S]*zones/],
    [["zones", "list", "extra"], /too many arguments/],
    [["zones", "list", "--backend", "gcp"], /'--backend <name>'.*argument 'gcp' is invalid/],
    [["trace"], /missing required argument 'name'/],
  ])("refuses r53kit %j with exit code 64 and says why on stderr", async (args, message) => {
    const { code, stdout, stderr } = await home.run(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("takes global options before and after the subcommand", async () => {
    const after = await home.json(["zones", "list"]);
    const before = await home.run(["--json", "zones", "list"]);
    expect(JSON.parse(before.stdout)).toEqual(after);
  });

  it("reports a failure as one JSON line on stderr with --json", async () => {
    const { code, stdout, stderr } = await home.run(["setup", "plan", "--config", "no-such-file.yaml", "--json"]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({ error: { message: expect.stringContaining("no-such-file.yaml") } });
  });

  it("ends quietly when nobody reads on", async () => {
    const listing = home.start(["zones", "list"]);
    listing.child.stdout?.destroy();
    const { code, stderr } = await listing.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("shows no stack trace without --verbose", async () => {
    const quiet = await home.run(["setup", "plan", "--config", "no-such-file.yaml"]);
    expect(quiet.stderr).not.toMatch(/\n\s+at /);
    expect(quiet.stderr).toMatch(/next:/);
  });
});
