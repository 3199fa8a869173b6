// `npm run test:fuzz`: mutated requests over every protocol of the local API. Nothing crashes, nothing answers 5xx but "not
// implemented", nothing takes long, and memory stays flat.
//
//   FUZZ_REQUESTS=100000   how many
//   FUZZ_SEED=1            which
//   FUZZ_ONLY=4711         that one request alone, with what was sent and answered
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { options } from "../../.config/bundle.mjs";
import { mutated } from "./mutations.mjs";
import { stopped } from "./only-loopback.mjs";
import { randomOf } from "./random.mjs";
import { RawConnection } from "./raw-client.mjs";

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 100_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const ONLY = process.env.FUZZ_ONLY === undefined ? undefined : Number(process.env.FUZZ_ONLY);
const ROUNDS = ONLY === undefined ? 20 : 1;
const CONNECTIONS = 8;
const LONGEST_ANSWER_MS = 5_000;
const MOST_SHOWN = 20;
/** The heap after the last round may be larger than after the fourth by this. */
const HEAP_SLACK_BYTES = 8 * 1024 * 1024;

if (globalThis.gc === undefined) {
  console.error("run it with node --expose-gc, or as npm run test:fuzz");
  process.exit(64);
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "node_modules/.cache/r53kit-fuzz");
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `subject-${process.pid}.mjs`);
const { entryPoints: _, outdir: __, splitting: ___, chunkNames: ____, metafile: _____, ...shared } = options;
await build({ ...shared, entryPoints: ["test/fuzz/subject.ts"], outfile });
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
// The SDK remarks on bodies that are not text.
console.warn = () => {};
const subject = await import(pathToFileURL(outfile));
rmSync(outfile);

let failures = 0;
const problem = (number, what, request) => {
  failures += 1;
  if (failures <= MOST_SHOWN)
    console.error(`request ${number}: ${what}  (${request?.operation ?? ""}: ${request?.mutations?.join(", ") ?? ""})`);
};
let current = "before the first request";
process.on("uncaughtException", (error) => problem(current, `uncaught: ${error.stack}`));
process.on("unhandledRejection", (error) => problem(current, `unhandled: ${error?.stack ?? error}`));

const backend = await subject.LocalBackend.start({
  apiPort: 0,
  dnsPort: 0,
  onDefect: (error) => problem(current, `defect: ${error?.stack ?? error}`),
});
const services = await backend.services();
const recorders = subject.recordersOf(services);

async function exchange(request) {
  const connection = new RawConnection(backend.apiPort);
  const answer = await connection.send({ ...request, delivery: { kind: "whole" } });
  connection.close();
  return answer;
}

async function freshCorpus() {
  const answers = [];
  for (const request of await subject.setUpRequests(recorders)) {
    const answer = await exchange(request);
    if (answer === undefined || answer.status >= 300) throw new Error(`the set-up failed: ${answer?.body}`);
    answers.push(answer.body.toString());
  }
  return subject.corpusOf(services, recorders, subject.knownOf(answers));
}

const statuses = new Map();
const operations = new Set();
let slowestMs = 0;

/** What a request must not be answered. */
function judge(number, request, answer, ms) {
  slowestMs = Math.max(slowestMs, ms);
  const key = answer?.status ?? "closed";
  statuses.set(key, (statuses.get(key) ?? 0) + 1);
  if (ms > LONGEST_ANSWER_MS) problem(number, `took ${ms.toFixed(0)} ms`, request);
  if (answer === undefined) {
    // A client that breaks HTTP itself, or goes away, may be left without an answer; nobody else.
    const breaksHttp =
      request.delivery.kind !== "whole" ||
      request.mutations.some((one) => ["headers", "method", "target"].includes(one));
    if (!breaksHttp) problem(number, "no answer", request);
    return;
  }
  if (answer.status >= 500 && answer.status !== 501) problem(number, `${answer.status}: ${answer.body}`, request);
  if (answer.status >= 400 && answer.headers["x-amzn-requestid"] !== undefined && request.method !== "HEAD") {
    const text = answer.body.toString();
    if (!/<Code>[\w.]+<\/Code>|"__type":"[\w.]+"/.test(text))
      problem(number, `an error without a code: ${text}`, request);
  }
}

