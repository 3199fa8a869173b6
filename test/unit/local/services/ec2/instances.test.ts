import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTagsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceRunning,
  waitUntilInstanceStopped,
} from "@aws-sdk/client-ec2";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { daemonHome } from "../../../../../src/local/daemon-home.ts";
import { answers, freePlace, IMAGE, startEc2 } from "./fixture.ts";

type Running = Awaited<ReturnType<typeof startEc2>>;

describe("instances", () => {
  let backend: Running;
  beforeAll(async () => {
    // 10 s of `stopping` pass in 0.1 s.
    backend = await startEc2({ speed: 100 });
  });
  afterAll(async () => {
    await backend.stop();
    expect(backend.defects).toEqual([]);
  });

  const run = async (tags: Record<string, string> = {}, more: object = {}) => {
    const { Instances, ReservationId } = await backend.ec2.send(
      new RunInstancesCommand({
        ImageId: IMAGE,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [
          { ResourceType: "instance", Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
        ],
        ...more,
      }),
    );
    return { id: Instances?.[0]?.InstanceId ?? "", instances: Instances ?? [], ReservationId };
  };
  const describeOf = async (input: DescribeInstancesCommandInput) => {
    const { Reservations } = await backend.ec2.send(new DescribeInstancesCommand(input));
    return Reservations?.flatMap(({ Instances }) => Instances ?? []) ?? [];
  };
  const stateOf = async (id: string) => (await describeOf({ InstanceIds: [id] }))[0]?.State?.Name;
  const reaches = (id: string, state: string) =>
    vi.waitFor(async () => expect(await stateOf(id)).toBe(state), { timeout: 20_000, interval: 20 });

  it("is a local endpoint when it is tagged as one: up while it runs, down once it is told to stop", async () => {
    const place = await freePlace("127.0.77.1");
    const { id, instances } = await run({ Name: "primary", "r53kit:endpoint": `${place.address}:${place.port}` });
    expect(instances[0]?.State).toEqual({ Code: 0, Name: "pending" });
    await reaches(id, "running");
    expect(await answers(place)).toBe(true);
    expect((await backend.local.status()).instances).toContainEqual({
      instanceId: id,
      region: "us-east-1",
      name: "primary",
      state: "running",
      endpoint: `${place.address}:${place.port}`,
    });

    const { StoppingInstances } = await backend.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect(StoppingInstances).toEqual([
      { InstanceId: id, PreviousState: { Code: 16, Name: "running" }, CurrentState: { Code: 64, Name: "stopping" } },
    ]);
    await vi.waitFor(async () => expect(await answers(place)).toBe(false), { timeout: 20_000, interval: 20 });
    await reaches(id, "stopped");
    const [stopped] = await describeOf({ InstanceIds: [id] });
    expect(stopped?.StateReason?.Code).toBe("Client.UserInitiatedShutdown");
    expect(stopped?.PublicIpAddress).toBeUndefined();

    const { StartingInstances } = await backend.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    expect(StartingInstances?.[0]).toMatchObject({
      PreviousState: { Name: "stopped" },
      CurrentState: { Name: "pending" },
    });
    await reaches(id, "running");
    expect(await answers(place)).toBe(true);

    await backend.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await reaches(id, "terminated");
    expect(await answers(place)).toBe(false);
  });

  it("is waited for by the SDK's own waiters", async () => {
    const { id } = await run();
    const settings = { client: backend.ec2, maxWaitTime: 20, minDelay: 1, maxDelay: 1 };
    expect((await waitUntilInstanceRunning(settings, { InstanceIds: [id] })).state).toBe("SUCCESS");
    await backend.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    expect((await waitUntilInstanceStopped(settings, { InstanceIds: [id] })).state).toBe("SUCCESS");
  });

  it("ends terminated, with the reason, when its endpoint cannot listen", async () => {
    const busy = { address: "127.0.77.2", port: backend.local.apiPort };
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(busy.port, busy.address, resolve));
    try {
      const { id } = await run({ "r53kit:endpoint": `${busy.address}:${busy.port}` });
      await reaches(id, "terminated");
      expect((await describeOf({ InstanceIds: [id] }))[0]?.StateReason).toEqual({
        Code: "Server.InternalError",
        Message: `Server.InternalError: Port ${busy.port} of ${busy.address} is in use by another process`,
      });
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });

  it("can be terminated while it boots; what was under way does not come back", async () => {
    const place = await freePlace("127.0.77.3");
    const { id } = await run({ "r53kit:endpoint": `${place.address}:${place.port}` });
    await backend.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await reaches(id, "terminated");
    expect(await answers(place)).toBe(false);
    expect((await backend.control.endpoints.list()).map((one) => one.id)).not.toContain(
      `${place.address}:${place.port}`,
    );
  });

  it("refuses what its state does not allow, for all of them or none", async () => {
    const [one, two] = [await run(), await run()];
    await reaches(one.id, "running");
    await reaches(two.id, "running");
    await backend.ec2.send(new TerminateInstancesCommand({ InstanceIds: [two.id] }));
    await reaches(two.id, "terminated");
    await expect(backend.ec2.send(new StopInstancesCommand({ InstanceIds: [one.id, two.id] }))).rejects.toMatchObject({
      name: "IncorrectInstanceState",
      message: `The instance '${two.id}' is not in a state from which it can be stopped.`,
    });
    expect(await stateOf(one.id)).toBe("running");
    const again = await backend.ec2.send(new StartInstancesCommand({ InstanceIds: [one.id] }));
    expect(again.StartingInstances?.[0]?.CurrentState?.Name).toBe("running");
  });

  it.each([
    ["i-1", "InvalidInstanceID.Malformed", 'Invalid id: "i-1" (expecting "i-...")'],
    ["i-0123456789abcdef0", "InvalidInstanceID.NotFound", "The instance ID 'i-0123456789abcdef0' does not exist"],
  ])("says of %s: %s", async (id, name, message) => {
    for (const command of [
      new DescribeInstancesCommand({ InstanceIds: [id] }),
      new StopInstancesCommand({ InstanceIds: [id] }),
      new StartInstancesCommand({ InstanceIds: [id] }),
    ]) {
      await expect(backend.ec2.send(command as StopInstancesCommand)).rejects.toMatchObject({
        name,
        message,
        $metadata: { httpStatusCode: 400 },
      });
    }
  });

  it("names every instance that does not exist", async () => {
    const ids = ["i-0123456789abcdef0", "i-0123456789abcdef1"];
    await expect(backend.ec2.send(new StopInstancesCommand({ InstanceIds: ids }))).rejects.toMatchObject({
      message: `The instance IDs '${ids.join(", ")}' do not exist`,
    });
  });

  it("changes nothing in a dry run", async () => {
    const { id } = await run();
    await reaches(id, "running");
    await expect(backend.ec2.send(new StopInstancesCommand({ InstanceIds: [id], DryRun: true }))).rejects.toMatchObject(
      { name: "DryRunOperation", $metadata: { httpStatusCode: 412 } },
    );
    expect(await stateOf(id)).toBe("running");
    const before = await describeOf({});
    await expect(run({}, { DryRun: true })).rejects.toMatchObject({ name: "DryRunOperation" });
    expect(await describeOf({})).toHaveLength(before.length);
  });

  it("makes as many as it may, once for a client token", async () => {
    const first = await run({}, { MinCount: 2, MaxCount: 3, ClientToken: "token-1" });
    expect(first.instances.map(({ AmiLaunchIndex }) => AmiLaunchIndex)).toEqual([0, 1, 2]);
    expect(new Set(first.instances.map(({ PrivateIpAddress }) => PrivateIpAddress)).size).toBe(3);
    const again = await run({}, { MinCount: 2, MaxCount: 3, ClientToken: "token-1" });
    expect(again.ReservationId).toBe(first.ReservationId);
  });

  it.each([
    [
      { "r53kit:endpoint": "192.0.2.1:80" },
      {},
      "'192.0.2.1' is not a loopback address; local endpoints live in 127.0.0.0/8.",
    ],
    [{ "r53kit:endpoint": "127.0.77.9:8081" }, { MaxCount: 2 }, "makes one instance of one endpoint"],
    [{}, { ImageId: "debian" }, 'Invalid id: "debian" (expecting "ami-...")'],
    [{}, { ImageId: undefined }, "The request must contain the parameter ImageId"],
    [{}, { SubnetId: "subnet-0123456789abcdef0" }, "The subnet ID 'subnet-0123456789abcdef0' does not exist"],
    [{}, { Placement: { AvailabilityZone: "us-east-1z" } }, "Invalid availability zone: [us-east-1z]"],
    [{}, { LaunchTemplate: { LaunchTemplateName: "x" } }, "RunInstances with LaunchTemplate is not implemented"],
  ])("refuses to run %j with %j", async (tags, more, message) => {
    await expect(run(tags as Record<string, string>, more)).rejects.toThrow(message);
  });

  it("filters by state, tags and wildcards, and refuses filters that there are not", async () => {
    const { id } = await run({ Name: "filter-me", stage: "test" });
    await reaches(id, "running");
    const ids = async (Filters: { Name: string; Values: string[] }[]) =>
      (await describeOf({ Filters })).map(({ InstanceId }) => InstanceId);
    expect(await ids([{ Name: "tag:Name", Values: ["filter-*"] }])).toEqual([id]);
    expect(await ids([{ Name: "tag:Name", Values: ["filter.me"] }])).toEqual([]);
    expect(
      await ids([
        { Name: "tag:Name", Values: ["none", "filter?me"] },
        { Name: "instance-state-name", Values: ["running"] },
      ]),
    ).toEqual([id]);
    expect(
      await ids([
        { Name: "tag-key", Values: ["stage"] },
        { Name: "instance-state-code", Values: ["80"] },
      ]),
    ).toEqual([]);
    await expect(ids([{ Name: "colour", Values: ["red"] }])).rejects.toMatchObject({
      name: "InvalidParameterValue",
      message: "The filter 'colour' is invalid",
    });
  });

  it("pages, and refuses tokens that it did not make", async () => {
    await run({ page: "yes" }, { MinCount: 12, MaxCount: 12 });
    const Filters = [{ Name: "tag:page", Values: ["yes"] }];
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await backend.ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 5, NextToken }));
      seen.push(
        ...(page.Reservations ?? []).flatMap(({ Instances }) => (Instances ?? []).map(({ InstanceId }) => InstanceId)),
      );
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(new Set(seen).size).toBe(12);
    expect(seen).toHaveLength(12);
    await expect(backend.ec2.send(new DescribeInstancesCommand({ NextToken: "nonsense" }))).rejects.toMatchObject({
      name: "InvalidNextToken",
    });
    await expect(backend.ec2.send(new DescribeInstancesCommand({ MaxResults: 2 }))).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
  });

  it("has status checks: initialising, then ok, and impaired when its endpoint is down", async () => {
    const place = await freePlace("127.0.77.4");
    const { id } = await run({ "r53kit:endpoint": `${place.address}:${place.port}` });
    const status = async (IncludeAllInstances = false) => {
      const { InstanceStatuses } = await backend.ec2.send(
        new DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances }),
      );
      return InstanceStatuses?.[0]?.InstanceStatus?.Status;
    };
    await reaches(id, "running");
    await vi.waitFor(async () => expect(await status()).toBe("ok"), { timeout: 20_000, interval: 20 });
    await backend.control.endpoints.stop(`${place.address}:${place.port}`, 60_000);
    expect(await status()).toBe("impaired");
    await backend.ec2.send(new StopInstancesCommand({ InstanceIds: [id], Force: true }));
    await reaches(id, "stopped");
    expect(await status()).toBeUndefined();
    expect(await status(true)).toBe("not-applicable");
  });

  it("keeps regions apart", async () => {
    const { id } = await run();
    const elsewhere = backend.client("eu-west-1");
    await expect(elsewhere.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
      name: "InvalidInstanceID.NotFound",
    });
    elsewhere.destroy();
  });

  it("is tagged while it changes its state", async () => {
    const { id } = await run();
    await backend.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "late", Value: "1" }] }));
    await reaches(id, "running");
    expect((await describeOf({ InstanceIds: [id] }))[0]?.Tags).toEqual([{ Key: "late", Value: "1" }]);
  });
});

