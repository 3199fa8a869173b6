/** The demo's tour: real commands as child processes, on state of their own, each shown as a user would type it. */

import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure } from "../../errors.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { launcherPath, packageRoot } from "../installation.ts";

interface Step {
  /** What a person will see, in one sentence. */
  readonly says: string;
  readonly args: readonly string[];
  /** Exit codes that mean the step did what it should. */
  readonly accepts?: readonly number[];
}

/** The tour over docs/examples/myapp, in order. */
function tourSteps(speed: string): readonly Step[] {
  return [
    {
      says: "A Route 53 of your own: API, name servers, resolver and health checkers in one process.",
      args: ["local", "start", "--speed", speed, "--api-port", "0", "--dns-port", "0"],
    },
    { says: "What r53kit.yaml asks for, against what is there: nothing yet.", args: ["setup", "plan"] },
    {
      says: "Phase by phase: apply, wait for INSYNC, ask every name server.",
      args: ["setup", "apply", "--yes"],
    },
    {
      says: "A second plan is empty: what was asked for is what is there.",
      args: ["setup", "plan", "--detailed-exitcode"],
    },
    { says: "One name, from the root down, with what each answer means.", args: ["trace", "orders.myapp.com"] },
    {
      says: "Stop the primary, watch the answers flip, bring it back, measure.",
      args: ["drill", "failover", "orders.myapp.com", "--yes"],
    },
    {
      says: "Geolocation: the same name as a client in Germany is told.",
      args: ["trace", "shop.myapp.com", "--subnet", "198.51.100.0/26"],
    },
    {
      says: "The queries that were just made, as Route 53 logs them.",
      args: ["logs", "tail", "--since", "5m", "--limit", "12"],
    },
  ];
}

/** Where the example's endpoints are, and the port of all of them. */
const ENDPOINTS = { network: "127.0.10.", port: 8081 };

/** Whether the first endpoint's address is free. */
function isFree(network: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: `${network}1`, port: ENDPOINTS.port }, () => server.close(() => resolve(true)));
  });
}

/** A backend of the user's own may run the same example; the demo's copy then takes other addresses. */
async function moveEndpoints(project: string): Promise<void> {
  let network = ENDPOINTS.network;
  for (let third = 200; !(await isFree(network)) && third < 250; third++) network = `127.0.${third}.`;
  if (network === ENDPOINTS.network) return;
  for (const file of ["r53kit.yaml", "traffic/global.json"]) {
    const path = join(project, file);
    await writeFile(path, (await readFile(path, "utf8")).replaceAll(ENDPOINTS.network, network));
  }
}

export async function runDemo(context: CommandContext, speed: string): Promise<ExitCode> {
  if (!(Number(speed) >= 1 && Number(speed) <= 100)) {
    throw new Failure({
      kind: "usage",
      code: "demo.speed",
      message: `--speed ${speed} is not a number from 1 to 100`,
      next: "leave it out for 10",
    });
  }
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "r53kit-demo-"));
  const project = join(folder, "myapp");
  const env = { ...context.host.env, R53KIT_HOME: join(folder, "state"), R53KIT_BACKEND: "local" };
  const { renderDemoStep, renderDemoEnd } = await import("../../render/demo.ts");
  const color = context.color.stdout;
  const { stdout } = context.host;

  const run = (args: readonly string[], quiet = false): Promise<number> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [launcherPath(), ...args], {
        cwd: project,
        env,
        stdio: quiet ? "ignore" : "inherit",
      });
      child.on("error", reject);
      // Ctrl-C in a terminal reaches the child by itself; a signal sent to this process alone is passed on.
      const passOn = () => child.kill("SIGINT");
      context.signal.addEventListener("abort", passOn, { once: true });
      child.on("exit", (code, signal) => {
        context.signal.removeEventListener("abort", passOn);
        resolve(code ?? (signal === null ? EXIT.failed : EXIT.interrupted));
      });
    });

  try {
    await cp(join(packageRoot(), "docs/examples/myapp"), project, { recursive: true });
    await moveEndpoints(project);
    const steps = tourSteps(speed);
    for (const [index, step] of steps.entries()) {
      context.signal.throwIfAborted();
      stdout.write(
        renderDemoStep({ number: index + 1, of: steps.length, says: step.says, args: step.args }, { color }),
      );
      const code = await run(step.args);
      context.signal.throwIfAborted();
      if (!(step.accepts ?? [EXIT.ok]).includes(code)) {
        throw new Failure({
          kind: "failed",
          code: "demo.step",
          message: `step ${index + 1} of the demo (r53kit ${step.args.join(" ")}) ended with exit code ${code}`,
        });
      }
    }
  } finally {
    await run(["local", "stop", "--quiet"], true);
    await rm(folder, { recursive: true, force: true });
  }
  stdout.write(renderDemoEnd({ seconds: (performance.now() - started) / 1000 }, { color }));
  return EXIT.ok;
}
