// `npm run test:fuzz`: mutated DNS packets, over UDP and TCP, at every kind of local name server. Nothing crashes, every answer
// can be read and has the response code that an independent model expects, and memory stays bounded.
//
//   FUZZ_PACKETS=1000000   how many
//   FUZZ_SEED=1            which
//   FUZZ_ONLY=4711         that one batch alone
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { options } from "../../.config/bundle.mjs";
import { stopped } from "./only-loopback.mjs";

const PACKETS = Number(process.env.FUZZ_PACKETS ?? 1_000_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const ONLY = process.env.FUZZ_ONLY === undefined ? undefined : Number(process.env.FUZZ_ONLY);
const ROUNDS = 20;
const LANES = 4;
const MOST_ABANDONED = 100;
/** A silent connection is closed after ten seconds. */
const CLOSED_WITHIN_MS = 20_000;
/** Answers are kept by question, up to a bound: full caches are no leak, but there is an end to them. */
const MOST_HEAP_BYTES = 256 * 1024 * 1024;
/** The heap after the last round may be larger than the largest of the second quarter by this. */
const HEAP_SLACK_BYTES = 24 * 1024 * 1024;

if (globalThis.gc === undefined) {
  console.error("run it with node --expose-gc, or as npm run test:fuzz");
  process.exit(64);
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "node_modules/.cache/r53kit-fuzz");
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `dns-${process.pid}.mjs`);
const {
  entryPoints: _,
  outdir: __,
  splitting: ___,
  chunkNames: ____,
  metafile: _____,
  plugins: ______,
  ...shared
} = options;
const contents = 'export * from "./dns-fuzzer.ts"; export * from "./dns-subject.ts";';
await build({ ...shared, stdin: { contents, resolveDir: join(root, "test/fuzz") }, outfile });
const { DnsFuzzer, startSubject } = await import(pathToFileURL(outfile));
rmSync(outfile);

const found = [];
process.on("uncaughtException", (error) => found.push(`uncaught: ${error.stack}`));
process.on("unhandledRejection", (error) => found.push(`unhandled: ${error?.stack ?? error}`));

function memory() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss, external } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

const subject = await startSubject();
const fuzzer = new DnsFuzzer(subject, { seed: SEED, mostAbandoned: ONLY === undefined ? MOST_ABANDONED : 0 });
const { report } = fuzzer;
const before = memory();
const rounds = [];
const startedAt = performance.now();
let next = ONLY ?? 0;
for (let round = 0; round < (ONLY === undefined ? ROUNDS : 1); round++) {
  const wanted = ONLY === undefined ? Math.ceil(PACKETS / ROUNDS) : 1;
  ({ next } = await fuzzer.run(next, wanted, ONLY === undefined ? LANES : 1));
  rounds.push(memory());
  if (process.stderr.isTTY) process.stderr.write(`\r${report.packets} of ${PACKETS}`);
}
if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
const seconds = (performance.now() - startedAt) / 1000;
if (!(await fuzzer.abandonedAreClosed(CLOSED_WITHIN_MS))) found.push("connections with half a message are kept open");
fuzzer.close();
await subject.close();

const mb = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const late = rounds.at(-1);
if (ONLY === undefined) {
  const plateau = Math.max(...rounds.slice(ROUNDS / 4, ROUNDS / 2).map(({ heap }) => heap));
  if (late.heap > MOST_HEAP_BYTES) found.push(`the heap has grown to ${mb(late.heap)}`);
  if (late.heap > plateau + HEAP_SLACK_BYTES)
    found.push(`the heap goes on growing: ${mb(plateau)}, then ${mb(late.heap)}`);
}
found.push(...subject.defects.map((defect) => `defect: ${defect?.stack ?? defect}`));
for (const text of [...found, ...report.problems]) console.error(text);

const RCODES = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  16: "BADVERS",
  23: "BADCOOKIE",
};
const counted = (counts, name) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([key, count]) => `${count} x ${name(key)}`)
    .join(", ");
console.log(
  `${report.packets} packets, seed ${SEED}, in ${seconds.toFixed(0)} s (${(report.packets / seconds).toFixed(0)}/s), of them in ${report.streams} TCP streams`,
);
console.log(`  mutations: ${counted(report.mutations, (name) => name)}`);
console.log(`  answers: ${counted(report.rcodes, (code) => RCODES[code])}; ${report.silences} rightly unanswered`);
console.log(
  `  heap ${mb(before.heap)} before, ${mb(rounds[Math.floor(rounds.length / 2)].heap)} half-way, ${mb(late.heap)} at the end; RSS ${mb(before.rss)} before, ${mb(late.rss)} at the end`,
);
console.log(`  kept from leaving this machine: ${stopped.count} connections and datagrams`);
const failures = found.length + report.problemCount;
console.log(
  failures === 0 ? "  nothing found" : `  ${failures} problems; FUZZ_SEED=${SEED} FUZZ_ONLY=BATCH runs one again`,
);
process.exit(failures === 0 ? 0 : 1);
