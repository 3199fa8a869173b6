/** Validating resolvers of other people judge what our name servers sign, from the local root's trust anchor down. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  CreateKeySigningKeyCommand,
  DeactivateKeySigningKeyCommand,
  EnableHostedZoneDNSSECCommand,
  GetChangeCommand,
  type ResourceRecordSet,
  Route53Client,
  type RRType,
} from "@aws-sdk/client-route-53";
import {
  AssociateDelegationSignerToDomainCommand,
  DisassociateDelegationSignerFromDomainCommand,
  GetDomainDetailCommand,
  Route53DomainsClient,
  UpdateDomainNameserversCommand,
} from "@aws-sdk/client-route-53-domains";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exchange } from "../../src/dns/client.ts";
import { newPrivateKey, publicKeyOf } from "../../src/dns/dnssec-signing.ts";
import { makeQuery } from "../../src/dns/message.ts";
import { trustAnchorsOf } from "../../src/dns/trust-anchor.ts";
import { TYPE } from "../../src/dns/types.ts";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { renderAnchors } from "../../src/render/anchor.ts";
import { domainName } from "../../src/route53/names.ts";
import { describeWith, type Peer } from "./peers.ts";

const DELV: Peer = { name: "delv", probe: ["delv", "-v"] };
const CLI = resolve(import.meta.dirname, "../../bin/r53kit.js");

const KMS_KEY = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000001";
const ROOT = domainName(".");

let backend: LocalBackend;
let folder: string;
let route53: Route53Client;
let domains: Route53DomainsClient;

interface MadeZone {
  readonly id: string;
  readonly nameServers: readonly string[];
}

async function createZone(Name: string): Promise<MadeZone> {
  const made = await route53.send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
  return { id: made.HostedZone?.Id ?? "", nameServers: made.DelegationSet?.NameServers ?? [] };
}

/** Signs a zone and gives the DS data and the public key for its parent. */
async function signZone({ id }: MadeZone): Promise<{ ds: string; publicKey: string }> {
  const made = await route53.send(
    new CreateKeySigningKeyCommand({
      HostedZoneId: id,
      CallerReference: id,
      Name: "ksk",
      KeyManagementServiceArn: KMS_KEY,
      Status: "ACTIVE",
    }),
  );
  await route53.send(new EnableHostedZoneDNSSECCommand({ HostedZoneId: id }));
  return { ds: made.KeySigningKey?.DSRecord ?? "", publicKey: made.KeySigningKey?.PublicKey ?? "" };
}

/** At the registrar. */
async function delegate(DomainName: string, { nameServers }: MadeZone, publicKey?: string): Promise<void> {
  const Nameservers = nameServers.map((Name) => ({ Name }));
  await domains.send(new UpdateDomainNameserversCommand({ DomainName, Nameservers }));
  if (publicKey === undefined) return;
  const SigningAttributes = { Algorithm: 13, Flags: 257, PublicKey: publicKey };
  await domains.send(new AssociateDelegationSignerToDomainCommand({ DomainName, SigningAttributes }));
}

function set(Name: string, Type: RRType, values: readonly string[], more: Partial<ResourceRecordSet> = {}) {
  return { Name, Type, TTL: 300, ResourceRecords: values.map((Value) => ({ Value })), ...more };
}

/** Bounded polling of a change that takes a millisecond. */
async function insync(Id: string | undefined): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await route53.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status === "INSYNC") return;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`${Id} stays PENDING`);
}

async function put({ id }: MadeZone, ...sets: ResourceRecordSet[]): Promise<void> {
  const Changes = sets.map((ResourceRecordSet) => ({ Action: "CREATE" as const, ResourceRecordSet }));
  const { ChangeInfo } = await route53.send(
    new ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes } }),
  );
  await insync(ChangeInfo?.Id);
}

