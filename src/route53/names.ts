/**
 * Domain names as text in one canonical form: lower case, absolute (trailing dot), `*` and other printable ASCII
 * as they are, and a dot or backslash inside a label or a non-printable octet as a three-digit octal escape.
 * Route 53 itself writes more escapes (`\052` for `*`); `fromRoute53` and `toRoute53` translate.
 * Source: Route 53 Developer Guide, "DNS domain name format"; RFC 1035 section 5.1.
 */

/** A name in canonical form, e.g. `www.example.com.`; the root is `.`. */
export type DomainName = string & { readonly __domainName: unique symbol };

export class InvalidNameError extends Error {
  override readonly name = "InvalidNameError";
}

/** Octets that Route 53 shows as they are; everything else it escapes in octal. */
const ROUTE53_PLAIN = /^[a-z0-9_-]$/;
/** Nearly every name there is: nothing in it is escaped in any form. */
const PLAIN_NAME = /^(?:[a-z0-9_-]{1,63}\.)+$/;
const PLAIN_TEXT = /^(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?$/;
/** Of a plain name, the trailing dot counted. */
const MAX_PLAIN_CHARACTERS = 254;

function canonicalOctet(octet: number): string {
  const lower = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
  if (lower <= 0x20 || lower >= 0x7f || lower === 0x2e || lower === 0x5c) {
    return `\\${lower.toString(8).padStart(3, "0")}`;
  }
  return String.fromCharCode(lower);
}

/** The labels of a name as octets, case kept; `[]` is the root. Text beyond ASCII counts as its UTF-8 octets. */
export function labelsOf(text: string): Uint8Array[] {
  if (text === "." || text === "") return [];
  const octets = Buffer.from(text, "utf8");
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  let ended = false;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] as number;
    ended = false;
    if (octet === 0x2e) {
      if (label.length === 0) throw new InvalidNameError(`'${text}' has an empty label`);
      labels.push(Uint8Array.from(label));
      label = [];
      ended = true;
    } else if (octet === 0x5c) {
      const digits = octets.toString("latin1", i + 1, i + 4);
      if (/^[0-3][0-7][0-7]$/.test(digits)) {
        label.push(Number.parseInt(digits, 8));
        i += 3;
      } else if (i + 1 < octets.length && !/^[0-9]/.test(digits)) {
        label.push(octets[i + 1] as number);
        i += 1;
      } else {
        throw new InvalidNameError(`'${text}' has a backslash that starts no octal escape (\\000 to \\377)`);
      }
    } else {
      label.push(octet);
    }
  }
  if (!ended) labels.push(Uint8Array.from(label));
  let length = 1;
  for (const one of labels) {
    if (one.length > 63) throw new InvalidNameError(`'${text}' has a label of ${one.length} octets; 63 is the most`);
    length += one.length + 1;
  }
  if (length > 255) throw new InvalidNameError(`'${text}' is ${length} octets long; 255 is the most`);
  return labels;
}

/** Canonical text of labels given as octets. */
export function nameOf(labels: readonly Uint8Array[]): DomainName {
  if (labels.length === 0) return "." as DomainName;
  let text = "";
  for (const label of labels) {
    for (const octet of label) text += canonicalOctet(octet);
    text += ".";
  }
  return text as DomainName;
}

/** Reads a name as people and Route 53 write it, with or without the trailing dot, with any octal escapes. Throws {@link InvalidNameError}. */
export function domainName(text: string): DomainName {
  if (text.length < MAX_PLAIN_CHARACTERS && PLAIN_TEXT.test(text)) {
    return (text.endsWith(".") ? text : `${text}.`) as DomainName;
  }
  return nameOf(labelsOf(text));
}

/** As Route 53 prints a name: everything but letters, digits, `-`, `_` and the dots between labels is octal. */
export function toRoute53(name: DomainName): string {
  if (PLAIN_NAME.test(name)) return name;
  return name.replace(/\\[0-7]{3}|[^.]/g, (c) =>
    c.length > 1 || ROUTE53_PLAIN.test(c) ? c : `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/** For people: without the trailing dot, except the root. */
export function displayName(name: string): string {
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

/** The labels of a canonical name as text, leftmost first; the root has none. */
export function splitLabels(name: DomainName): string[] {
  return name === "." ? [] : name.slice(0, -1).split(".");
}

/** The name one label up, or undefined for the root. */
export function parentOf(name: DomainName): DomainName | undefined {
  if (name === ".") return undefined;
  const rest = name.slice(name.indexOf(".") + 1);
  return (rest === "" ? "." : rest) as DomainName;
}

/** Whether `name` is `ancestor` or lies below it. */
export function isWithin(name: DomainName, ancestor: DomainName): boolean {
  return ancestor === "." || name === ancestor || name.endsWith(`.${ancestor}`);
}

/** A wildcard owner: `*` is the whole leftmost label. */
export function isWildcard(name: DomainName): boolean {
  return name.startsWith("*.");
}

/**
 * The sort key of ListResourceRecordSets and ListHostedZonesByName: labels reversed, each in Route 53's escaped form,
 * joined by dots, with a trailing dot, compared as raw ASCII.
 */
export function listOrderKey(name: DomainName): string {
  return `${splitLabels(toRoute53(name) as DomainName)
    .reverse()
    .join(".")}.`;
}
