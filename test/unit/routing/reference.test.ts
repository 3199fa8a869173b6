import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LOCATED_BLOCKS } from "../../../src/routing/client-locations.ts";

const page = readFileSync(new URL("../../../docs/reference/routing.md", import.meta.url), "utf8");

describe("the reference page on routing", () => {
  it("lists every documentation prefix and every calling code of the built-in table", () => {
    const missing = LOCATED_BLOCKS.map(({ prefix }) => prefix).filter((prefix) => {
      const code = /^127\.(\d+)\.0\.0\/16$/.exec(prefix)?.[1];
      if (code !== undefined) return !page.includes(` ${code} (`);
      return /^(192|198|203)\./.test(prefix) && !page.includes(prefix);
    });
    expect(missing).toEqual([]);
  });
});
