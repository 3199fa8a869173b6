import { describe, expect, it } from "vitest";
import { EventQueue } from "../../../../../src/local/services/logs/event-queue.ts";
import { LogStorage } from "../../../../../src/local/services/logs/log-storage.ts";
import { openStore } from "../../../../../src/local/store/lmdb-store.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";

const GROUP = { region: "us-east-1", name: "g" };

function setUp(speed = 1) {
  const clock = fakeClock({ speed });
  const store = openStore({ inMemory: true });
  const storage = new LogStorage(store, clock);
  storage.createGroup(GROUP, { logGroupClass: "STANDARD", deletionProtection: false, tags: {} });
  const queue = new EventQueue(storage, clock, "us-east-1");
  const written = () => {
    const group = storage.group(GROUP);
    if (group === undefined) return [];
    const all = storage.events(group, { timestamp: 0, sequence: 0 }, { timestamp: 9e15, sequence: 0 }, false);
    return [...all].map(({ stream, message }) => `${stream} ${message}`);
  };
  return { clock, queue, written };
}

describe("events on their way to storage", () => {
  it("are written together, a quarter of a second after the first", async () => {
    const { clock, queue, written } = setUp();
    queue.append("g", "s", [{ timestamp: 1, message: "a" }]);
    await clock.advance(200);
    queue.append("g", "t", [{ timestamp: 2, message: "b" }]);
    expect(written()).toEqual([]);
    await clock.advance(50);
    expect(written()).toEqual(["s a", "t b"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("wait as long in real time when the clock runs faster", async () => {
    const { clock, queue, written } = setUp(10);
    queue.append("g", "s", [{ timestamp: 1, message: "a" }]);
    await clock.advance(2400);
    expect(written()).toEqual([]);
    await clock.advance(100);
    expect(written()).toEqual(["s a"]);
  });

  it("are written at once when many wait", () => {
    const { queue, written } = setUp();
    const events = Array.from({ length: 20_000 }, (_, i) => ({ timestamp: i, message: "m" }));
    queue.append("g", "s", events);
    expect(written()).toHaveLength(20_000);
  });

  it("leave no timer behind when there is nothing to write", () => {
    const { clock, queue } = setUp();
    queue.append("g", "s", []);
    expect(clock.pendingTimers).toBe(0);
  });
});
