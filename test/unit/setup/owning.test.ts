import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ListHealthChecksCommand,
  ListHostedZonesCommand,
  ListTrafficPoliciesCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockZones } from "../../../src/cli/zone-locks.ts";
import type { LoadedConfig } from "../../../src/config/load.ts";
import { domainName } from "../../../src/route53/names.ts";
import type { Plan } from "../../../src/setup/plan.ts";
import { carryOut, planDestroy, planResume, planSetup, unfinished } from "../../../src/setup/setup.ts";
import { checkThresholds } from "../../../src/setup/thresholds.ts";
import { startTestBackend } from "../../support/backend.ts";
import { changesOf, openWorkbench, readExample, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(async () => {
  const { defects } = bench.test;
  await bench.close();
  expect(defects).toEqual([]);
});

const ZONE = "zone: { name: example.com }\n";
const WWW = "records: [ { name: www, type: A, ttl: 60, values: [192.0.2.1] } ]\n";
const EXCLUSIVE = "ownership: exclusive\n";

/** As somebody else would. */
async function create(...sets: readonly (readonly [name: string, type: string, value: string])[]): Promise<void> {
  const client = await bench.test.backend.clients.route53();
  const { HostedZones = [] } = await client.send(new ListHostedZonesCommand({}));
  const Changes = sets.map(
    ([Name, Type, Value]): Change => ({
      Action: "CREATE",
      ResourceRecordSet: { Name, Type: Type as "A", TTL: 60, ResourceRecords: [{ Value }] },
    }),
  );
  await client.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZones[0]?.Id, ChangeBatch: { Changes } }),
  );
}

const many = (count: number) =>
  Array.from({ length: count }, (_, i) => [`h${i}.example.com`, "A", "192.0.2.9"] as const);

describe("a zone that is exclusively the file's", () => {
  it("loses what the file does not name, but for what others own, and the plan says what stays and why", async () => {
    await bench.apply(readText(ZONE + WWW));
    await create(
      ["old.example.com", "A", "192.0.2.9"],
      ["_acme-challenge.example.com", "TXT", '"token"'],
      ["web.example.com", "A", "192.0.2.8"],
      ["a-web.example.com", "TXT", '"heritage=external-dns,external-dns/owner=x"'],
    );
    expect(changesOf((await bench.plan(readText(ZONE + WWW))).plan)).toEqual([]);
    const { plan, result } = await bench.apply(readText(EXCLUSIVE + ZONE + WWW));
    expect(changesOf(plan)).toEqual(["records remove old.example.com A"]);
    expect(plan.phases[2]?.changes[0]?.why).toBe("not in the file, which has the zone for itself");
    expect(plan.notes).toEqual([
      "not in the file, and stays in example.com: _acme-challenge.example.com TXT, which is an ACME challenge",
      "not in the file, and stays in example.com: a-web.example.com TXT, which is an ownership record of external-dns",
      "not in the file, and stays in example.com: web.example.com A, which is owned by external-dns (a-web.example.com TXT says so)",
    ]);
    expect(result.outcome).toBe("applied");
    expect(changesOf((await bench.plan(readText(EXCLUSIVE + ZONE + WWW))).plan)).toEqual([]);
  });

  it("is not changed by a saved plan when what that would remove is another by now", async () => {
    await bench.apply(readText(ZONE + WWW));
    await create(["old.example.com", "A", "192.0.2.9"]);
    const { plan } = await bench.plan(readText(EXCLUSIVE + ZONE + WWW));
    await create(["old.example.com", "AAAA", "2001:db8::1"]);
    await expect(bench.carryOutSaved(plan)).resolves.toMatchObject({ result: { outcome: "applied" } });
    await create(["old.example.com", "A", "192.0.2.9"]);
    const stale = (await bench.plan(readText(EXCLUSIVE + ZONE + WWW))).plan;
    await bench.carryOutSaved(stale);
    await expect(bench.carryOutSaved(stale)).rejects.toMatchObject({
      code: "plan.stale",
      message: expect.stringMatching(/these changed: record old\.example\.com A, record old\.example\.com AAAA$/),
    });
  });

  it("keeps a file from writing what another program writes", async () => {
    await bench.apply(readText(ZONE));
    await create(["www.example.com", "A", "192.0.2.8"], ["a-www.example.com", "TXT", '"heritage=external-dns"']);
    await expect(bench.plan(readText(ZONE + WWW))).rejects.toMatchObject({
      code: "setup.conflict",
      message: expect.stringContaining("is owned by external-dns"),
    });
  });

  it("is not changed beyond its thresholds unless it is named", async () => {
    await bench.apply(readText(ZONE + WWW));
    await create(...many(10));
    const { plan, live } = await bench.plan(readText(EXCLUSIVE + ZONE + WWW));
    expect(plan.notes).toEqual([
      "of the 11 record sets of example.com, which is exclusively this file's, 10 removed (at most 30 %) would be more than its thresholds allow: apply needs --force example.com",
    ]);
    expect(() => checkThresholds(plan, live, [])).toThrowError(
      expect.objectContaining({ code: "setup.over-threshold" }),
    );
    expect(() => checkThresholds(plan, live, ["example.org"])).toThrowError(/has no such zone/);
    expect(() => checkThresholds(plan, live, ["example.com"])).not.toThrow();
    const allowed = "ownership: { mode: exclusive, maxRemovals: 95 }\n";
    expect((await bench.plan(readText(allowed + ZONE + WWW))).plan.notes).toEqual([]);
    const small = "ownership: { mode: exclusive, above: 11 }\n";
    expect((await bench.plan(readText(small + ZONE + WWW))).plan.notes).toEqual([]);
  });
});