let sent = 0;

async function worker(corpus, take) {
  let connection = new RawConnection(backend.apiPort);
  for (let number = take(); number !== undefined; number = take()) {
    const request = mutated(corpus, randomOf(SEED, number));
    if (request.target.includes("/_r53kit/")) continue;
    if (connection.closed) connection = new RawConnection(backend.apiPort);
    current = number;
    operations.add(request.operation);
    const startedAt = performance.now();
    const giveUp = setTimeout(() => {
      problem(number, "no answer, connection still open", request);
      connection.close();
    }, 3 * LONGEST_ANSWER_MS);
    const answer = await connection.send(request);
    clearTimeout(giveUp);
    judge(number, request, answer, performance.now() - startedAt);
    if (ONLY !== undefined) {
      console.log({ ...request, body: request.body.toString("latin1").slice(0, 4_000) });
      console.log(
        answer === undefined ? "closed" : { status: answer.status, body: answer.body.toString().slice(0, 4_000) },
      );
    }
    // Left-over bytes of a wrong length would be the next request.
    if (answer?.open !== true || request.delivery.kind !== "whole") connection.close();
    sent += 1;
  }
  connection.close();
}

function heapBytes() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const heaps = [];
const startedAt = performance.now();
const perRound = Math.ceil(REQUESTS / ROUNDS);
for (let round = 0; round < ROUNDS; round++) {
  // What mutated requests have made is state, not a leak: each round begins with none.
  await backend.reset();
  const corpus = await freshCorpus();
  let next = round * perRound;
  const end = ONLY === undefined ? Math.min(REQUESTS, next + perRound) : 1;
  const take = () => {
    if (next >= end) return undefined;
    next += 1;
    return ONLY ?? next - 1;
  };
  const workers = Array.from({ length: ONLY === undefined ? CONNECTIONS : 1 }, () => worker(corpus, take));
  await Promise.all(workers).catch((error) => {
    console.error(`the fuzzer itself failed at request ${current}: ${error.stack}`);
    process.exit(70);
  });
  await backend.reset();
  heaps.push(heapBytes());
  if (process.stderr.isTTY) process.stderr.write(`\r${sent} of ${REQUESTS}`);
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
const seconds = (performance.now() - startedAt) / 1000;
await backend.stop();
for (const recorder of Object.values(recorders)) recorder.close();

const mb = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const early = heaps[Math.max(0, Math.round(ROUNDS * 0.2) - 1)];
const late = heaps.at(-1);
if (ONLY === undefined && late > early + HEAP_SLACK_BYTES) {
  problem("-", `the heap grew from ${mb(early)} to ${mb(late)}`);
}
console.log(
  `${sent} requests from ${operations.size} operations, seed ${SEED}, in ${seconds.toFixed(0)} s (${(sent / seconds).toFixed(0)}/s)`,
);
console.log(
  `  answers: ${[...statuses]
    .sort()
    .map(([status, count]) => `${count} x ${status}`)
    .join(", ")}`,
);
console.log(
  `  slowest answer ${slowestMs.toFixed(0)} ms; heap ${mb(early)} after a fifth, ${mb(late)} at the end; RSS ${mb(process.memoryUsage().rss)}`,
);
console.log(`  kept from leaving this machine: ${stopped.count} connections and datagrams`);
console.log(
  failures === 0 ? "  nothing found" : `  ${failures} problems; FUZZ_SEED=${SEED} FUZZ_ONLY=NUMBER shows one`,
);
process.exit(failures === 0 ? 0 : 1);
