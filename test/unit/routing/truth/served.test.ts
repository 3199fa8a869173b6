/** The Developer Guide's rules on the wire: published through the API, asked over UDP with client subnets. */

import {
  type Change,
  ChangeCidrCollectionCommand,
  ChangeResourceRecordSetsCommand,
  CreateCidrCollectionCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  CreateTrafficPolicyCommand,
  CreateTrafficPolicyInstanceCommand,
  GetChangeCommand,
  GetTrafficPolicyInstanceCommand,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { exchange } from "../../../../src/dns/client.ts";
import { makeQuery, PLAIN_EDNS, parseClientSubnet } from "../../../../src/dns/message.ts";
import { rdataToText } from "../../../../src/dns/rdata.ts";
import { RCODE, TYPE } from "../../../../src/dns/types.ts";
import { AuthoritativeServer } from "../../../../src/local/nameserver/authoritative.ts";
import { awsResourceData } from "../../../../src/local/nameserver/aws-targets.ts";
import { compileZone } from "../../../../src/local/nameserver/compiled-zone.ts";
import { addressOfNameServer } from "../../../../src/local/nameserver/pool.ts";
import { ZonesByName } from "../../../../src/local/nameserver/zone-table.ts";
import { type DomainName, domainName } from "../../../../src/route53/names.ts";
import { bareId, type RecordSet, type RoutingPolicy, toApi } from "../../../../src/route53/record-set.ts";
import { startTestBackend, type TestBackend } from "../../../support/backend.ts";
import { records, showOctets, wireQuery, zoneOf } from "../../local/nameserver/fixtures.ts";
import { fraction } from "./chances.ts";
import { judge, seeded } from "./chi-squared.ts";
import { type Asker, DeveloperGuide, NO_ANSWER, valuesText, type World } from "./developer-guide.ts";
import { documentOf } from "./documents.ts";
import { type Group, groups, type Shape, type Way, waysOf, worldOfGroup } from "./nested-worlds.ts";
import { rows, WWW, worldOf } from "./worlds.ts";

/** In places of the built-in table; the latencies are in the order of the distances on a globe. */
const ASKERS: readonly Asker[] = [
  {
    subnet: "192.0.2.64/26",
    place: { continent: "NA", country: "US", subdivision: "CA", spot: [37.8, -122.4] },
    latencyMs: { "us-east-1": 60, "eu-central-1": 140, "ap-northeast-1": 120 },
  },
  {
    subnet: "198.51.100.0/26",
    place: { continent: "EU", country: "DE", spot: [50.1, 8.7] },
    latencyMs: { "us-east-1": 95, "eu-central-1": 1, "ap-northeast-1": 140 },
  },
  {
    subnet: "2001:db8:81::/48",
    place: { continent: "AS", country: "JP", spot: [35.7, 139.7] },
    latencyMs: { "us-east-1": 160, "eu-central-1": 140, "ap-northeast-1": 1 },
  },
];

const COLLECTION = { berlin: ["192.0.2.0/24"], lab: ["2001:db8:80::/41"] };

const CRITERIA: readonly (readonly RoutingPolicy[])[] = [
  [{ kind: "simple" }],
  [2, 1, 0].map((weight) => ({ kind: "weighted", weight })),
  [
    { kind: "failover", role: "PRIMARY" },
    { kind: "failover", role: "SECONDARY" },
  ],
  ["us-east-1", "eu-central-1", "ap-northeast-1"].map((region) => ({ kind: "latency", region })),
  [{ countryCode: "*" }, { countryCode: "US", subdivisionCode: "CA" }, { continentCode: "EU" }].map((place) => ({
    kind: "geolocation",
    place,
  })),
  [
    { awsRegion: "us-east-1", bias: 25 },
    { localZoneGroup: "us-west-2-lax-1", bias: -50 },
    { coordinates: { latitude: 51.5, longitude: -0.16 }, bias: 0 },
  ].map((place) => ({ kind: "geoproximity", place })),
  ["*", "berlin", "lab"].map((locationName) => ({ kind: "cidr", collectionId: "offices", locationName })),
  Array(3).fill({ kind: "multivalue" }),
];

/** One published name and what it is, in the model's terms. */
interface Published {
  readonly name: DomainName;
  readonly world: World;
}

/** Every name of a world moved below another, so that many worlds fit into one zone. */
function movedTo(world: World, name: DomainName): World {
  const move = (old: DomainName) =>
    old === WWW ? name : old.endsWith(".example.com.") ? domainName(`${old.replaceAll(".", "-")}.${name}`) : old;
  const sets = world.sets.map((set): RecordSet => {
    const { answer } = set;
    const moved = answer.kind === "alias" ? { ...answer, target: move(answer.target) } : answer;
    return { ...set, name: move(set.name), answer: moved };
  });
  return { ...world, sets };
}

/** Route 53 wants a health check for a primary that is no alias. */
function withCheckedPrimaries(group: Group): Group {
  return group.map((way): Way => {
    const primary = way.policy.kind === "failover" && way.policy.role === "PRIMARY" && way.next === "value";
    const next = typeof way.next === "string" ? way.next : { ...way.next, group: withCheckedPrimaries(way.next.group) };
    return { ...way, next, check: primary && way.check === "none" ? "up" : way.check };
  });
}

function checked(world: World): World {
  const needs = ({ policy, answer, healthCheckId }: RecordSet) =>
    policy.kind === "failover" && policy.role === "PRIMARY" && answer.kind === "records" && healthCheckId === undefined;
  return { ...world, sets: world.sets.map((set) => (needs(set) ? { ...set, healthCheckId: "up" } : set)) };
}

/** As many trees as it says, the widest of a sample that is always the same. */
function wideTrees(count: number, shape: Shape): Group[] {
  return fc
    .sample(groups(shape), { seed: 4, numRuns: 8 * count })
    .sort((one, other) => waysOf(other).length - waysOf(one).length)
    .slice(0, count);
}

let started: TestBackend;
let client: Route53Client;
let server: string;
const published: Published[] = [];

async function inSync(Id: string | undefined): Promise<void> {
  await vi.waitFor(
    async () => {
      expect((await client.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status).toBe("INSYNC");
    },
    { timeout: 20_000 },
  );
}

/** A calculated check without children passes when it wants none of them, and fails when it wants one. */
async function calculatedCheck(HealthThreshold: number): Promise<string> {
  const made = await client.send(
    new CreateHealthCheckCommand({
      CallerReference: String(HealthThreshold),
      HealthCheckConfig: { Type: "CALCULATED", HealthThreshold, ChildHealthChecks: [] },
    }),
  );
  return made.HealthCheck?.Id ?? "";
}

beforeAll(async () => {
  started = await startTestBackend({ lenient: true });
  client = await started.backend.clients.route53();
  const made = await client.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "z" }));
  const HostedZoneId = bareId(made.HostedZone?.Id ?? "");
  server = addressOfNameServer(domainName(made.DelegationSet?.NameServers?.[0] ?? "")) ?? "";
  const [up, down] = [await calculatedCheck(0), await calculatedCheck(1)];
  const { Collection } = await client.send(new CreateCidrCollectionCommand({ Name: "offices", CallerReference: "c" }));
  const Changes = Object.entries(COLLECTION).map(([LocationName, CidrList]) => {
    return { LocationName, Action: "PUT" as const, CidrList };
  });
  await client.send(new ChangeCidrCollectionCommand({ Id: Collection?.Id, Changes }));

  const collections = { offices: COLLECTION };
  for (const policies of CRITERIA) {
    for (const row of rows(["no check", "healthy", "unhealthy"] as const, policies.length)) {
      const name = domainName(`row-${published.length}.example.com`);
      published.push({ name, world: { ...checked(worldOf(policies, row, name)), collections } });
    }
  }
  for (const group of wideTrees(40, { depth: 3 })) {
    const name = domainName(`tree-${published.length}.example.com`);
    published.push({ name, world: { ...movedTo(worldOfGroup(withCheckedPrimaries(group)), name), collections } });
  }

  const changes = published.flatMap(({ world }) =>
    world.sets.map(({ healthCheckId, policy, answer, ...set }): Change => {
      const isAws = answer.kind === "alias" && answer.target.endsWith(".cloudfront.net.");
      const api = toApi({
        ...set,
        policy: policy.kind === "cidr" ? { ...policy, collectionId: Collection?.Id ?? "" } : policy,
        answer:
          answer.kind === "records" ? answer : { ...answer, hostedZoneId: isAws ? "Z2FDTNDATAQYW2" : HostedZoneId },
        ...(healthCheckId === undefined ? {} : { healthCheckId: world.down.has(healthCheckId) ? down : up }),
      });
      return { Action: "CREATE", ResourceRecordSet: api };
    }),
  );
  // Targets come before the aliases for them.
  changes.reverse();
  for (let from = 0; from < changes.length; from += 900) {
    const batch = { Changes: changes.slice(from, from + 900) };
    await inSync(
      (await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: batch }))).ChangeInfo?.Id,
    );
  }

  for (const [index, drawn] of wideTrees(5, { depth: 3, asRules: true }).entries()) {
    const format = index % 2 === 0 ? "2015-10-01" : "2023-05-09";
    const Document = documentOf(drawn, format, (_, check) => (check === "down" ? down : up));
    const { TrafficPolicy } = await client.send(new CreateTrafficPolicyCommand({ Name: `policy-${index}`, Document }));
    const name = domainName(`policy-${index}.example.com`);
    const { TrafficPolicyInstance } = await client.send(
      new CreateTrafficPolicyInstanceCommand({
        HostedZoneId,
        Name: name,
        TTL: 60,
        TrafficPolicyId: TrafficPolicy?.Id,
        TrafficPolicyVersion: TrafficPolicy?.Version,
      }),
    );
    const { Id } = TrafficPolicyInstance ?? {};
    await vi.waitFor(async () => {
      const { TrafficPolicyInstance: now } = await client.send(new GetTrafficPolicyInstanceCommand({ Id }));
      expect(now?.State).toBe("Applied");
    }, 20_000);
    published.push({ name, world: { ...movedTo(worldOfGroup(drawn), name), collections } });
  }
}, 60_000);

