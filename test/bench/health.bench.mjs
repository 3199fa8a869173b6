// What 2,000 endpoint checks at 10 s from three regions cost the daemon, how evenly it probes, and how soon an answer follows
// the probe that decides. Real time; `--seconds N` is how long the steady state is watched. Jitter wants a quiet machine.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KeepAliveConnection, requestBytes } from "./keep-alive-client.mjs";
import { launcher, programWithHome, quantile } from "./program.mjs";

const CHECKS = Number(process.env.BENCH_CHECKS ?? 2_000);
const FLIPPING = 60;
const INTERVAL_MS = 10_000;
const REGIONS = ["us-east-1", "us-west-2", "eu-west-1"];
const ADDRESSES = 200;
const FIRST_PORT = 18_080;
const ZONE = "flip.test";
const NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";
const TARGETS = { corePercent: 50, jitterP99Ms: 250, flipMs: 100 };

/** Ten endpoints: one HTTPS, one TCP, one with a string match, seven plain HTTP. */
const KINDS = ["https", "tcp", "match", "http", "http", "http", "http", "http", "http", "http"];

const endpoints = Array.from({ length: CHECKS }, (_, i) => {
  const kind = KINDS[i % KINDS.length];
  return {
    kind,
    address: `127.0.30.${1 + (Math.floor(i / KINDS.length) % ADDRESSES)}`,
    port: FIRST_PORT + (i % KINDS.length) + KINDS.length * Math.floor(i / (KINDS.length * ADDRESSES)),
    ...(kind !== "tcp" && i < (FLIPPING * 10) / 9 ? { name: `f${i}.${ZONE}` } : {}),
  };
});

function startFarm() {
  const child = fork(fileURLToPath(new URL("endpoint-farm.mjs", import.meta.url)));
  return {
    ask: (command, argument) =>
      new Promise((resolve, reject) => {
        child.once("message", ({ result, error }) =>
          error === undefined ? resolve(result) : reject(new Error(error)),
        );
        child.send({ command, argument });
      }),
    close: () => child.disconnect(),
  };
}