async function publishEverything(): Promise<void> {
  const app = await createZone("myapp.com");
  const dev = await createZone("dev.myapp.com");
  const plain = await createZone("plain.myapp.com");
  const wrong = await createZone("wrong.co.uk");
  const unsigned = await createZone("unsigned.org");
  await delegate("myapp.com", app, (await signZone(app)).publicKey);
  await delegate("unsigned.org", unsigned);
  await signZone(wrong);
  // The parent vouches for another key than the zone has.
  await delegate("wrong.co.uk", wrong, publicKeyOf(newPrivateKey()).toString("base64"));
  const { ds } = await signZone(dev);
  const weighted = (SetIdentifier: string, value: string) =>
    set("weighted.myapp.com", "A", [value], { SetIdentifier, Weight: 1, TTL: 0 });
  await put(
    app,
    set("www.myapp.com", "A", ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
    set("www.myapp.com", "AAAA", ["2001:db8::1"], { TTL: 1_209_600 }),
    set("myapp.com", "MX", ["10 mail.myapp.com.", "20 www.myapp.com."]),
    set("mail.myapp.com", "A", ["192.0.2.25"]),
    set("*.wild.myapp.com", "A", ["192.0.2.77"]),
    set("a.ent.myapp.com", "A", ["192.0.2.5"]),
    set("c1.myapp.com", "CNAME", ["c2.myapp.com"]),
    set("c2.myapp.com", "CNAME", ["www.myapp.com"]),
    set("dangling.myapp.com", "CNAME", ["nowhere.myapp.com"]),
    set("to-dev.myapp.com", "CNAME", ["www.dev.myapp.com"]),
    set("out.myapp.com", "CNAME", ["www.unsigned.org"]),
    {
      Name: "alias.myapp.com",
      Type: "A",
      AliasTarget: {
        HostedZoneId: app.id.replace("/hostedzone/", ""),
        DNSName: "www.myapp.com",
        EvaluateTargetHealth: false,
      },
    },
    weighted("one", "192.0.2.11"),
    weighted("two", "192.0.2.12"),
    set("caa.myapp.com", "CAA", ['0 issue "ca.example.net"']),
    set("https.myapp.com", "HTTPS", ["1 . alpn=h2"]),
    set("srv.myapp.com", "SRV", ["1 10 5060 mail.myapp.com."]),
    set(
      "big.myapp.com",
      "TXT",
      Array.from({ length: 80 }, (_, index) => `"${"x".repeat(60)}${index}"`),
    ),
    set("dev.myapp.com", "NS", dev.nameServers),
    set("dev.myapp.com", "DS", [ds]),
    set("plain.myapp.com", "NS", plain.nameServers),
  );
  await put(dev, set("www.dev.myapp.com", "A", ["192.0.2.21"]));
  await put(plain, set("www.plain.myapp.com", "A", ["192.0.2.22"]));
  await put(wrong, set("www.wrong.co.uk", "A", ["192.0.2.23"]));
  await put(unsigned, set("www.unsigned.org", "A", ["192.0.2.24"]));
}

type Verdict = "secure" | "secure, nothing there" | "insecure" | "bogus";

const QUESTIONS: readonly (readonly [what: string, name: string, type: string, verdict: Verdict])[] = [
  ["an answer of several records", "www.myapp.com", "A", "secure"],
  ["a TTL beyond a week", "www.myapp.com", "AAAA", "secure"],
  ["mail exchanges with addresses", "myapp.com", "MX", "secure"],
  ["the zone's own SOA", "myapp.com", "SOA", "secure"],
  ["the zone's own NS", "myapp.com", "NS", "secure"],
  ["the zone's keys", "myapp.com", "DNSKEY", "secure"],
  ["what the parent vouches for", "myapp.com", "DS", "secure"],
  ["a type that the name lacks", "www.myapp.com", "TXT", "secure, nothing there"],
  ["a type that the apex lacks", "myapp.com", "A", "secure, nothing there"],
  ["a name that is not there", "nowhere.myapp.com", "A", "secure, nothing there"],
  ["a name far below what is there", "a.b.c.nowhere.myapp.com", "AAAA", "secure, nothing there"],
  ["an empty non-terminal", "ent.myapp.com", "A", "secure, nothing there"],
  ["a name below an empty non-terminal", "a.ent.myapp.com", "A", "secure"],
  ["a wildcard's answer", "any.thing.wild.myapp.com", "A", "secure"],
  ["a type that a wildcard lacks", "x.wild.myapp.com", "TXT", "secure, nothing there"],
  ["the wildcard itself", "*.wild.myapp.com", "A", "secure"],
  ["a chain of CNAMEs", "c1.myapp.com", "A", "secure"],
  ["a CNAME to what is not there", "dangling.myapp.com", "A", "secure, nothing there"],
  ["a CNAME into a signed child", "to-dev.myapp.com", "A", "secure"],
  ["a CNAME to an unsigned zone", "out.myapp.com", "A", "insecure"],
  ["an alias", "alias.myapp.com", "A", "secure"],
  ["a weighted answer", "weighted.myapp.com", "A", "secure"],
  ["CAA", "caa.myapp.com", "CAA", "secure"],
  ["HTTPS", "https.myapp.com", "HTTPS", "secure"],
  ["SRV", "srv.myapp.com", "SRV", "secure"],
  ["an answer too large for UDP", "big.myapp.com", "TXT", "secure"],
  ["a signed child zone", "www.dev.myapp.com", "A", "secure"],
  ["what is not in a signed child zone", "nowhere.dev.myapp.com", "A", "secure, nothing there"],
  ["an unsigned child zone", "www.plain.myapp.com", "A", "insecure"],
  ["that nobody vouches for an unsigned child", "plain.myapp.com", "DS", "secure, nothing there"],
  ["an unsigned zone under a signed TLD", "www.unsigned.org", "A", "insecure"],
  ["a domain that is not registered", "nobody.com", "A", "secure, nothing there"],
  ["a TLD that is not there", "nowhere.nosuch", "A", "secure, nothing there"],
  ["a public suffix", "co.uk", "DNSKEY", "secure"],
  ["the root's keys", ".", "DNSKEY", "secure"],
  ["a zone whose parent vouches for another key", "www.wrong.co.uk", "A", "bogus"],
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "r53kit-dnssec-"));
  backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0, propagationDelayMs: 1 });
  const config = {
    endpoint: backend.apiUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  route53 = new Route53Client(config);
  domains = new Route53DomainsClient(config);
  await publishEverything();
  const server = { address: backend.rootHints[0]?.addresses[0] ?? "", port: backend.dnsPort };
  const query = makeQuery({ name: ROOT, type: TYPE.DNSKEY });
  const { response } = await exchange({ server, query, transport: "auto", timeoutMs: 2000, tries: 3 });
  const anchors = trustAnchorsOf(ROOT, response);
  for (const form of ["ds", "dnskey", "bind"] as const) {
    writeFileSync(join(folder, `anchor.${form}`), `${renderAnchors(anchors, form)}\n`);
  }
});

