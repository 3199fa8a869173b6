import { describe, expect, it } from "vitest";
import { type DomainName, domainName } from "../../../src/route53/names.ts";
import type { RecordSet, RecordType } from "../../../src/route53/record-set.ts";
import { foreignOwners } from "../../../src/setup/foreign-owners.ts";

const ZONE = domainName("example.com");
const name = (label: string): DomainName => domainName(label === "@" ? "example.com" : `${label}.example.com`);

function set(label: string, type: string, ...values: string[]): RecordSet {
  return {
    name: name(label),
    type: type as RecordType,
    policy: { kind: "simple" },
    answer: { kind: "records", ttlSeconds: 60, values },
  };
}

const HERITAGE = '"heritage=external-dns,external-dns/owner=prod,external-dns/resource=ingress/web/www"';

function owner(one: RecordSet, others: readonly RecordSet[] = [], linkedService?: string) {
  const recordSets = [one, ...others].map((each) => ({ set: each }));
  return foreignOwners({ name: ZONE, recordSets, ...(linkedService && { linkedService }) })(one);
}

describe("what is not the file's to remove", () => {
  it.each<[what: string, set: RecordSet, others: readonly RecordSet[], says: RegExp, contested: boolean]>([
    ["the apex NS", set("@", "NS", "ns.example.net."), [], /comes with the zone/, false],
    ["the apex SOA", set("@", "SOA", "a. b. 1 2 3 4 5"), [], /comes with the zone/, false],
    ["an instance's", { ...set("g", "A", "192.0.2.1"), trafficPolicyInstanceId: "i-1" }, [], /instance i-1/, true],
    ["a type nobody knows", set("x", "TYPE65534", "1"), [], /does not know/, false],
    ["an ACME challenge", set("_acme-challenge.www", "TXT", '"token"'), [], /ACME challenge/, false],
    ["ACM's proof", set("_a1", "CNAME", "_b2.acm-validations.aws."), [], /AWS Certificate Manager/, false],
    ["external-dns's registry", set("cname-www", "TXT", HERITAGE), [], /ownership record of external-dns/, true],
    ["its old registry", set("www", "TXT", HERITAGE), [], /ownership record of external-dns/, true],
    ["what it owns", set("www", "A", "192.0.2.1"), [set("a-www", "TXT", HERITAGE)], /a-www\.example\.com TXT/, true],
    ["the same of old", set("www", "A", "192.0.2.1"), [set("www", "TXT", HERITAGE)], /owned by external-dns/, true],
    ["with a prefix", set("www", "A", "192.0.2.1"), [set("extdnswww", "TXT", HERITAGE)], /external-dns/, true],
    ["with a suffix", set("www", "A", "192.0.2.1"), [set("www-owner", "TXT", HERITAGE)], /external-dns/, true],
    ["with a label before it", set("www", "A", "192.0.2.1"), [set("a-own.www", "TXT", HERITAGE)], /external-dns/, true],
    ["a wildcard", set("*", "A", "192.0.2.1"), [set("a-any", "TXT", HERITAGE)], /external-dns/, true],
    ["octoDNS's mark", set("_owner.a.www", "TXT", '"*octodns*"'), [], /octoDNS keeps for itself/, true],
    ["what it owns, too", set("www", "A", "1.2.3.4"), [set("_owner.A.www", "TXT", '"*octodns*"')], /octoDNS/, true],
    ["its wildcard", set("*.p", "A", "1.2.3.4"), [set("_owner.a._wildcard.p", "TXT", '"*octodns*"')], /octoDNS/, true],
    ["its apex", set("@", "MX", "1 a."), [set("_owner.mx", "TXT", '"*octodns*"')], /owned by octoDNS/, true],
    ["its meta record", set("meta", "TXT", '"time=2026-11-20T05:49:04+00:00"'), [], /octoDNS keeps/, true],
    ["its version", set("m", "TXT", '"octodns-version=1.2.0" "x"'), [], /octoDNS keeps/, true],
  ])("is %s", (_, one, others, says, contested) => {
    expect(owner(one, others)).toEqual({ says: expect.stringMatching(says), contested });
  });

  it.each<[what: string, set: RecordSet, others: readonly RecordSet[]]>([
    ["a record like any other", set("www", "A", "192.0.2.1"), []],
    ["a text that speaks of a heritage", set("t", "TXT", '"our heritage"'), []],
    ["a neighbour of what external-dns owns", set("api", "A", "192.0.2.1"), [set("a-www", "TXT", HERITAGE)]],
    ["another type of what octoDNS owns", set("www", "AAAA", "::1"), [set("_owner.a.www", "TXT", '"*octodns*"')]],
    ["a delegated ACME challenge", set("_acme-challenge", "CNAME", "a.example.net."), []],
    ["a record called meta", set("meta", "TXT", '"time=tea"'), []],
  ])("is not %s", (_, one, others) => {
    expect(owner(one, others)).toBeUndefined();
  });

  it("is everything in a zone of Cloud Map", () => {
    expect(owner(set("www", "A", "192.0.2.1"), [], "servicediscovery.amazonaws.com")).toEqual({
      says: "belongs to servicediscovery.amazonaws.com, like the whole zone",
      contested: true,
    });
  });
});
