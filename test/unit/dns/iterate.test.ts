/** Resolving from the root over real sockets, on a little internet of scripted servers. */

import { afterEach, describe, expect, it } from "vitest";
import { createDelegationMemory } from "../../../src/dns/delegation-memory.ts";
import {
  type IterationOptions,
  type IterationStep,
  iterate,
  lookupAddresses,
  type Resolution,
} from "../../../src/dns/iterate.ts";
import { NO_FLAGS } from "../../../src/dns/message.ts";
import { rdataToText } from "../../../src/dns/rdata.ts";
import { RCODE, TYPE, typeName } from "../../../src/dns/types.ts";
import { domainName } from "../../../src/route53/names.ts";
import {
  patientWith,
  reply,
  resourceRecord,
  resourceRecords,
  type Script,
  SILENT,
  startScriptedServers,
  zoneScript,
} from "../../support/scripted-dns-server.ts";

type Internet = Awaited<ReturnType<typeof startScriptedServers>>;
let running: Internet[] = [];
afterEach(async () => {
  await Promise.all(running.map((internet) => internet.close()));
  running = [];
});

const ROOT = "127.77.0.1";
const COM = "127.77.0.2";
const NET = "127.77.0.3";
const ONE = "127.77.1.1";
const TWO = "127.77.1.2";

const SOA = "ns1.example.com. hostmaster.example.com. 1 7200 900 1209600 60";

const rootZone = zoneScript({
  ".": `
    . 900 SOA a.root. hostmaster.root. 1 7200 900 1209600 60
    com 172800 NS tld.com
    tld.com 172800 A ${COM}
    net 172800 NS tld.net
    tld.net 172800 A ${NET}
  `,
});

/** Starts root, com and net, and whatever else; com delegates example.com as told. */
async function internet(com: string, others: Record<string, { address: string; script: Script }>, net = "") {
  const scripts = {
    root: { address: ROOT, script: rootZone },
    com: { address: COM, script: zoneScript({ com: `com 900 SOA tld.com. h.com. 1 2 3 4 60\n${com}` }) },
    net: { address: NET, script: zoneScript({ net: `net 900 SOA tld.net. h.net. 1 2 3 4 60\n${net}` }) },
    ...others,
  };
  const started = await startScriptedServers(scripts);
  running.push(started);
  const options: IterationOptions = {
    exchange: patientWith(scripts),
    roots: [{ name: domainName("a.root"), addresses: [ROOT] }],
    port: started.port,
    timeoutMs: 20_000,
    tries: 1,
  };
  return { ...started, options };
}

async function run(options: IterationOptions, name: string, type: keyof typeof TYPE = "A") {
  const steps: IterationStep[] = [];
  const generator = iterate(options, domainName(name), TYPE[type]);
  for (;;) {
    const next = await generator.next();
    if (next.done) return { steps, story: steps.map(tell), resolution: next.value };
    steps.push(next.value);
  }
}

/** A step in a few words. */
function tell(step: IterationStep): string {
  switch (step.kind) {
    case "query": {
      const { outcome } = step;
      const what = outcome.kind === "failure" ? outcome.reason : outcome.meaning.kind;
      return `${step.level} ${step.zone} ${step.server.name} ${step.name} ${typeName(step.type)}: ${what}`;
    }
    case "alias":
      return `${step.level} alias ${step.name} ${step.target}`;
    case "server-lookup":
      return `${step.level} lookup ${step.host}`;
    case "server-unknown":
      return `${step.level} unknown ${step.host} ${step.why}`;
  }
}

function values(resolution: Resolution): string[] {
  if (resolution.status !== "answer") throw new Error(`no answer: ${resolution.status}`);
  return resolution.records.map((record) => rdataToText(record.type, record.rdata));
}

const DELEGATED = `
  example.com 172800 NS ns1.example.com
  example.com 172800 NS ns2.example.com
  ns1.example.com 172800 A ${ONE}
  ns2.example.com 172800 A ${TWO}
`;
const ZONE = `
  example.com 900 SOA ${SOA}
  example.com 172800 NS ns1.example.com
  www.example.com 60 A 192.0.2.1
  www.example.com 60 A 192.0.2.2
`;
const exampleCom = zoneScript({ "example.com": ZONE });

