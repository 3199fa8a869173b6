/** The battery of set-ups against moto's server: nothing of it may depend on what our own server does. */

import { type ChildProcess, spawn } from "node:child_process";
import type { ListTrafficPoliciesCommandOutput, Route53Client } from "@aws-sdk/client-route-53";
import type { HttpRequest } from "@smithy/types";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Backend } from "../../src/backend/backend.ts";
import { createClients } from "../../src/backend/clients.ts";
import { systemClock } from "../../src/clock.ts";
import { freePort } from "../support/free-port.ts";
import { ALIAS_CASES } from "../unit/setup/battery/alias-cases.ts";
import { BatteryBench } from "../unit/setup/battery/bench.ts";
import { caseOf } from "../unit/setup/battery/case.ts";
import { HEALTH_CASES, LOGGING_CASES } from "../unit/setup/battery/other-cases.ts";
import { RECORD_CASES } from "../unit/setup/battery/record-cases.ts";
import { ROUTING_CASES } from "../unit/setup/battery/routing-cases.ts";
import { CANNOT } from "./moto/cannot.ts";
import { describeWith, type Peer } from "./peers.ts";

const MOTO: Peer = { name: "moto's server", probe: ["python3", "-c", "import moto.server"], optional: true };
/** moto takes every type for text, so that one of each says enough of those that are written like others. */
const LIKE_OTHERS = /(DS|HTTPS|NAPTR|NS|PTR|SPF|SSHFP|SVCB|TLSA)( any more| in another order)?$/;
const CASES = [...RECORD_CASES, ...ROUTING_CASES, ...ALIAS_CASES, ...HEALTH_CASES, ...LOGGING_CASES]
  .map(caseOf)
  .filter(({ what }) => what.startsWith("a new ") || !LIKE_OTHERS.test(what));
const RIGHT = { again: { before: [], after: [] }, imported: { before: [], after: [] }, left: [] };

/**
 * Where moto does not speak Route 53's API, so that the rest can be tried: ListQueryLoggingConfigs finds zones by
 * `/hostedzone/Z...` only, and there is no Traffic Flow: whether a policy uses a check is asked before it is deleted.
 */
function withoutItsGaps(client: Route53Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args as unknown as { request: HttpRequest };
      const id = request.query?.hostedzoneid;
      if (typeof id === "string") request.query = { ...request.query, hostedzoneid: `/hostedzone/${id}` };
      return next(args);
    },
    { step: "build", name: "prefixZoneIds", priority: "low" },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== "ListTrafficPoliciesCommand") return next(args);
      const output: ListTrafficPoliciesCommandOutput = {
        TrafficPolicySummaries: [],
        IsTruncated: false,
        TrafficPolicyIdMarker: undefined,
        MaxItems: 100,
        $metadata: {},
      };
      return { output, response: {} };
    },
    { step: "initialize", name: "noTrafficPolicies" },
  );
}

function connect(endpoint: string): Backend {
  const clients = createClients({
    endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    globalRegion: "us-east-1",
    maxAttempts: 1,
  });
  const route53 = clients.route53().then((client) => {
    withoutItsGaps(client);
    return client;
  });
  return {
    label: `moto at ${endpoint}`,
    confirmsChanges: false,
    clients: {
      ...clients,
      logs: () => clients.logs(),
      domains: () => clients.domains(),
      sts: () => clients.sts(),
      route53: () => route53,
    },
    // It answers no DNS, and nobody is asked: the battery does not verify.
    dns: { rootHints: [], port: 1, resolver: undefined },
    clock: systemClock(1),
    pollIntervalMs: 5,
    endpoints: undefined,
    close: () => clients.close(),
  };
}

describeWith(MOTO, () => {
  let moto: ChildProcess;
  let bench: BatteryBench;
  beforeAll(async () => {
    const port = await freePort("127.0.0.1");
    const url = `http://127.0.0.1:${port}`;
    moto = spawn("python3", ["-m", "moto.server", "-p", String(port), "-H", "127.0.0.1"], { stdio: "ignore" });
    await vi.waitFor(async () => expect((await fetch(`${url}/moto-api/`)).status).toBe(200), {
      timeout: 60_000,
      interval: 100,
    });
    bench = new BatteryBench(() => connect(url), { imports: false });
  }, 90_000);
  afterAll(async () => {
    bench?.close();
    const gone = new Promise((resolve) => moto.once("exit", resolve));
    moto.kill();
    await gone;
  });

  const reasons = new Map(CANNOT.flatMap(({ cases, because }) => cases.map((what) => [what, because] as const)));

  it("makes the same calls, and the same second plans are empty", { timeout: 600_000 }, async () => {
    const found: Record<string, unknown> = {};
    const queue = CASES.map((one, i) => ({ one, zone: `moto${i}.com` }));
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { one, zone } = next;
        try {
          const { calls, unsaid: _, ...outcome } = await bench.run(one, zone);
          const right =
            JSON.stringify(calls) === JSON.stringify(one.calls) && JSON.stringify(outcome) === JSON.stringify(RIGHT);
          if (!right) found[one.what] = { calls, ...outcome };
        } catch (error) {
          found[one.what] = String(error);
        }
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
    const unexpected = Object.fromEntries(Object.entries(found).filter(([what]) => !reasons.has(what)));
    expect(unexpected).toEqual({});
    expect(
      [...reasons.keys()].filter((what) => !(what in found)),
      "moto has learnt to do these",
    ).toEqual([]);
  });

  describe("what it cannot", () => {
    it("is said with a reason, case by case", () => {
      const all = CASES.map(({ what }) => what);
      for (const { cases, because } of CANNOT) {
        expect(because).toMatch(/^.{20,}$/);
        expect(cases.filter((what) => !all.includes(what))).toEqual([]);
      }
      expect(CASES.length - reasons.size).toBeGreaterThanOrEqual(150);
    });
  });
});
