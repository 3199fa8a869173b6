/** The catalogue of trace findings and its guide say the same. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FindingDefinition } from "../../../src/findings/finding.ts";
import { TRACE_FINDINGS } from "../../../src/trace/findings.ts";

const guide = readFileSync(new URL("../../../docs/guide/trace.md", import.meta.url), "utf8");
const rows = guide
  .split("\n")
  .filter((line) => /^\| `(trace|delegation|dnssec|servers|ttl|server|answer|subnet|machine)\./.test(line));

describe.each(Object.entries<FindingDefinition>(TRACE_FINDINGS))("the finding %s", (code, definition) => {
  it("is in the guide with its severity", () => {
    expect(rows.find((row) => row.includes(`\`${code}\``))).toContain(definition.severity);
  });

  it("is a sentence with a source, and a problem has a next step", () => {
    expect(definition.message).toMatch(/\.$/);
    expect(definition.reference.url).toMatch(/^https:\/\/(www\.rfc-editor\.org|docs\.aws\.amazon\.com)\//);
    if (definition.severity !== "info") expect(definition.next).toBeDefined();
  });
});

it("has every finding that the guide names", () => {
  const named = rows.flatMap((row) => [...row.matchAll(/`([a-z]+\.[a-z0-9-]+)`/g)].map((match) => match[1]));
  expect(named.filter((code) => code === undefined || !(code in TRACE_FINDINGS))).toEqual([]);
});
