/** Server cookies as all servers that share a secret make and judge them (RFC 9018 section 4). Pure: time and secret are passed in. */

import { sipHash24 } from "./siphash.ts";

/** How long a secret is, in octets. */
export const COOKIE_SECRET_OCTETS = 16;

const VERSION = 1;
const CLIENT_OCTETS = 8;
/** Version, three reserved octets, and the time of making. */
const HEAD_OCTETS = 8;
const HASH_OCTETS = 8;

/** RFC 9018 section 4.3: how old a cookie may be, how far a clock may be ahead, and from when on a new one is made. */
const LIFETIME_SECONDS = 3600;
const SKEW_SECONDS = 300;
const RENEWAL_SECONDS = 1800;

/** Whose cookie it is, and when. */
export interface CookieHolder {
  /** {@link COOKIE_SECRET_OCTETS} octets. */
  readonly secret: Uint8Array;
  /** Eight octets. */
  readonly client: Uint8Array;
  /** The client's IP address, four or sixteen octets. */
  readonly address: Uint8Array;
  /** Seconds since 1970. */
  readonly nowSeconds: number;
}

/** - `ageing`: valid, and old enough to be replaced */
export type CookieVerdict = "valid" | "ageing" | "invalid";

/** The hash speaks of the head as it came: a later version may use the reserved octets (section 4.2). */
function hashOf({ secret, client, address }: CookieHolder, head: Uint8Array): Uint8Array {
  if (client.length !== CLIENT_OCTETS) throw new RangeError(`a client cookie has ${CLIENT_OCTETS} octets`);
  return sipHash24(secret, Buffer.concat([client, head, address]));
}

/** Sixteen octets. */
export function makeServerCookie(holder: CookieHolder): Uint8Array {
  const cookie = new Uint8Array(HEAD_OCTETS + HASH_OCTETS);
  cookie[0] = VERSION;
  new DataView(cookie.buffer).setUint32(4, holder.nowSeconds);
  cookie.set(hashOf(holder, cookie.subarray(0, HEAD_OCTETS)), HEAD_OCTETS);
  return cookie;
}

export function judgeServerCookie(holder: CookieHolder, server: Uint8Array): CookieVerdict {
  if (server.length !== HEAD_OCTETS + HASH_OCTETS || server[0] !== VERSION) return "invalid";
  const head = server.subarray(0, HEAD_OCTETS);
  const made = new DataView(server.buffer, server.byteOffset, server.byteLength).getUint32(4);
  // The time is a serial number (RFC 1982): it goes on after 2106.
  const ageSeconds = (holder.nowSeconds - made) | 0;
  if (ageSeconds > LIFETIME_SECONDS || ageSeconds < -SKEW_SECONDS) return "invalid";
  const hash = hashOf(holder, head);
  let difference = 0;
  // Whatever differs takes as long as everything.
  for (let i = 0; i < HASH_OCTETS; i++) difference |= (hash[i] as number) ^ (server[HEAD_OCTETS + i] as number);
  if (difference !== 0) return "invalid";
  return ageSeconds > RENEWAL_SECONDS ? "ageing" : "valid";
}
