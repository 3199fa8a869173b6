import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, readConfig } from "../../../src/config/load.ts";
import { lint, needsAttention } from "../../../src/lint/lint.ts";
import { githubAnnotations, renderLint } from "../../../src/render/lint.ts";

const FILE = `version: 1
zone: { name: example.com }
records:
  - { name: "@", type: A, ttl: 0, values: [198.51.100.1] }
  - { name: a, type: A, ttl: 0, values: [198.51.100.1] }
routing:
  - name: b
    type: A
    ttl: 60
    policy: weighted
    answers:
      one: { weight: 0, values: [198.51.100.1] }
      two: { weight: 0, values: [198.51.100.1] }
`;

function report(more = "") {
  return lint(readConfig("set/r53kit.yaml", `${FILE}${more}`), { onAws: false });
}

const ignoring = (...entries: readonly string[]) =>
  `lint: { ignore: [ ${entries.map((one) => `{ ${one} }`).join(", ")} ] }\n`;

describe("lint", () => {
  it("puts the worst first, then the order of the file, each with its place and subject", () => {
    expect(
      report().findings.map(
        ({ code, subject, place }) => `${place.file}:${place.line}:${place.column} ${code} ${subject}`,
      ),
    ).toEqual([
      "set/r53kit.yaml:7:5 weighted.all-zero b.example.com A",
      "set/r53kit.yaml:7:5 routing.same-answer b.example.com A",
      "set/r53kit.yaml:4:32 ttl.zero example.com A",
      "set/r53kit.yaml:5:30 ttl.zero a.example.com A",
    ]);
    expect(report().counts).toEqual({ problem: 0, warning: 2, info: 2 });
  });

  it("needs attention for warnings, not for remarks", () => {
    const { findings } = report();
    expect(needsAttention(findings)).toBe(true);
    expect(needsAttention(findings.filter(({ code }) => code === "ttl.zero"))).toBe(false);
  });

  it.each(["a A", "a.example.com A", "A.example.com  a", "a", "a.example.com"])("ignores what is at %s", (at) => {
    const { findings, ignored } = report(ignoring(`code: ttl.zero, at: "${at}", reason: clients are few`));
    expect(findings.map(({ subject }) => subject)).not.toContain("a.example.com A");
    expect(findings.filter(({ code }) => code === "ttl.zero")).toHaveLength(1);
    expect(ignored.map(({ code, subject, reason }) => [code, subject, reason])).toEqual([
      ["ttl.zero", "a.example.com A", "clients are few"],
    ]);
  });

  it("ignores at the apex, and nothing but what the code is of", () => {
    const { findings } = report(ignoring('code: ttl.zero, at: "@ A", reason: test'));
    expect(findings.map(({ code }) => code)).toEqual(["weighted.all-zero", "routing.same-answer", "ttl.zero"]);
  });

  it("says of an entry that ignores nothing where the finding is instead", () => {
    const { findings } = report(
      ignoring("code: ttl.zero, at: c A, reason: test", "code: ttl.zer, at: a A, reason: test"),
    );
    const [nothing, unknown] = findings.filter(({ code }) => code.startsWith("ignore."));
    expect(nothing?.next).toBe("Leave the entry out, or write one of: example.com A, a.example.com A.");
    expect(unknown?.next).toBe("Did you mean ttl.zero?");
    expect(unknown?.place).toEqual({ file: "set/r53kit.yaml", line: 14, column: 70 });
  });

  it("lists findings below their places, and counts them", () => {
    const text = renderLint(report(ignoring("code: weighted.all-zero, at: b A, reason: test")), { color: false });
    expect(text).toContain(
      "set/r53kit.yaml:7:5\nwarning  All 2 answers of b.example.com A are 198.51.100.1: a single point",
    );
    expect(text).toMatch(/1 warning, 2 remarks \(1 ignored\)$/);
  });

  it("annotates lines of a workflow, whatever stands in the file", () => {
    const odd = `version: 1
zone: { name: example.com }
healthChecks: { a: { type: HTTP, host: "b%0A::error::x,y.example.com" } }
`;
    const lines = githubAnnotations(lint(readConfig("a,b:c.yaml", odd), { onAws: false })).split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^::warning file=a%2Cb%3Ac\.yaml,line=3,col=20,title=health\.unused::Nothing uses the check a: /,
    );
    expect(lines[1]).toMatch(
      /^::warning file=a%2Cb%3Ac\.yaml,line=3,col=40,title=health\.host-missing::The check a asks b%250a::error::x,y\.example\.com/,
    );
  });
});

describe("the examples", () => {
  const root = resolve(import.meta.dirname, "../../../docs/examples");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("r53kit.yaml"))
    .map((name) => join(root, name));

  it.each(files.map((file) => [relative(root, file), file]))("%s has nothing that needs attention", (_, file) => {
    const { findings } = lint(loadConfig(file), { onAws: false });
    expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  });
});
