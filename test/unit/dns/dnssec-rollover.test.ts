import { describe, expect, it } from "vitest";
import { SHOWN_AFTER_MS, SHOWN_BEFORE_MS, SIGNS_FOR_MS, zoneSigningKeysAt } from "../../../src/dns/dnssec-rollover.ts";

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const SINCE = Date.UTC(2026, 10, 20, 12);

const at = (days: number) => zoneSigningKeysAt(SINCE, SINCE + days * DAY_MS);
const shown = (ms: number) => {
  const { signing, others } = zoneSigningKeysAt(SINCE, ms);
  return [signing, ...others];
};

describe("zone-signing keys", () => {
  it("are one at first, then roll by pre-publication", () => {
    expect(at(0)).toEqual({ signing: 0, others: [] });
    expect(at(12.9)).toEqual({ signing: 0, others: [] });
    expect(at(13)).toEqual({ signing: 0, others: [1] });
    expect(at(14)).toEqual({ signing: 1, others: [0] });
    expect(at(21.9)).toEqual({ signing: 1, others: [0] });
    expect(at(22)).toEqual({ signing: 1, others: [] });
    expect(at(27)).toEqual({ signing: 1, others: [2] });
    expect(at(14 * 100)).toEqual({ signing: 100, others: [99] });
  });

  it("are the first alone before signing began", () => {
    expect(at(-5)).toEqual({ signing: 0, others: [] });
  });

  it("roll as often as Route 53 says, two at a time at most", () => {
    expect(SIGNS_FOR_MS).toBeGreaterThanOrEqual(7 * DAY_MS);
    expect(SIGNS_FOR_MS).toBeLessThanOrEqual(30 * DAY_MS);
    expect(SHOWN_BEFORE_MS + SHOWN_AFTER_MS).toBeLessThan(SIGNS_FOR_MS);
  });

  // A resolver may have fetched the keys an hour ago, and a signature a week ago.
  it("of no moment lack a key that somebody needs", () => {
    for (let now = SINCE; now < SINCE + 60 * DAY_MS; now += HOUR_MS / 2) {
      const { signing } = zoneSigningKeysAt(SINCE, now);
      expect(shown(now - HOUR_MS), "whoever has yesterday's keys reads today's signatures").toContain(signing);
      const lastWeek = zoneSigningKeysAt(SINCE, now - WEEK_MS).signing;
      expect(shown(now), "whoever has last week's signatures finds their key").toContain(lastWeek);
    }
  });
});
