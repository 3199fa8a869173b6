/**
 * Response-rate limiting: how many alike responses one network gets a second over UDP, as BIND and Knot DNS have it, so that a
 * server is no use to who sends queries in a victim's name. It knows responses and time, neither sockets nor queries.
 */

import { readName } from "../../dns/name-wire.ts";
import { RCODE, TYPE } from "../../dns/types.ts";
import { WireReader } from "../../dns/wire.ts";
import { parseIpv4, parseIpv6 } from "../../route53/record-data/ip-address.ts";
import { TokenBucket } from "../../route53/token-bucket.ts";

/** - `slip`: say that there is an answer over TCP, which nobody can ask for in another's name */
export type RateVerdict = "send" | "slip" | "drop";

/** Octets of an address that name the client's network: a /24 of IPv4, a /56 of IPv6. */
const NETWORK_OCTETS = { ipv4: 3, ipv6: 7 } as const;
/** Of the responses beyond the rate, one in so many slips. */
const SLIP = 2;
/** Networks and kinds that are remembered; of more the ones that were quiet the longest start anew. */
const MOST_REMEMBERED = 20_000;

function networkOf(address: string): string {
  const v4 = parseIpv4(address);
  if (v4 !== undefined) return v4.subarray(0, NETWORK_OCTETS.ipv4).join(".");
  return parseIpv6(address)?.subarray(0, NETWORK_OCTETS.ipv6).join(":") ?? address;
}

/**
 * What responses are counted together: answers by name and type; denials by the zone that denies and referrals by the cut,
 * since names below those cost nobody anything; errors all alike. `response` is one that this server has written.
 */
export function responseKind(response: Uint8Array): string {
  const reader = new WireReader(response);
  reader.skip(2);
  const bits = reader.uint16();
  const [questions, answers, authorities] = [reader.uint16(), reader.uint16(), reader.uint16()];
  reader.skip(2);
  const rcode = bits & 0x000f;
  if (questions !== 1 || (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN)) return "error";
  const { name } = readName(reader);
  const type = reader.uint16();
  const truncated = (bits & 0x0200) !== 0;
  if (rcode === RCODE.NOERROR && (answers > 0 || truncated)) return `answer ${type} ${name}`;
  reader.skip(2);
  for (let i = 0; i < answers; i++) {
    readName(reader);
    reader.skip(8);
    reader.skip(reader.uint16());
  }
  if (authorities === 0) return "denial";
  const owner = readName(reader).name;
  return `${reader.uint16() === TYPE.NS ? "referral" : "denial"} ${owner}`;
}

interface Account {
  readonly bucket: TokenBucket;
  refused: number;
}

export class ResponseRate {
  readonly #perSecond: number;
  /** The ones that were used last at the end. */
  readonly #accounts = new Map<string, Account>();

  /** So many responses of a kind to a network at once, and as many every second. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** `nowMs` is of one clock that only goes forward. */
  judge(address: string, response: Uint8Array, nowMs: number): RateVerdict {
    const account = this.#accountOf(`${networkOf(address)} ${responseKind(response)}`, nowMs);
    if (account.bucket.hasToken(nowMs)) {
      account.bucket.take(nowMs);
      return "send";
    }
    account.refused += 1;
    return account.refused % SLIP === 0 ? "slip" : "drop";
  }

  #accountOf(key: string, nowMs: number): Account {
    const size = { burst: this.#perSecond, perSecond: this.#perSecond };
    const account = this.#accounts.get(key) ?? { bucket: new TokenBucket(size, nowMs), refused: 0 };
    this.#accounts.delete(key);
    this.#accounts.set(key, account);
    if (this.#accounts.size > MOST_REMEMBERED) {
      for (const [oldest] of this.#accounts) {
        this.#accounts.delete(oldest);
        break;
      }
    }
    return account;
  }
}