afterAll(async () => {
  const { defects } = started;
  await started.stop();
  expect(defects).toEqual([]);
});

async function ask(name: DomainName, { subnet }: Asker): Promise<string> {
  const option = parseClientSubnet(subnet);
  const { response } = await exchange({
    server: { address: server, port: started.dnsPort },
    query: makeQuery({ name, type: TYPE.A, edns: { ...PLAIN_EDNS, options: option === undefined ? [] : [option] } }),
    transport: "udp",
    timeoutMs: 2_000,
    tries: 3,
  });
  expect(response.rcode).toBe(RCODE.NOERROR);
  const values = response.answers.map(({ type, rdata }) => rdataToText(type, rdata));
  return values.length === 0 ? NO_ANSWER : valuesText(values);
}

/** What the model allows, as the server writes it: an alias to AWS gets the address that stands for its name. */
function allowed({ name, world }: Published, asker: Asker): Set<string> {
  const answers = new DeveloperGuide(world, asker).answers(name, "A").keys();
  return new Set(
    [...answers].map((answer) => {
      if (!answer.startsWith("alias ")) return answer;
      const rdata = awsResourceData(domainName(answer.slice("alias ".length)), TYPE.A);
      return rdata === undefined ? NO_ANSWER : rdataToText(TYPE.A, rdata);
    }),
  );
}

