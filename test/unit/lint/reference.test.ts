/** docs/reference/lint.md is made from the registry: `-u` writes it. */

import { expect, it } from "vitest";
import { DOCUMENTED_FAMILIES } from "../../../src/lint/registry.ts";

/** `<`, `|` and the like mean something in a table of Markdown. */
function cell(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\|/g, "\\|").replace(/</g, "&lt;").replace(/\*/g, "\\*");
}

function referencePage(): string {
  const lines = [
    "# Lint",
    "",
    "What `r53kit lint` looks for in `r53kit.yaml`, and `r53kit setup plan` with it. Made from the rules themselves.",
    "",
    "A **problem** is broken, a **warning** works and will bite, an **info** is worth knowing. `lint` exits with 2 when there is a",
    "problem or a warning; in a plan all of them are notes. Findings have codes that stay, the place in the file, the reason, the",
    "source of the rule and a next step; `--json` has them as `r53kit.lint/1`, `--format github` as annotations of a workflow.",
    "",
    "Rules about addresses that nobody reaches speak on AWS only (`--backend aws`, `R53KIT_BACKEND`, or `backend:` in the file): on",
    "the local backend loopback addresses are right at home. In a plan, names that are live in the zone count as there.",
    "",
    "## Ignoring a finding",
    "",
    "```yaml",
    "lint:",
    "  ignore:",
    "    - { code: ttl.zero, at: dyn A, reason: the address changes by the minute }",
    "    - { code: health.unused, at: check canary, reason: an alarm of another team watches it }",
    "```",
    "",
    "One entry is one finding at one place, with the reason for those who come after. `at` is what the finding is about: a name and",
    "a type (`dyn A`, `dyn.example.com A`, with its answer `dyn A primary`), `check KEY`, `traffic policy KEY` or `zone NAME`. An entry",
    "with a code that there is not, or that matches nothing any more, is a finding itself.",
  ];
  for (const { title, catalogue } of DOCUMENTED_FAMILIES) {
    lines.push("", `## ${title}`, "", "| code | | what it is about | source |", "|---|---|---|---|");
    for (const [code, { severity, about, reference }] of Object.entries(catalogue)) {
      const source = reference.url.startsWith("docs/reference/lint.md")
        ? "[above](#ignoring-a-finding)"
        : `[${cell(reference.title)}](${reference.url})`;
      lines.push(`| \`${code}\` | ${severity} | ${cell(about)} | ${source} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}

it("the reference page of lint is what the rules say of themselves", async () => {
  await expect(referencePage()).toMatchFileSnapshot("../../../docs/reference/lint.md");
});