describe("an endpoint that becomes an instance through the control endpoint", () => {
  let backend: Running;
  beforeAll(async () => {
    backend = await startEc2({ speed: 100 });
  });
  afterEach(() => backend.control.reset());
  afterAll(() => backend.stop());

  const INSTANCE = "i-0aaaaaaaaaaaaaaa1";

  it("runs at once under the id of one's choice, and is stopped through EC2", async () => {
    const place = await freePlace("127.0.77.5");
    const made = await backend.control.instances.ensure({ instanceId: INSTANCE, name: "primary", ...place });
    expect(made).toMatchObject({ instanceId: INSTANCE, state: "running", name: "primary" });
    expect(await answers(place)).toBe(true);
    // Idempotent, and no way to start it again behind EC2's back.
    await backend.ec2.send(new StopInstancesCommand({ InstanceIds: [INSTANCE], Force: true }));
    await vi.waitFor(async () => expect((await backend.control.instances.list())[0]?.state).toBe("stopped"), 20_000);
    expect(await backend.control.instances.ensure({ name: "primary", ...place })).toMatchObject({ state: "stopped" });
    expect(await answers(place)).toBe(false);
    await backend.control.instances.remove(INSTANCE);
    expect(await backend.control.instances.list()).toEqual([]);
  });

  it("is one instance however many ask at once, and none when its process cannot start", async () => {
    const place = await freePlace("127.0.77.7");
    const made = await Promise.all(
      [1, 2, 3].map(() => backend.control.instances.ensure({ name: "primary", ...place })),
    );
    expect(new Set(made.map(({ instanceId }) => instanceId)).size).toBe(1);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.77.8", resolve));
    const { port } = taken.address() as { port: number };
    await expect(backend.control.instances.ensure({ name: "late", address: "127.0.77.8", port })).rejects.toMatchObject(
      { code: "endpoint.port-busy" },
    );
    await new Promise((resolve) => taken.close(resolve));
    expect(await backend.control.instances.list()).toHaveLength(1);
  });

  it("is one instance only, and needs a region and an id that make sense", async () => {
    const place = await freePlace("127.0.77.6");
    const ensure = (more: object) => backend.control.instances.ensure({ name: "x", ...place, ...more });
    await ensure({ instanceId: INSTANCE });
    for (const more of [
      { instanceId: "i-0aaaaaaaaaaaaaaa2" },
      { region: "eu-west-1" },
      { instanceId: INSTANCE, port: place.port + 1 },
      { instanceId: "machine" },
      { region: "everywhere" },
    ]) {
      await expect(ensure(more)).rejects.toMatchObject({ name: "Failure", code: "instance.invalid" });
    }
    await expect(ensure({ address: "192.0.2.1" })).rejects.toMatchObject({ code: "endpoint.invalid" });
    await expect(backend.control.instances.remove("i-0aaaaaaaaaaaaaaa9")).rejects.toMatchObject({
      code: "instance.unknown",
    });
  });
});