describe("resolving from the root", () => {
  it("follows referrals with their glue down to the answer", async () => {
    const { options } = await internet(DELEGATED, { one: { address: ONE, script: exampleCom } });
    const { story, resolution } = await run(options, "www.example.com");
    expect(story).toEqual([
      "0 . a.root. www.example.com. A: referral",
      "0 com. tld.com. www.example.com. A: referral",
      "0 example.com. ns1.example.com. www.example.com. A: answer",
    ]);
    expect(values(resolution)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect(resolution).toMatchObject({ status: "answer", authoritative: true, server: { address: ONE } });
    expect(resolution.delegations.map((delegation) => [delegation.parent, delegation.zone])).toEqual([
      [undefined, "."],
      [".", "com."],
      ["com.", "example.com."],
    ]);
  });

  it("tells a name that does not exist from one without such records", async () => {
    const { options } = await internet(DELEGATED, { one: { address: ONE, script: exampleCom } });
    expect((await run(options, "nope.example.com")).resolution).toMatchObject({ status: "no-such-name" });
    expect((await run(options, "www.example.com", "AAAA")).resolution).toMatchObject({ status: "no-data" });
    expect((await run(options, "example.org")).resolution).toMatchObject({
      status: "no-such-name",
      delegations: [{ zone: "." }],
    });
  });

  it("asks the parent for a DS record", async () => {
    const { options } = await internet(`${DELEGATED}\nexample.com 300 DS 1 13 2 abcd`, {});
    const { story, resolution } = await run(options, "example.com", "DS");
    expect(story.at(-1)).toBe("0 com. tld.com. example.com. DS: answer");
    expect(values(resolution)).toEqual(["1 13 2 abcd"]);
  });

  it("looks up a name server of another zone rather than believe the glue that came along", async () => {
    const { options, servers } = await internet(
      // The com server says where a net host is. It is none of its business, and it lies.
      `example.com 172800 NS ns.helper.net\nns.helper.net 60 A ${TWO}`,
      {
        one: {
          address: ONE,
          script: zoneScript({
            "example.com": ZONE,
            "helper.net": `helper.net 900 SOA ${SOA}\nns.helper.net 300 A ${ONE}`,
          }),
        },
        liar: {
          address: TWO,
          script: (query) => reply(query, { answers: [resourceRecord("www.example.com 60 A 203.0.113.66")] }),
        },
      },
      `helper.net 172800 NS ns1.helper.net\nns1.helper.net 172800 A ${ONE}`,
    );
    const { story, resolution } = await run(options, "www.example.com");
    expect(story).toEqual([
      "0 . a.root. www.example.com. A: referral",
      "0 com. tld.com. www.example.com. A: referral",
      "0 lookup ns.helper.net.",
      "1 . a.root. ns.helper.net. A: referral",
      "1 net. tld.net. ns.helper.net. A: referral",
      "1 helper.net. ns1.helper.net. ns.helper.net. A: answer",
      "0 example.com. ns.helper.net. www.example.com. A: answer",
    ]);
    expect(values(resolution)).toEqual(["192.0.2.1", "192.0.2.2"]);
    expect((servers as Record<string, { asked: string[] }>).liar?.asked).toEqual([]);
  });

  it("chases aliases across zones", async () => {
    const script = zoneScript({
      "example.com": `example.com 900 SOA ${SOA}\nshop.example.com 60 CNAME a.example.com\na.example.com 60 CNAME cdn.helper.net`,
      "helper.net": `helper.net 900 SOA ${SOA}\ncdn.helper.net 60 A 192.0.2.9`,
    });
    const { options } = await internet(
      DELEGATED,
      { one: { address: ONE, script } },
      `helper.net 172800 NS ns1.helper.net\nns1.helper.net 172800 A ${ONE}`,
    );
    const { story, resolution } = await run(options, "shop.example.com");
    expect(story.slice(2)).toEqual([
      "0 example.com. ns1.example.com. shop.example.com. A: alias",
      "0 alias shop.example.com. cdn.helper.net.",
      "0 . a.root. cdn.helper.net. A: referral",
      "0 net. tld.net. cdn.helper.net. A: referral",
      "0 helper.net. ns1.helper.net. cdn.helper.net. A: answer",
    ]);
    expect(resolution.finalName).toBe("cdn.helper.net.");
    expect(resolution.chain.map((record) => record.name)).toEqual(["shop.example.com.", "a.example.com."]);
  });

  it("reports aliases that go round in circles", async () => {
    const script = zoneScript({
      "example.com": `a.example.com 60 CNAME b.helper.net\nself.example.com 60 CNAME self.example.com`,
      "helper.net": "b.helper.net 60 CNAME a.example.com",
    });
    const { options } = await internet(
      DELEGATED,
      { one: { address: ONE, script } },
      `helper.net 172800 NS ns1.helper.net\nns1.helper.net 172800 A ${ONE}`,
    );
    expect((await run(options, "a.example.com")).resolution).toMatchObject({ status: "failed", failure: "alias-loop" });
    expect((await run(options, "self.example.com")).resolution).toMatchObject({
      status: "failed",
      failure: "alias-loop",
    });
  });
});

describe("bad servers", () => {
  it.each<[string, Script, string]>([
    ["refuses", (query) => reply(query, { rcode: RCODE.REFUSED, flags: NO_FLAGS }), "error"],
    ["fails", (query) => reply(query, { rcode: RCODE.SERVFAIL, flags: NO_FLAGS }), "error"],
    ["stays silent", SILENT, "timeout"],
    [
      "answers garbage",
      (query) => Uint8Array.of(query.id >> 8, query.id & 255, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0),
      "malformed",
    ],
    [
      "points to itself",
      (query) => reply(query, { flags: NO_FLAGS, authorities: resourceRecords("example.com 60 NS ns1.example.com") }),
      "lame",
    ],
    [
      "points to the root",
      (query) => reply(query, { flags: NO_FLAGS, authorities: resourceRecords(". 60 NS a.root") }),
      "lame",
    ],
    ["says nothing at all", (query) => reply(query, { flags: NO_FLAGS }), "lame"],
    [
      "gives an answer that is not its own",
      (query) => reply(query, { flags: NO_FLAGS, answers: resourceRecords("www.example.com 9 A 203.0.113.1") }),
      "answer",
    ],
  ])("are passed over: one that %s", async (_, script, kind) => {
    const { options } = await internet(DELEGATED, {
      one: { address: ONE, script },
      two: { address: TWO, script: exampleCom },
    });
    const { story, resolution } = await run(options, "www.example.com");
    expect(story.slice(2)).toEqual([
      `0 example.com. ns1.example.com. www.example.com. A: ${kind}`,
      "0 example.com. ns2.example.com. www.example.com. A: answer",
    ]);
    expect(values(resolution)).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  it("are used after all when an answer without AA is the only one", async () => {
    const script: Script = (query) =>
      reply(query, { flags: NO_FLAGS, answers: resourceRecords("www.example.com 9 A 192.0.2.7") });
    const { options } = await internet(DELEGATED, { one: { address: ONE, script } });
    expect((await run(options, "www.example.com")).resolution).toMatchObject({
      status: "answer",
      authoritative: false,
    });
  });

  it("end the resolution when there is no other", async () => {
    const { options } = await internet(DELEGATED, {});
    const { resolution, story } = await run(options, "www.example.com");
    expect(resolution).toMatchObject({ status: "failed", failure: "no-server-answered" });
    expect(story.slice(2)).toEqual([
      "0 example.com. ns1.example.com. www.example.com. A: unreachable",
      "0 example.com. ns2.example.com. www.example.com. A: unreachable",
    ]);
  });

  it("are given up after six that stay silent, however many there are", async () => {
    const addresses = Array.from({ length: 10 }, (_, i) => `127.77.2.${i + 1}`);
    const silent = Object.fromEntries(addresses.map((address) => [address, { address, script: SILENT }]));
    const delegation = addresses.map(
      (address, i) => `example.com 9 NS ns${i}.example.com\nns${i}.example.com 9 A ${address}`,
    );
    const { options } = await internet(delegation.join("\n"), silent);
    const { resolution, story } = await run(options, "www.example.com");
    expect(resolution).toMatchObject({ status: "failed", failure: "no-server-answered" });
    expect(story.filter((one) => one.endsWith("timeout"))).toHaveLength(6);
  });

  it("are asked again without EDNS when that is what they cannot read", async () => {
    const old: Script = (query) =>
      query.edns === undefined
        ? exampleCom(query, "udp")
        : reply({ ...makeBare(query) }, { rcode: RCODE.FORMERR, flags: NO_FLAGS });
    const { options } = await internet(DELEGATED, { one: { address: ONE, script: old } });
    const { steps, resolution } = await run(options, "www.example.com");
    expect(resolution.status).toBe("answer");
    expect(steps.at(-1)).toMatchObject({ outcome: { withoutEdns: true } });
  });
});

function makeBare(query: Parameters<Script>[0]): Parameters<Script>[0] {
  const { edns: _, ...bare } = query;
  return bare;
}

describe("delegations that lead nowhere", () => {
  it("miss the glue that only they could give", async () => {
    const { options } = await internet("example.com 172800 NS ns1.example.com", {});
    const { story, resolution } = await run(options, "www.example.com");
    expect(resolution).toMatchObject({ status: "failed", failure: "no-server-address" });
    expect(story).toContain("0 unknown ns1.example.com. circular");
  });

  it("name servers in each other's zones are given up in a few queries", async () => {
    const { options, servers } = await internet(
      "example.com 172800 NS ns.helper.net",
      {},
      "helper.net 172800 NS ns.example.com",
    );
    const { resolution } = await run(options, "www.example.com");
    expect(resolution).toMatchObject({ status: "failed", failure: "no-server-address" });
    const asked = Object.values(servers).flatMap((server) => server.asked);
    expect(asked.length).toBeLessThan(12);
  });

  it("with a hundred name servers to look up cost no hundred lookups", async () => {
    const many = Array.from({ length: 100 }, (_, i) => `example.com 60 NS ns.victim${i}.net`).join("\n");
    const { options, servers } = await internet(many, {});
    const { resolution } = await run(options, "www.example.com");
    expect(resolution).toMatchObject({ status: "failed", failure: "no-server-address" });
    expect((servers as Record<string, { asked: string[] }>).net?.asked.length).toBeLessThan(20);
  });
});

describe("memory", () => {
  it("spares the root what is known, for as long as the TTL says", async () => {
    let nowMs = 0;
    const { options, servers } = await internet(DELEGATED, { one: { address: ONE, script: exampleCom } });
    const memory = createDelegationMemory(() => nowMs);
    const root = (servers as Record<string, { asked: string[] }>).root;
    await run({ ...options, memory }, "www.example.com");
    await run({ ...options, memory }, "example.com", "NS");
    expect(root?.asked).toHaveLength(1);
    nowMs = 172_800_000;
    await run({ ...options, memory }, "www.example.com");
    expect(root?.asked).toHaveLength(2);
  });

  it("keeps the addresses of name servers that were looked up", async () => {
    const { options, servers } = await internet(
      "example.com 0 NS ns.helper.net",
      {
        one: { address: ONE, script: zoneScript({ "example.com": ZONE, "helper.net": `ns.helper.net 300 A ${ONE}` }) },
      },
      `helper.net 0 NS ns1.helper.net\nns1.helper.net 172800 A ${ONE}`,
    );
    const memory = createDelegationMemory(() => 0);
    await run({ ...options, memory }, "www.example.com");
    await run({ ...options, memory }, "www.example.com");
    expect((servers as Record<string, { asked: string[] }>).net?.asked).toHaveLength(1);
  });
});

it("finds the addresses of a host, of both families", async () => {
  const script = zoneScript({
    "example.com": `${ZONE}\nns1.example.com 60 AAAA 2001:db8::1\nns1.example.com 60 A 192.0.2.53`,
  });
  const { options } = await internet(DELEGATED, { one: { address: ONE, script } });
  expect(await lookupAddresses(options, domainName("ns1.example.com"))).toEqual(["192.0.2.53", "2001:db8::1"]);
  expect(await lookupAddresses(options, domainName("none.example.com"))).toEqual([]);
});

it("stops when it is aborted", async () => {
  const { options } = await internet(DELEGATED, { one: { address: ONE, script: () => undefined } });
  const controller = new AbortController();
  const steps = iterate({ ...options, signal: controller.signal }, domainName("www.example.com"), TYPE.A);
  await steps.next();
  await steps.next();
  const third = steps.next();
  controller.abort(new Error("enough"));
  await expect(third).rejects.toThrow("enough");
});