afterAll(async () => {
  route53?.destroy();
  domains?.destroy();
  await backend?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 60_000, env });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return stdout + stderr;
}

/** The verdict, or all of the output where there is none. */
function delvVerdict(output: string): string {
  if (output.includes("; unsigned answer")) return "insecure";
  if (output.includes("; negative response, fully validated")) return "secure, nothing there";
  // A chain that ends in nothing: the CNAME is validated, then what is not there.
  if (output.startsWith("; fully validated")) {
    return output.includes(";; resolution failed: ncache") ? "secure, nothing there" : "secure";
  }
  return /resolution failed: (broken trust chain|no valid|SERVFAIL)/.test(output) ? "bogus" : output;
}

describeWith(DELV, () => {
  it.each(QUESTIONS)("finds, through our resolver, %s: %s %s %s", async (_, name, type, verdict) => {
    const { address, port } = backend.resolver;
    const output = await run("delv", [`@${address}`, "-p", `${port}`, "-a", join(folder, "anchor.bind"), name, type]);
    expect(delvVerdict(output), output).toBe(verdict);
  });

  it("finds a zone secure whose key was rolled: a second one, its DS, then without the first", async () => {
    const DomainName = "rolled.net";
    const zone = await createZone(DomainName);
    await put(zone, set("www.rolled.net", "A", ["192.0.2.31"]));
    await delegate(DomainName, zone, (await signZone(zone)).publicKey);
    const first = (await domains.send(new GetDomainDetailCommand({ DomainName }))).DnssecKeys?.[0];
    const second = await route53.send(
      new CreateKeySigningKeyCommand({
        HostedZoneId: zone.id,
        CallerReference: "second",
        Name: "ksk_2",
        KeyManagementServiceArn: KMS_KEY.replace(/1$/, "2"),
        Status: "ACTIVE",
      }),
    );
    await delegate(DomainName, zone, second.KeySigningKey?.PublicKey);
    const deactivate = () => route53.send(new DeactivateKeySigningKeyCommand({ HostedZoneId: zone.id, Name: "ksk" }));
    await expect(deactivate()).rejects.toMatchObject({ name: "KeySigningKeyInParentDSRecord" });
    await domains.send(new DisassociateDelegationSignerFromDomainCommand({ DomainName, Id: first?.Id }));
    const { ChangeInfo } = await deactivate();
    await insync(ChangeInfo?.Id);
    const { address, port } = backend.resolver;
    const delv = (type: string) =>
      run("delv", [`@${address}`, "-p", `${port}`, "-a", join(folder, "anchor.bind"), `www.${DomainName}`, type]);
    expect(delvVerdict(await delv("A"))).toBe("secure");
    expect(delvVerdict(await delv("AAAA"))).toBe("secure, nothing there");
  });
});

/** Of what dig says with +dnssec: a validating resolver sets AD, or refuses to answer. */
function digVerdict(output: string, type: string): string {
  const status = /status: ([A-Z]+)/.exec(output)?.[1];
  if (status === "SERVFAIL") return "bogus";
  if (status !== "NOERROR") return output;
  if (!/flags:[^;]* ad[ ;]/.test(output)) return "insecure";
  const found = output.split("\n").some((line) => !line.startsWith(";") && line.split(/\s+/)[3] === type);
  return found ? "secure" : "secure, nothing there";
}

function unboundConfig(settings: string): string {
  return `server:
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "validator iterator"
  trust-anchor-file: "${join(folder, "anchor.ds")}"
${settings}
remote-control:
  control-enable: no
`;
}

