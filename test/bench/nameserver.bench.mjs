// Answers a second of the local name server beside BIND, Knot and NSD, asked by dnsperf in turns: plain answers of one zone, the
// same file for all; weighted answers with health checks and client subnets; signed answers beside Knot's online signing; and
// what a zone of 100,000 names costs. Peers that are not installed are left out.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  CreateKeySigningKeyCommand,
  EnableHostedZoneDNSSECCommand,
  Route53Client,
  waitUntilResourceRecordSetsChanged,
} from "@aws-sdk/client-route-53";
import { launcher, programWithHome, quantile } from "./program.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const NAMES = 10_000;
const MANY_NAMES = 100_000;
const CHECKS = 20;
/** Germany, /24, as an EDNS option: family 1, source 24, scope 0. */
const SUBNET = "8:00011800c63364";
/** A client's cookie, as resolvers send one. */
const COOKIE = "10:0102030405060708";
const DNSPERF = ["-c", "8", "-q", "200", "-T", "1"];

const addressOf = (n) => `192.0.2.${(n % 250) + 1}`;
/** Every name once, in an order that caches cannot guess. */
const shuffled = (count) => Array.from({ length: count }, (_, i) => (i * 7_919) % count);
/** Of /proc, a second: the same on all Linux machines. */
const CLOCK_TICKS = 100;
const installed = (program) => spawnSync("which", [program], { stdio: "ignore" }).status === 0;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function dnsperf({ address, port }, file, more = []) {
  const args = ["-s", address, "-p", String(port), "-d", file, ...DNSPERF, "-l", String(SECONDS), ...more];
  const { stdout, stderr } = spawnSync("dnsperf", args);
  const text = stdout.toString();
  const rate = Number(/Queries per second:\s+([\d.]+)/.exec(text)?.[1]);
  const codes = /Response codes:\s+(.+)/.exec(text)?.[1] ?? "";
  if (!(rate > 0) || !codes.includes("NOERROR")) throw new Error(`dnsperf ${args.join(" ")}: ${text}${stderr}`);
  return { rate };
}

/**
 * How long answers take at a rate, in ms. dnsperf says it query by query, into a file: whoever read a pipe
 * would take the processor from both sides.
 */
function latencies({ at, file }, rate, folder) {
  const path = join(folder, "latencies.txt");
  const out = openSync(path, "w");
  const args = ["-s", at.address, "-p", String(at.port), "-d", file, ...DNSPERF, "-l", String(SECONDS)];
  spawnSync("dnsperf", [...args, "-Q", String(rate), "-v"], { stdio: ["ignore", out, "ignore"] });
  closeSync(out);
  const lines = readFileSync(path, "utf8").matchAll(/^> NOERROR .* ([\d.]+)$/gm);
  return Array.from(lines, ([, seconds]) => Number(seconds) * 1_000);
}

/** User and system time of a process and its children that have ended, in seconds. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

const residentMiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

class Local {
  #program = programWithHome();

  constructor() {
    this.start();
  }

  start() {
    const startedAt = performance.now();
    // A zone of 100,000 names needs a raised quota.
    this.#program.run(launcher, "local", "start", "--api-port", "0", "--dns-port", "0", "--lenient");
    const startMs = performance.now() - startedAt;
    const { apiPort, dnsPort, pid } = JSON.parse(this.#program.run(launcher, "local", "status", "--json"));
    Object.assign(this, { startMs, port: dnsPort, pid });
    this.client = new Route53Client({
      endpoint: `http://127.0.0.1:${apiPort}`,
      region: "us-east-1",
      credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
    });
  }

  stop() {
    this.#program.run(launcher, "local", "stop");
  }

  close() {
    this.#program.close();
  }

  /** Makes a zone with these record sets; `at` is where its first name server answers. */
  async zone(name, recordSets) {
    const { HostedZone, DelegationSet } = await this.client.send(
      new CreateHostedZoneCommand({ Name: name, CallerReference: `${name} ${Date.now()}` }),
    );
    let change;
    for (let start = 0; start < recordSets.length; start += 1_000) {
      const Changes = recordSets
        .slice(start, start + 1_000)
        .map((ResourceRecordSet) => ({ Action: "CREATE", ResourceRecordSet }));
      change = await this.client.send(
        new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone.Id, ChangeBatch: { Changes } }),
      );
    }
    await waitUntilResourceRecordSetsChanged(
      { client: this.client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.2 },
      { Id: change.ChangeInfo.Id },
    );
    const number = Number(/^ns-(\d+)\./.exec(DelegationSet.NameServers[0])?.[1]);
    return { id: HostedZone.Id, nameServers: DelegationSet.NameServers, number, at: this.addressOf(name) };
  }

  /** The address of a server that has the zone: whoever of the pool does not refuse. */
  addressOf(name) {
    for (let n = 1; n <= 64; n++) {
      const address = `127.53.1.${n}`;
      const { stdout } = spawnSync("dig", [`@${address}`, "-p", String(this.port), "+tries=1", "+time=1", "SOA", name]);
      if (stdout.includes("status: NOERROR")) return { address, port: this.port };
    }
    throw new Error(`no server answers for ${name}`);
  }
}

