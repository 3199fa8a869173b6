/** What is fuzzed: root, TLDs, an authoritative server with plain, routed and signed names, and the resolver, on real sockets. */

import { systemClock } from "../../src/clock.ts";
import { newPrivateKey } from "../../src/dns/dnssec-signing.ts";
import { delegationSetAt, RESOLVER_ADDRESS, ROOT_ADDRESS, TLD_ADDRESS } from "../../src/local/nameserver/pool.ts";
import { startNameServers } from "../../src/local/nameserver/servers.ts";
import { domainName } from "../../src/route53/names.ts";
import { alias, records, routed, zoneOf } from "../unit/local/nameserver/fixtures.ts";

const SETS = (zone: string, id: string) => [
  records(zone, "MX", [`10 www.${zone}.`]),
  records(`www.${zone}`, "A", ["192.0.2.1"]),
  records(`www.${zone}`, "AAAA", ["2001:db8::1"]),
  records(`www.${zone}`, "HTTPS", ["1 . alpn=h2"]),
  records(`*.wild.${zone}`, "A", ["192.0.2.77"]),
  records(`below.ent.${zone}`, "TXT", ['"below"']),
  records(
    `big.${zone}`,
    "TXT",
    Array.from({ length: 60 }, (_, index) => `"${"x".repeat(60)}${index}"`),
  ),
  records(`sub.${zone}`, "NS", [`ns.sub.${zone}.`, "ns.elsewhere.net."]),
  records(`ns.sub.${zone}`, "A", ["127.0.0.1"]),
  records(`chain.${zone}`, "CNAME", [`www.${zone}.`]),
  alias(`apex.${zone}`, "A", `www.${zone}`, id),
  alias(`circle.${zone}`, "A", `circle.${zone}`, id),
  routed(`geo.${zone}`, "d", { kind: "geolocation", place: { countryCode: "*" } }, "192.0.2.3"),
  routed(`geo.${zone}`, "e", { kind: "geolocation", place: { countryCode: "DE" } }, "192.0.2.4"),
  routed(`weighted.${zone}`, "a", { kind: "weighted", weight: 1 }, "192.0.2.5"),
  routed(`weighted.${zone}`, "b", { kind: "weighted", weight: 2 }, "192.0.2.6"),
];

export interface FuzzedServer {
  readonly name: string;
  readonly address: string;
  /** A resolver's answers come in no order, and may fail. */
  readonly isResolver: boolean;
  /** Whether a name, as labels in lower case, lies in a zone of this server. */
  serves(labels: readonly string[]): boolean;
}

export interface Subject {
  readonly port: number;
  readonly authoritative: FuzzedServer;
  readonly others: readonly FuzzedServer[];
  /** What went wrong inside. */
  readonly defects: readonly unknown[];
  close(): Promise<void>;
}

const endsWith = (labels: readonly string[], ...suffix: readonly string[]) =>
  suffix.every((label, index) => labels.at(index - suffix.length) === label);

export async function startSubject(): Promise<Subject> {
  const defects: unknown[] = [];
  const names = delegationSetAt(0).map(({ name }) => name);
  const servers = await startNameServers({
    port: 0,
    clock: systemClock(),
    health: { isHealthy: () => true },
    onQuery: () => undefined,
    onDefect: (error) => defects.push(error),
  });
  const keys = { keySigningKeys: [newPrivateKey()], zoneSigningKey: newPrivateKey() };
  servers.publishZone(zoneOf("example.com", SETS("example.com", "Z1"), { id: "Z1" }));
  servers.publishZone({ ...zoneOf("signed.example.com", SETS("signed.example.com", "Z2"), { id: "Z2" }), keys });
  servers.setDelegation(domainName("example.com"), names);
  await servers.settled();
  return {
    port: servers.port,
    authoritative: {
      name: "authoritative",
      address: delegationSetAt(0)[0]?.address ?? "",
      isResolver: false,
      serves: (labels) => endsWith(labels, "example", "com"),
    },
    others: [
      { name: "root", address: ROOT_ADDRESS, isResolver: false, serves: () => true },
      {
        name: "TLD",
        address: TLD_ADDRESS,
        isResolver: false,
        serves: (labels) => ["com", "net", "org", "uk"].includes(labels.at(-1) ?? ""),
      },
      { name: "resolver", address: RESOLVER_ADDRESS, isResolver: true, serves: () => true },
    ],
    defects,
    close: () => servers.close(),
  };
}
