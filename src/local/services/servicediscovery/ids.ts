/** Identifiers and ARNs as Cloud Map makes them. */

import { randomInt } from "node:crypto";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

function drawn(alphabet: string, count: number): string {
  let text = "";
  for (let i = 0; i < count; i++) text += alphabet[randomInt(alphabet.length)];
  return text;
}

/** e.g. `ns-e4anhexample0004` */
export function newNamespaceId(): string {
  return `ns-${drawn(BASE32, 16)}`;
}

export function newServiceId(): string {
  return `srv-${drawn(BASE32, 16)}`;
}

/** e.g. `gv4g5meo7ndmeh4fqskygvk23d2fijwa-k9302yzd` */
export function newOperationId(): string {
  return `${drawn(BASE32, 32)}-${drawn(LETTERS_AND_DIGITS, 8)}`;
}

/** What tells two HTTP names of one name apart. */
export function newNameSuffix(): string {
  return drawn(LETTERS_AND_DIGITS, 8);
}

export type ArnKind = "namespace" | "service";

export interface Place {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

export function arnOf(kind: ArnKind, id: string, { region, account }: Place): string {
  return `arn:aws:servicediscovery:${region}:${account}:${kind}/${id}`;
}

/** The resource that an ARN names; undefined for what is not Cloud Map's, or not in this place. */
export function resourceOfArn(arn: string, place: Place): { readonly kind: ArnKind; readonly id: string } | undefined {
  const found = /^arn:aws:servicediscovery:([^:]*):([^:]*):(namespace|service)\/([^/]+)$/.exec(arn);
  const [, region, account, kind, id] = found ?? [];
  if (region !== place.region || account !== place.account || kind === undefined || id === undefined) return undefined;
  return { kind: kind as ArnKind, id };
}
