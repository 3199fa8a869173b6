/** Record values in Route 53's presentation format: what is read, what is refused and with which words, and the canonical text. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RECORD_SCHEMAS } from "../../../src/route53/record-data/schemas.ts";
import {
  canonicalValue,
  formatRecordData,
  parseRecordData,
  quoteText,
  RecordDataError,
} from "../../../src/route53/record-data.ts";
import { RECORD_TYPES, type RecordType } from "../../../src/route53/record-set.ts";

function refusal(type: RecordType, text: string): string {
  try {
    parseRecordData(type, text);
  } catch (error) {
    if (error instanceof RecordDataError) return `${error.code} (${error.detail})`;
    throw error;
  }
  return "accepted";
}

/** Every type once at least: the text as a person may write it, and its canonical text. */
const CANONICAL: [RecordType, string, string][] = [
  ["A", "192.0.2.1", "192.0.2.1"],
  ["AAAA", "2001:0DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["AAAA", "::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["AAAA", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["AAAA", "::", "::"],
  ["CAA", "0 ISSUE letsencrypt.org", '0 issue "letsencrypt.org"'],
  ["CAA", '128 iodef "mailto:a@example.com"', '128 iodef "mailto:a@example.com"'],
  ["CAA", '0 issue ""', '0 issue ""'],
  ["CNAME", "Target.Example.COM", "target.example.com."],
  ["DS", "60485 5 1 2BB183AF5F22 588179A5", "60485 5 1 2bb183af5f22588179a5"],
  ["HTTPS", "0 Cdn.example.net", "0 cdn.example.net."],
  ["HTTPS", '1 . port=8443 alpn="h2,h3"', '1 . alpn="h2,h3" port=8443'],
  ["HTTPS", "1 . alpn=h3 no-default-alpn mandatory=alpn", '1 . mandatory=alpn alpn="h3" no-default-alpn'],
  [
    "SVCB",
    "1 a.example. ipv6hint=2001:DB8::0:1 ipv4hint=192.0.2.1,192.0.2.2",
    "1 a.example. ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1",
  ],
  ["SVCB", '1 . key667="hello\\322qoo"', '1 . key667="hello\\322qoo"'],
  ["SVCB", '1 . alpn="f\\\\\\\\oo\\\\,bar,h2"', '1 . alpn="f\\\\\\\\oo\\\\,bar,h2"'],
  ["MX", "10   MAIL.example.com", "10 mail.example.com."],
  ["MX", "0 .", "0 ."],
  [
    "NAPTR",
    '100 50 "u" "E2U+sip" "!^(.*)$!sip:\\\\1@example.com!" .',
    '100 50 "u" "E2U+sip" "!^(.*)$!sip:\\\\1@example.com!" .',
  ],
  ["NS", "ns-1.awsdns-01.org", "ns-1.awsdns-01.org."],
  ["PTR", "\\052.example.com", "*.example.com."],
  [
    "SOA",
    "ns.example.com hostmaster.example.com 1 7200 900 1209600 86400",
    "ns.example.com. hostmaster.example.com. 1 7200 900 1209600 86400",
  ],
  ["SPF", '"v=spf1 -all"', '"v=spf1 -all"'],
  ["SRV", "1 2 65535 Sip.example.com", "1 2 65535 sip.example.com."],
  ["SSHFP", "4 2 ABCD ef01", "4 2 abcdef01"],
  ["TLSA", "3 1 1 0D6FCE13", "3 1 1 0d6fce13"],
  ["TXT", '"one"   "two \\"quoted\\""', '"one" "two \\"quoted\\""'],
  ["TXT", '"caf\\303\\251 \\041"', '"caf\\303\\251 !"'],
  ["TXT", '"café"', '"caf\\303\\251"'],
  ["TXT", '""', '""'],
];

describe("a record's value", () => {
  it.each(CANONICAL)("%s %s is %s in canonical form", (type, text, canonical) => {
    expect(canonicalValue(type, text)).toBe(canonical);
    expect(canonicalValue(type, canonical)).toBe(canonical);
  });

  it("is known for every type Route 53 hosts", () => {
    expect(new Set(CANONICAL.map(([type]) => type))).toEqual(new Set(RECORD_TYPES));
    expect(Object.keys(RECORD_SCHEMAS).sort()).toEqual([...RECORD_TYPES].sort());
  });

  it.each<[RecordType, string, string]>([
    ["A", "192.0.2.256", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"],
    ["A", "192.0.2.01", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"],
    ["A", "192.0.2.1 192.0.2.2", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"],
    ["A", "", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"],
    ["AAAA", "192.0.2.1", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"],
    ["AAAA", "1:2:3:4:5:6:7::8:9", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"],
    ["AAAA", "fe80::1%eth0", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"],
    ["TXT", "v=spf1 -all", "InvalidCharacterString (Value should be enclosed in quotation marks)"],
    ["TXT", '"open', "InvalidCharacterString (Value should be enclosed in quotation marks)"],
    ["TXT", "", "InvalidCharacterString (Value should be enclosed in quotation marks)"],
    ["TXT", '"bad \\9"', "InvalidCharacterString (Value has a backslash that starts no octal escape)"],
    ["TXT", `"${"x".repeat(256)}"`, "CharacterStringTooLong (Value is too long)"],
    ["TXT", `"${"\\303\\251".repeat(128)}"`, "CharacterStringTooLong (Value is too long)"],
    [
      "TXT",
      Array.from({ length: 16 }, () => `"${"x".repeat(255)}"`).join(" "),
      "CharacterStringTooLong (Value is too long)",
    ],
    ["CNAME", "a..b", "DomainLabelEmpty (Domain label is empty)"],
    ["CNAME", "", "DomainLabelEmpty (Domain label is empty)"],
    ["CNAME", `${"a".repeat(64)}.example`, "DomainLabelTooLong (Domain label is too long)"],
    ["CNAME", "two words", "UnsupportedCharacter (Value contains unsupported characters)"],
    ["MX", "mail.example.com", "MXRRDATAIllegalNumberOfFields (Value should have the fields preference, exchange)"],
    ["MX", "65536 mail.example.com", "MXRRDATAIllegalPreference (Value is not a number from 0 to 65535)"],
    [
      "SRV",
      "1 2 3 a b",
      "SRVRRDATAIllegalNumberOfFields (Value should have the fields priority, weight, port, target)",
    ],
    ["SSHFP", "1 1 abc", "SSHFPRRDATAIllegalFingerprint (Value is not an even number of hexadecimal digits)"],
    ["HTTPS", "1 . no-default-alpn", "HTTPSRRDATAIllegalServiceParameter (no-default-alpn needs alpn)"],
    ["HTTPS", "1 . mandatory=port", "HTTPSRRDATAIllegalServiceParameter (mandatory names port, which is not given)"],
    ["HTTPS", "1 . port=80 port=81", "HTTPSRRDATAIllegalServiceParameter (a service parameter is given twice)"],
    ["HTTPS", "1 . colour=red", "HTTPSRRDATAIllegalServiceParameter ('colour' is no service parameter)"],
  ])("%s %j is refused as %s", (type, text, words) => {
    expect(refusal(type, text)).toBe(words);
  });

  it("keeps any octets of a text through writing and reading", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 900 }), (octets) => {
        const [field] = parseRecordData("TXT", quoteText(octets)).fields;
        if (field?.kind !== "strings") throw new Error("TXT has one field of strings");
        expect(Buffer.concat(field.strings)).toEqual(Buffer.from(octets));
        expect(field.strings.slice(0, -1).every((string) => string.length === 255)).toBe(true);
      }),
    );
  });

  it("never throws anything but its own error, and what it accepts has a stable canonical form", () => {
    const word = fc.oneof(fc.string(), fc.constantFrom("1", "a.b", '"x"', "0", ".", 'alpn="h2"', "::1", "\\", '"'));
    fc.assert(
      fc.property(fc.constantFrom(...RECORD_TYPES), fc.array(word, { maxLength: 8 }), (type, words) => {
        try {
          const text = formatRecordData(parseRecordData(type, words.join(" ")));
          expect(canonicalValue(type, text)).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordDataError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
