import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RegexError, regex } from "../../../../../../src/local/services/logs/regex/regex.ts";

interface Sample {
  readonly source: string;
  readonly mayBeEmpty: boolean;
  /** Something that may be empty is repeated: there engines differ in how much they match, though not in whether. */
  readonly repeatsNothing: boolean;
}

function leaf(source: string): Sample {
  return { source, mayBeEmpty: ["\\b", "^", "$"].includes(source), repeatsNothing: false };
}

/** An expression in the syntax that this engine and JavaScript's share, over a small alphabet so that texts match often. */
const sample: fc.Arbitrary<Sample> = fc.letrec<{ node: Sample }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .constantFrom("a", "b", "c", ".", "\\d", "\\w", "\\s", "\\D", "[ab]", "[^a]", "[a-c1]", "\\b", "^", "$")
      .map(leaf),
    fc.tuple(tie("node"), tie("node"), fc.boolean()).map(([left, right, choice]) => ({
      source: choice ? `(?:${left.source}|${right.source})` : left.source + right.source,
      mayBeEmpty: choice ? left.mayBeEmpty || right.mayBeEmpty : left.mayBeEmpty && right.mayBeEmpty,
      repeatsNothing: left.repeatsNothing || right.repeatsNothing,
    })),
    fc
      .tuple(tie("node"), fc.constantFrom("*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{1,}"))
      .map(([body, quantifier]) => ({
        source: `(?:${body.source})${quantifier}`,
        mayBeEmpty: body.mayBeEmpty || /^[*?]|0/.test(quantifier),
        repeatsNothing: body.repeatsNothing || body.mayBeEmpty,
      })),
  ),
})).node;
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "1", " ", "\n", "é", "😀"), maxLength: 12 });

describe("regular expressions", () => {
  it("match what JavaScript's match, in the same place", () => {
    fc.assert(
      fc.property(sample, text, ({ source, repeatsNothing }, subject) => {
        const theirs = new RegExp(source.replaceAll(".", "[^\\n]"), "u").exec(subject);
        const ours = regex(source).exec(subject);
        expect(regex(source).test(subject)).toBe(theirs !== null);
        expect(ours?.start).toBe(theirs?.index);
        if (!repeatsNothing) expect(ours && subject.slice(ours.start, ours.end)).toBe(theirs?.[0]);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["user=(?<user>.*?), method:(?<method>.*?), latency := (?<latency>\\d+)", "user=u1, method:GET, latency := 216"],
    [
      "\\[(?<level>\\S+)\\]\\s+(?<config>\\{.*\\})\\s+The error was: (?<exception>\\S+)",
      "[ERROR] {a=1} The error was: X",
    ],
    ["(a)|(b)", "b"],
    ["(a+)(a*)", "aaa"],
    ["(a+?)(a*)", "aaa"],
    ["(?:x(\\d)){2}", "x1x2"],
  ])("%s captures what JavaScript's captures", (source, subject) => {
    const [, ...captures] = new RegExp(source).exec(subject) ?? [];
    expect(regex(source).exec(subject)?.captures).toEqual(captures);
  });

  it("names its groups", () => {
    expect(regex("(?<a>x)(y)(?P<b>z)").groups).toEqual(["a", undefined, "b"]);
  });

  it.each([
    ["(?i)exception", "EXCEPTION", true],
    ["^(?i)Exception$", "exception", true],
    ["(?i:e)x", "Ex", true],
    ["(?i:e)x", "EX", false],
    ["((?i)a)b", "AB", false],
    ["(?i)[^a]", "A", false],
    ["(?s)a.b", "a\nb", true],
    ["a.b", "a\nb", false],
    ["(?m)^b$", "a\nb\nc", true],
    ["\\x3A\\u00e9", ":é", true],
    ["a{", "a{", true],
    ["a{,2}b", "aab", true],
    ["[]a]", "]", true],
    ["[\\]a-]", "-", true],
    ["^.$", "😀", true],
  ])("%s on %j: %s", (source, subject, expected) => {
    expect(regex(source).test(subject)).toBe(expected);
  });

  it.each([
    ["(", "a group that is not closed"],
    ["a)", "an unmatched ')'"],
    ["*a", "nothing to repeat"],
    ["a**", "nothing to repeat"],
    ["a++", "a possessive quantifier, which is not supported"],
    ["[a", "a character class that is not closed"],
    ["[b-a]", "a range that is out of order"],
    ["(a)\\1", "a back reference, which is not supported"],
    ["a(?=b)", "a kind of group that is not supported"],
    ["a(?<!b)", "a kind of group that is not supported"],
    ["(?x)a", "a flag 'x' that is not supported"],
    ["\\q", "an unknown escape '\\q'"],
    ["a\\", "an unfinished expression"],
    ["a{1001}", "a repetition of more than 1000 times"],
    ["a{2,1}", "a repetition whose bounds are out of order"],
    ["(?:(?:a{100}){100}){2}", "an expression that is too large when its repetitions are written out"],
    ["(?<a>x)(?<a>y)", "two groups named 'a'"],
    ["(".repeat(200), "groups nested deeper than 100"],
  ])("%s is refused", (source, message) => {
    expect(() => regex(source)).toThrow(RegexError);
    expect(() => regex(source)).toThrow(message);
  });

  it("takes no more than a moment where backtracking would take years", () => {
    const subject = "a".repeat(2000);
    for (const source of ["(a+)+$b", "(a|a)*b", "(a|aa)+b", "(.*)*x", "(?:a?){100}b"]) {
      expect(regex(source).test(subject)).toBe(false);
      expect(regex(source).exec(subject)).toBeUndefined();
    }
  });
});
