// How long commands take to start, beside node itself.
import { launcher, programWithHome, quantile } from "./program.mjs";

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 25);

export default function measure() {
  const program = programWithHome();
  try {
    program.run(launcher, "local", "start", "--api-port", "0", "--dns-port", "0");
    const subjects = [
      { name: "node -e 0", args: ["-e", "0"] },
      { name: "r53kit --help", args: [launcher, "--help"], target: 2.2 },
      { name: "r53kit zones list (local backend running)", args: [launcher, "zones", "list"], target: 5 },
    ].map((subject) => ({ ...subject, times: [] }));
    // Taking turns, so that a slow moment of the machine falls on all alike.
    for (let round = 0; round < ROUNDS; round++) {
      for (const { args, times } of subjects) {
        const startedAt = performance.now();
        program.run(...args);
        times.push(performance.now() - startedAt);
      }
    }
    const base = quantile(subjects[0].times, 0.5);
    console.log(`start-up, median of ${ROUNDS} rounds`);
    for (const { name, times, target } of subjects) {
      const ms = quantile(times, 0.5);
      const ratio = ms / base;
      const verdict = target === undefined ? "" : `target <= ${target}  ${ratio <= target ? "met" : "MISSED"}`;
      console.log(`  ${name.padEnd(44)} ${ms.toFixed(0).padStart(5)} ms  ${ratio.toFixed(2).padStart(5)}x  ${verdict}`);
    }
  } finally {
    program.close();
  }
}
