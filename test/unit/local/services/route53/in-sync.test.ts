/** What GetChange says and what the name servers' sockets answer, in the same moment. */

import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetChangeCommand,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange } from "../../../../../src/dns/client.ts";
import { makeQuery } from "../../../../../src/dns/message.ts";
import { rdataToText } from "../../../../../src/dns/rdata.ts";
import { TYPE } from "../../../../../src/dns/types.ts";
import { addressOfNameServer } from "../../../../../src/local/nameserver/pool.ts";
import { domainName } from "../../../../../src/route53/names.ts";
import { startTestBackend, type TestBackend } from "../../../../support/backend.ts";

const ROUNDS = 40;

let started: TestBackend;
let client: Route53Client;
let zone: string | undefined;
let servers: string[];

/** Sends a batch, and asks for its status until it is INSYNC, or has not become so in twenty seconds. */
async function change(Changes: Change[]): Promise<void> {
  const { ChangeInfo } = await client.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } }),
  );
  const until = performance.now() + 20_000;
  for (;;) {
    const { ChangeInfo: now } = await client.send(new GetChangeCommand({ Id: ChangeInfo?.Id }));
    if (now?.Status === "INSYNC") return;
    if (performance.now() > until) throw new Error("the change is not INSYNC after 20 s");
  }
}

async function answers(server: string, name: string): Promise<string[]> {
  const { response } = await exchange({
    server: { address: addressOfNameServer(domainName(server)) ?? "", port: started.dnsPort },
    query: makeQuery({ name: domainName(name), type: TYPE.A }),
    transport: "udp",
    timeoutMs: 5_000,
    tries: 3,
  });
  return response.answers.map(({ type, rdata }) => rdataToText(type, rdata));
}

const a = (Name: string, Value: string): Change["ResourceRecordSet"] => ({
  Name,
  Type: "A",
  TTL: 60,
  ResourceRecords: [{ Value }],
});
const cname = (Name: string, Value: string): Change["ResourceRecordSet"] => ({
  Name,
  Type: "CNAME",
  TTL: 60,
  ResourceRecords: [{ Value }],
});

beforeAll(async () => {
  started = await startTestBackend({ lenient: true });
  client = await started.backend.clients.route53();
  const { HostedZone, DelegationSet } = await client.send(
    new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: "z" }),
  );
  zone = HostedZone?.Id;
  servers = DelegationSet?.NameServers ?? [];
  await change(
    Array.from({ length: 500 }, (_, n) => ({
      Action: "CREATE",
      ResourceRecordSet: a(`h${n}.myapp.com`, `198.51.100.${n % 250}`),
    })),
  );
});
afterAll(async () => {
  await started?.stop();
});

describe("a change", () => {
  it("is in the first answer of every name server after GetChange has said INSYNC", async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const value = `192.0.2.${round}`;
      await change([{ Action: "UPSERT", ResourceRecordSet: a("www.myapp.com", value) }]);
      const all = await Promise.all(servers.map((server) => answers(server, "www.myapp.com")));
      expect(all).toEqual(servers.map(() => [value]));
    }
  });

  it("is answered whole or not at all: no chain leads from what is new to what is gone", async () => {
    const upserts = (round: number): Change[] => [
      { Action: "UPSERT", ResourceRecordSet: cname("short.myapp.com", `v${round}.myapp.com`) },
      { Action: "CREATE", ResourceRecordSet: a(`v${round}.myapp.com`, `192.0.2.${round}`) },
    ];
    await change(upserts(0));
    let over = false;
    const seen = new Set<string>();
    const asking = servers.map(async (server) => {
      while (!over) seen.add((await answers(server, "short.myapp.com")).join(" "));
    });
    for (let round = 1; round <= ROUNDS; round++) {
      const gone = a(`v${round - 1}.myapp.com`, `192.0.2.${round - 1}`);
      await change([...upserts(round), { Action: "DELETE", ResourceRecordSet: gone }]);
    }
    over = true;
    await Promise.all(asking);
    const whole = Array.from({ length: ROUNDS + 1 }, (_, round) => `v${round}.myapp.com. 192.0.2.${round}`);
    expect([...seen].filter((answer) => !whole.includes(answer))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
    expect(started.defects).toEqual([]);
  });
});
