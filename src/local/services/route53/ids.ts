/** Identifiers as Route 53 makes them: a letter and upper-case letters and digits for zones and changes, UUIDs for the rest. */

import { randomInt, randomUUID } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

function lettersAndDigits(count: number): string {
  let text = "";
  for (let i = 0; i < count; i++) text += ALPHABET[randomInt(ALPHABET.length)];
  return text;
}

export function newHostedZoneId(): string {
  return `Z0${lettersAndDigits(19)}`;
}

export function newChangeId(): string {
  return `C0${lettersAndDigits(19)}`;
}

export function newDelegationSetId(): string {
  return `N0${lettersAndDigits(19)}`;
}

/** Of health checks, traffic policies, their instances, query logging configurations and CIDR collections. */
export function newUuid(): string {
  return randomUUID();
}
