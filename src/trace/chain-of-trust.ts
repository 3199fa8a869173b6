/**
 * Whether the parent's DS records fit the keys that a zone shows: a validating resolver refuses everything in a zone where they
 * do not (RFC 4035 section 5.2). Signatures are not verified.
 */

import { dsFits, isKnownDs, keyTag, readDs } from "../dns/dnssec-keys.ts";
import { type Delegation, type IterationOptions, resolveName } from "../dns/iterate.ts";
import { PLAIN_EDNS } from "../dns/message.ts";
import { TYPE } from "../dns/types.ts";
import type { DomainName } from "../route53/names.ts";
import type { TrustLink } from "./report.ts";

/** The data of a record set; empty when there is none, undefined when nobody would say. */
async function dataOf(
  options: IterationOptions,
  name: DomainName,
  type: number,
): Promise<readonly Uint8Array[] | undefined> {
  const resolution = await resolveName(options, name, type);
  switch (resolution.status) {
    case "answer":
      return resolution.records.filter((record) => record.type === type).map(({ rdata }) => rdata);
    case "no-data":
    case "no-such-name":
      return [];
    case "failed":
      return undefined;
  }
}

function tags(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

async function linkOf(
  options: IterationOptions,
  { zone, parent }: Delegation & { readonly parent: DomainName },
): Promise<TrustLink | undefined> {
  const signers = await dataOf(options, zone, TYPE.DS);
  if (signers === undefined) return undefined;
  const keys = await dataOf(options, zone, TYPE.DNSKEY);
  if (keys === undefined) return undefined;
  const known = signers.filter(isKnownDs);
  const fits = known.some((ds) => keys.some((dnskey) => dsFits(zone, ds, dnskey)));
  return {
    zone,
    parent,
    vouchedFor: tags(signers.flatMap((ds) => readDs(ds)?.keyTag ?? [])),
    keys: tags(keys.map(keyTag)),
    state: fits ? "linked" : known.length > 0 ? "broken" : keys.length > 0 ? "not-vouched-for" : "unsigned",
  };
}

/**
 * The links from a registry down to the last zone, as far as the chain holds: below a zone that is not linked nobody validates.
 * `delegations` are those on the way, each below the one before.
 */
export async function chainOfTrust(
  options: IterationOptions,
  delegations: readonly Delegation[],
  isRegistry: (zone: DomainName) => boolean,
): Promise<readonly TrustLink[]> {
  // No client subnet: keys are the same for everybody.
  const asking: IterationOptions = { ...options, edns: PLAIN_EDNS };
  const links: TrustLink[] = [];
  for (const delegation of delegations) {
    const { zone, parent } = delegation;
    if (parent === undefined || isRegistry(zone)) continue;
    // A walk may begin at a zone that an alias before it had led to; who vouches for that is not seen here.
    if (links.length === 0 && !isRegistry(parent)) break;
    const link = await linkOf(asking, { ...delegation, parent });
    if (link === undefined) break;
    links.push(link);
    if (link.state !== "linked") break;
  }
  return links;
}