describe("a name server of the local backend", () => {
  it("gives every answer that the Developer Guide allows, and no other, for every name and asker", async () => {
    expect(published.length).toBeGreaterThan(190);
    let several = 0;
    for (const name of published) {
      await Promise.all(
        ASKERS.map(async (asker) => {
          const wanted = allowed(name, asker);
          if (wanted.size > 1) several++;
          const seen = new Set<string>();
          // No answer of three groups has less than a 64th: missing one by chance happens once in 10^10 runs.
          for (let tries = 0; tries < 2 || (seen.size < wanted.size && tries < 1_500); tries++) {
            const answer = await ask(name.name, asker);
            expect([...wanted], `${name.name} asked by ${asker.subnet}`).toContain(answer);
            seen.add(answer);
          }
          expect(seen, `${name.name} asked by ${asker.subnet}`).toEqual(wanted);
        }),
      );
    }
    expect(several).toBeGreaterThan(20);
  }, 60_000);
});

describe("the values of a record set", () => {
  it("come first equally often, in 100,000 answers", () => {
    const values = Array.from({ length: 5 }, (_, index) => `192.0.2.${index}`);
    const table = new ZonesByName();
    table.put(compileZone(zoneOf("example.com", [records("www.example.com", "A", values)])));
    const turning = new AuthoritativeServer({
      table,
      surroundings: {
        isHealthy: () => true,
        random: seeded(53),
        latencyMs: () => 0,
        aliasTarget: () => undefined,
        cidrLocation: () => undefined,
      },
    });
    const query = wireQuery("www.example.com", "A");
    const counts = new Map<string, number>();
    for (let answer = 0; answer < 100_000; answer++) {
      const response = turning.respond(query, { address: "127.0.0.1", transport: "UDP" });
      // The first answer's data: behind the header, the question, and a compressed name, type, class, TTL and length.
      const first = response === undefined ? "" : `192.0.2.${response.readUInt8(12 + 17 + 4 + 12 + 3)}`;
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    expect(showOctets(turning.respond(query, { address: "127.0.0.1", transport: "UDP" })).answers).toHaveLength(5);
    const fair = new Map(values.map((value) => [value, fraction(1, values.length)]));
    const verdict = judge(counts, fair);
    expect(verdict.strangers).toEqual([]);
    expect(verdict.chiSquared).toBeLessThan(verdict.critical);
  }, 60_000);
});
