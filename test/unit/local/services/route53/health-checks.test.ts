import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetAccountLimitCommand,
  GetCheckerIpRangesCommand,
  GetHealthCheckCommand,
  GetHealthCheckCountCommand,
  GetHealthCheckLastFailureReasonCommand,
  GetHealthCheckStatusCommand,
  type HealthCheckConfig,
  ListHealthChecksCommand,
  UpdateHealthCheckCommand,
  type UpdateHealthCheckCommandInput,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalRoute53, localRoute53, refused } from "./fixture.ts";

let r53: LocalRoute53;
beforeEach(async () => {
  r53 = await localRoute53();
});
afterEach(() => r53.close());

const http: HealthCheckConfig = { Type: "HTTP", IPAddress: "127.0.10.1", Port: 8081, ResourcePath: "/health" };

async function create(CallerReference: string, config: HealthCheckConfig = http) {
  const made = await r53.client.send(new CreateHealthCheckCommand({ CallerReference, HealthCheckConfig: config }));
  return { ...made, id: made.HealthCheck?.Id ?? "" };
}
function update(id: string, more: Omit<UpdateHealthCheckCommandInput, "HealthCheckId">) {
  return r53.client.send(new UpdateHealthCheckCommand({ HealthCheckId: id, ...more }));
}
const remove = (HealthCheckId: string) => r53.client.send(new DeleteHealthCheckCommand({ HealthCheckId }));

/** One backend with its own settings. */
async function quotaOf(lenient: boolean) {
  const own = await localRoute53({ lenient });
  const { Limit } = await own.client.send(new GetAccountLimitCommand({ Type: "MAX_HEALTH_CHECKS_BY_OWNER" }));
  await own.close();
  return Limit?.Value;
}

describe("CreateHealthCheck", () => {
  it("answers 201 with the defaults filled in, and sets the checkers to work", async () => {
    const made = await create("one");
    expect(made.$metadata.httpStatusCode).toBe(201);
    expect(made.Location).toBe(`https://route53.amazonaws.com/2013-04-01/healthcheck/${made.id}`);
    expect(made.HealthCheck).toMatchObject({
      HealthCheckVersion: 1,
      HealthCheckConfig: { ...http, RequestInterval: 30, FailureThreshold: 3, Disabled: false, EnableSNI: false },
    });
    expect(r53.checks.get(made.id)).toEqual(made.HealthCheck?.HealthCheckConfig);
  });

  it("makes up to 200 checks for an account, as many as AWS does before the quota is raised on request", async () => {
    for (let i = 0; i < 200; i++) await create(`number ${i}`);
    await expect(refused(create("one more"))).resolves.toMatchObject({ code: "TooManyHealthChecks" });
    expect(await quotaOf(false)).toBe(200);
    expect(await quotaOf(true)).toBe(10_000);
  });

  it("gives a retry the same check, and refuses the reference for anything else", async () => {
    const made = await create("one");
    expect((await create("one")).id).toBe(made.id);
    const different = {
      code: "HealthCheckAlreadyExists",
      status: 409,
      message: "A different health check has already been created with the specified caller reference.",
    };
    expect(await refused(create("one", { ...http, Port: 8082 }))).toEqual(different);
    await remove(made.id);
    expect(await refused(create("one"))).toEqual(different);
  });

  it("wants children that exist", async () => {
    const child = await create("child");
    const calculated = (children: string[]): HealthCheckConfig => ({
      Type: "CALCULATED",
      HealthThreshold: 1,
      ChildHealthChecks: children,
    });
    await create("parent", calculated([child.id]));
    expect(await refused(create("other", calculated(["none"])))).toMatchObject({
      code: "InvalidInput",
      message: "Invalid parameter : The child health check none does not exist.",
    });
  });

  it("holds the model's ranges", async () => {
    expect(await refused(create("one", { ...http, FailureThreshold: 11, Port: 0 }))).toMatchObject({
      code: "InvalidInput",
      message: expect.stringMatching(/^2 validation errors detected: Value '0' at 'healthCheckConfig\.port'/),
    });
    expect(await refused(create("one", { ...http, Regions: ["us-east-1", "eu-west-1"] }))).toMatchObject({
      message: expect.stringContaining("Member must have length greater than or equal to 3"),
    });
  });
});