const simple = (name, value) => ({ Name: name, Type: "A", TTL: 300, ResourceRecords: [{ Value: value }] });

function zoneFile(zone, nameServers, count) {
  const lines = ["$TTL 300", `@ 900 IN SOA ${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`];
  for (const server of nameServers) lines.push(`@ 172800 IN NS ${server}.`);
  for (let n = 0; n < count; n++) lines.push(`h${n}.${zone}. 300 IN A ${addressOf(n)}`);
  return `${lines.join("\n")}\n`;
}

/** The peers' ways to serve one zone file on one port. Each stays in the foreground. */
const PEERS = {
  BIND: {
    program: "named",
    config: ({ folder, port, zone }) =>
      `options { directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;\n` +
      `  pid-file none; session-keyfile "${folder}/session.key"; minimal-responses no; notify no; };\ncontrols { };\n` +
      `zone "${zone}" { type primary; file "${folder}/zone"; };\n`,
    args: ({ file }) => ["-f", "-c", file],
  },
  Knot: {
    program: "knotd",
    config: ({ folder, port, zone, online }) =>
      `server:\n  listen: 127.0.0.1@${port}\n  rundir: ${folder}\ndatabase:\n  storage: ${folder}\n` +
      (online
        ? `policy:\n  - id: bench\n    algorithm: ECDSAP256SHA256\nmod-onlinesign:\n  - id: bench\n    policy: bench\n`
        : "") +
      `zone:\n  - domain: ${zone}\n    file: ${folder}/zone\n    zonefile-sync: -1\n    journal-content: none\n` +
      (online ? "    module: mod-onlinesign/bench\n" : ""),
    args: ({ file }) => ["-c", file],
  },
  NSD: {
    program: "nsd",
    config: ({ folder, port, zone }) =>
      `server:\n  ip-address: 127.0.0.1@${port}\n  username: ""\n  zonesdir: ${folder}\n  pidfile: ${folder}/nsd.pid\n` +
      `  xfrdfile: ${folder}/xfrd\n  zonelistfile: ${folder}/list\n  xfrdir: ${folder}\n  database: ""\n` +
      `remote-control:\n  control-enable: no\nzone:\n  name: ${zone}\n  zonefile: ${folder}/zone\n`,
    args: ({ file }) => ["-d", "-c", file],
  },
};

/** NSD answers in a child process, or a child of that. */
function servingPid(pid) {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).slice(-1);
  return child === undefined ? pid : servingPid(Number(child));
}

async function startPeer(name, folder, zone, text, { online = false } = {}) {
  const peer = PEERS[name];
  if (!installed(peer.program)) return undefined;
  const own = join(folder, `${name}${online ? "-online" : ""}`);
  mkdirSync(own);
  writeFileSync(join(own, "zone"), text);
  const port = await freePort();
  const file = join(own, "conf");
  writeFileSync(file, peer.config({ folder: own, port, zone, online }));
  const child = spawn(peer.program, peer.args({ file }), { stdio: "ignore", cwd: own });
  const at = { address: "127.0.0.1", port };
  for (let tries = 0; tries < 100; tries++) {
    const { stdout } = spawnSync("dig", ["@127.0.0.1", "-p", String(port), "+tries=1", "+time=1", "SOA", zone]);
    if (stdout.includes("status: NOERROR"))
      return { name, at, pid: servingPid(child.pid), stop: () => child.kill("SIGTERM") };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill("SIGKILL");
  console.log(`  ${name} does not start here`);
  return undefined;
}

/**
 * The best rate of each subject in rounds that take turns: what else the machine does only ever takes away. The processor time of
 * an answer is the server's own, whatever dnsperf gets of the processor.
 */
function inTurns(subjects) {
  for (const subject of subjects) Object.assign(subject, { rates: [], cpuSeconds: 0, answers: 0 });
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of subjects) {
      const before = cpuSeconds(subject.pid);
      const { rate } = dnsperf(subject.at, subject.file, subject.more);
      subject.rates.push(rate);
      subject.answers += rate * SECONDS;
      subject.cpuSeconds += cpuSeconds(subject.pid) - before;
    }
  }
  for (const subject of subjects) subject.rate = Math.max(...subject.rates);
}

