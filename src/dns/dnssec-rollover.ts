/**
 * Which zone-signing keys a zone has at a moment, where one follows another by pre-publication: a key is shown before it signs,
 * and after it has signed it is shown until nobody keeps what it signed. A function of time alone, so that no step is ever missed.
 * Sources: RFC 6781 section 4.1.1.1, RFC 7583 section 3.2.1; Route 53 Developer Guide, "KMS key and ZSK management in Route 53":
 * the first roll begins 7 to 30 days after signing has, and the next ones as many days after each other.
 */

const DAY_MS = 24 * 3600 * 1000;

/** How long each key signs: Route 53 says 7 to 30 days. */
export const SIGNS_FOR_MS = 14 * DAY_MS;
/** How long a key is shown before it signs: far longer than resolvers keep the keys of a zone, which is an hour. */
export const SHOWN_BEFORE_MS = DAY_MS;
/** How long it is shown after it has signed: the longest that a record of a signed zone is kept, a week, and a day. */
export const SHOWN_AFTER_MS = 8 * DAY_MS;

/** Keys by number; 0 is the one that signing began with. */
export interface ZoneSigningKeyNumbers {
  /** The one that signs. */
  readonly signing: number;
  /** The one that is about to sign, or the one that did until lately. */
  readonly others: readonly number[];
}

/** `sinceMs` is when signing began, `nowMs` any moment; epoch ms. Before the beginning there is the first key alone. */
export function zoneSigningKeysAt(sinceMs: number, nowMs: number): ZoneSigningKeyNumbers {
  const elapsed = Math.max(0, nowMs - sinceMs);
  const signing = Math.floor(elapsed / SIGNS_FOR_MS);
  const signsForNow = elapsed - signing * SIGNS_FOR_MS;
  const others: number[] = [];
  if (signing > 0 && signsForNow < SHOWN_AFTER_MS) others.push(signing - 1);
  if (signsForNow >= SIGNS_FOR_MS - SHOWN_BEFORE_MS) others.push(signing + 1);
  return { signing, others };
}