describe("destroying", () => {
  async function destroy(config: LoadedConfig) {
    const planned = await planDestroy(config, bench.options());
    const plan = JSON.parse(JSON.stringify(planned.plan)) as Plan;
    const { result, error } = await carryOut(
      { plan, live: planned.live },
      { ...bench.options(), emit: () => {}, command: "setup destroy" },
    );
    return { plan, result, error };
  }

  async function whatIsThere() {
    const client = await bench.test.backend.clients.route53();
    const zones = (await client.send(new ListHostedZonesCommand({}))).HostedZones ?? [];
    const checks = (await client.send(new ListHealthChecksCommand({}))).HealthChecks ?? [];
    const policies = (await client.send(new ListTrafficPoliciesCommand({}))).TrafficPolicySummaries ?? [];
    const endpoints = (await bench.test.backend.endpoints?.list()) ?? [];
    return { zones: zones.length, checks: checks.length, policies: policies.length, endpoints: endpoints.length };
  }

  it("takes an example away whole, instances first and the zone last, and says what it leaves", async () => {
    const config = readExample("myapp");
    expect((await bench.apply(config)).result.outcome).toBe("applied");
    const { plan, result, error } = await destroy(config);
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ outcome: "applied", summary: { add: 0, change: 0 } });
    expect(result.zones).toMatchObject([{ name: "myapp.com.", id: null, nameServers: [] }]);
    expect(result.phases.flatMap(({ changes }) => changes).filter(({ status }) => status !== "done")).toEqual([]);
    expect(result.phases.flatMap(({ verifications }) => verifications).filter(({ status }) => status !== "ok")).toEqual(
      [],
    );
    expect(plan.notes).toEqual([
      expect.stringMatching(/^the registrar delegates myapp\.com .* take the delegation away first/),
      "the log group /aws/route53/myapp.com stays, with the events in it",
    ]);
    expect(await whatIsThere()).toEqual({ zones: 0, checks: 0, policies: 0, endpoints: 0 });
    expect(changesOf((await planDestroy(config, bench.options())).plan)).toEqual([]);
    expect((await bench.apply(config)).result.outcome).toBe("applied");
  });

  it("leaves a zone in which something else is, and says what", async () => {
    const config = readText(ZONE + WWW);
    await bench.apply(config);
    await create(["theirs.example.com", "A", "192.0.2.9"]);
    const { plan } = await destroy(config);
    expect(changesOf(plan)).toEqual(["records remove www.example.com A"]);
    expect(plan.notes).toEqual([
      expect.stringMatching(/^the zone example\.com \(Z\w+\) stays: theirs\.example\.com A is in it/),
    ]);
    expect(changesOf((await destroy(readText(EXCLUSIVE + ZONE + WWW))).plan)).toEqual([
      "zone remove example.com",
      "records remove theirs.example.com A",
    ]);
    expect(await whatIsThere()).toMatchObject({ zones: 0 });
  });

  it("knows without a ledger what the file names in a zone that it made, and nothing else", async () => {
    const config = readText(ZONE + WWW);
    await bench.apply(config);
    await create(["theirs.example.com", "A", "192.0.2.9"]);
    rmSync(join(bench.home, "setup"), { recursive: true });
    const { plan } = await bench.plan(readText(ZONE));
    expect(changesOf(plan)).toEqual([]);
    expect(plan.notes).toEqual([
      expect.stringMatching(/no ledger here says .* stays \(theirs\.example\.com A, www\.example\.com A\)/),
    ]);
    expect(changesOf((await planDestroy(config, bench.options())).plan)).toEqual(["records remove www.example.com A"]);
    expect(changesOf((await planDestroy(readText(ZONE), bench.options())).plan)).toEqual([]);
  });
});

