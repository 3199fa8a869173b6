import { describe, expect, it } from "vitest";
import { tailQueryLog } from "../../../src/logs/query-log-tail.ts";
import { type FetchPage, type LogEvent, type TailSettings, tail } from "../../../src/logs/tail.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";

/** A log group in memory: pages of two events, oldest first. */
class LogGroup {
  readonly events: LogEvent[] = [];
  readonly starts: number[] = [];
  failing: Error | undefined;

  add(timestamp: number, message = `at ${timestamp}`): void {
    this.events.push({ id: String(this.events.length), timestamp, stream: "s", message });
    this.events.sort((a, b) => a.timestamp - b.timestamp);
  }

  readonly fetchPage: FetchPage = async (startTime, token, signal) => {
    signal.throwIfAborted();
    if (token === undefined) this.starts.push(startTime);
    if (this.failing !== undefined) throw this.failing;
    const found = this.events.filter(({ timestamp }) => timestamp >= startTime);
    const from = Number(token ?? 0);
    return { events: found.slice(from, from + 2), nextToken: from + 2 < found.length ? String(from + 2) : undefined };
  };
}

function settingsFor(group: LogGroup, clock: FakeClock, more: Partial<TailSettings> = {}): TailSettings {
  return {
    fetchPage: group.fetchPage,
    clock,
    since: clock.now(),
    follow: false,
    pollIntervalMs: 1000,
    overlapMs: 5000,
    signal: new AbortController().signal,
    ...more,
  };
}

async function collect(settings: TailSettings): Promise<string[]> {
  const seen: string[] = [];
  for await (const { events } of tail(settings)) seen.push(...events.map(({ message }) => message));
  return seen;
}

/** Follows in the background; gives what has come so far, and the end. */
function follow(settings: TailSettings) {
  const seen: string[] = [];
  const ended = (async () => {
    for await (const { events } of tail({ ...settings, follow: true }))
      seen.push(...events.map(({ message }) => message));
  })();
  // A rejection is looked at later, by whoever awaits the end.
  ended.catch(() => undefined);
  return { seen, ended };
}

describe("reading a log group", () => {
  it("gives everything from the start on, page after page, and ends", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    for (let i = -2; i < 5; i++) group.add(clock.now() + i);
    expect(await collect(settingsFor(group, clock))).toEqual([0, 1, 2, 3, 4].map((i) => `at ${clock.now() + i}`));
  });

  it("goes past pages that hold nothing", async () => {
    const clock = fakeClock();
    const pages = [
      { events: [], nextToken: "1" },
      { events: [], nextToken: "2" },
      { events: [{ id: "x", timestamp: 1, stream: "s", message: "found" }], nextToken: undefined },
    ];
    const fetchPage: FetchPage = async (_start, token) => pages[Number(token ?? 0)]!;
    expect(await collect({ ...settingsFor(new LogGroup(), clock), fetchPage })).toEqual(["found"]);
  });

  it("throws when it is interrupted", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    const abort = new AbortController();
    abort.abort(new Error("interrupted"));
    await expect(collect(settingsFor(group, clock, { signal: abort.signal }))).rejects.toThrow("interrupted");
  });
});

