/** Names as people write them on the command line. */

import { domainToASCII } from "node:url";
import { Failure } from "../errors.ts";
import { type DomainName, domainName, InvalidNameError } from "../route53/names.ts";

/** Letters beyond ASCII too (IDNA). Throws a usage Failure with that code. */
export function readDomainName(text: string, code: string): DomainName {
  const next = "give a domain name such as www.example.com";
  try {
    const ascii = /[^\x00-\x7f]/.test(text) ? domainToASCII(text) : text;
    if (ascii !== "") return domainName(ascii);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    throw new Failure({ kind: "usage", code, message: error.message, next });
  }
  throw new Failure({ kind: "usage", code, message: `'${text}' is no domain name`, next });
}
