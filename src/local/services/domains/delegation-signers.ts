/** Keys that the registry vouches for: as clients hand them in, as Route 53 Domains shows them, and as DS records. */

import { randomUUID } from "node:crypto";
import type { DnssecKey, DnssecSigningAttributes } from "@aws-sdk/client-route-53-domains";
import {
  DIGEST_ALGORITHM,
  dnskeyData,
  KEY_SIGNING_KEY_FLAGS,
  type KeyRecords,
  recordsOfDnskey,
  ZONE_SIGNING_KEY_FLAGS,
} from "../../../dns/dnssec-keys.ts";
import type { DomainName } from "../../../route53/names.ts";

export interface DelegationSigner {
  readonly id: string;
  readonly algorithm: number;
  readonly flags: number;
  /** Base64, without white space. */
  readonly publicKey: string;
}

/** The algorithms that are implemented widely (RFC 8624 section 3.1, IANA "DNS Security Algorithm Numbers"), RSA with SHA-1 included. */
const ALGORITHMS: ReadonlySet<number> = new Set([5, 7, 8, 10, 13, 14, 15, 16]);
/** Public keys of these have one size, in octets (RFC 6605 section 4, RFC 8080 section 3). */
const KEY_OCTETS: ReadonlyMap<number, number> = new Map([
  [13, 64],
  [14, 96],
  [15, 32],
  [16, 57],
]);
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function readDelegationSigner(given: DnssecSigningAttributes): DelegationSigner | { readonly problem: string } {
  const { Algorithm: algorithm = 0, Flags: flags = 0 } = given;
  const publicKey = (given.PublicKey ?? "").replace(/\s+/g, "");
  if (!ALGORITHMS.has(algorithm)) return { problem: `The algorithm ${algorithm} is not supported.` };
  if (flags !== KEY_SIGNING_KEY_FLAGS && flags !== ZONE_SIGNING_KEY_FLAGS) {
    return { problem: `The flags must be ${KEY_SIGNING_KEY_FLAGS} or ${ZONE_SIGNING_KEY_FLAGS}, but are ${flags}.` };
  }
  const octets = Buffer.from(publicKey, "base64").length;
  const isKey = publicKey !== "" && BASE64.test(publicKey) && octets === (KEY_OCTETS.get(algorithm) ?? octets);
  if (!isKey) return { problem: `The public key is not one of algorithm ${algorithm} in base64.` };
  return { id: randomUUID(), algorithm, flags, publicKey };
}

export function isSameSigner(one: DelegationSigner, other: DelegationSigner): boolean {
  return one.algorithm === other.algorithm && one.flags === other.flags && one.publicKey === other.publicKey;
}

export function signerRecords(domain: DomainName, { algorithm, flags, publicKey }: DelegationSigner): KeyRecords {
  return recordsOfDnskey(domain, dnskeyData(Buffer.from(publicKey, "base64"), flags, algorithm));
}

/** As GetDomainDetail shows it. */
export function dnssecKey(domain: DomainName, signer: DelegationSigner): DnssecKey {
  const { digest, keyTag } = signerRecords(domain, signer);
  return {
    Algorithm: signer.algorithm,
    Flags: signer.flags,
    PublicKey: signer.publicKey,
    DigestType: DIGEST_ALGORITHM.number,
    Digest: digest,
    KeyTag: keyTag,
    Id: signer.id,
  };
}