describe("following a log group", () => {
  it("gives each event once, as it comes", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    const start = clock.now();
    group.add(start);
    const { seen } = follow(settingsFor(group, clock));
    await clock.advance(0);
    expect(seen).toEqual([`at ${start}`]);
    group.add(start + 500);
    group.add(start + 500, "another of that moment");
    await clock.advance(1000);
    await clock.advance(1000);
    expect(seen).toEqual([`at ${start}`, `at ${start + 500}`, "another of that moment"]);
  });

  it("sees events that arrive late, within the overlap", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    const start = clock.now();
    const { seen } = follow(settingsFor(group, clock));
    await clock.advance(20_000);
    group.add(start + 20_000);
    await clock.advance(1000);
    group.add(start + 16_000, "late");
    group.add(start + 14_000, "later than the overlap");
    await clock.advance(1000);
    expect(seen).toEqual([`at ${start + 20_000}`, "late"]);
  });

  it("reads again only as far back as the overlap", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    const start = clock.now();
    follow(settingsFor(group, clock));
    await clock.advance(60_000);
    group.add(start + 60_000);
    await clock.advance(2000);
    expect(group.starts.at(-1)).toBe(start + 55_000);
  });

  it("misses nothing because of a time stamp from the future", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    const start = clock.now();
    group.add(start + 3_600_000, "from the future");
    const { seen } = follow(settingsFor(group, clock));
    await clock.advance(0);
    group.add(start + 500, "of now");
    await clock.advance(1000);
    expect(seen).toEqual(["from the future", "of now"]);
    await clock.advance(5000);
    expect(seen).toHaveLength(2);
  });

  it("ends without an error when it is interrupted, whether it waits or reads", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    const abort = new AbortController();
    const waiting = follow(settingsFor(group, clock, { signal: abort.signal }));
    await clock.advance(0);
    abort.abort();
    await waiting.ended;
    expect(clock.pendingTimers).toBe(0);
    const reading = follow(settingsFor(group, clock, { signal: abort.signal }));
    await reading.ended;
  });

  it("goes on after a failure that may pass, and stops at one that may not", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    const failures: number[] = [];
    const { seen, ended } = follow(
      settingsFor(group, clock, {
        mayRetry(error, inARow) {
          failures.push(inARow);
          return error === throttled;
        },
      }),
    );
    const throttled = new Error("slow down");
    await clock.advance(0);
    group.failing = throttled;
    await clock.advance(2000);
    group.failing = undefined;
    group.add(clock.now(), "after");
    await clock.advance(1000);
    expect(seen).toEqual(["after"]);
    expect(failures).toEqual([1, 2]);
    group.failing = new Error("access denied");
    await clock.advance(1000);
    await expect(ended).rejects.toThrow("access denied");
    expect(failures).toEqual([1, 2, 1]);
  });

  it("does not start on a group that cannot be read", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    group.failing = new Error("no such group");
    const { ended } = follow(settingsFor(group, clock, { mayRetry: () => true }));
    await expect(ended).rejects.toThrow("no such group");
  });
});

describe("tailing query logs", () => {
  const line = (name: string, rcode = "NOERROR") =>
    `1.0 2026-11-20T08:00:00.000Z Z1 ${name} A ${rcode} UDP FRA6 192.0.2.1 -`;

  function tailed(group: LogGroup, clock: FakeClock, more: Partial<Parameters<typeof tailQueryLog>[0]> = {}) {
    const seen: string[] = [];
    const unparsed: string[] = [];
    const ended = (async () => {
      const settings = { ...settingsFor(group, clock), filter: {}, limit: undefined, ...more };
      for await (const entry of tailQueryLog({ ...settings, onUnparsed: ({ message }) => unparsed.push(message) }))
        seen.push(entry.name);
    })();
    return { seen, unparsed, ended };
  }

  it("filters entries and reports lines that are none", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    group.add(clock.now(), line("a.example.com"));
    group.add(clock.now(), "not a query");
    group.add(clock.now(), line("b.example.com", "NXDOMAIN"));
    const { seen, unparsed, ended } = tailed(group, clock, { filter: { rcode: "NXDOMAIN" } });
    await ended;
    expect(seen).toEqual(["b.example.com"]);
    expect(unparsed).toEqual(["not a query"]);
  });

  it("keeps the latest of those that fit, across pages", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    for (let i = 0; i < 9; i++) group.add(clock.now() + i, line(`n${i}.example.com`, i % 2 ? "NXDOMAIN" : "NOERROR"));
    const { seen, ended } = tailed(group, clock, { limit: 3, filter: { rcode: "NOERROR" } });
    await ended;
    expect(seen).toEqual(["n4.example.com", "n6.example.com", "n8.example.com"]);
  });

  it("limits only what is there at the start", async () => {
    const [group, clock] = [new LogGroup(), fakeClock()];
    for (let i = 0; i < 5; i++) group.add(clock.now() + i, line(`n${i}.example.com`));
    const abort = new AbortController();
    const { seen, ended } = tailed(group, clock, { limit: 1, follow: true, signal: abort.signal });
    await clock.advance(0);
    for (let i = 5; i < 8; i++) group.add(clock.now() + i, line(`n${i}.example.com`));
    await clock.advance(1000);
    expect(seen).toEqual(["n4.example.com", "n5.example.com", "n6.example.com", "n7.example.com"]);
    abort.abort();
    await ended;
  });
});
