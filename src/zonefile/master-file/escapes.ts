/**
 * The two escapes: `\DDD` is *decimal* in master files (RFC 1035 section 5.1) and *octal* at Route 53 (Developer Guide,
 * "DNS domain name format"). `\X` is the character itself in both.
 */

import { type DomainName, domainName, InvalidNameError } from "../../route53/names.ts";
import { type Position, ZoneFileError } from "./problem.ts";

const octal = (octet: number) => `\\${octet.toString(8).padStart(3, "0")}`;
const decimal = (octet: number) => `\\${String(octet).padStart(3, "0")}`;

/** A token's text with Route 53's escapes for a master file's. */
export function withOctalEscapes(text: string, at: Position): string {
  return text.replace(/\\([0-9]{3}|[^0-9]|[0-9]{0,2})/gs, (_, escaped: string) => {
    if (/^[0-9]{3}$/.test(escaped) && Number(escaped) <= 255) return octal(Number(escaped));
    if (escaped !== "" && !/[0-9]/.test(escaped)) return `\\${escaped}`;
    throw new ZoneFileError(at, {
      code: "zonefile.bad-escape",
      message: `'\\${escaped}' is no escape`,
      next: "write \\ and three decimal digits up to 255, or \\ and the character itself",
    });
  });
}

/** The other way round, for text in Route 53's canonical form. */
export function withDecimalEscapes(text: string): string {
  return text.replace(/\\([0-3][0-7]{2}|.)/gs, (whole, escaped: string) =>
    escaped.length === 3 ? decimal(Number.parseInt(escaped, 8)) : whole,
  );
}

/** A name in a master file: `@` is the origin, and one without a dot at its end is relative to it. */
export function readMasterName(text: string, origin: DomainName, at: Position): DomainName {
  if (text === "@") return origin;
  // An escaped dot at the end would look like the dot that makes a name absolute.
  const plain = withOctalEscapes(text, at).replaceAll("\\.", octal(0x2e));
  try {
    if (text === "" || text.replace(/\\./gs, "").includes('"')) throw new InvalidNameError(`${text} is no name`);
    return domainName(plain.endsWith(".") ? plain : `${plain}.${origin === "." ? "" : origin}`);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    throw new ZoneFileError(at, {
      code: "zonefile.bad-name",
      message: error.message,
      next: "write labels of 1 to 63 characters, joined by single dots",
    });
  }
}

/** What would not be itself in a master file: delimiters, and `@` and `$`, which stand for other things. */
const SPECIAL_IN_NAMES = /[;()"@$]/g;

/** A name as a master file wants it: absolute, or relative to the origin where it lies below it. */
export function masterName(name: DomainName, origin: DomainName | undefined): string {
  if (name === origin) return "@";
  const below = origin !== undefined && origin !== "." && name.endsWith(`.${origin}`);
  const shown = below ? name.slice(0, -origin.length - 1) : name;
  return withDecimalEscapes(shown).replace(SPECIAL_IN_NAMES, "\\$&");
}
