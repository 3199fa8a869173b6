/**
 * The tokens of a record's value and its quoted strings: to octets and back, with Route 53's three-digit *octal* escapes
 * (master files have decimal ones). Source: Developer Guide, "Supported DNS record types", TXT.
 */

import { RecordDataError } from "./error.ts";

/** RFC 1035 section 3.3: the length of a character-string is one octet. */
export const MAX_STRING_OCTETS = 255;

const notQuoted = () => new RecordDataError("InvalidCharacterString", "Value should be enclosed in quotation marks");

/**
 * Splits a value at white space outside quotation marks. A token that starts with a quotation mark ends with the next,
 * so `"a""b"` is two tokens and `alpn="h2,h3"` one.
 */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let i = 0;
  while (i < text.length) {
    if (/\s/.test(text.charAt(i))) {
      i++;
      continue;
    }
    const start = i;
    const startsQuoted = text[i] === '"';
    let quoted = false;
    for (; i < text.length; i++) {
      const c = text[i] as string;
      if (c === "\\") i++;
      else if (c === '"') {
        quoted = !quoted;
        if (!quoted && startsQuoted) {
          i++;
          break;
        }
      } else if (!quoted && /\s/.test(c)) break;
    }
    if (quoted || i > text.length) throw notQuoted();
    tokens.push(text.slice(start, i));
  }
  return tokens;
}

export function isQuoted(token: string): boolean {
  return token.length >= 2 && token.startsWith('"') && token.endsWith('"');
}

/** The octets of a token, its quotation marks taken off and its escapes resolved. Text beyond ASCII counts as UTF-8. */
export function octetsOf(token: string): Uint8Array {
  const source = Buffer.from(isQuoted(token) ? token.slice(1, -1) : token, "utf8");
  const octets: number[] = [];
  for (let i = 0; i < source.length; i++) {
    const octet = source[i] as number;
    if (octet !== 0x5c) {
      octets.push(octet);
      continue;
    }
    const digits = source.toString("latin1", i + 1, i + 4);
    if (/^[0-3][0-7][0-7]$/.test(digits)) {
      octets.push(Number.parseInt(digits, 8));
      i += 3;
    } else if (digits === "" || /^[0-9]/.test(digits)) {
      throw new RecordDataError("InvalidCharacterString", "Value has a backslash that starts no octal escape");
    } else {
      octets.push(source[i + 1] as number);
      i += 1;
    }
  }
  return Uint8Array.from(octets);
}

/** Printable ASCII as it is, `"` and `\` with a backslash, every other octet in octal. */
export function escapeOctets(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    if (octet === 0x22 || octet === 0x5c) text += `\\${String.fromCharCode(octet)}`;
    else if (octet >= 0x20 && octet <= 0x7e) text += String.fromCharCode(octet);
    else text += `\\${octet.toString(8).padStart(3, "0")}`;
  }
  return text;
}

export function quote(octets: Uint8Array): string {
  return `"${escapeOctets(octets)}"`;
}

/** One character-string of TXT: must be in quotation marks and fit in 255 octets. */
export function quotedString(token: string): Uint8Array {
  if (!isQuoted(token)) throw notQuoted();
  const octets = octetsOf(token);
  if (octets.length > MAX_STRING_OCTETS) throw new RecordDataError("CharacterStringTooLong", "Value is too long");
  return octets;
}

/**
 * A text of any length as the quoted strings of one TXT value, 255 octets each: what to write for a DKIM key or another text
 * that does not fit in one string.
 */
export function quoteText(octets: Uint8Array): string {
  const strings: string[] = [];
  for (let at = 0; at < octets.length || at === 0; at += MAX_STRING_OCTETS) {
    strings.push(quote(octets.subarray(at, at + MAX_STRING_OCTETS)));
  }
  return strings.join(" ");
}
