import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { open } from "lmdb";
import { afterEach, expect, it, vi } from "vitest";
import { lockDirectory } from "../../../../src/local/store/directory-lock.ts";
import { dropState, openStore } from "../../../../src/local/store/lmdb-store.ts";
import { identify, isAlive } from "../../../../src/local/store/process-identity.ts";

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one();
});

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "r53kit-store-"));
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A process that holds the directory as ours would and writes rows until it is killed, printing each number once it is durable. */
async function writerProcess(place: string): Promise<{ child: ChildProcess; lines: AsyncIterableIterator<string> }> {
  const script = `
    import { readFileSync } from "node:fs";
    import { open } from "lmdb";
    const stat = readFileSync("/proc/self/stat", "latin1");
    const started = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim() + "/" + stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const lock = open({ path: process.argv[1] + "/lock.mdb", noSubdir: true, overlappingSync: false, encoding: "json" });
    lock.transactionSync(() => lock.putSync("holder", { pid: process.pid, started }));
    const env = open({ path: process.argv[1] + "/state.mdb", noSubdir: true, overlappingSync: false, maxDbs: 128 });
    const rows = env.openDB({ name: "rows" });
    env.openDB({ name: "r53kit" }).putSync(["format"], 1);
    for (let n = 0; ; n++) {
      env.transactionSync(() => { rows.putSync([n, "left"], n); rows.putSync([n, "right"], n); });
      process.stdout.write(n + "\\n");
      if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, place], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanUp.push(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return { child, lines };
}

const gone = (child: ChildProcess) => new Promise<void>((resolve) => child.once("exit", () => resolve()));

it.runIf(process.platform === "linux")(
  "loses nothing acknowledged and keeps writes whole when its process is killed, and is free again at once",
  async () => {
    const place = directory();
    const { child, lines } = await writerProcess(place);
    let acknowledged = -1;
    while (acknowledged < 60) acknowledged = Number((await lines.next()).value);
    expect(() => openStore({ directory: place })).toThrow(`in use by process ${child.pid}`);
    const exit = gone(child);
    child.kill("SIGKILL");
    await exit;
    for (let next = await lines.next(); !next.done; next = await lines.next()) acknowledged = Number(next.value);

    const store = openStore({ directory: place });
    cleanUp.push(() => store.close());
    const rows = store.table<number>("rows");
    expect(rows.get([acknowledged, "left"])).toBe(acknowledged);
    expect(rows.get([acknowledged, "right"])).toBe(acknowledged);
    expect(rows.count() % 2).toBe(0);
    expect(rows.count()).toBeGreaterThanOrEqual(2 * (acknowledged + 1));
  },
);

it("is there again after it was closed and opened", async () => {
  const place = directory();
  const first = openStore({ directory: place });
  first.write(() => first.table<string>("t").put(["zone", 1], "kept"));
  await first.close();
  const second = openStore({ directory: place });
  cleanUp.push(() => second.close());
  expect(second.table<string>("t").get(["zone", 1])).toBe("kept");
});

it("keeps its format after it was cleared", async () => {
  const place = directory();
  const first = openStore({ directory: place });
  first.write(() => first.table<string>("t").put("k", "v"));
  first.clear();
  await first.close();
  const second = openStore({ directory: place });
  cleanUp.push(() => second.close());
  expect(second.table<string>("t").count()).toBe(0);
});

it("refuses a directory that this process has open already", async () => {
  const place = directory();
  const store = openStore({ directory: place });
  expect(() => openStore({ directory: place })).toThrow(expect.objectContaining({ code: "store.in-use" }));
  await store.close();
  await openStore({ directory: place }).close();
});

it("refuses state of another format and leaves the directory free", async () => {
  const place = directory();
  const environment = open({ path: join(place, "state.mdb"), noSubdir: true, maxDbs: 128 });
  await environment.openDB<number, string[]>({ name: "r53kit" }).put(["format"], 99);
  await environment.close();
  expect(() => openStore({ directory: place })).toThrow(expect.objectContaining({ code: "store.format" }));
  // The refusal closes its environments in the background.
  const lock = await vi.waitFor(() => lockDirectory(place), 20_000);
  await lock.release();
});

it("can be dropped while nobody has it open, whatever its format", async () => {
  const place = directory();
  const environment = open({ path: join(place, "state.mdb"), noSubdir: true, maxDbs: 128 });
  await environment.openDB<number, string[]>({ name: "r53kit" }).put(["format"], 99);
  await environment.close();
  await dropState(place);
  const store = openStore({ directory: place });
  await expect(dropState(place)).rejects.toMatchObject({ code: "store.in-use" });
  await store.close();
});

it("says so when the directory cannot be made", () => {
  const file = join(directory(), "file");
  writeFileSync(file, "");
  expect(() => openStore({ directory: join(file, "below") })).toThrow(
    expect.objectContaining({ code: "store.unusable" }),
  );
});

it("knows a living process from a dead one, and from another that got its number", () => {
  const self = identify(process.pid);
  expect(isAlive(self)).toBe(true);
  expect(isAlive({ ...self, started: "another start" })).toBe(false);
  expect(isAlive({ pid: 2 ** 22 + 12345, started: undefined })).toBe(false);
});
