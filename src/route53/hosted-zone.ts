/** What a hosted zone is apart from its record sets: its name's rules, the record sets it is born with, what its domain is. */

import { APEX_NS_TTL_SECONDS, APEX_SOA_TTL_SECONDS } from "./limits.ts";
import { type DomainName, domainName, InvalidNameError, isWithin, parentOf, splitLabels } from "./names.ts";
import type { RecordSet } from "./record-set.ts";

/** A name Route 53 would refuse, in its words. */
export interface NameProblem {
  readonly problem: string;
}

function fatal(code: string, sentence: string, value: string): NameProblem {
  return { problem: `FATAL problem: ${code} (${sentence}) encountered with '${value}'` };
}

/** Reads a name of a zone or a record set; what is wrong with it comes back in Route 53's words. */
export function readName(text: string): DomainName | NameProblem {
  if (/[^\x21-\x7e]/.test(text)) {
    return fatal("UnsupportedCharacter", "Value contains unsupported characters", text);
  }
  try {
    const name = domainName(text);
    if (name !== ".") return name;
    return fatal("DomainLabelEmpty", "Domain label is empty", text);
  } catch (error) {
    if (!(error instanceof InvalidNameError)) throw error;
    const long = text.split(".").find((label) => label.length > 63);
    if (/empty label/.test(error.message)) return fatal("DomainLabelEmpty", "Domain label is empty", text);
    if (/backslash/.test(error.message)) {
      return fatal("UnsupportedCharacter", "Value contains unsupported characters", text);
    }
    return long === undefined
      ? fatal("DomainNameTooLong", "Domain name is too long", text)
      : fatal("DomainLabelTooLong", "Domain label is too long", long);
  }
}

export function isNameProblem(read: DomainName | NameProblem): read is NameProblem {
  return typeof read !== "string";
}

/** Private zones all show these; nobody can ask them (Developer Guide, "Working with private hosted zones"). */
export const PRIVATE_ZONE_NAME_SERVERS: readonly DomainName[] = [
  "ns-0.awsdns-00.com",
  "ns-512.awsdns-00.net",
  "ns-1024.awsdns-00.org",
  "ns-1536.awsdns-00.co.uk",
].map((name) => domainName(name));

/** The NS and SOA at the apex that every zone has from the start. */
export function apexRecordSets(zone: DomainName, nameServers: readonly DomainName[]): RecordSet[] {
  return [
    {
      name: zone,
      type: "NS",
      policy: { kind: "simple" },
      answer: { kind: "records", ttlSeconds: APEX_NS_TTL_SECONDS, values: nameServers },
    },
    {
      name: zone,
      type: "SOA",
      policy: { kind: "simple" },
      answer: {
        kind: "records",
        ttlSeconds: APEX_SOA_TTL_SECONDS,
        values: [`${nameServers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`],
      },
    },
  ];
}

/** Suffixes of more than one label below which people register; elsewhere it is the last label. */
const LONG_SUFFIXES: readonly DomainName[] = [domainName("co.uk")];

/** The domain that would be registered for a name: one label below its public suffix. Undefined for a suffix itself. */
export function registrableDomain(name: DomainName): DomainName | undefined {
  const suffix = LONG_SUFFIXES.find((long) => isWithin(name, long)) ?? domainName(splitLabels(name).at(-1) ?? ".");
  let domain = name;
  for (let up = parentOf(domain); up !== undefined && up !== suffix; up = parentOf(domain)) {
    if (!isWithin(up, suffix)) return undefined;
    domain = up;
  }
  return domain === suffix || domain === "." ? undefined : domain;
}
