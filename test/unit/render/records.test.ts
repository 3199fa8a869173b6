import { describe, expect, it } from "vitest";
import { renderRecordSets } from "../../../src/render/records.ts";
import { domainName } from "../../../src/route53/names.ts";
import type { RecordSet } from "../../../src/route53/record-set.ts";

const records = (name: string, type: RecordSet["type"], value: string, more: Partial<RecordSet> = {}): RecordSet => ({
  name: domainName(name),
  type,
  policy: { kind: "simple" },
  answer: { kind: "records", ttlSeconds: 60, values: [value] },
  ...more,
});

describe("a table of record sets", () => {
  it("stays narrow where one value is long", () => {
    const blue = { policy: { kind: "weighted", weight: 1 }, setIdentifier: "blue" } as const;
    const text = renderRecordSets(
      [records("a.com", "TXT", `"${"x".repeat(250)}"`), records("api.a.com", "A", "192.0.2.1", blue)],
      { color: false },
    );
    const [head, long, short] = text.split("\n");
    expect(head).toHaveLength("NAME       TYPE  TTL  ".length + 44 + "  ROUTING         HEALTH CHECK".length);
    expect(long).toMatch(/x{250}"$/);
    expect(short).toBe(`api.a.com  A      60  ${"192.0.2.1".padEnd(44)}  blue: weight 1`);
  });
});