function show(subjects) {
  for (const { name, rate, rates, answers, cpuSeconds: used } of subjects) {
    const all = rates.map((one) => (one / 1_000).toFixed(0)).join(" ");
    const cpu = ((used / answers) * 1e6).toFixed(1);
    console.log(
      `  ${name.padEnd(44)} ${rate.toFixed(0).padStart(8)}/s   (${all} k)   ${cpu} us of processor time each`,
    );
  }
}

function judge(what, ratio, target) {
  console.log(
    `  ${what.padEnd(44)} ${ratio.toFixed(2).padStart(8)}x    target >= ${target}  ${ratio >= target ? "met" : "MISSED"}`,
  );
}

async function plainAndRouted(local, folder) {
  const plainNames = shuffled(NAMES);
  const plain = await local.zone(
    "bench.test",
    Array.from({ length: NAMES }, (_, n) => simple(`h${n}.bench.test`, addressOf(n))),
  );
  const plainFile = join(folder, "plain.txt");
  writeFileSync(plainFile, plainNames.map((n) => `h${n}.bench.test A\n`).join(""));

  const checks = [];
  for (let n = 0; n < CHECKS; n++) {
    const { HealthCheck } = await local.client.send(
      new CreateHealthCheckCommand({
        CallerReference: `bench ${n}`,
        // Nobody is there: half of the answers are unhealthy, and the choice is never trivial.
        HealthCheckConfig: {
          Type: "TCP",
          IPAddress: "127.0.77.1",
          Port: 9,
          RequestInterval: 30,
          Inverted: n % 2 === 0,
        },
      }),
    );
    checks.push(HealthCheck.Id);
  }
  const weighted = Array.from({ length: NAMES / 4 }, (_, n) => n).flatMap((n) =>
    ["a", "b", "c"].map((set, i) => ({
      ...simple(`w${n}.routed.test`, addressOf(n + i)),
      SetIdentifier: set,
      Weight: 10 * (i + 1),
      HealthCheckId: checks[(n + i) % CHECKS],
    })),
  );
  const routed = await local.zone("routed.test", weighted);
  const routedFile = join(folder, "routed.txt");
  writeFileSync(
    routedFile,
    shuffled(NAMES / 4)
      .map((n) => `w${n}.routed.test A\n`)
      .join(""),
  );

  const text = zoneFile("bench.test", plain.nameServers, NAMES);
  const peers = [];
  for (const name of Object.keys(PEERS)) peers.push(await startPeer(name, folder, "bench.test", text));
  const running = peers.filter((peer) => peer !== undefined);
  try {
    const own = { name: "r53kit", pid: local.pid, at: plain.at, file: plainFile };
    const choosing = {
      name: "r53kit, weighted + health + client subnet",
      pid: local.pid,
      at: routed.at,
      file: routedFile,
      more: ["-e", "-E", SUBNET],
    };
    // What the option itself costs, dnsperf and the sockets included.
    const withSubnet = { ...own, name: "r53kit, plain with the same client subnet", more: choosing.more };
    const withCookie = { ...own, name: "r53kit, plain with a cookie", more: ["-e", "-E", COOKIE] };
    const subjects = [own, withSubnet, withCookie, choosing, ...running.map((peer) => ({ ...peer, file: plainFile }))];
    inTurns(subjects);
    console.log(
      `answers, dnsperf ${DNSPERF.join(" ")}, best of ${ROUNDS} rounds of ${SECONDS} s, ${NAMES.toLocaleString("en")} names`,
    );
    show(subjects);
    const bind = subjects.find(({ name }) => name === "BIND");
    if (bind !== undefined) judge("plain beside BIND", own.rate / bind.rate, 1);
    judge("weighted + health + subnet beside own plain", choosing.rate / own.rate, 0.8);
    console.log(
      `  ${"the same beside plain with that subnet".padEnd(44)} ${(choosing.rate / withSubnet.rate).toFixed(2).padStart(8)}x`,
    );

    const half = Math.floor(own.rate / 2);
    console.log(`at half of r53kit's plain rate, ${half}/s, the best of ${ROUNDS} rounds`);
    for (const subject of bind === undefined ? [own] : [own, bind]) {
      const rounds = Array.from({ length: ROUNDS }, () => latencies(subject, half, folder));
      const [p50, p99] = [0.5, 0.99].map((q) => Math.min(...rounds.map((all) => quantile(all, q))));
      const all = rounds.map((one) => quantile(one, 0.99).toFixed(1)).join(" ");
      const verdict = subject === own ? `   target p99 < 2  ${p99 < 2 ? "met" : "MISSED"}` : "";
      console.log(
        `  ${`${subject.name}, p50 and p99`.padEnd(44)} ${p50.toFixed(2)} and ${p99.toFixed(2)} ms (${all})${verdict}`,
      );
    }
  } finally {
    for (const peer of running) peer.stop();
  }
}

