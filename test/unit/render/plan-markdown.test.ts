import { describe, expect, it } from "vitest";
import { markdownText, planAsMarkdown } from "../../../src/render/plan-markdown.ts";
import { domainName } from "../../../src/route53/names.ts";
import type { Change, Plan } from "../../../src/setup/plan.ts";

const ZONE = domainName("example.com");

function change(subject: string, why = "not there yet"): Change {
  return {
    kind: "record-set",
    action: "add",
    zone: ZONE,
    subject,
    why,
    place: { file: "r53kit.yaml", line: 3, column: 5 },
    before: null,
    after: { Name: "www.example.com.", Type: "A" },
  };
}

function plan(changes: readonly Change[], more: Partial<Plan> = {}): Plan {
  return {
    backend: { label: "AWS", account: "123456789012", confirmsChanges: true },
    zones: [{ name: ZONE, id: null, thresholds: null }],
    phases: [{ phase: "records", changes, batches: [], expectations: [] }],
    summary: { add: changes.length, change: 0, remove: 0 },
    notes: [],
    ...more,
  } as unknown as Plan;
}

describe("text in Markdown", () => {
  it.each([
    ["a|b", "a&#124;b"],
    ["<img src=x>", "&#60;img src=x&#62;"],
    ["*bold* _it_ `code` ~~no~~", "&#42;bold&#42; &#95;it&#95; &#96;code&#96; &#126;&#126;no&#126;&#126;"],
    ["[a](https://b)", "&#91;a&#93;(https&#58;//b)"],
    ["@team and #12", "&#64;<!-- -->team and &#35;<!-- -->12"],
    ["&lt; \\ !", "&#38;lt; &#92; &#33;"],
    ["www.example.com", "www&#46;example.com"],
    ["two\nlines\u001b[31m", "two lines&#91;31m"],
    ["2001:db8::1", "2001:db8::1"],
  ])("%j is written %s", (text, written) => {
    expect(markdownText(text)).toBe(written);
  });
});

describe("a plan as Markdown", () => {
  it("has a table of changes, and ends with what it costs and comes to", () => {
    const assessment: Plan["assessment"] = {
      findings: [
        {
          code: "ttl.zero",
          severity: "info",
          message: "a.example.com A has a TTL of 0.",
          params: {},
          reference: { title: "RFC 1035", url: "https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1" },
          next: "Write 10.",
          subject: "a.example.com A",
          place: { file: "r53kit.yaml", line: 4, column: 2 },
        },
      ],
      monthlyCost: {
        currency: "USD",
        prices: { date: "2026-10-01", source: "" },
        queriesPerMonth: { total: 2_000_000, from: "file" },
        before: "0.5",
        after: "1.3",
        difference: "0.8",
      },
    };
    expect(planAsMarkdown(plan([change("a.example.com A")], { assessment, notes: ["one <note>"] }))).toBe(
      `### Plan for example.com

on AWS, account 123456789012

#### records: 1 change

| | what | why | where |
|---|---|---|---|
| add | a.example.com A | not there yet | r53kit.yaml:3:5 |

#### Findings

- **info** r53kit.yaml:4:2: a.example.com A has a TTL of 0. Write 10. ([ttl.zero](https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1))

#### Notes

- one &#60;note&#62;

monthly cost: $0.50 &#45;&#62; $1.30 (+$0.80), with 2,000,000 queries

**1 to add, 0 to change, 0 to remove**`
        .replace("&#45;&#62;", "-&#62;")
        .replaceAll("$", "&#36;"),
    );
  });

  it("folds long phases, and cells hold whatever the file says", () => {
    const many = Array.from({ length: 11 }, (_, i) => change(`n${i}`, "x | y <b> \n| z |"));
    const text = planAsMarkdown(plan(many));
    expect(text).toContain("<details><summary>records: 11 changes</summary>\n\n| | what");
    const rows = text.split("\n").filter((line) => line.startsWith("| add |"));
    expect(rows).toHaveLength(11);
    for (const row of rows) expect(row.match(/\|/g)).toHaveLength(5);
  });

  it("links no reference of a saved plan that is from elsewhere", () => {
    const finding = {
      code: "x.y",
      severity: "info",
      message: "m.",
      params: {},
      reference: { title: "", url: "https://example.net/)[x](javascript:alert(1)" },
      subject: "",
      place: { file: "f" },
    } as const;
    const monthlyCost = {
      currency: "USD",
      prices: { date: "", source: "" },
      queriesPerMonth: { total: 0, from: "file" },
      before: "0",
      after: "0",
      difference: "0",
    } as const;
    expect(planAsMarkdown(plan([], { assessment: { findings: [finding], monthlyCost } }))).not.toContain("example.net");
  });

  it("says how much there is when a comment could not hold it", () => {
    const text = planAsMarkdown(plan(Array.from({ length: 2000 }, (_, i) => change(`name-${i}.example.com A`))));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("| records | 2000 |");
    expect(text.endsWith("**2000 to add, 0 to change, 0 to remove**")).toBe(true);
  });

  it("says that there is nothing to do", () => {
    const zones = [
      { name: ZONE, id: null, thresholds: null },
      { name: ZONE, private: true as const, id: null, thresholds: null },
    ];
    const text = planAsMarkdown(plan([], { zones }));
    expect(text).toContain("Nothing to do: everything is as the file asks.");
    expect(text).toContain("### Plan for example.com, example.com (private)\n");
  });
});
