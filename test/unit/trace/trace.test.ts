/** Whole traces over real sockets, on a little internet of scripted servers: what is seen, what is found, what is shown. */

import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/clock.ts";
import { dnskeyData, recordsOfDnskey } from "../../../src/dns/dnssec-keys.ts";
import { NO_FLAGS, PLAIN_EDNS, parseClientSubnet } from "../../../src/dns/message.ts";
import { RCODE, TYPE } from "../../../src/dns/types.ts";
import { renderTraceEnd, renderTraceEvent } from "../../../src/render/trace.ts";
import { domainName } from "../../../src/route53/names.ts";
import type { TraceEvent, TraceReport } from "../../../src/trace/report.ts";
import { type TraceRequest, trace } from "../../../src/trace/trace.ts";
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

const ROOT = "127.78.0.1";
const TLD = "127.78.0.2";
const ONE = "127.78.1.1";
const TWO = "127.78.1.2";
const SOA = "example.com 900 SOA ns1.example.com. h.example.com. 7 7200 900 1209600 60";

const DELEGATION = `
  example.com 172800 NS ns1.example.com
  example.com 172800 NS ns2.example.com
  ns1.example.com 172800 A ${ONE}
  ns2.example.com 172800 A ${TWO}
`;
const ZONE = `
  ${SOA}
  example.com 172800 NS ns1.example.com
  example.com 172800 NS ns2.example.com
  ns1.example.com 172800 A ${ONE}
  ns2.example.com 172800 A ${TWO}
  www.example.com 60 A 192.0.2.1
`;
const good = zoneScript({ "example.com": ZONE });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

interface Setting {
  readonly delegation?: string;
  readonly one?: Script;
  readonly two?: Script;
  readonly request?: Partial<TraceRequest>;
}

async function run(name: string, setting: Setting = {}) {
  const internet: Record<string, { address: string; script: Script }> = {
    root: {
      address: ROOT,
      script: zoneScript({ ".": `. 9 SOA a.root. h. 1 2 3 4 5\ncom 9 NS tld.com\ntld.com 9 A ${TLD}` }),
    },
    com: {
      address: TLD,
      script: zoneScript({ com: `com 900 SOA tld.com. h.com. 1 2 3 4 60\n${setting.delegation ?? DELEGATION}` }),
    },
    ...(setting.one === undefined ? {} : { one: { address: ONE, script: setting.one } }),
    ...(setting.two === undefined ? {} : { two: { address: TWO, script: setting.two } }),
  };
  const started = await startScriptedServers(internet);
  closers.push(started.close);
  const running = trace({
    name: domainName(name),
    type: TYPE.A,
    roots: { label: "scripted roots", hints: [{ name: domainName("a.root"), addresses: [ROOT] }], port: started.port },
    transport: "auto",
    timeoutMs: 20_000,
    exchange: patientWith(internet),
    clock: systemClock(),
    ...setting.request,
  });
  const events: TraceEvent[] = [];
  for (;;) {
    const next = await running.next();
    if (next.done) return { report: next.value, events, text: textOf(events, next.value) };
    events.push(next.value);
  }
}

function textOf(events: readonly TraceEvent[], report: TraceReport): string {
  const look = { color: false };
  return [...events.map((event) => renderTraceEvent(event, look)), renderTraceEnd(report, look)].join("\n");
}

const found = (report: TraceReport) => report.findings.map((finding) => `${finding.severity} ${finding.code}`);