async function signed(local, folder) {
  const zone = await local.zone(
    "signed.test",
    Array.from({ length: NAMES }, (_, n) => simple(`h${n}.signed.test`, addressOf(n))),
  );
  await local.client.send(
    new CreateKeySigningKeyCommand({
      CallerReference: "bench",
      HostedZoneId: zone.id,
      KeyManagementServiceArn: "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000",
      Name: "bench",
      Status: "ACTIVE",
    }),
  );
  const { ChangeInfo } = await local.client.send(new EnableHostedZoneDNSSECCommand({ HostedZoneId: zone.id }));
  await waitUntilResourceRecordSetsChanged(
    { client: local.client, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.2 },
    { Id: ChangeInfo.Id },
  );
  const file = join(folder, "signed.txt");
  writeFileSync(
    file,
    shuffled(NAMES)
      .map((n) => `h${n}.signed.test A\n`)
      .join(""),
  );
  const denied = join(folder, "denied.txt");
  writeFileSync(
    denied,
    shuffled(NAMES)
      .map((n) => `no${n}.signed.test A\n`)
      .join(""),
  );
  const knot = await startPeer("Knot", folder, "signed.test", zoneFile("signed.test", zone.nameServers, NAMES), {
    online: true,
  });
  try {
    const own = { name: "r53kit, signed, DO", pid: local.pid, at: zone.at, file, more: ["-D"] };
    const ownDenials = { name: "r53kit, signed denials, DO", pid: local.pid, at: zone.at, file: denied, more: ["-D"] };
    const subjects = [own, ownDenials];
    if (knot !== undefined) {
      subjects.push({ ...knot, name: "Knot, online signing, DO", file, more: ["-D"] });
      subjects.push({ ...knot, name: "Knot, online signing of denials, DO", file: denied, more: ["-D"] });
    }
    inTurns(subjects);
    show(subjects);
    if (knot !== undefined) judge("signed beside Knot's online signing", own.rate / subjects[2].rate, 1.5);
  } finally {
    knot?.stop();
  }
}

async function many() {
  const local = new Local();
  try {
    await local.zone(
      "many.test",
      Array.from({ length: MANY_NAMES }, (_, n) => simple(`h${n}.many.test`, addressOf(n))),
    );
    local.stop();
    local.start();
    const at = local.addressOf("many.test");
    const { stdout } = spawnSync("dig", [
      `@${at.address}`,
      "-p",
      String(at.port),
      "+short",
      `h${MANY_NAMES - 1}.many.test`,
    ]);
    if (stdout.toString().trim() !== addressOf(MANY_NAMES - 1)) throw new Error("the last name is not answered");
    const mib = residentMiB(local.pid);
    const seconds = local.startMs / 1_000;
    console.log(
      `  ${MANY_NAMES.toLocaleString("en")} names: start ${seconds.toFixed(2)} s  target < 3  ${seconds < 3 ? "met" : "MISSED"};  ` +
        `${mib.toFixed(0)} MiB  target < 400  ${mib < 400 ? "met" : "MISSED"}`,
    );
  } finally {
    local.close();
  }
}

export default async function measure() {
  if (!installed("dnsperf") || !installed("dig")) {
    console.log("name server: dnsperf and dig are needed (Debian: dnsperf, bind9-dnsutils)");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "r53kit-bench-ns-"));
  const local = new Local();
  try {
    await plainAndRouted(local, folder);
    await signed(local, folder);
  } finally {
    local.close();
    rmSync(folder, { recursive: true, force: true });
  }
  await many();
}
