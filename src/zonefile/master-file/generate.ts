/** BIND's `$GENERATE`: one template of an owner and its data for a range of numbers (BIND 9 manual, "Zone File"). */

import { type Position, ZoneFileError } from "./problem.ts";

/** More than any zone holds. */
const MOST_GENERATED = 65_536;
const MOST_DIGITS = 255;

function bad(at: Position, message: string, next: string): ZoneFileError {
  return new ZoneFileError(at, { code: "zonefile.bad-generate", message, next });
}

/** The numbers of `START-STOP` or `START-STOP/STEP`. */
export function generatedNumbers(range: string, at: Position): number[] {
  const match = /^([0-9]{1,10})-([0-9]{1,10})(?:\/([0-9]{1,10}))?$/.exec(range);
  const [start, stop, step] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 1)];
  if (match === null || start > stop || step < 1) {
    throw bad(at, `'${range}' is no range`, "write START-STOP or START-STOP/STEP, as in 1-254 or 0-10/2");
  }
  const count = Math.floor((stop - start) / step) + 1;
  if (count > MOST_GENERATED) throw bad(at, `'${range}' makes ${count} records`, `${MOST_GENERATED} are the most`);
  return Array.from({ length: count }, (_, i) => start + i * step);
}

/**
 * `n` and `N`: the hexadecimal digits from the last to the first, each a label. `width` counts the dots, so that an even one
 * ends with a dot, as in BIND.
 */
function nibbles(value: number, width: number): string {
  let text = [...value.toString(16)].reverse().join(".");
  while (text.length < width) text += text.endsWith(".") ? "0" : ".";
  return text;
}

function formatted(value: number, width: number, base: string): string {
  switch (base) {
    case "o":
      return value.toString(8).padStart(width, "0");
    case "x":
      return value.toString(16).padStart(width, "0");
    case "X":
      return value.toString(16).toUpperCase().padStart(width, "0");
    case "n":
      return nibbles(value, width);
    case "N":
      return nibbles(value, width).toUpperCase();
    default:
      return String(value).padStart(width, "0");
  }
}

/** The template with a number in the place of `$` or `${OFFSET[,WIDTH[,BASE]]}`; `\$` and `$$` are a dollar sign. */
export function generated(template: string, number: number, at: Position): string {
  return template.replace(/\\[\s\S]|\$\$|\$\{([^}]*)\}|\$/g, (whole, settings: string | undefined) => {
    if (whole === "$$") return "\\$";
    if (whole.startsWith("\\")) return whole;
    const match = /^([-+]?[0-9]{1,10})(?:,([0-9]{1,3})(?:,([doxXnN]))?)?$/.exec(settings ?? "0");
    const value = number + Number(match?.[1]);
    const width = Number(match?.[2] ?? 0);
    if (match === null || width > MOST_DIGITS) {
      throw bad(
        at,
        `'${whole}' is no way to write a number`,
        "write OFFSET,WIDTH,BASE between the braces, with a base of d, o, x, X, n or N",
      );
    }
    if (value < 0) throw bad(at, `'${whole}' makes ${value} of ${number}`, "choose an offset that stays at 0 or above");
    return formatted(value, width, match[3] ?? "d");
  });
}
