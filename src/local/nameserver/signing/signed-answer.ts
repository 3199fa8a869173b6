/**
 * The last stage of the answer engine: signatures and proofs of what is not there, for who asks with DO. Compact denial as
 * Route 53 does it (RFC 9824, before its NXNAME): one NSEC that speaks of the name asked alone, and NOERROR whether it exists or not.
 */

import { minimalNsec } from "../../../dns/dnssec-signing.ts";
import type { Question } from "../../../dns/message.ts";
import { CLASS, RCODE, TYPE } from "../../../dns/types.ts";
import { lookUp } from "../../../dns/zone-lookup.ts";
import { type DomainName, isWithin } from "../../../route53/names.ts";
import type { Answer, Proof } from "../answer.ts";
import type { CompiledZone } from "../compiled-zone.ts";
import type { ZoneRecord } from "../wire-values.ts";
import type { ZoneSigner } from "./zone-signer.ts";

/** A week: Route 53 holds the TTLs of a signed zone to it, so that no record outlives its signature. */
const LONGEST_TTL_SECONDS = 7 * 24 * 3600;

const DENIAL_TYPES: readonly number[] = [TYPE.RRSIG, TYPE.NSEC];

/** What a name may have; whoever lacks one of them is said to have all others, so that the proof serves that question alone. */
const HOSTED_TYPES: readonly number[] = [
  TYPE.A,
  TYPE.PTR,
  TYPE.MX,
  TYPE.TXT,
  TYPE.AAAA,
  TYPE.SRV,
  TYPE.NAPTR,
  TYPE.SSHFP,
  TYPE.TLSA,
  TYPE.SVCB,
  TYPE.HTTPS,
  TYPE.SPF,
  TYPE.CAA,
];

function capped(records: readonly ZoneRecord[]): readonly ZoneRecord[] {
  if (records.every(({ ttlSeconds }) => ttlSeconds <= LONGEST_TTL_SECONDS)) return records;
  return records.map((record) => ({ ...record, ttlSeconds: Math.min(record.ttlSeconds, LONGEST_TTL_SECONDS) }));
}

/** The types that a name has, but for the one that it was asked for. */
function typesAt(zone: CompiledZone, name: DomainName, exists: boolean, asked: number): readonly number[] {
  const node = zone.nodes.get(name);
  const isEmpty = node !== undefined && node.sets.size === 0;
  if (!exists || isEmpty) return DENIAL_TYPES;
  if (node?.isCut) {
    // On this side of the cut there are the delegation and what vouches for it (RFC 4035 section 2.3).
    const ds = node.sets.has(TYPE.DS) && asked !== TYPE.DS ? [TYPE.DS] : [];
    return [TYPE.NS, ...ds, ...DENIAL_TYPES];
  }
  const atApex = name === zone.name ? [TYPE.NS, TYPE.SOA, TYPE.DNSKEY] : [];
  return [...[...HOSTED_TYPES, ...atApex].filter((type) => type !== asked), ...DENIAL_TYPES];
}

class Signing {
  readonly #zone: CompiledZone;
  readonly #signer: ZoneSigner;

  constructor(zone: CompiledZone, signer: ZoneSigner) {
    this.#zone = zone;
    this.#signer = signer;
  }

  /** Record sets, each followed by its signatures. */
  signed(records: readonly ZoneRecord[]): ZoneRecord[] {
    const signed: ZoneRecord[] = [];
    for (let start = 0; start < records.length; ) {
      const first = records[start];
      let end = start + 1;
      while (records[end]?.type === first?.type && records[end]?.name === first?.name) end++;
      const set = records.slice(start, end);
      signed.push(...set, ...this.#signer.signaturesOf(set));
      start = end;
    }
    return signed;
  }

  /** The NSEC of a name and its signature. Nobody's names are as many as anybody likes, so theirs are not kept. */
  nsec(name: DomainName, exists: boolean, asked: number): { nsec: ZoneRecord; signatures: readonly ZoneRecord[] } {
    const nsec: ZoneRecord = {
      name,
      type: TYPE.NSEC,
      class: CLASS.IN,
      // RFC 9077: as long as the negative answer itself.
      ttlSeconds: Math.min(this.#zone.negativeSoa[0]?.ttlSeconds ?? 0, LONGEST_TTL_SECONDS),
      rdata: minimalNsec(name, this.#zone.name, typesAt(this.#zone, name, exists, asked)),
      host: undefined,
    };
    const signatures = exists ? this.#signer.signaturesOfMadeUp([nsec]) : this.#signer.signaturesOfOnce([nsec]);
    return { nsec, signatures };
  }

  authorities(authorities: readonly ZoneRecord[], proof: Proof, asked: number): ZoneRecord[] {
    switch (proof.kind) {
      case "none":
        return this.signed(authorities);
      case "denial": {
        const { nsec, signatures } = this.nsec(proof.name, proof.exists, asked);
        return [...this.signed(authorities), nsec, ...signatures];
      }
      case "cut": {
        // The name servers are the child's to sign; whether the child is signed is ours (RFC 4035 section 3.1.4).
        if (proof.ds.length > 0) return [...authorities, ...this.signed(capped(proof.ds))];
        const { nsec, signatures } = this.nsec(proof.name, true, TYPE.DS);
        return [...authorities, nsec, ...signatures];
      }
    }
  }

  /** Addresses that come along are signed where they are this zone's own, not glue. */
  additionals(additionals: readonly ZoneRecord[]): ZoneRecord[] {
    const isOwn = ({ name, type }: ZoneRecord) =>
      isWithin(name, this.#zone.name) && lookUp(this.#zone, name, type).state === "hit";
    // Glue goes first: a referral cannot do without it.
    return [...additionals.filter((record) => !isOwn(record)), ...this.signed(additionals.filter(isOwn))];
  }
}

/** An answer of a zone as the sender gets it; that of a zone without a signer stays as it is. */
export function signedAnswer(answer: Answer, question: Question, zone: CompiledZone, dnssecOk: boolean): Answer {
  if (zone.signer === undefined) return answer;
  const signing = new Signing(zone, zone.signer);
  const { proof } = answer;
  const answers = capped(answer.answers);
  const authorities = capped(answer.authorities);
  const additionals = capped(answer.additionals);
  // Every name has signatures, made when somebody asks. NSEC records are shown as proofs alone: Route 53 denies them to who asks.
  if (proof.kind === "denial" && question.type === TYPE.RRSIG) {
    const { signatures } = signing.nsec(proof.name, proof.exists, question.type);
    return { ...answer, rcode: RCODE.NOERROR, answers: signatures, authorities: [], additionals: [] };
  }
  if (!dnssecOk) return { ...answer, answers, authorities, additionals };
  return {
    ...answer,
    rcode: proof.kind === "denial" ? RCODE.NOERROR : answer.rcode,
    answers: signing.signed(answers),
    authorities: signing.authorities(authorities, proof, question.type),
    additionals: signing.additionals(additionals),
  };
}
