import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEndpointKeeper, type EndpointKeeper } from "../../../../src/local/endpoints/endpoint-keeper.ts";
import { ENDPOINT_PROGRAM } from "../../../../src/local/endpoints/endpoint-program.ts";
import { openStore } from "../../../../src/local/store/lmdb-store.ts";
import type { Store } from "../../../../src/local/store/store.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one();
});

/** An address that other tests do not use, with a port that is free on it. */
async function freePlace(address = `127.0.77.${1 + Math.floor(Math.random() * 250)}`) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { address, port };
}

function keeper(store: Store = openStore({ inMemory: true })) {
  const clock = fakeClock();
  const kept = createEndpointKeeper({ store, clock });
  cleanUp.push(() => kept.close());
  return { clock, store, keeper: kept };
}

const answer = async (place: { address: string; port: number }, path = "/health") => {
  const response = await fetch(`http://${place.address}:${place.port}${path}`, { headers: { Connection: "close" } });
  return { status: response.status, text: await response.text() };
};

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

const only = async (kept: EndpointKeeper) => {
  const [first, ...others] = await kept.list();
  expect(others).toEqual([]);
  return first;
};

describe("an endpoint", () => {
  it("answers with its name and address on / and /health, and nothing else", async () => {
    const { keeper: kept } = keeper();
    const place = await freePlace();
    const endpoint = await kept.ensure({ name: "primary", ...place });
    expect(endpoint).toEqual({
      id: `${place.address}:${place.port}`,
      name: "primary",
      ...place,
      pid: expect.any(Number),
      state: "running",
      leaseUntil: null,
    });
    const own = { status: 200, text: `primary at ${place.address}:${place.port}\n` };
    expect(await answer(place)).toEqual(own);
    expect(await answer(place, "/")).toEqual(own);
    expect((await answer(place, "/other")).status).toBe(404);
  });

  it("is the same process when it is asked for again, and another when its name changes", async () => {
    const { keeper: kept } = keeper();
    const place = await freePlace();
    const first = await kept.ensure({ name: "primary", ...place });
    expect((await kept.ensure({ name: "primary", ...place })).pid).toBe(first.pid);
    const renamed = await kept.ensure({ name: "blue", ...place });
    expect(renamed.pid).not.toBe(first.pid);
    expect((await answer(place)).text).toContain("blue at");
  });

  it("is killed by a stop, stays down when it is asked for, and comes back with a start", async () => {
    const { keeper: kept } = keeper();
    const place = await freePlace();
    const { id, pid } = await kept.ensure({ name: "primary", ...place });
    const stopped = await kept.stop(id, 60_000);
    expect(stopped).toMatchObject({ state: "stopped", pid: null });
    expect(isGone(pid as number)).toBe(true);
    expect((await kept.ensure({ name: "primary", ...place })).state).toBe("stopped");
    await expect(answer(place)).rejects.toThrow();
    expect(await kept.start(id)).toMatchObject({ state: "running", leaseUntil: null });
    expect((await answer(place)).status).toBe(200);
  });

  it("comes back by itself when its lease runs out, and not before a renewed one does", async () => {
    const { keeper: kept, clock } = keeper();
    const place = await freePlace();
    const { id } = await kept.ensure({ name: "primary", ...place });
    expect((await kept.stop(id, 10_000)).leaseUntil).toBe(clock.now() + 10_000);
    await clock.advance(8_000);
    await kept.stop(id, 10_000);
    await clock.advance(9_000);
    expect((await only(kept))?.state).toBe("stopped");
    await clock.advance(1_000);
    await vi.waitFor(async () => expect((await only(kept))?.state).toBe("running"), 20_000);
  });

  it("comes back when it crashes", async () => {
    const { keeper: kept, clock } = keeper();
    const place = await freePlace();
    const { pid } = await kept.ensure({ name: "primary", ...place });
    process.kill(pid as number, "SIGKILL");
    await vi.waitFor(() => expect(clock.pendingTimers).toBe(1), 20_000);
    expect((await only(kept))?.state).toBe("stopped");
    await clock.step();
    await vi.waitFor(async () => expect((await only(kept))?.state).toBe("running"), 20_000);
    expect((await only(kept))?.pid).not.toBe(pid);
  });

  it("comes back with the backend, from what the store holds", async () => {
    const { keeper: first, store } = keeper();
    const place = await freePlace();
    const { id } = await first.ensure({ name: "primary", ...place });
    await first.stop(id, 60_000);
    await first.close();
    const { keeper: second } = keeper(store);
    await second.restore();
    expect((await answer(place)).status).toBe(200);
  });

  it("is gone for good once it is removed", async () => {
    const { keeper: kept, store, clock } = keeper();
    const place = await freePlace();
    const { id, pid } = await kept.ensure({ name: "primary", ...place });
    await kept.remove(id);
    expect(isGone(pid as number)).toBe(true);
    expect(await kept.list()).toEqual([]);
    expect(store.table("endpoints").count()).toBe(0);
    expect(clock.pendingTimers).toBe(0);
    await expect(kept.start(id)).rejects.toMatchObject({ code: "endpoint.unknown" });
  });

  it("begins anew when it is asked for while it is being removed", async () => {
    const { keeper: kept, store } = keeper();
    const place = await freePlace();
    const { id } = await kept.ensure({ name: "primary", ...place });
    const [, again] = await Promise.all([kept.remove(id), kept.ensure({ name: "primary", ...place })]);
    expect(again.state).toBe("running");
    expect((await answer(place)).status).toBe(200);
    expect(store.table("endpoints").count()).toBe(1);
    const late = kept.start(id);
    const [, lost] = await Promise.allSettled([kept.remove(id), kept.stop(id, 60_000), late]);
    expect(lost).toMatchObject({ status: "rejected", reason: { code: "endpoint.unknown" } });
    expect(await kept.list()).toEqual([]);
  });

  it("says twice that its port is taken when it was asked for twice", async () => {
    const { keeper: kept, store } = keeper();
    const place = await freePlace();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(place.port, place.address, resolve));
    cleanUp.push(() => new Promise((resolve) => other.close(resolve)));
    const both = await Promise.allSettled([1, 2].map(() => kept.ensure({ name: "primary", ...place })));
    expect(both.map((one) => one.status === "rejected" && one.reason.code)).toEqual(
      Array(2).fill("endpoint.port-busy"),
    );
    expect(await kept.list()).toEqual([]);
    expect(store.table("endpoints").count()).toBe(0);
  });

  it("names a port that somebody else has, and leaves nothing behind", async () => {
    const { keeper: kept, store } = keeper();
    const place = await freePlace();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(place.port, place.address, resolve));
    cleanUp.push(() => new Promise((resolve) => other.close(resolve)));
    await expect(kept.ensure({ name: "primary", ...place })).rejects.toMatchObject({
      code: "endpoint.port-busy",
      message: `Port ${place.port} of ${place.address} is in use by another process`,
    });
    expect(await kept.list()).toEqual([]);
    expect(store.table("endpoints").count()).toBe(0);
  });

  it.each([
    { name: "a", address: "192.0.2.1", port: 80 },
    { name: "a", address: "0.0.0.0", port: 80 },
    { name: "a", address: "localhost", port: 80 },
    { name: "a", address: "127.0.0.1", port: 0 },
    { name: "a", address: "127.0.0.1", port: 1.5 },
    { name: "a\nb", address: "127.0.0.1", port: 80 },
    { name: "", address: "127.0.0.1", port: 80 },
  ])("is refused as $name $address $port", async (specification) => {
    const { keeper: kept } = keeper();
    await expect(kept.ensure(specification)).rejects.toMatchObject({ code: "endpoint.invalid" });
  });

  it("dies with its keeper, even when that is killed", async () => {
    const place = await freePlace();
    const settings = JSON.stringify({ name: "orphan", ...place });
    const script = `
      const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["-e", process.argv[1], process.argv[2]], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      child.once("message", () => console.log(child.pid));`;
    const parent = spawn(process.execPath, ["-e", script, ENDPOINT_PROGRAM, settings], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    cleanUp.push(() => parent.kill("SIGKILL"));
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once("data", (data: Buffer) => resolve(Number(data.toString()))),
    );
    expect((await answer(place)).status).toBe(200);
    parent.kill("SIGKILL");
    await vi.waitFor(() => expect(isGone(pid)).toBe(true), { timeout: 20_000 });
  });
});
