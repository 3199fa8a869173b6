import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { parseSince } from "../../../src/logs/since.ts";

const NOW = Date.parse("2026-11-20T08:00:00.000Z");

describe("--since", () => {
  it.each([
    ["90s", "2026-11-20T07:58:30.000Z"],
    ["5m", "2026-11-20T07:55:00.000Z"],
    ["1h", "2026-11-20T07:00:00.000Z"],
    ["2d", "2026-11-18T08:00:00.000Z"],
    ["1w", "2026-11-13T08:00:00.000Z"],
    ["2026-11-20T06:00:00Z", "2026-11-20T06:00:00.000Z"],
    ["2026-11-20T06:00:00.5+01:00", "2026-11-20T05:00:00.500Z"],
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["9999999w", "1970-01-01T00:00:00.000Z"],
  ])("%s is %s", (text, expected) => expect(new Date(parseSince(text, NOW)).toISOString()).toBe(expected));

  it.each(["", "5", "m", "5 minutes", "-5m", "yesterday", "2026-11-31T99:00Z", "20"])(
    "%j is refused with the way out",
    (text) => {
      expect(() => parseSince(text, NOW)).toThrow(Failure);
      try {
        parseSince(text, NOW);
      } catch (error) {
        expect(error).toMatchObject({ kind: "usage", code: "logs.since", next: expect.stringContaining("90s, 5m") });
      }
    },
  );
});
