// What reading, planning and applying 10,000 and 100,000 record sets costs: API calls beside the fewest there can be, processor
// time and memory of the command. Whole processes against a local backend with the quota of record sets raised.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { launcher, programWithHome } from "./program.mjs";

const SIZES = (process.env.BENCH_RECORD_SETS ?? "10000,100000").split(",").map(Number);
/** Of planning 10,000 record sets that are as the file asks. */
const TARGETS = { recordSets: 10_000, cpuMs: 2_000, rssMegabytes: 300 };
const PAGE = 300;
const BATCH = 1_000;
/** The backend remembers so many calls. */
const MOST_CALLS = 1_000;

const fileOf = (zone, count, address) =>
  `version: 1\nzone: { name: ${zone} }\nrecords:\n${Array.from({ length: count }, (_, i) => `  - { name: n${i}, type: A, ttl: 60, values: [${address}] }\n`).join("")}`;

export default function measure() {
  const program = programWithHome();
  try {
    program.run(
      launcher,
      "local",
      "start",
      "--api-port",
      "0",
      "--dns-port",
      "0",
      "--lenient",
      "--propagation-delay",
      "5ms",
    );
    const callsSoFar = () =>
      program
        .run(launcher, "local", "logs", "--limit", String(MOST_CALLS), "--json")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    console.log("setup, one process a row; the floor is the fewest List and Change calls there can be");
    for (const count of SIZES) {
      const zone = `bench${count}.test`;
      const file = join(program.home, `${zone}.yaml`);
      const pages = Math.ceil((count + 2) / PAGE);
      const step = (name, address, args, floor) => {
        writeFileSync(file, fileOf(zone, count, address));
        const before = callsSoFar().at(-1)?.sequence ?? 0;
        const { cpuMs, rssMegabytes } = program.usageOf(launcher, "setup", ...args, "--config", file, "--yes");
        const operations = callsSoFar()
          .filter(({ sequence }) => sequence > before)
          .map(({ operation }) => operation);
        const made = (operation) => operations.filter((one) => one === operation).length;
        const calls = `${made("ListResourceRecordSets")} + ${made("ChangeResourceRecordSets")}`;
        const isTarget = count === TARGETS.recordSets && name.startsWith("plan, unchanged");
        const met = cpuMs < TARGETS.cpuMs && rssMegabytes < TARGETS.rssMegabytes;
        const verdict = isTarget
          ? `target < ${TARGETS.cpuMs} ms, < ${TARGETS.rssMegabytes} MB  ${met ? "met" : "MISSED"}`
          : "";
        console.log(
          `  ${String(count).padStart(7)} ${name.padEnd(22)} ${calls.padStart(9)} calls (floor ${floor})`.padEnd(64) +
            `${cpuMs.toFixed(0).padStart(7)} ms CPU ${rssMegabytes.toFixed(0).padStart(5)} MB  ${verdict}`,
        );
      };
      // The first read finds no zone.
      step("plan, new", "192.0.2.1", ["plan"], "0 + 0");
      step("apply, new", "192.0.2.1", ["apply"], `0 + ${Math.ceil(count / BATCH)}`);
      step("plan, unchanged", "192.0.2.1", ["plan"], `${pages} + 0`);
      step("plan, all changed", "192.0.2.2", ["plan"], `${pages} + 0`);
      step("apply, all changed", "192.0.2.2", ["apply"], `${pages} + ${Math.ceil((count * 2) / BATCH)}`);
    }
  } finally {
    program.close();
  }
}
