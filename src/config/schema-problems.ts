/** zod's issues as mistakes that name the key, the place and the fix. */

import type { z } from "zod";
import type { SourcePath } from "./config.ts";
import type { Problem, Problems } from "./problems.ts";
import { suggest } from "./suggestion.ts";

type Issue = z.core.$ZodIssue;

/** An issue's path as ours: the keys of a text are text. */
export function stepsOf(path: Issue["path"]): SourcePath {
  return path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

/** `records[0].values`, `healthChecks.primary.interval`; what people call the place. */
export function pathText(path: SourcePath): string {
  return path.map((step, i) => (typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`)).join("");
}

function kindOf(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "number" && !Number.isFinite(value)) return Number.isNaN(value) ? "no number" : "without end";
  return typeof value === "string" ? "text" : typeof value === "boolean" ? "true or false" : `a ${typeof value}`;
}

const EXPECTED: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** `written` is how the file has it: 012 and 1.10 are not the numbers' own texts. */
function shown(value: unknown, written?: string): string {
  const text = typeof value === "string" ? `'${value}'` : (written ?? JSON.stringify(value));
  return text === undefined ? "nothing" : text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What to write in place of a value of the wrong type. */
function fixForType(expected: string, input: unknown, written: string | undefined): string {
  if (expected === "string" && (typeof input === "number" || typeof input === "boolean")) {
    return `put it in quotes: "${written ?? input}"`;
  }
  if (expected === "array") return typeof input === "string" ? `write a list: [${input}]` : "write a list: [ ... ]";
  return `write ${EXPECTED[expected] ?? expected}`;
}

function rangeText(issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const side = issue.code === "too_small" ? (issue.inclusive === false ? "more than" : "at least") : "at most";
  const unit = issue.origin === "string" ? " character" : issue.origin === "array" ? " entry" : "";
  const plural = unit === "" || Number(limit) === 1 ? unit : unit === " entry" ? " entries" : `${unit}s`;
  return `${side} ${limit}${plural}`;
}

export function reportIssues(issues: readonly Issue[], problems: Problems): void {
  // A number can be out of two ranges at once, that of whole numbers and its own; the last one is the narrower.
  const distinct = new Map(issues.map((issue) => [`${issue.code} ${JSON.stringify(issue.path)}`, issue]));
  for (const issue of distinct.values()) {
    const path = stepsOf(issue.path);
    if (issue.code === "unrecognized_keys") {
      const known = issue.message.split(" ");
      for (const key of issue.keys) {
        problems.atKey([...path, key], {
          code: "unknown-key",
          message: `'${key}' is no key of ${problems.textOf(path) || "the file"}`,
          next: suggest(key, known),
        });
      }
    } else if (issue.code === "invalid_key") problems.atKey(path, problemOf(issue, problems, path, undefined));
    else problems.at(path, problemOf(issue, problems, path, problems.writtenAt(path)));
  }
}

function problemOf(
  issue: Exclude<Issue, { code: "unrecognized_keys" }>,
  problems: Problems,
  path: SourcePath,
  written: string | undefined,
): Problem {
  const what = problems.textOf(path) || "the file";
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return missing(problems, path);
      return {
        code: "wrong-type",
        message: `${what} must be ${EXPECTED[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}${
          typeof issue.input === "object" ? "" : ` (${shown(issue.input, written)})`
        }`,
        next: fixForType(issue.expected, issue.input, written),
      };
    case "invalid_value": {
      if (issue.input === undefined) return missing(problems, path);
      const allowed = issue.values.map(String);
      return {
        code: "bad-value",
        message: `${what} cannot be ${shown(issue.input, written)}`,
        next:
          allowed.length === 1 || typeof issue.input !== "string"
            ? `write ${allowed.join(", ")}`
            : suggest(issue.input, allowed),
      };
    }
    case "invalid_union": {
      const options = (issue as { readonly options?: readonly unknown[] }).options;
      // A discriminated union hands over the whole mapping; the discriminator is the last step of the path.
      const input =
        options === undefined
          ? issue.input
          : (issue.input as Record<string, unknown> | undefined)?.[String(path.at(-1))];
      if (input === undefined) return missing(problems, path);
      return {
        code: "bad-value",
        message: `${what} cannot be ${shown(input)}`,
        next: options === undefined ? `write ${issue.message}` : suggest(String(input), options.map(String)),
      };
    }
    case "too_small":
    case "too_big": {
      const counted = issue.origin === "array" || issue.origin === "string";
      return {
        code: "out-of-range",
        message: counted
          ? `${what} is too ${issue.code === "too_small" ? "short" : "long"}`
          : `${what} cannot be ${shown(issue.input, written)}`,
        next: `give ${rangeText(issue)}`,
      };
    }
    case "invalid_key":
      return {
        code: "bad-key",
        message: `'${String(path.at(-1))}' cannot be a key here`,
        next: `use ${issue.issues[0]?.message ?? "another one"}`,
      };
    case "invalid_format":
      return {
        code: "bad-value",
        message: `${what} cannot be ${shown(issue.input)}`,
        next: `write ${issue.message}`,
      };
    default:
      return { code: "bad-value", message: `${what} is not right`, next: issue.message };
  }
}

function missing(problems: Problems, path: SourcePath): Problem {
  const key = String(path.at(-1));
  const parent = problems.textOf(path.slice(0, -1)) || "the file";
  // The one key with a single value.
  const value = path.length === 1 && key === "version" ? "1" : "...";
  return { code: "missing", message: `${parent} has no '${key}'`, next: `add ${key}: ${value}` };
}
