/** The local backend beside moto's server: the same session on both, and each difference is one that is known, with its reason. */

import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestBackend, type TestBackend } from "../support/backend.ts";
import { DIFFERENCES } from "./moto/differences.ts";
import { comparable, differingPlaces, type Outcome } from "./moto/outcome.ts";
import { type Session, STEPS, sessionAt } from "./moto/steps.ts";
import { describeWith, type Peer } from "./peers.ts";

const MOTO: Peer = { name: "moto's server", probe: ["python3", "-c", "import moto.server"], optional: true };

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function outcomeOf(run: Promise<object>): Promise<Outcome> {
  return run.then(
    (output) => ({ output }),
    (error: unknown) => ({ error: error as Error }),
  );
}

describeWith(MOTO, () => {
  let ours: TestBackend;
  let moto: ChildProcess;
  let sessions: { ours: Session; moto: Session };

  beforeAll(async () => {
    // Both answer PENDING and INSYNC at moments of their own; here nothing is INSYNC before it is asked for.
    ours = await startTestBackend({ propagationDelayMs: 60_000 });
    const port = await freePort();
    moto = spawn("python3", ["-m", "moto.server", "-p", String(port), "-H", "127.0.0.1"], { stdio: "ignore" });
    sessions = { ours: sessionAt(ours.apiUrl), moto: sessionAt(`http://127.0.0.1:${port}`) };
    await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/moto-api/`)).status).toBe(200), {
      timeout: 60_000,
      interval: 100,
    });
  }, 90_000);

  afterAll(async () => {
    for (const session of Object.values(sessions)) {
      session.route53.destroy();
      session.logs.destroy();
    }
    const gone = new Promise((resolve) => moto.once("exit", resolve));
    moto.kill();
    await gone;
    await ours.stop();
  });

  it("differs where it is known to, and nowhere else", async () => {
    const found: Record<string, readonly string[]> = {};
    const told: string[] = [];
    for (const step of STEPS) {
      const [here, there] = await Promise.all([outcomeOf(step.run(sessions.ours)), outcomeOf(step.run(sessions.moto))]);
      const [a, b] = [comparable(here, sessions.ours.ids), comparable(there, sessions.moto.ids)];
      const places = differingPlaces(a, b);
      if (places.length === 0) continue;
      found[step.name] = places.map(({ place }) => place);
      told.push(`${step.name}:`, ...places.map(({ place, ours: x, moto: y }) => `  ${place}: ours ${x}, moto ${y}`));
    }
    const known = Object.fromEntries(DIFFERENCES.map(({ step, places }) => [step, places]));
    expect(found, told.join("\n")).toEqual(known);
    expect(ours.defects).toEqual([]);
  });

  it("has a reason for every difference", () => {
    for (const { step, because } of DIFFERENCES) expect(because, step).toMatch(/^.{20,}$/);
    expect(DIFFERENCES.filter(({ step }) => !STEPS.some(({ name }) => name === step))).toEqual([]);
  });
});