describe("UpdateHealthCheck", () => {
  it("raises the version and refuses one that is not current", async () => {
    const { id } = await create("one");
    expect((await update(id, { HealthCheckVersion: 1, Disabled: true })).HealthCheck).toMatchObject({
      HealthCheckVersion: 2,
      HealthCheckConfig: { Disabled: true },
    });
    expect(r53.checks.get(id)?.Disabled).toBe(true);
    expect(await refused(update(id, { HealthCheckVersion: 1, Disabled: false }))).toMatchObject({
      code: "HealthCheckVersionMismatch",
      status: 409,
    });
  });

  it("resets elements", async () => {
    const { id } = await create("one");
    const { HealthCheck } = await update(id, { ResetElements: ["ResourcePath"] });
    expect(HealthCheck?.HealthCheckConfig).not.toHaveProperty("ResourcePath");
  });

  it("never leaves a check that watches itself", async () => {
    const leaf = await create("leaf");
    const calculated = (children: string[]): HealthCheckConfig => ({
      Type: "CALCULATED",
      HealthThreshold: 1,
      ChildHealthChecks: children,
    });
    const inner = await create("inner", calculated([leaf.id]));
    const outer = await create("outer", calculated([inner.id]));
    expect(await refused(update(inner.id, { ChildHealthChecks: [outer.id] }))).toMatchObject({
      code: "InvalidInput",
      message: `Invalid parameter : The health check ${inner.id} cannot monitor itself.`,
    });
  });
});

describe("health checks that are there and not there", () => {
  it("are counted, listed in pages, deleted", async () => {
    for (const reference of ["a", "b", "c"]) await create(reference);
    expect((await r53.client.send(new GetHealthCheckCountCommand({}))).HealthCheckCount).toBe(3);
    const first = await r53.client.send(new ListHealthChecksCommand({ MaxItems: 2 }));
    const second = await r53.client.send(new ListHealthChecksCommand({ Marker: first.NextMarker }));
    const ids = [...(first.HealthChecks ?? []), ...(second.HealthChecks ?? [])].map((check) => check.Id);
    expect(new Set(ids).size).toBe(3);
    expect(second.IsTruncated).toBe(false);
    await remove(ids[0] ?? "");
    expect(r53.checks.has(ids[0] ?? "")).toBe(false);
    expect(await refused(remove(ids[0] ?? ""))).toMatchObject({ code: "NoSuchHealthCheck", status: 404 });
    expect(await refused(r53.client.send(new GetHealthCheckCommand({ HealthCheckId: ids[0] })))).toMatchObject({
      code: "NoSuchHealthCheck",
    });
  });

  it("come 100 a page unless more are asked for", async () => {
    for (let n = 0; n < 101; n++) await create(`many-${n}`);
    const byDefault = await r53.client.send(new ListHealthChecksCommand({}));
    expect(byDefault.HealthChecks).toHaveLength(100);
    expect(byDefault.IsTruncated).toBe(true);
    const atMost = await r53.client.send(new ListHealthChecksCommand({ MaxItems: 5000 }));
    expect(atMost).toMatchObject({ MaxItems: 1000, IsTruncated: false });
    expect(atMost.HealthChecks).toHaveLength(101);
  });

  it("are given back to the checkers after a restart", async () => {
    const { id } = await create("one");
    r53.checks.clear();
    r53.service.restore();
    expect([...r53.checks.keys()]).toEqual([id]);
  });
});

describe("what the checkers saw", () => {
  it("is what GetHealthCheckStatus and GetHealthCheckLastFailureReason tell", async () => {
    const { id } = await create("one");
    const failed = {
      region: "eu-west-1",
      checkerAddress: "54.228.16.7",
      checkedAt: r53.clock.now(),
      healthy: false,
      status: "Failure: Connection refused",
    };
    const fine = { ...failed, region: "us-east-1", healthy: true, status: "Success: HTTP Status Code 200, OK" };
    r53.observations.set(id, [failed, fine]);
    const seen = await r53.client.send(new GetHealthCheckStatusCommand({ HealthCheckId: id }));
    expect(seen.HealthCheckObservations?.[1]).toEqual({
      Region: "us-east-1",
      IPAddress: "54.228.16.7",
      StatusReport: { Status: "Success: HTTP Status Code 200, OK", CheckedTime: new Date(r53.clock.now()) },
    });
    const reasons = await r53.client.send(new GetHealthCheckLastFailureReasonCommand({ HealthCheckId: id }));
    expect(reasons.HealthCheckObservations?.map((one) => one.Region)).toEqual(["eu-west-1"]);
    expect(await refused(r53.client.send(new GetHealthCheckStatusCommand({ HealthCheckId: "none" })))).toMatchObject({
      code: "NoSuchHealthCheck",
    });
  });

  it("comes from the published ranges", async () => {
    const { CheckerIpRanges } = await r53.client.send(new GetCheckerIpRangesCommand({}));
    expect(CheckerIpRanges).toContain("54.183.255.128/26");
  });
});
