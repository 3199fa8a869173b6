import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation, Sight } from "../../../src/drill/observation.ts";
import { setKey, sightOf } from "../../../src/drill/observation.ts";
import { currentSight, extend, outages, type Track, turnedTo } from "../../../src/drill/track.ts";

function see(sees: Sight, sentMs: number, atMs = sentMs + 10): Observation {
  return { sees, sentMs, atMs, detail: "" };
}

function track(...observations: Observation[]): Track {
  return observations.reduce<Track>(extend, []);
}

const anySight = fc.constantFrom<Sight>("primary", "secondary", "other", "nothing");

describe("a track", () => {
  it("keeps every observation, in runs of equal sights", () => {
    fc.assert(
      fc.property(fc.array(anySight, { maxLength: 50 }), (sights) => {
        const made = track(...sights.map((sees, turn) => see(sees, turn * 1000)));
        expect(made.flatMap((run) => Array.from({ length: run.observations }, () => run.sees))).toEqual(sights);
        expect(made.every((run, i) => run.sees !== made[i + 1]?.sees)).toBe(true);
        expect(currentSight(made)).toBe(sights.at(-1));
      }),
    );
  });

  it("turned when the new answer was first there, give or take the time since the old one was asked for", () => {
    const made = track(see("primary", 0), see("primary", 1000), see("secondary", 2000));
    expect(turnedTo(made, "secondary", 500)).toEqual({ atMs: 2010, uncertaintyMs: 1010 });
  });

  it("did not turn when it was there before, went away again, or never came", () => {
    expect(turnedTo(track(see("secondary", 0)), "secondary", 500)).toBeUndefined();
    expect(
      turnedTo(track(see("primary", 0), see("secondary", 1000), see("primary", 2000)), "secondary", 500),
    ).toBeUndefined();
    expect(turnedTo(track(see("primary", 0)), "secondary", 0)).toBeUndefined();
  });

  it("tells the failover from the failback by the time between", () => {
    const made = track(see("primary", 0), see("secondary", 1000), see("primary", 5000));
    expect(turnedTo(made, "secondary", 500, 4000)?.atMs).toBe(1010);
    expect(turnedTo(made, "primary", 4000)?.atMs).toBe(5010);
  });
});

describe("outages", () => {
  it("last from the last success to the next", () => {
    const made = track(see("primary", 0), see("nothing", 1000), see("nothing", 2000), see("secondary", 3000));
    expect(outages(made, 0)).toEqual([{ fromMs: 10, toMs: 3010, over: true, uncertaintyMs: 1010 }]);
  });

  it("do not begin before the stop", () => {
    const made = track(see("primary", 0), see("nothing", 1000), see("secondary", 3000));
    expect(outages(made, 500)).toMatchObject([{ fromMs: 500, toMs: 3010 }]);
  });

  it("are open when no success came", () => {
    expect(outages(track(see("primary", 0), see("nothing", 1000), see("nothing", 2000)), 0)).toMatchObject([
      { fromMs: 10, toMs: 2010, over: false },
    ]);
  });

  it("count an answer from neither side as not served", () => {
    expect(outages(track(see("primary", 0), see("other", 1000), see("secondary", 2000)), 0)).toHaveLength(1);
  });

  it("never overlap, and never exceed the time watched", () => {
    fc.assert(
      fc.property(fc.array(anySight, { minLength: 1, maxLength: 40 }), fc.nat(20_000), (sights, fromMs) => {
        const made = track(...sights.map((sees, turn) => see(sees, turn * 1000)));
        const found = outages(made, fromMs);
        let last = fromMs;
        for (const outage of found) {
          expect(outage.fromMs).toBeGreaterThanOrEqual(last);
          expect(outage.toMs).toBeGreaterThanOrEqual(outage.fromMs);
          expect(outage.uncertaintyMs).toBeLessThanOrEqual(outage.toMs - outage.fromMs);
          last = outage.toMs;
        }
        expect(found.slice(0, -1).every((outage) => outage.over)).toBe(true);
      }),
    );
  });
});

describe("sightOf", () => {
  const sides = {
    primary: { setIdentifier: "p", values: ["192.0.2.1", "192.0.2.3"] },
    secondary: { setIdentifier: "s", values: ["192.0.2.2"] },
  };

  it("compares answers as sets", () => {
    expect(sightOf(["192.0.2.3", "192.0.2.1"], sides)).toBe("primary");
    expect(sightOf(["192.0.2.2"], sides)).toBe("secondary");
    expect(sightOf(["192.0.2.1"], sides)).toBe("other");
    expect(sightOf([], sides)).toBe("nothing");
    expect(setKey(["b", "a", "b"])).toBe("a b");
  });
});
