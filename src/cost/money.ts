/**
 * US dollars as whole nano-dollars, so that a bill is exact: a query costs 400 of them, and every price AWS lists is a whole
 * number of them.
 */

/** Nano-dollars. */
export type Money = bigint;

const NANOS_PER_DOLLAR = 1_000_000_000n;
const NANOS_PER_CENT = NANOS_PER_DOLLAR / 100n;
const DECIMALS = 9;

/** Dollars in decimal, as in a price list: `0.0015`. At most nine decimals. Throws a RangeError for other text. */
export function dollars(text: string): Money {
  const [, whole, fraction = ""] = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`'${text}' is no amount of dollars`);
  return BigInt(whole) * NANOS_PER_DOLLAR + BigInt(fraction.padEnd(DECIMALS, "0"));
}

/** `price` for each `per`, rounded half up to the nano-dollar: a million queries at 0.40 are bought one by one. */
export function times(price: Money, quantity: number, per = 1): Money {
  return (price * BigInt(quantity) * 2n + BigInt(per)) / (2n * BigInt(per));
}

export function sum(amounts: readonly Money[]): Money {
  return amounts.reduce((total, one) => total + one, 0n);
}

/** The exact amount in decimal, without a sign of the currency and without zeros at its end: `12.5`, `-0.0004`. */
export function exactText(amount: Money): string {
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % NANOS_PER_DOLLAR).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}${size / NANOS_PER_DOLLAR}${fraction === "" ? "" : `.${fraction}`}`;
}

/** To the cent, halves up: `$12.50`, `-$0.40`; what is less than a cent and not nothing is `<$0.01`. */
export function dollarText(amount: Money): string {
  const size = amount < 0n ? -amount : amount;
  const cents = (size + NANOS_PER_CENT / 2n) / NANOS_PER_CENT;
  const sign = amount < 0n ? "-" : "";
  if (cents === 0n && size > 0n) return `${sign}<$0.01`;
  return `${sign}$${cents / 100n}.${(cents % 100n).toString().padStart(2, "0")}`;
}

/** The same for a difference: `+$1.00`, `-$0.40`, `$0.00`. */
export function differenceText(amount: Money): string {
  return amount > 0n ? `+${dollarText(amount)}` : dollarText(amount);
}

/** The amount that {@link exactText} wrote. */
export function moneyOf(text: string): Money {
  return text.startsWith("-") ? -dollars(text.slice(1)) : dollars(text);
}
