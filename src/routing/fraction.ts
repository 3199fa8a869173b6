/** Exact fractions, for odds that add up to one and not to 0.9999. */

/** In lowest terms; the denominator is positive. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };
export const ONE: Fraction = { numerator: 1n, denominator: 1n };

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [one, other] = [a, b];
  while (other !== 0n) [one, other] = [other, one % other];
  return one;
}

/** Of numbers that are not negative; `denominator` is not 0. */
export function fraction(numerator: bigint | number, denominator: bigint | number = 1n): Fraction {
  const [top, bottom] = [BigInt(numerator), BigInt(denominator)];
  const divisor = greatestCommonDivisor(top, bottom);
  return { numerator: top / divisor, denominator: bottom / divisor };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function times(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** The order of two fractions, for sorting: the smaller first. */
export function compareFractions(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Decimal places that a number keeps. */
const SCALE = 10n ** 17n;

/** The nearest number. */
export function fractionValue({ numerator, denominator }: Fraction): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  if (numerator <= limit && denominator <= limit) return Number(numerator) / Number(denominator);
  return Number((numerator * SCALE) / denominator) / Number(SCALE);
}

/** `4/5`, or `1`. */
export function fractionText({ numerator, denominator }: Fraction): string {
  return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
}

/** How many ways there are to draw `count` of `from` without putting back. */
export function combinations(from: number, count: number): bigint {
  let ways = 1n;
  for (let drawn = 0; drawn < count; drawn++) ways = (ways * BigInt(from - drawn)) / BigInt(drawn + 1);
  return ways;
}
