/** Record sets of every type Route 53 has, in the values that are the hardest to get right. */

import { records } from "../unit/local/nameserver/fixtures.ts";

/**
 * Every type Route 53 has at names of their own, in the values that are the hardest to get right. Names in them have no
 * capitals: BIND serves them as they were written, we in lower case.
 */
export const EVERY_TYPE = [
  records("a.every.example.com", "A", ["192.0.2.1", "0.0.0.0", "255.255.255.255"]),
  records("aaaa.every.example.com", "AAAA", ["2001:DB8::1", "::", "::ffff:192.0.2.1", "1:0:0:2::3"]),
  records("caa.every.example.com", "CAA", ['0 issue "ca.example.net; policy=ev"', '128 issuewild ";"', '0 iodef ""']),
  records("cname.every.example.com", "CNAME", ["target.example.net."]),
  records("ds.every.example.com", "DS", [`65535 13 2 ${"AB".repeat(32)}`, `1 8 4 ${"0f".repeat(48)}`]),
  records("ds.every.example.com", "NS", ["ns.example.net."]),
  records("https.every.example.com", "HTTPS", [
    "1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1",
    "2 svc.example.net. mandatory=port,alpn alpn=h2 no-default-alpn port=1",
    "3 . ech=AEX+DQBBpQAgACB/1/MEbpvXCZtCnM4FXE0hYtbXuGCWqRQhkCtQX8e4AgAEAAEAAQASY2xvdWRmbGFyZS1lY2guY29tAAA=",
    '16 . key65400="a\\\\b" key65401',
  ]),
  records("https0.every.example.com", "HTTPS", ["0 alias.example.net."]),
  records("mx.every.example.com", "MX", ["0 .", "65535 mx.every.example.com."]),
  records("naptr.every.example.com", "NAPTR", [
    '0 65535 "" "" "" target.example.net.',
    '10 10 "u" "E2U+sip" "!^.*$!sip:x\\@example.com!" .',
  ]),
  records("ns.every.example.com", "NS", ["ns1.example.net.", "ns2.example.org."]),
  records("ptr.every.example.com", "PTR", ["host.example.net."]),
  records("spf.every.example.com", "SPF", ['"v=spf1 ip4:192.0.2.0/24 " "-all"']),
  records("srv.every.example.com", "SRV", ["0 0 0 .", "65535 65535 65535 host.example.net."]),
  records("sshfp.every.example.com", "SSHFP", [`4 2 ${"0A".repeat(32)}`, `1 1 ${"ff".repeat(20)}`]),
  records("svcb.every.example.com", "SVCB", ["1 svc.example.net. alpn=dot port=853", "0 other.example.net."]),
  records("tlsa.every.example.com", "TLSA", [`3 1 1 ${"CD".repeat(32)}`, `0 0 0 ${"01".repeat(300)}`]),
  records("txt.every.example.com", "TXT", [
    '"plain"',
    '""',
    '"quote \\" backslash \\\\ semicolon ;"',
    '"\\303\\244 \\000 \\377 \\011"',
    Array.from({ length: 15 }, (_, index) => `"${String(index).padEnd(255, "x")}"`).join(" "),
  ]),
];