const dig = (address: string, port: number, name: string, type: string) => [
  "dig",
  ...[`@${address}`, "-p", `${port}`, "+dnssec", "+tries=3", "+time=5", "+noall", "+comments", "+answer"],
  ...["-q", name, "-t", type],
];

/** Bounded: each refused or unanswered try is one. */
async function untilAnswered(ask: () => Promise<string>): Promise<void> {
  for (let attempt = 1; attempt <= 100; attempt++) {
    if ((await ask()).includes("status: ")) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("unbound does not answer");
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

describeWith({ name: "unbound and dig", probe: ["sh", "-c", "unbound -V && dig -v"] }, () => {
  let unbound: ChildProcess;
  const command = (name: string, type: string) => dig("127.0.0.1", backend.dnsPort, name, type);
  const ask = async (name: string, type: string) => {
    const [program = "", ...args] = command(name, type);
    return run(program, args);
  };

  beforeAll(async () => {
    const { address, port } = backend.resolver;
    writeFileSync(
      join(folder, "forward.conf"),
      // Our port is free on 127.0.0.1, where nothing of ours listens.
      `${unboundConfig(`  interface: 127.0.0.1\n  port: ${backend.dnsPort}`)}forward-zone:
  name: "."
  forward-addr: ${address}@${port}
`,
    );
    unbound = spawn("unbound", ["-d", "-c", join(folder, "forward.conf")], { stdio: "ignore" });
    await untilAnswered(() => ask(".", "SOA"));
  });
  afterAll(() => ended(unbound));

  it.each(QUESTIONS)("finds, through our resolver, %s: %s %s %s", async (_, name, type, verdict) => {
    const output = await ask(name, type);
    expect(digVerdict(output, type), output).toBe(verdict);
  });
});

const OWN_NETWORK = "unshare -n ip link set lo up && command -v nsenter && unbound -V && dig -v";

/** It needs port 53 of every address and must reach nobody else, so all of it is in a network that has only loopback. */
describeWith({ name: "unbound in a network of its own", probe: ["sh", "-c", OWN_NETWORK], optional: true }, () => {
  let daemon: ChildProcess | undefined;
  let unbound: ChildProcess | undefined;
  let env: NodeJS.ProcessEnv;
  const inside = (command: readonly string[]) => ["-t", `${daemon?.pid}`, "-n", ...command];
  const ask = (name: string, type: string) => run("nsenter", inside(dig("127.0.0.1", 53, name, type)));
  const r53kit = (...args: string[]) => run("nsenter", inside([process.execPath, CLI, ...args]), env);

  beforeAll(async () => {
    env = { ...process.env, R53KIT_HOME: join(folder, "home"), R53KIT_BACKEND: "local" };
    const start = `ip link set lo up && exec ${process.execPath} ${CLI} local start --foreground --in-memory --dns-port 53`;
    daemon = spawn("unshare", ["-n", "sh", "-c", start], { env, stdio: ["ignore", "pipe", "pipe"] });
    const said: string[] = [];
    await new Promise<void>((ready, failed) => {
      for (const stream of [daemon?.stdout, daemon?.stderr]) {
        stream?.on("data", (chunk) => {
          said.push(String(chunk));
          if (said.join("").includes("DNS port 53")) ready();
        });
      }
      daemon?.on("exit", () => failed(new Error(`the backend did not start: ${said.join("")}`)));
    });
    // The keys come along, so the zones are the same, and so is the trust anchor.
    const snapshot = join(folder, "everything.snapshot");
    writeFileSync(snapshot, await backend.saveSnapshot());
    expect(await r53kit("--yes", "local", "snapshot", "load", snapshot)).toContain(snapshot);
    expect(await r53kit("local", "anchor")).toBe(readFileSync(join(folder, "anchor.ds"), "utf8"));
    writeFileSync(join(folder, "root.hints"), ". 3600 NS a.root-servers.net.\na.root-servers.net. 3600 A 127.53.0.1\n");
    const settings = `  interface: 127.0.0.1\n  port: 53\n  root-hints: "${join(folder, "root.hints")}"`;
    writeFileSync(join(folder, "iterate.conf"), unboundConfig(settings));
    unbound = spawn("nsenter", inside(["unbound", "-d", "-c", join(folder, "iterate.conf")]), { stdio: "ignore" });
    await untilAnswered(() => ask(".", "SOA"));
  }, 60_000);
  afterAll(async () => {
    await ended(unbound);
    await ended(daemon);
  });

  it.each(QUESTIONS)("finds, from the root down, %s: %s %s %s", async (_, name, type, verdict) => {
    const output = await ask(name, type);
    expect(digVerdict(output, type), output).toBe(verdict);
  });
});
