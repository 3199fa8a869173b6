/** Signed zones of every shape that a validator may meet, what it should say of each, and the calls that make them. */

import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  CreateKeySigningKeyCommand,
  CreateTrafficPolicyCommand,
  CreateTrafficPolicyInstanceCommand,
  EnableHostedZoneDNSSECCommand,
  GetChangeCommand,
  type ResourceRecordSet,
  Route53Client,
  type RRType,
} from "@aws-sdk/client-route-53";
import {
  AssociateDelegationSignerToDomainCommand,
  Route53DomainsClient,
  UpdateDomainNameserversCommand,
} from "@aws-sdk/client-route-53-domains";
import { exchange } from "../../src/dns/client.ts";
import { newPrivateKey, publicKeyOf } from "../../src/dns/dnssec-signing.ts";
import { makeQuery } from "../../src/dns/message.ts";
import { type TrustAnchor, trustAnchorsOf } from "../../src/dns/trust-anchor.ts";
import { TYPE } from "../../src/dns/types.ts";
import type { LocalBackend } from "../../src/local/local-backend.ts";
import { domainName } from "../../src/route53/names.ts";

export const kmsKey = (n: number) => `arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-00000000000${n}`;

const ROOT = domainName(".");

export interface MadeZone {
  readonly id: string;
  readonly nameServers: readonly string[];
}

export function set(Name: string, Type: RRType, values: readonly string[], more: Partial<ResourceRecordSet> = {}) {
  return { Name, Type, TTL: 300, ResourceRecords: values.map((Value) => ({ Value })), ...more };
}

export function aliasTo(Name: string, Type: RRType, { id }: MadeZone, DNSName: string): ResourceRecordSet {
  const HostedZoneId = id.replace("/hostedzone/", "");
  return { Name, Type, AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: false } };
}

/** The API's side of a local backend, as those who sign zones use it. */
export class Signer {
  readonly route53: Route53Client;
  readonly domains: Route53DomainsClient;

  constructor({ apiUrl }: Pick<LocalBackend, "apiUrl">) {
    const config = {
      endpoint: apiUrl,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    this.route53 = new Route53Client(config);
    this.domains = new Route53DomainsClient(config);
  }

  close(): void {
    this.route53.destroy();
    this.domains.destroy();
  }

  /** Bounded polling of a change that takes a millisecond. */
  async insync(change: { readonly Id?: string | undefined } | undefined): Promise<void> {
    const until = performance.now() + 60_000;
    do {
      const { ChangeInfo } = await this.route53.send(new GetChangeCommand({ Id: change?.Id }));
      if (ChangeInfo?.Status === "INSYNC") return;
      await new Promise((done) => setTimeout(done, 5));
    } while (performance.now() < until);
    throw new Error(`${change?.Id} stays PENDING`);
  }

  async createZone(Name: string): Promise<MadeZone> {
    const made = await this.route53.send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
    return { id: made.HostedZone?.Id ?? "", nameServers: made.DelegationSet?.NameServers ?? [] };
  }

  async put({ id }: MadeZone, ...sets: ResourceRecordSet[]): Promise<void> {
    const Changes = sets.map((ResourceRecordSet) => ({ Action: "UPSERT" as const, ResourceRecordSet }));
    const { ChangeInfo } = await this.route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes } }),
    );
    await this.insync(ChangeInfo);
  }

  /** A key-signing key, and the DS data and the public key for the parent. */
  async addKey({ id }: MadeZone, Name: string, kms: number): Promise<{ ds: string; publicKey: string }> {
    const { KeySigningKey, ChangeInfo } = await this.route53.send(
      new CreateKeySigningKeyCommand({
        HostedZoneId: id,
        CallerReference: Name,
        Name,
        KeyManagementServiceArn: kmsKey(kms),
        Status: "ACTIVE",
      }),
    );
    await this.insync(ChangeInfo);
    return { ds: KeySigningKey?.DSRecord ?? "", publicKey: KeySigningKey?.PublicKey ?? "" };
  }

  async signZone(zone: MadeZone): Promise<{ ds: string; publicKey: string }> {
    const key = await this.addKey(zone, "ksk", 1);
    const { ChangeInfo } = await this.route53.send(new EnableHostedZoneDNSSECCommand({ HostedZoneId: zone.id }));
    await this.insync(ChangeInfo);
    return key;
  }

  /** At the registrar. */
  async delegate(DomainName: string, { nameServers }: MadeZone, publicKey?: string): Promise<void> {
    const Nameservers = nameServers.map((Name) => ({ Name }));
    await this.domains.send(new UpdateDomainNameserversCommand({ DomainName, Nameservers }));
    if (publicKey === undefined) return;
    const SigningAttributes = { Algorithm: 13, Flags: 257, PublicKey: publicKey };
    await this.domains.send(new AssociateDelegationSignerToDomainCommand({ DomainName, SigningAttributes }));
  }

  /** A traffic policy's answer at a name. */
  async direct({ id: HostedZoneId }: MadeZone, Name: string, document: object): Promise<void> {
    const made = await this.route53.send(new CreateTrafficPolicyCommand({ Name, Document: JSON.stringify(document) }));
    await this.route53.send(
      new CreateTrafficPolicyInstanceCommand({
        HostedZoneId,
        Name,
        TTL: 60,
        TrafficPolicyId: made.TrafficPolicy?.Id,
        TrafficPolicyVersion: 1,
      }),
    );
  }

  /** A zone that is delegated and signed, with the chain of trust complete. */
  async createSignedZone(Name: string, ...sets: ResourceRecordSet[]): Promise<MadeZone> {
    const zone = await this.createZone(Name);
    if (sets.length > 0) await this.put(zone, ...sets);
    await this.delegate(Name, zone, (await this.signZone(zone)).publicKey);
    return zone;
  }
}

