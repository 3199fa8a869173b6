// Requests a second and the 99th percentile of the local Route 53's API, beside moto's server in the same run. The local backend
// writes to disk before it answers and publishes to its name servers; moto keeps a list in memory.
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { KeepAliveConnection, requestBytes } from "./keep-alive-client.mjs";
import { launcher, programWithHome, quantile } from "./program.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const ROUND_MS = 2_000;
const TARGET = 5;
const RECORDS = 10_000;
const NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";

const createZone = (name) =>
  requestBytes(
    "POST",
    "/2013-04-01/hostedzone",
    `<CreateHostedZoneRequest xmlns="${NAMESPACE}"><Name>${name}</Name><CallerReference>${name}</CallerReference></CreateHostedZoneRequest>`,
  );

function changeBatch(zoneId, action, zone, first, count) {
  const changes = Array.from({ length: count }, (_, i) => {
    const n = first + i;
    return (
      `<Change><Action>${action}</Action><ResourceRecordSet><Name>h${n}.${zone}</Name><Type>A</Type><TTL>60</TTL>` +
      `<ResourceRecords><ResourceRecord><Value>127.0.${n >> 8}.${n & 255}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change>`
    );
  });
  const body = `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes>${changes.join("")}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;
  return requestBytes("POST", `/2013-04-01/hostedzone/${zoneId}/rrset/`, body);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startLocal() {
  const program = programWithHome();
  program.run(launcher, "local", "start", "--api-port", "0", "--dns-port", "0");
  const { apiPort } = JSON.parse(program.run(launcher, "local", "status", "--json"));
  return { name: "r53kit", port: apiPort, stop: () => program.close() };
}

/** Undefined where moto is not installed. */
async function startMoto() {
  if (spawnSync("python3", ["-c", "import moto.server"], { stdio: "ignore" }).status !== 0) return undefined;
  const port = await freePort();
  const child = spawn("python3", ["-m", "moto.server", "-p", String(port), "-H", "127.0.0.1"], { stdio: "ignore" });
  const deadline = performance.now() + 30_000;
  for (;;) {
    const probe = new KeepAliveConnection(port);
    const up = await probe.exchange(requestBytes("GET", "/2013-04-01/hostedzonecount")).then(
      () => true,
      () => false,
    );
    probe.close();
    if (up) break;
    if (performance.now() > deadline) throw new Error("moto's server did not come up");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    name: "moto",
    port,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill();
      }),
  };
}

async function must(connection, bytes) {
  const answer = await connection.exchange(bytes);
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text().slice(0, 500)}`);
  return answer;
}

/** A zone with 10,000 record sets to read and one to change. */
async function prepare(server) {
  const connection = new KeepAliveConnection(server.port);
  const zone = async (name) =>
    /<Id>\/hostedzone\/(\w+)<\/Id>/.exec((await must(connection, createZone(name))).text())[1];
  const read = await zone("read.org");
  for (let first = 0; first < RECORDS; first += 1000) {
    await must(connection, changeBatch(read, "CREATE", "read.org", first, Math.min(1000, RECORDS - first)));
  }
  const changed = await zone("changed.org");
  connection.close();
  return {
    GetHostedZone: { connections: 4, requests: [requestBytes("GET", `/2013-04-01/hostedzone/${read}`)] },
    "ListResourceRecordSets (300 of 10,000)": {
      connections: 4,
      requests: [requestBytes("GET", `/2013-04-01/hostedzone/${read}/rrset?maxitems=300&name=h5000.read.org`)],
    },
    "ChangeResourceRecordSets (1,000 records)": {
      // One after the other: what the first makes the second takes away.
      connections: 1,
      requests: ["CREATE", "DELETE"].map((action) => changeBatch(changed, action, "changed.org", 0, 1000)),
    },
  };
}

async function load(server, { connections, requests }, durationMs) {
  const latencies = [];
  const startedAt = performance.now();
  const worker = async () => {
    const connection = new KeepAliveConnection(server.port);
    // A whole turn through the requests, so that the next round finds what this one found.
    while (performance.now() - startedAt < durationMs) {
      for (const bytes of requests) {
        const sentAt = performance.now();
        await must(connection, bytes);
        latencies.push(performance.now() - sentAt);
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
  return { latencies, elapsedMs: performance.now() - startedAt };
}

export default async function measure() {
  const servers = [];
  try {
    servers.push(await startLocal());
    const moto = await startMoto();
    if (moto !== undefined) servers.push(moto);
    const subjects = [];
    for (const server of servers) subjects.push({ server, workloads: await prepare(server) });
    console.log(`API, ${ROUNDS} rounds of ${ROUND_MS / 1000} s each, taking turns`);
    for (const name of Object.keys(subjects[0].workloads)) {
      const runs = subjects.map(({ server, workloads }) => ({
        server,
        workload: workloads[name],
        latencies: [],
        elapsedMs: 0,
      }));
      // Warm: neither compiler is measured.
      for (const { server, workload } of runs) await load(server, workload, ROUND_MS / 4);
      for (let round = 0; round < ROUNDS; round++) {
        for (const run of runs) {
          const { latencies, elapsedMs } = await load(run.server, run.workload, ROUND_MS);
          run.latencies.push(...latencies);
          run.elapsedMs += elapsedMs;
        }
      }
      const rates = runs.map(({ latencies, elapsedMs }) => (latencies.length / elapsedMs) * 1000);
      console.log(`  ${name}`);
      for (const [index, { server, latencies }] of runs.entries()) {
        const rate = rates[index].toFixed(rates[index] < 10 ? 1 : 0).padStart(7);
        console.log(
          `    ${server.name.padEnd(8)} ${rate} requests/s   p99 ${quantile(latencies, 0.99).toFixed(1).padStart(8)} ms`,
        );
      }
      if (rates.length < 2) console.log("    moto's server is not installed: no ratio");
      else {
        const ratio = rates[0] / rates[1];
        console.log(
          `    ${ratio.toFixed(1)}x moto's throughput   target >= ${TARGET}  ${ratio >= TARGET ? "met" : "MISSED"}`,
        );
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
}
