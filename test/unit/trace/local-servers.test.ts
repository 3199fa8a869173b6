/** A trace through the real local name servers: root, TLDs, and the four servers of a delegation set. */

import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { exchange } from "../../../src/dns/client.ts";
import { TYPE } from "../../../src/dns/types.ts";
import { delegationSetAt } from "../../../src/local/nameserver/pool.ts";
import { type NameServers, startNameServers } from "../../../src/local/nameserver/servers.ts";
import { domainName } from "../../../src/route53/names.ts";
import type { RecordSet, RecordType } from "../../../src/route53/record-set.ts";
import type { TraceReport } from "../../../src/trace/report.ts";
import { trace } from "../../../src/trace/trace.ts";

let servers: NameServers | undefined;
afterEach(async () => {
  await servers?.close();
});

function simple(name: string, type: RecordType, values: readonly string[]): RecordSet {
  return {
    name: domainName(name),
    type,
    policy: { kind: "simple" },
    answer: { kind: "records", ttlSeconds: 60, values },
  };
}

async function report(started: NameServers, name: string): Promise<TraceReport> {
  const running = trace({
    name: domainName(name),
    type: TYPE.A,
    roots: { label: "the local roots", hints: started.rootHints, port: started.port },
    transport: "auto",
    timeoutMs: 2000,
    exchange,
    clock: systemClock(),
  });
  for (;;) {
    const next = await running.next();
    if (next.done) return next.value;
  }
}

it("walks from the root to the zone, finds every server, and sees a delegation that leads elsewhere", async () => {
  const started = await startNameServers({
    port: 0,
    health: { isHealthy: () => true },
    clock: systemClock(),
    onQuery() {},
  });
  servers = started;
  const [own, foreign] = [delegationSetAt(0), delegationSetAt(1)].map((set) => set.map((server) => server.name));
  if (own === undefined || foreign === undefined) throw new Error("there are two delegation sets");
  const zone = (id: string, name: string) => ({
    id,
    name: domainName(name),
    private: false,
    nameServers: own,
    recordSets: [
      simple(name, "NS", own),
      simple(name, "SOA", [`${own[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`]),
      simple(`www.${name}`, "A", ["127.0.10.1"]),
    ],
    trafficPolicyInstances: [],
  });
  started.publishZone(zone("Z1", "myapp.com"));
  started.publishZone(zone("Z2", "other.org"));
  // Somebody has to listen at the addresses of the other set, too, so that its servers refuse rather than stay away.
  started.publishZone({ ...zone("Z3", "third.net"), nameServers: foreign });
  started.setDelegation(domainName("myapp.com"), own);
  started.setDelegation(domainName("other.org"), foreign);
  await started.settled();

  const sound = await report(started, "www.myapp.com");
  expect(sound.findings).toEqual([]);
  expect(sound.steps.map((step) => (step.kind === "query" ? step.zone : step.kind))).toEqual([
    ".",
    "com.",
    "myapp.com.",
  ]);
  expect(sound.servers.map((check) => [check.name, check.probes[0]?.serves])).toEqual(own.map((name) => [name, true]));

  const wrong = await report(started, "www.other.org");
  expect(wrong.findings.map((finding) => finding.code)).toEqual(["delegation.dead", "delegation.lame"]);
});