/** The keys of the local root. */
export async function rootAnchors(backend: Pick<LocalBackend, "rootHints" | "dnsPort">): Promise<TrustAnchor[]> {
  const server = { address: backend.rootHints[0]?.addresses[0] ?? "", port: backend.dnsPort };
  const query = makeQuery({ name: ROOT, type: TYPE.DNSKEY });
  const { response } = await exchange({ server, query, transport: "auto", timeoutMs: 2000, tries: 3 });
  return trustAnchorsOf(ROOT, response);
}

export async function publishEveryShape(signer: Signer): Promise<void> {
  const app = await signer.createZone("myapp.com");
  const dev = await signer.createZone("dev.myapp.com");
  const plain = await signer.createZone("plain.myapp.com");
  const wrong = await signer.createZone("wrong.co.uk");
  const unsigned = await signer.createZone("unsigned.org");
  await signer.createSignedZone(
    "other.net",
    set("www.other.net", "A", ["192.0.2.41"]),
    set("back.other.net", "CNAME", ["c1.myapp.com"]),
  );
  await signer.delegate("myapp.com", app, (await signer.signZone(app)).publicKey);
  await signer.delegate("unsigned.org", unsigned);
  await signer.signZone(wrong);
  // The parent vouches for another key than the zone has.
  await signer.delegate("wrong.co.uk", wrong, publicKeyOf(newPrivateKey()).toString("base64"));
  const { ds } = await signer.signZone(dev);
  const policy = (name: string, SetIdentifier: string, value: string, more: Partial<ResourceRecordSet>) =>
    set(`${name}.myapp.com`, "A", [value], { SetIdentifier, TTL: 0, ...more });
  await signer.put(dev, set("www.dev.myapp.com", "A", ["192.0.2.21"]));
  await signer.put(
    app,
    set("www.myapp.com", "A", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
    set("www.myapp.com", "AAAA", ["2001:db8::1"], { TTL: 1_209_600 }),
    set("myapp.com", "MX", ["10 mail.myapp.com.", "20 www.myapp.com."]),
    set("mail.myapp.com", "A", ["192.0.2.25"]),
    set("*.wild.myapp.com", "A", ["192.0.2.77"]),
    set("*.deep.wild.myapp.com", "TXT", ['"deeper"']),
    set("*.links.myapp.com", "CNAME", ["www.myapp.com"]),
    set("a.ent.myapp.com", "A", ["192.0.2.5"]),
    set("c1.myapp.com", "CNAME", ["c2.myapp.com"]),
    set("c2.myapp.com", "CNAME", ["www.myapp.com"]),
    set("dangling.myapp.com", "CNAME", ["nowhere.myapp.com"]),
    set("to-dev.myapp.com", "CNAME", ["www.dev.myapp.com"]),
    set("round.myapp.com", "CNAME", ["back.other.net"]),
    set("out.myapp.com", "CNAME", ["www.unsigned.org"]),
    aliasTo("alias.myapp.com", "A", app, "www.myapp.com"),
    aliasTo("cdn.myapp.com", "A", { id: "Z2FDTNDATAQYW2", nameServers: [] }, "d123456789abcd.cloudfront.net"),
    policy("weighted", "one", "192.0.2.11", { Weight: 1 }),
    policy("weighted", "two", "192.0.2.12", { Weight: 1 }),
    policy("weighted", "three", "192.0.2.13", { Weight: 1 }),
    policy("many", "one", "192.0.2.14", { MultiValueAnswer: true }),
    policy("many", "two", "192.0.2.15", { MultiValueAnswer: true }),
    policy("eu", "eu", "192.0.2.16", { GeoLocation: { ContinentCode: "EU" } }),
    set("caa.myapp.com", "CAA", ['0 issue "ca.example.net"']),
    set("https.myapp.com", "HTTPS", ["1 . alpn=h2"]),
    set("srv.myapp.com", "SRV", ["1 10 5060 mail.myapp.com."]),
    set("sla\\057sh.myapp.com", "A", ["192.0.2.26"]),
    set("back\\134slash.myapp.com", "A", ["192.0.2.27"]),
    set("\\052.star.myapp.com", "TXT", ['"escaped"']),
    // Signed, 40 octets of data fit into 512, 900 into 1,232, and 5,000 into neither.
    ...[10, 17, 80].map((count) =>
      set(
        `txt${count}.myapp.com`,
        "TXT",
        Array.from({ length: count }, (_, index) => `"${"x".repeat(count === 10 ? 4 : 60)}${index}"`),
      ),
    ),
    set("dev.myapp.com", "NS", dev.nameServers),
    set("dev.myapp.com", "DS", [ds]),
    set("plain.myapp.com", "NS", plain.nameServers),
  );
  await signer.direct(app, "traffic.myapp.com", {
    AWSPolicyFormatVersion: "2015-10-01",
    RecordType: "A",
    StartEndpoint: "only",
    Endpoints: { only: { Type: "value", Value: "192.0.2.17" } },
  });
  await signer.put(plain, set("www.plain.myapp.com", "A", ["192.0.2.22"]));
  await signer.put(wrong, set("www.wrong.co.uk", "A", ["192.0.2.23"]));
  await signer.put(unsigned, set("www.unsigned.org", "A", ["192.0.2.24"]));
}

export type Verdict = "secure" | "secure, nothing there" | "insecure" | "bogus";

export const QUESTIONS: readonly (readonly [what: string, name: string, type: string, verdict: Verdict])[] = [
  ["an answer of several records", "www.myapp.com", "A", "secure"],
  ["a TTL beyond a week", "www.myapp.com", "AAAA", "secure"],
  ["a name in mixed case", "wWw.MyApp.cOm", "A", "secure"],
  ["mail exchanges with addresses", "myapp.com", "MX", "secure"],
  ["the zone's own SOA", "myapp.com", "SOA", "secure"],
  ["the zone's own NS", "myapp.com", "NS", "secure"],
  ["the zone's keys", "myapp.com", "DNSKEY", "secure"],
  ["what the parent vouches for", "myapp.com", "DS", "secure"],
  ["a type that the name lacks", "www.myapp.com", "TXT", "secure, nothing there"],
  ["a type that the apex lacks", "myapp.com", "A", "secure, nothing there"],
  ["a name that is not there", "nowhere.myapp.com", "A", "secure, nothing there"],
  ["a name far below what is there", "a.b.c.nowhere.myapp.com", "AAAA", "secure, nothing there"],
  ["what nobody vouches for", "www.myapp.com", "DS", "secure, nothing there"],
  ["an empty non-terminal", "ent.myapp.com", "A", "secure, nothing there"],
  ["a name below an empty non-terminal", "a.ent.myapp.com", "A", "secure"],
  ["a wildcard's answer", "any.thing.wild.myapp.com", "A", "secure"],
  ["a type that a wildcard lacks", "x.wild.myapp.com", "TXT", "secure, nothing there"],
  ["the wildcard itself", "*.wild.myapp.com", "A", "secure"],
  ["a wildcard below a wildcard", "x.deep.wild.myapp.com", "TXT", "secure"],
  ["what the nearer wildcard lacks", "x.deep.wild.myapp.com", "A", "secure, nothing there"],
  ["a wildcard far above", "a.b.c.d.deep.wild.myapp.com", "TXT", "secure"],
  ["a wildcard's CNAME", "any.links.myapp.com", "A", "secure"],
  ["a chain of CNAMEs", "c1.myapp.com", "A", "secure"],
  ["a CNAME to what is not there", "dangling.myapp.com", "A", "secure, nothing there"],
  ["a CNAME into a signed child", "to-dev.myapp.com", "A", "secure"],
  ["a chain of CNAMEs through another zone and back", "round.myapp.com", "A", "secure"],
  ["a CNAME to an unsigned zone", "out.myapp.com", "A", "insecure"],
  ["an alias", "alias.myapp.com", "A", "secure"],
  ["a traffic policy's answer", "traffic.myapp.com", "A", "secure"],
  ["an alias to an AWS resource", "cdn.myapp.com", "A", "secure"],
  ["a weighted answer", "weighted.myapp.com", "A", "secure"],
  ["a multivalue answer", "many.myapp.com", "A", "secure"],
  ["an answer that is for others", "eu.myapp.com", "A", "secure, nothing there"],
  ["CAA", "caa.myapp.com", "CAA", "secure"],
  ["HTTPS", "https.myapp.com", "HTTPS", "secure"],
  ["SRV", "srv.myapp.com", "SRV", "secure"],
  ["a name with a slash", "sla\\047sh.myapp.com", "A", "secure"],
  ["a name with a backslash", "back\\\\slash.myapp.com", "A", "secure"],
  ["a name with a dot inside a label", "a\\.b.myapp.com", "A", "secure, nothing there"],
  ["a name with octets that are no text", "\\000\\200\\255.myapp.com", "A", "secure, nothing there"],
  ["an answer of 500 octets", "txt10.myapp.com", "TXT", "secure"],
  ["an answer of 1,300 octets", "txt17.myapp.com", "TXT", "secure"],
  ["an answer too large for UDP", "txt80.myapp.com", "TXT", "secure"],
  ["a signed child zone", "www.dev.myapp.com", "A", "secure"],
  ["what is not in a signed child zone", "nowhere.dev.myapp.com", "A", "secure, nothing there"],
  ["an unsigned child zone", "www.plain.myapp.com", "A", "insecure"],
  ["what is not in an unsigned child zone", "nowhere.plain.myapp.com", "A", "insecure"],
  ["that nobody vouches for an unsigned child", "plain.myapp.com", "DS", "secure, nothing there"],
  ["an unsigned zone under a signed TLD", "www.unsigned.org", "A", "insecure"],
  ["a domain that is not registered", "nobody.com", "A", "secure, nothing there"],
  ["a TLD that is not there", "nowhere.nosuch", "A", "secure, nothing there"],
  ["a public suffix", "co.uk", "DNSKEY", "secure"],
  ["the root's keys", ".", "DNSKEY", "secure"],
  ["a zone whose parent vouches for another key", "www.wrong.co.uk", "A", "bogus"],
];
