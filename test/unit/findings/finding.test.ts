/** The findings model: catalogues are data, findings carry everything a reader needs. */

import { expect, it } from "vitest";
import { findingsOf, hasProblems, worstFirst } from "../../../src/findings/finding.ts";

const reference = { title: "RFC 1 section 1", url: "https://www.rfc-editor.org/rfc/rfc1#section-1" };
const finding = findingsOf({
  "a.info": { severity: "info", message: "{who} did {what}.", reference },
  "a.problem": { severity: "problem", message: "{who} broke it.", reference, next: "Ask {whom}." },
});

it("fills the sentence and the next step, and keeps the parameters", () => {
  expect(finding("a.problem", { who: "ns1", whom: "the registrar" })).toEqual({
    code: "a.problem",
    severity: "problem",
    message: "ns1 broke it.",
    params: { who: "ns1", whom: "the registrar" },
    reference,
    next: "Ask the registrar.",
  });
  expect(finding("a.info", { who: "{what}", what: "{who}" })).toMatchObject({ message: "{what} did {who}." });
});

it("puts the worst first and says whether there is a problem", () => {
  const info = finding("a.info", { who: "x", what: "y" });
  const problem = finding("a.problem", { who: "x", whom: "y" });
  expect(worstFirst([info, problem, info])).toEqual([problem, info, info]);
  expect(hasProblems([info])).toBe(false);
  expect(hasProblems([info, problem])).toBe(true);
});