describe("a sound name", () => {
  it("is explained step by step and has no findings", async () => {
    const { report, text } = await run("www.example.com", { one: good, two: good });
    expect(report.findings).toEqual([]);
    expect(report.outcome).toMatchObject({ status: "answer", records: [{ value: "192.0.2.1", ttlSeconds: 60 }] });
    expect(report.steps.map((step) => step.meaning)).toEqual([
      "the root delegates com to 1 name server, and gives its address.",
      "com delegates example.com to 2 name servers, and gives their addresses.",
      "www.example.com has 1 A record; resolvers may keep it for 1 minute.",
    ]);
    expect(report.servers).toMatchObject([
      {
        name: "ns1.example.com.",
        listedBy: "both",
        addressesFrom: "glue",
        probes: [{ address: ONE, serves: true, serial: 7 }],
      },
      {
        name: "ns2.example.com.",
        listedBy: "both",
        addressesFrom: "glue",
        probes: [{ address: TWO, serves: true, serial: 7 }],
      },
    ]);
    expect(text).toContain("www.example.com A\nfrom scripted roots, a.root (127.78.0.1), port ");
    expect(text).toContain("No problems: all 2 name servers serve the zone.");
  });

  it("comes as typed events in order, and the report is plain JSON", async () => {
    const { report, events } = await run("www.example.com", { one: good, two: good });
    expect(events.map((event) => event.code)).toEqual([
      "trace.start",
      "trace.step",
      "trace.step",
      "trace.step",
      "trace.outcome",
      "trace.checking",
      "trace.checked",
    ]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("can be asked for on behalf of a client's network, which name servers' addresses are not", async () => {
    const clientSubnet = parseClientSubnet("198.51.100.0/24");
    if (clientSubnet === undefined) throw new Error("a network");
    const scoped: Script = (query, transport) => {
      const answer = good(query, transport);
      if (answer === undefined || answer instanceof Uint8Array) return answer;
      const options = query.edns?.options.map((option) =>
        option.kind === "ecs" ? { ...option, scopePrefixLength: 20 } : option,
      );
      return { ...answer, edns: { ...PLAIN_EDNS, options: options ?? [] } };
    };
    const { report } = await run("www.example.com", { one: scoped, two: scoped, request: { clientSubnet } });
    expect(report.clientSubnet).toBe("198.51.100.0/24");
    expect(report.findings.map((finding) => finding.message)).toEqual([
      "The answer depends on the client's network: on the first 20 bits of 198.51.100.0/24.",
    ]);
  });
});

describe("what is wrong with a delegation", () => {
  it("shows servers that do not serve the zone, once for each fault", async () => {
    const refusing: Script = (query) => reply(query, { rcode: RCODE.REFUSED, flags: NO_FLAGS });
    const { report } = await run("www.example.com", { one: refusing, two: refusing });
    expect(found(report)).toEqual(["problem delegation.dead", "problem delegation.lame"]);
    expect(report.findings[1]?.message).toBe(
      `example.com is delegated to ns1.example.com (${ONE}) and ns2.example.com (${TWO}), but not served there: the answer is REFUSED.`,
    );
    expect(report.outcome).toMatchObject({ status: "failed", failure: "no-server-answered" });
  });

  it("shows a server that stays silent beside one that answers", async () => {
    const { report, text } = await run("www.example.com", { one: SILENT, two: good });
    expect(found(report)).toEqual(["problem delegation.unreachable"]);
    expect(report.steps[2]).toMatchObject({ tries: 2, result: { kind: "failure", reason: "timeout" } });
    expect(text).toContain("No answer came, to 2 queries.");
    expect(text).toMatch(/✗ {2}ns1\.example\.com +127\.78\.1\.1 +- +- +timeout/);
  });

  it("shows glue that is missing", async () => {
    const { report } = await run("www.example.com", { delegation: "example.com 9 NS ns1.example.com" });
    expect(found(report)).toEqual([
      "problem delegation.dead",
      "problem delegation.missing-glue",
      "warning delegation.single-server",
    ]);
  });

  it("shows a name server without an address", async () => {
    const delegation = `example.com 9 NS ns1.example.com\nexample.com 9 NS gone.com\nns1.example.com 9 A ${ONE}`;
    const zone = ZONE.replace("172800 NS ns2.example.com", "9 NS gone.com");
    const { report } = await run("www.example.com", { delegation, one: zoneScript({ "example.com": zone }) });
    expect(found(report)).toEqual(["problem delegation.server-without-address"]);
  });

  it("shows that parent and zone name different servers", async () => {
    const zone = ZONE.replace("172800 NS ns2.example.com", "172800 NS ns3.example.com");
    const script = zoneScript({ "example.com": `${zone}\nns3.example.com 9 A ${TWO}` });
    const { report, text } = await run("www.example.com", { one: script, two: script });
    expect(found(report)).toEqual(["warning delegation.only-at-parent", "warning delegation.only-in-zone"]);
    expect(report.servers.map((check) => [check.name, check.listedBy])).toEqual([
      ["ns1.example.com.", "both"],
      ["ns2.example.com.", "parent"],
      ["ns3.example.com.", "child"],
    ]);
    expect(text).toContain("NAMED BY");
  });

  it("counts name servers, not their addresses, when all is well", async () => {
    const twice = (zone: string) => `${zone}\nns1.example.com 172800 A ${TWO}`;
    const script = zoneScript({ "example.com": twice(ZONE) });
    const { report, text } = await run("www.example.com", { delegation: twice(DELEGATION), one: script, two: script });
    expect(report.servers.flatMap((check) => check.probes)).toHaveLength(3);
    expect(text).toContain("No problems: all 2 name servers serve the zone.");
  });

  it("shows glue that the zone contradicts", async () => {
    const moved = zoneScript({
      "example.com": ZONE.replace(`ns2.example.com 172800 A ${TWO}`, "ns2.example.com 9 A 127.78.1.3"),
    });
    const { report } = await run("www.example.com", { one: moved, two: moved });
    expect(report.findings.map((finding) => finding.message)).toEqual([
      "The parent says that ns2.example.com has the address 127.78.1.2; the zone itself says 127.78.1.3.",
    ]);
  });

  it("shows glue for a host that the zone does not know", async () => {
    const forgotten = zoneScript({ "example.com": ZONE.replace(`ns2.example.com 172800 A ${TWO}`, "") });
    const { report } = await run("www.example.com", { one: forgotten, two: forgotten });
    expect(report.findings.map((finding) => finding.message)).toEqual([
      "The parent says that ns2.example.com has the address 127.78.1.2; the zone itself says that there is none.",
    ]);
  });

  it("does not ask the parent for glue of a server that only the zone names", async () => {
    const script = zoneScript({ "example.com": `${ZONE}\nexample.com 172800 NS ns3.example.com` });
    const { report } = await run("www.example.com", { one: script, two: script });
    expect(found(report)).toEqual(["problem delegation.server-without-address", "warning delegation.only-in-zone"]);
  });

  it("tells a server that points up from one that points to where the name is not", async () => {
    const pointing = (zone: string): Script => {
      const authorities = resourceRecords(`${zone} 60 NS ns.elsewhere.net`);
      return (query) => reply(query, { flags: NO_FLAGS, authorities });
    };
    const { report } = await run("www.example.com", { one: pointing("."), two: pointing("mail.example.com") });
    const sentences = report.steps.flatMap((step) =>
      step.kind === "query" && step.result.kind === "lame" ? step.meaning : [],
    );
    expect(sentences).toEqual([
      "The server points to a zone further up instead of answering: it does not serve the zone it is delegated.",
      "The server points to a zone that the name is not in: it does not serve the zone it is delegated.",
    ]);
  });

  it("that names more servers than a zone needs is looked at as far as that goes", async () => {
    const many = Array.from({ length: 300 }, (_, i) => `example.com 9 NS ns-${i}.gone.com`).join("\n");
    const script = zoneScript({ "example.com": `${ZONE}\n${many}` });
    const { report } = await run("www.example.com", { one: script, two: script });
    expect(report.servers).toHaveLength(66);
  });

  it("is not blamed for a machine without IPv6", async () => {
    const { report } = await run("www.example.com", {
      // Nobody listens on ::1, which every machine refuses or cannot reach.
      delegation: `${DELEGATION}\nns1.example.com 9 AAAA ::1\nns2.example.com 9 AAAA ::1`,
      one: zoneScript({ "example.com": `${ZONE}\nns1.example.com 9 AAAA ::1\nns2.example.com 9 AAAA ::1` }),
      two: good,
    });
    expect(found(report)).toEqual(["info machine.no-ipv6"]);
  });

  it("is left alone where domains are registered: those servers are not ours", async () => {
    const { report } = await run("www.nowhere.com");
    expect(found(report)).toEqual(["problem trace.not-delegated", "info trace.negative-ttl"]);
    expect(report.findings[0]?.message).toMatch(/^com has no nowhere\.com:/);
    expect(report.servers).toEqual([]);
  });
});

describe("the chain of trust", () => {
  const zone = domainName("example.com");
  const dnskey = dnskeyData(Buffer.alloc(64, 7));
  const other = dnskeyData(Buffer.alloc(64, 8));
  const { ds, keyTag } = recordsOfDnskey(zone, dnskey);
  const otherTag = recordsOfDnskey(zone, other).keyTag;
  const keyLine = (data: Buffer) => `example.com 3600 DNSKEY \\# ${data.length} ${data.toString("hex")}`;
  const traced = (parentHas: string, zoneHas: string) => {
    const script = zoneScript({ "example.com": `${ZONE}\n${zoneHas}` });
    return run("www.example.com", { delegation: `${DELEGATION}\n${parentHas}`, one: script, two: script });
  };
  const dsLine = (data: string) => `example.com 3600 DS ${data}`;

  it("holds where a DS record fits a key, whatever others there are", async () => {
    const { report } = await traced(
      `${dsLine(ds)}\n${dsLine(`1 13 2 ${"ab".repeat(32)}`)}`,
      `${keyLine(other)}\n${keyLine(dnskey)}`,
    );
    expect(report.chainOfTrust).toMatchObject([{ zone: "example.com.", parent: "com.", state: "linked" }]);
    expect(found(report)).toEqual([]);
  });

  it("is broken where the zone is not signed, or with other keys, or the digest is another", async () => {
    const unsigned = await traced(dsLine(ds), "");
    expect(found(unsigned.report)).toEqual(["problem dnssec.broken"]);
    expect(unsigned.report.findings[0]?.message).toBe(
      `The DS records that com has for example.com, of key ${keyTag}, fit none of its keys: it has none. ` +
        "Validating resolvers answer SERVFAIL for everything in it.",
    );
    const rolled = await traced(dsLine(ds), keyLine(other));
    expect(rolled.report.findings[0]?.message).toContain(`fit none of its keys: it has key ${otherTag}.`);
    const mistyped = await traced(dsLine(`${keyTag} 13 2 ${"ab".repeat(32)}`), keyLine(dnskey));
    expect(found(mistyped.report)).toEqual(["problem dnssec.broken"]);
  });

  it("is none where the parent says nothing that validators understand", async () => {
    expect((await traced("", "")).report.chainOfTrust).toMatchObject([{ state: "unsigned" }]);
    const unknown = await traced(dsLine(`${keyTag} 13 99 ${"ab".repeat(32)}`), "");
    expect(unknown.report.chainOfTrust).toMatchObject([{ vouchedFor: [keyTag], state: "unsigned" }]);
    expect(found((await traced("", keyLine(dnskey))).report)).toEqual(["info dnssec.not-vouched-for"]);
  });

  it("is not looked for below a zone where it has ended", async () => {
    const cut = "sub.example.com 9 NS ns2.example.com";
    const { report } = await run("www.sub.example.com", {
      one: zoneScript({ "example.com": `${ZONE}\n${cut}\nsub.example.com 9 DS ${ds}` }),
      two: zoneScript({
        "sub.example.com": `${SOA.replace("example.com", "sub.example.com")}\n${cut}\nwww.sub.example.com 60 A 192.0.2.1`,
      }),
    });
    expect(report.zone).toBe("sub.example.com.");
    expect(report.chainOfTrust).toMatchObject([{ zone: "example.com.", state: "unsigned" }]);
  });
});

describe("a client's network", () => {
  const clientSubnet = parseClientSubnet("198.51.100.0/24");
  const request = clientSubnet === undefined ? {} : { clientSubnet };
  /** Answers with a scope, for the names that it is given one for. */
  const scoped =
    (script: Script, scopes: Readonly<Record<string, number>>): Script =>
    (query, transport) => {
      const answer = script(query, transport);
      const bits = scopes[query.questions[0]?.name ?? ""];
      if (bits === undefined || clientSubnet === undefined || answer === undefined || answer instanceof Uint8Array)
        return answer;
      return { ...answer, edns: { ...PLAIN_EDNS, options: [{ ...clientSubnet, scopePrefixLength: bits }] } };
    };
  const messages = (report: TraceReport) => report.findings.map((finding) => finding.message);

  it("counts at an alias on the way as well", async () => {
    const zone = zoneScript({
      "example.com": `${ZONE}\nwww2.example.com 60 CNAME www.example.com`,
    });
    const chain: Script = (query, transport) =>
      query.questions[0]?.name === "www2.example.com."
        ? reply(query, { answers: resourceRecords("www2.example.com 60 CNAME www.example.com") })
        : zone(query, transport);
    const script = scoped(chain, { "www2.example.com.": 20, "www.example.com.": 0 });
    const { report } = await run("www2.example.com", { one: script, two: script, request });
    expect(messages(report)).toEqual([
      "The answer depends on the client's network: on the first 20 bits of 198.51.100.0/24.",
    ]);
  });

  it("counts where there is no answer for it, and no more of it than was told", async () => {
    const script = scoped(good, { "mail.example.com.": 28 });
    const { report } = await run("mail.example.com", { one: script, two: script, request });
    expect(messages(report)).toContain(
      "The answer depends on the client's network: on the first 24 bits of 198.51.100.0/24.",
    );
  });
});

describe("servers that do not agree", () => {
  const with_ = (zone: string) => zoneScript({ "example.com": zone });

  it("are a problem when one knows the name and the other does not", async () => {
    const two = with_(ZONE.replace("www.example.com", "web.example.com"));
    const { report } = await run("www.example.com", { one: good, two });
    expect(found(report)).toEqual(["problem servers.disagree"]);
    expect(report.findings[0]?.message).toContain("ns1.example.com says 192.0.2.1; ns2.example.com says no such name");
  });

  it("are a warning when each has its own answer and its own version of the zone", async () => {
    const two = with_(ZONE.replace("192.0.2.1", "192.0.2.2").replace(" 7 7200", " 8 7200"));
    const { report } = await run("www.example.com", { one: good, two });
    expect(found(report)).toEqual(["warning servers.serials-differ", "warning servers.values-differ"]);
  });

  it("are no matter when the answers vary by themselves, as routing policies make them", async () => {
    let turn = 0;
    const weighted: Script = (query, transport) =>
      query.questions[0]?.type === TYPE.A && query.questions[0].name === "www.example.com."
        ? reply(query, { answers: [resourceRecord(`www.example.com 60 A 192.0.2.${(turn++ % 3) + 1}`)] })
        : good(query, transport);
    const { report } = await run("www.example.com", { one: weighted, two: weighted });
    expect(found(report)).toEqual(["info servers.answers-vary"]);
  });

  it("agree when they give the same records in another order", async () => {
    const both = `${ZONE}\nwww.example.com 60 A 192.0.2.2`;
    const reversed = both.split("\n").reverse().join("\n");
    const { report } = await run("www.example.com", { one: with_(both), two: with_(reversed) });
    expect(report.findings).toEqual([]);
  });
});

describe("what is wrong with an answer", () => {
  const serving = (records: string) => {
    const script = zoneScript({ "example.com": `${ZONE}\n${records}` });
    return { one: script, two: script };
  };

  it.each<[string, string, string, string[]]>([
    ["a name that does not exist", "nope.example.com", "", ["problem trace.no-such-name", "info trace.negative-ttl"]],
    [
      "a type that is not there",
      "txt.example.com",
      'txt.example.com 60 TXT "x"',
      ["warning trace.no-data", "info trace.negative-ttl"],
    ],
    [
      "a dangling alias",
      "old.example.com",
      "old.example.com 60 CNAME gone.example.com",
      ["problem trace.alias-leads-nowhere", "info trace.negative-ttl"],
    ],
    [
      "aliases in a circle",
      "a.example.com",
      "a.example.com 60 CNAME b.example.com\nb.example.com 60 CNAME a.example.com",
      ["problem trace.alias-loop"],
    ],
    ["a TTL of a day", "slow.example.com", "slow.example.com 86400 A 192.0.2.1", ["warning ttl.long"]],
    ["a TTL of nothing", "fast.example.com", "fast.example.com 0 A 192.0.2.1", ["info ttl.zero"]],
  ])("is found: %s", async (_, name, records, findings) => {
    const { report } = await run(name, serving(records));
    expect(found(report)).toEqual(findings);
  });

  it("is found: nobody answers with authority", async () => {
    const cached: Script = (query) =>
      reply(query, { flags: NO_FLAGS, answers: resourceRecords("www.example.com 60 A 192.0.2.1") });
    const { report } = await run("www.example.com", { one: cached, two: cached });
    expect(found(report)).toEqual(["problem trace.not-authoritative", "problem delegation.lame"]);
  });

  it("is found: what a server adds, EDNS it does not know, and an answer too large for UDP", async () => {
    const talking: Script = (query, transport) => {
      const answer = good(query, transport);
      const options = [{ kind: "ede" as const, infoCode: 3, text: "from before" }];
      return answer instanceof Uint8Array || answer === undefined
        ? answer
        : { ...answer, edns: { ...PLAIN_EDNS, options } };
    };
    const old: Script = (query, transport) => {
      if (query.edns === undefined) return good(query, transport);
      const { edns: _, ...bare } = query;
      return reply(bare, { rcode: RCODE.FORMERR, flags: NO_FLAGS });
    };
    const { report } = await run("www.example.com", { one: talking, two: old });
    expect(found(report)).toEqual(["warning server.no-edns", "info server.says"]);
    expect(report.findings[1]?.message).toBe(`ns1.example.com (${ONE}) adds: Stale Answer: from before.`);

    const silent: Script = (query, transport) => {
      const { edns: _, ...bare } = query;
      return good(bare, transport);
    };
    expect(found((await run("www.example.com", { one: silent, two: good })).report)).toEqual([
      "warning server.no-edns",
    ]);

    const many = Array.from({ length: 100 }, (_, i) => `many.example.com 60 A 192.0.2.${i}`).join("\n");
    const large = await run("many.example.com", serving(many));
    expect(found(large.report)).toEqual(["info answer.needs-tcp"]);
    expect(large.text).toContain("tcp after a truncated udp answer");
  });
});

it("notices a network that answers in place of every name server", async () => {
  const resolver: Script = (query) =>
    reply(query, { flags: { ...NO_FLAGS, recursionAvailable: true }, rcode: RCODE.NXDOMAIN });
  const addresses = Array.from({ length: 5 }, (_, i) => `127.78.2.${i + 1}`);
  const started = await startScriptedServers(
    Object.fromEntries(addresses.map((address) => [address, { address, script: resolver }])),
  );
  closers.push(started.close);
  const { report } = await run("www.example.com", {
    request: { roots: { label: "roots", hints: [{ name: domainName("a.root"), addresses }], port: started.port } },
  });
  expect(found(report)).toEqual(["problem trace.intercepted"]);
  expect(report.steps).toHaveLength(3);
});

it("does not get past roots that do not answer", async () => {
  const { report } = await run("www.example.com", {
    request: {
      roots: { label: "no roots", hints: [{ name: domainName("a.root"), addresses: ["127.78.9.9"] }], port: 9 },
    },
  });
  expect(report.outcome).toMatchObject({ status: "failed", failure: "no-root-answered" });
});

it("shows text from outside without what could drive the terminal", async () => {
  const zone = `${ZONE}\n\\033[31mred.example.com 60 A 192.0.2.1`;
  const talking: Script = (query) =>
    reply(query, {
      rcode: RCODE.REFUSED,
      flags: NO_FLAGS,
      edns: { ...PLAIN_EDNS, options: [{ kind: "ede", infoCode: 0, text: "\u001b[2J\u0007gotcha\r\n" }] },
    });
  const { text } = await run("www.example.com", { one: talking, two: zoneScript({ "example.com": zone }) });
  expect(text).toContain("gotcha");
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});
