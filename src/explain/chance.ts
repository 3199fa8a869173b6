/** Probabilities as explanations carry them. */

import { type Fraction, fractionText, fractionValue } from "../routing/fraction.ts";
import type { Chance } from "./explanation.ts";

export function chanceOf(fraction: Fraction): Chance {
  return { fraction: fractionText(fraction), value: fractionValue(fraction) };
}

/** `80 %`, `33.3 %`, `<0.1 %`. */
export function percentText({ value, fraction }: Chance): string {
  if (fraction === "0" || fraction === "1") return `${value * 100} %`;
  const percent = value * 100;
  if (percent < 0.1) return "<0.1 %";
  // What is not certain must not look as if it were.
  if (percent > 99.9) return ">99.9 %";
  return `${Number(percent.toFixed(1))} %`;
}
