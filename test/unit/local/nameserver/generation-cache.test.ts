import { describe, expect, it } from "vitest";
import { GenerationCache } from "../../../../src/local/nameserver/generation-cache.ts";

const KEYS = [...Array(100).keys()].map((n) => `key ${n}`);

describe("a cache in generations", () => {
  it("keeps what is asked for, and lets the rest go", () => {
    const cache = new GenerationCache<string>(5);
    for (const key of KEYS) {
      cache.put(key, key);
      expect(cache.get("key 0")).toBe("key 0");
    }
    const left = KEYS.filter((key) => cache.get(key) !== undefined);
    expect(left.length).toBeLessThanOrEqual(10);
    expect(left).toContain("key 99");
  });

  it("counts entries by their size where that is told", () => {
    const cache = new GenerationCache<string>(60, (key) => key.length);
    for (const key of KEYS) cache.put(key, key);
    const left = KEYS.filter((key) => cache.get(key) !== undefined);
    expect(left.length).toBeGreaterThan(10);
    expect(left.join("").length).toBeLessThanOrEqual(2 * (60 + 6));
  });
});
