/** Names as people write them in the file, made absolute. */

import { domainToASCII } from "node:url";
import {
  type DomainName,
  displayName,
  domainName,
  InvalidNameError,
  isWildcard,
  isWithin,
  splitLabels,
} from "../route53/names.ts";
import type { SourcePath } from "./config.ts";
import type { Problems } from "./problems.ts";

/** A zone's name. Reports a bad one and returns undefined. */
export function readZoneName(text: string, path: SourcePath, problems: Problems): DomainName | undefined {
  const name = readName(text, path, problems);
  if (name === ".") {
    problems.at(path, { code: "bad-name", message: "the root cannot be a hosted zone", next: "name the zone" });
    return undefined;
  }
  return name;
}

function readName(text: string, path: SourcePath, problems: Problems): DomainName | undefined {
  if (/[^\u0000-\u007f]/.test(text)) {
    // RFC 5890: DNS has such names as A-labels. Their UTF-8 octets would be another name, that nobody asks for.
    const written = domainToASCII(text.replace(/\.$/, ""));
    problems.at(path, {
      code: "bad-name",
      message: `'${text}' has letters beyond ASCII, which names in DNS do not have`,
      next: written === "" ? "write it in ASCII (Punycode)" : `write ${written}`,
    });
    return undefined;
  }
  try {
    return domainName(text);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    problems.at(path, {
      code: "bad-name",
      message: error.message,
      next: "write labels of up to 63 characters, joined by dots",
    });
    return undefined;
  }
}

/**
 * The owner name of a record: `@` is the apex, a trailing dot makes a name absolute, and so does ending in the zone's
 * name (`www.example.com` in example.com is not www.example.com.example.com). Everything else is below the zone.
 */
export function readOwnerName(
  text: string,
  zone: DomainName,
  path: SourcePath,
  problems: Problems,
): DomainName | undefined {
  if (text === "@") return zone;
  const name = readName(text, path, problems);
  if (name === undefined) return undefined;
  if (text.endsWith(".") && !isWithin(name, zone)) {
    problems.at(path, {
      code: "outside-zone",
      message: `'${text}' lies outside of the zone ${displayName(zone)}`,
      next: "leave out the trailing dot to put it below the zone, or move it to its own zone",
    });
    return undefined;
  }
  const owner = isWithin(name, zone) ? name : readName(`${text}.${zone}`, path, problems);
  if (owner !== undefined && !isWildcard(owner) && splitLabels(owner).includes("*")) {
    problems.at(path, {
      code: "bad-name",
      message: `'${text}' has a '*' that is no wildcard`,
      next: "a wildcard is the whole leftmost label, as in *.shop",
    });
    return undefined;
  }
  return owner;
}

/** An alias target: a single label or `@` is in the zone, everything with dots is absolute. */
export function readTargetName(
  text: string,
  zone: DomainName,
  path: SourcePath,
  problems: Problems,
): DomainName | undefined {
  if (text === "@") return zone;
  return text.includes(".") ? readName(text, path, problems) : readOwnerName(text, zone, path, problems);
}
