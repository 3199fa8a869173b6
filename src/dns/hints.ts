/** Where resolving starts: the IANA root servers, built in, or those of a hints file in the form of named.root. */

import { Failure } from "../errors.ts";
import { type DomainName, domainName, InvalidNameError } from "../route53/names.ts";
import { parseIpv4, parseIpv6 } from "../route53/record-data/ip-address.ts";

export interface RootHint {
  readonly name: DomainName;
  readonly addresses: readonly string[];
}

/** https://www.iana.org/domains/root/servers, as of 2026-11. */
const IANA: readonly (readonly [letter: string, ipv4: string, ipv6: string])[] = [
  ["a", "198.41.0.4", "2001:503:ba3e::2:30"],
  ["b", "170.247.170.2", "2801:1b8:10::b"],
  ["c", "192.33.4.12", "2001:500:2::c"],
  ["d", "199.7.91.13", "2001:500:2d::d"],
  ["e", "192.203.230.10", "2001:500:a8::e"],
  ["f", "192.5.5.241", "2001:500:2f::f"],
  ["g", "192.112.36.4", "2001:500:12::d0d"],
  ["h", "198.97.190.53", "2001:500:1::53"],
  ["i", "192.36.148.17", "2001:7fe::53"],
  ["j", "192.58.128.30", "2001:503:c27::2:30"],
  ["k", "193.0.14.129", "2001:7fd::1"],
  ["l", "199.7.83.42", "2001:500:9f::42"],
  ["m", "202.12.27.33", "2001:dc3::35"],
];

export const IANA_ROOT_HINTS: readonly RootHint[] = IANA.map(([letter, ...addresses]) => ({
  name: domainName(`${letter}.root-servers.net`),
  addresses,
}));

/**
 * Reads a hints file: `NAME [TTL] [IN] A|AAAA ADDRESS` a line, NS lines of the root, `;` comments. Throws a usage
 * {@link Failure} with the line that is wrong.
 */
export function parseHints(text: string, file: string): RootHint[] {
  const addresses = new Map<DomainName, string[]>();
  const roots: DomainName[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/;.*$/, "").trim().split(/\s+/);
    const [owner = "", ...rest] = words;
    if (owner === "") continue;
    const wrong = (message: string) =>
      new Failure({
        kind: "usage",
        code: "hints.malformed",
        message,
        where: { file, line: index + 1 },
        next: "Write one record a line, as in https://www.internic.net/domain/named.root: NAME TTL TYPE VALUE.",
      });
    const fields = rest.filter((word, i) => !(i < 2 && (/^[0-9]+$/.test(word) || word.toUpperCase() === "IN")));
    const [type = "", value = "", ...more] = fields;
    if (value === "" || more.length > 0) throw wrong("a line of the hints file is no record");
    try {
      const name = domainName(owner);
      if (type.toUpperCase() === "NS" && name === ".") {
        roots.push(domainName(value));
        addresses.set(domainName(value), addresses.get(domainName(value)) ?? []);
        continue;
      }
      const parse = { A: parseIpv4, AAAA: parseIpv6 }[type.toUpperCase()];
      if (parse === undefined) throw wrong(`a hints file has NS records of the root, A and AAAA, not ${type}`);
      if (parse(value) === undefined)
        throw wrong(`'${value}' is no address for a record of type ${type.toUpperCase()}`);
      addresses.set(name, [...(addresses.get(name) ?? []), value]);
    } catch (error) {
      if (error instanceof InvalidNameError) throw wrong(error.message);
      throw error;
    }
  }
  const names = roots.length > 0 ? roots : [...addresses.keys()];
  const hints = names.map((name) => ({ name, addresses: addresses.get(name) ?? [] }));
  if (!hints.some((hint) => hint.addresses.length > 0)) {
    throw new Failure({
      kind: "usage",
      code: "hints.empty",
      message: "the hints file has no root server with an address",
      where: { file },
      next: "Give at least one line such as: a.root.example. 3600 A 127.53.0.1",
    });
  }
  return hints;
}