describe("instances over a restart of the backend", () => {
  it("run again with their endpoints, and stay stopped; what was under way has arrived", async () => {
    const folder = mkdtempSync(join(tmpdir(), "r53kit-ec2-"));
    const home = daemonHome({ R53KIT_HOME: folder });
    const [up, down, between] = await Promise.all(
      ["127.0.77.10", "127.0.77.11", "127.0.77.12"].map((address) => freePlace(address)),
    );
    if (up === undefined || down === undefined || between === undefined) throw new Error("no places");
    const ids = { up: "i-0bbbbbbbbbbbbbbb1", down: "i-0bbbbbbbbbbbbbbb2", between: "i-0bbbbbbbbbbbbbbb3" };
    const first = await startEc2({ home });
    try {
      for (const [name, place] of Object.entries({ up, down, between })) {
        const instanceId = ids[name as keyof typeof ids];
        await first.control.instances.ensure({ instanceId, name, ...place });
      }
      await first.ec2.send(new StopInstancesCommand({ InstanceIds: [ids.down], Force: true }));
      // At a speed of 1 it is `stopping` for ten seconds, and the backend ends in the middle of that.
      await first.ec2.send(new StopInstancesCommand({ InstanceIds: [ids.between] }));
      await vi.waitFor(async () => expect(await answers(between)).toBe(false), 20_000);
    } finally {
      await first.stop();
    }
    const second = await startEc2({ home });
    try {
      const states = Object.fromEntries((await second.control.instances.list()).map((one) => [one.name, one.state]));
      expect(states).toEqual({ up: "running", down: "stopped", between: "stopped" });
      expect(await Promise.all([up, down, between].map(answers))).toEqual([true, false, false]);
      expect([...first.defects, ...second.defects]).toEqual([]);
    } finally {
      await second.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