describe("a run that did not come to its end", () => {
  class Killed extends Error {}

  async function killedAt(config: LoadedConfig, at: number): Promise<void> {
    let left = at;
    await bench.apply(config, {
      emit: (event) => {
        if (event.event === "change-started" && --left === 0) throw new Killed();
      },
    });
  }

  it("is finished from its journal, wherever it ended, and then nothing is left to do", async () => {
    const config = readExample("cafe");
    const whole = await bench.plan(config);
    const count = whole.plan.phases.reduce((sum, { changes }) => sum + changes.length, 0);
    for (let at = 1; at <= count; at++) {
      await killedAt(config, at);
      const [run] = unfinished(bench.home, config.config.project);
      if (run === undefined) break;
      const { plan, live, landed } = await planResume(run, bench.options());
      const left = plan.phases.reduce((sum, { changes }) => sum + changes.length, 0);
      const begun = run.plan.phases.reduce((sum, { changes }) => sum + changes.length, 0);
      expect(landed + left).toBe(begun);
      if (at % 4 !== 0) continue; // The next apply goes on from here.
      const { result, error } = await carryOut({ plan, live }, { ...bench.options(), emit: () => {} });
      expect(error).toBeUndefined();
      expect(result.outcome).toBe("applied");
      expect(changesOf((await bench.plan(config)).plan)).toEqual([]);
      expect(unfinished(bench.home, config.config.project)).toEqual([]);
      await carryOut(await planDestroy(config, bench.options()), { ...bench.options(), emit: () => {} });
    }
  }, 120_000);

  it("is not finished when somebody else has been there, and is told who would lose", async () => {
    const config = readText(ZONE + WWW);
    await bench.apply(readText(ZONE));
    await killedAt(config, 1);
    await create(["www.example.com", "A", "192.0.2.77"]);
    const [run] = unfinished(bench.home, "example.com");
    if (run === undefined) throw new Error("nothing is unfinished");
    await expect(planResume(run, bench.options())).rejects.toMatchObject({
      code: "plan.stale",
      message: expect.stringContaining("www.example.com A"),
    });
  });
});

describe("one run at a time", () => {
  const request = (zone: string, project = "example.com") => ({
    backend: bench.test.backend,
    home: bench.home,
    project,
    zones: [domainName(zone)],
    command: "setup apply",
    signal: new AbortController().signal,
  });

  it("holds a zone and its project, says who holds them, and lets go", async () => {
    const held = await lockZones(request("example.com"));
    await expect(lockZones(request("example.com", "other"))).rejects.toMatchObject({
      code: "setup.locked",
      message: expect.stringMatching(
        new RegExp(
          `^the zone example\\.com is being changed by r53kit setup apply, process ${process.pid} on .*, since 20`,
        ),
      ),
    });
    await expect(lockZones(request("example.org"))).rejects.toMatchObject({ code: "setup.locked" });
    const other = await lockZones(request("example.org", "other"));
    await other.release();
    await held.release();
    await (await lockZones(request("example.com"))).release();
  });
});

describe("throttling", () => {
  it("slows an apply down and never fails it", async () => {
    const throttled = await startTestBackend({ speed: 100, throttle: true });
    try {
      const options = { ...bench.options(), backend: throttled.backend, home: join(bench.home, "throttled") };
      const config = readExample("myapp");
      const { result, error } = await carryOut(await planSetup(config, options), { ...options, emit: () => {} });
      expect(error).toBeUndefined();
      expect(result.outcome).toBe("applied");
      expect(changesOf((await planSetup(config, options)).plan)).toEqual([]);
    } finally {
      await throttled.stop();
    }
  });
});

describe("answers that are lost", () => {
  it("make nothing twice: a call that is sent again finds what the first one did", async () => {
    const lost = new Set<string>();
    const client = await bench.test.backend.clients.route53();
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const result = await next(args);
        const command = String(context.commandName);
        if (/^(Create|Change|Update)/.test(command) && !lost.has(command)) {
          lost.add(command);
          throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
        }
        return result;
      },
      { step: "finalizeRequest", priority: "low", name: "loseAnswers" },
    );
    const config = readExample("myapp");
    const { result, error } = await bench.apply(config);
    expect(error).toBeUndefined();
    expect(result.outcome).toBe("applied");
    expect([...lost].sort()).toEqual([
      "ChangeResourceRecordSetsCommand",
      "ChangeTagsForResourceCommand",
      "CreateHealthCheckCommand",
      "CreateHostedZoneCommand",
      "CreateQueryLoggingConfigCommand",
      "CreateTrafficPolicyCommand",
      "CreateTrafficPolicyInstanceCommand",
    ]);
    expect(changesOf((await bench.plan(config)).plan)).toEqual([]);
    expect((await client.send(new ListHealthChecksCommand({}))).HealthChecks).toHaveLength(4);
    expect((await client.send(new ListHostedZonesCommand({}))).HostedZones).toHaveLength(1);
    expect((await client.send(new ListTrafficPoliciesCommand({}))).TrafficPolicySummaries).toHaveLength(1);
    expect(changesOf((await planDestroy(config, bench.options())).plan)).toContain("zone remove myapp.com");
  });
});