async function must(connection, bytes) {
  const answer = await connection.exchange(bytes);
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text().slice(0, 500)}`);
  return answer.text();
}

function createCheck({ kind, address, port, name }, index) {
  const type = { https: "HTTPS", tcp: "TCP", match: "HTTP_STR_MATCH", http: "HTTP" }[kind];
  const path = kind === "tcp" ? "" : "<ResourcePath>/health</ResourcePath>";
  const search = kind === "match" ? "<SearchString>ready</SearchString>" : "";
  const regions = REGIONS.map((region) => `<Region>${region}</Region>`).join("");
  return requestBytes(
    "POST",
    "/2013-04-01/healthcheck",
    `<CreateHealthCheckRequest xmlns="${NAMESPACE}"><CallerReference>${index}</CallerReference><HealthCheckConfig>` +
      `<IPAddress>${address}</IPAddress><Port>${port}</Port><Type>${type}</Type>${path}${search}<RequestInterval>10</RequestInterval>` +
      `<FailureThreshold>${name === undefined ? 3 : 1}</FailureThreshold><Regions>${regions}</Regions></HealthCheckConfig></CreateHealthCheckRequest>`,
  );
}

async function createChecks(apiPort) {
  const ids = [];
  let next = 0;
  const worker = async () => {
    const connection = new KeepAliveConnection(apiPort);
    while (next < endpoints.length) {
      const index = next++;
      const text = await must(connection, createCheck(endpoints[index], index));
      ids[index] = /<Id>([\w-]+)<\/Id>/.exec(text)[1];
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return ids;
}

/** A failover pair for each endpoint that will flip. */
async function createRecords(apiPort, checkIds) {
  const connection = new KeepAliveConnection(apiPort);
  const zone = await must(
    connection,
    requestBytes(
      "POST",
      "/2013-04-01/hostedzone",
      `<CreateHostedZoneRequest xmlns="${NAMESPACE}"><Name>${ZONE}</Name><CallerReference>${ZONE}</CallerReference></CreateHostedZoneRequest>`,
    ),
  );
  const set = (name, role, value, checkId) =>
    `<Change><Action>CREATE</Action><ResourceRecordSet><Name>${name}</Name><Type>A</Type><SetIdentifier>${role}</SetIdentifier>` +
    `<Failover>${role}</Failover><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>${value}</Value></ResourceRecord></ResourceRecords>` +
    `${checkId === undefined ? "" : `<HealthCheckId>${checkId}</HealthCheckId>`}</ResourceRecordSet></Change>`;
  const changes = endpoints.flatMap(({ name, address }, i) =>
    name === undefined ? [] : [set(name, "PRIMARY", address, checkIds[i]), set(name, "SECONDARY", "192.0.2.1")],
  );
  await must(
    connection,
    requestBytes(
      "POST",
      `/2013-04-01/hostedzone/${/<Id>\/hostedzone\/(\w+)<\/Id>/.exec(zone)[1]}/rrset/`,
      `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes>${changes.join("")}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`,
    ),
  );
  connection.close();
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Of a process: seconds of processor time, and those in which its main thread was ready and other processes had the cores;
 * memory. Undefined where there is no /proc.
 */
function usage(pid) {
  if (process.platform !== "linux") return undefined;
  const read = (name) => readFileSync(`/proc/${pid}/${name}`, "utf8");
  // The process's name, in parentheses, may hold spaces. Ticks are 1/100 s on every Linux that Node runs on.
  const [userTicks, systemTicks] = read("stat").split(") ").at(-1).split(" ").slice(11, 13);
  return {
    at: performance.now() / 1000,
    busy: (Number(userTicks) + Number(systemTicks)) / 100,
    waited: Number(read(`task/${pid}/schedstat`).split(" ")[1]) / 1e9,
    megabytes: Number(/VmRSS:\s+(\d+)/.exec(read("status"))[1]) / 1024,
  };
}

const line = (name, figure, met) =>
  console.log(`  ${name.padEnd(46)} ${figure}${met === undefined ? "" : met ? "  met" : "  MISSED"}`);

function showJitter(name, { deviations, mostIn100Ms, lagP99Ms }) {
  const jitter = (share) => quantile(deviations, share);
  line(
    name,
    `p50 ${jitter(0.5).toFixed(1)} ms, p99 ${jitter(0.99).toFixed(1)} ms, max ${jitter(1).toFixed(1)} ms, at most ${mostIn100Ms} probes in 100 ms` +
      ` (lag of the endpoints themselves: p99 ${lagP99Ms.toFixed(1)} ms)  target p99 < ${TARGETS.jitterP99Ms} ms`,
    jitter(0.99) < TARGETS.jitterP99Ms,
  );
}

function startDaemon(program) {
  const startedAt = performance.now();
  program.run(launcher, "local", "start", "--api-port", "0", "--dns-port", "0", "--lenient");
  const tookMs = performance.now() - startedAt;
  return { tookMs, ...JSON.parse(program.run(launcher, "local", "status", "--json")) };
}

export default async function measure({ seconds: wanted = 40 } = {}) {
  // An interval of each checker must fall into it whole.
  const seconds = Math.max(wanted, 20);
  const farm = startFarm();
  const program = programWithHome();
  try {
    await farm.ask("open", endpoints);
    const daemon = startDaemon(program);
    const ids = await createChecks(daemon.apiPort);
    await createRecords(daemon.apiPort, ids);
    console.log(
      `health checks: ${CHECKS} endpoint checks at 10 s from ${REGIONS.length} regions, watched for ${seconds} s`,
    );
    // Every checker has made its first probe and fallen into step.
    await wait(2 * INTERVAL_MS);

    await farm.ask("begin");
    const before = usage(daemon.pid);
    await wait(seconds * 1000);
    const after = usage(daemon.pid);
    const seen = await farm.ask("end", { intervalMs: INTERVAL_MS });
    line("probes", `${((seen.probes / seen.elapsedMs) * 1000).toFixed(0)}/s`);
    if (after !== undefined) {
      const percent = (of) => ((after[of] - before[of]) / (after.at - before.at)) * 100;
      line(
        "processor time of the daemon",
        `${percent("busy").toFixed(1)} % of a core, ${after.megabytes.toFixed(0)} MB resident; waited for a core ${percent("waited").toFixed(1)} % of the time` +
          `  target < ${TARGETS.corePercent} %`,
        percent("busy") < TARGETS.corePercent,
      );
    }
    showJitter("jitter of a checker's interval", seen);

    const dns = { address: "127.53.1.1", port: daemon.dnsPort };
    const delays = [];
    for (const down of [true, false]) delays.push(...(await farm.ask("flip", { down, dns })));
    line(
      `deciding probe to changed answer, ${delays.length} flips`,
      `p50 ${quantile(delays, 0.5).toFixed(1)} ms, p99 ${quantile(delays, 0.99).toFixed(1)} ms, max ${quantile(delays, 1).toFixed(1)} ms  target < ${TARGETS.flipMs} ms`,
      quantile(delays, 1) < TARGETS.flipMs,
    );

    const stoppedAt = performance.now();
    program.run(launcher, "local", "stop");
    line("stop, with probes in flight", `${(performance.now() - stoppedAt).toFixed(0)} ms`);
    await farm.ask("begin");
    const { tookMs } = startDaemon(program);
    await wait(INTERVAL_MS);
    const { mostIn100Ms } = await farm.ask("end", { intervalMs: INTERVAL_MS });
    line("start with these checks", `${tookMs.toFixed(0)} ms, then at most ${mostIn100Ms} probes in 100 ms`);
    await wait(INTERVAL_MS);
    await farm.ask("begin");
    await wait(2 * INTERVAL_MS);
    showJitter("jitter after that start", await farm.ask("end", { intervalMs: INTERVAL_MS }));
  } finally {
    farm.close();
    program.close();
  }
}
