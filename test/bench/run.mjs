// `npm run bench [-- SUBJECT... [--seconds N]]`: speed as ratios within one run, because machines are noisy. Each file named
// SUBJECT.bench.mjs beside this one prints a table; nothing fails on a figure.
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";

const all = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".bench.mjs"))
  .map((name) => name.slice(0, -".bench.mjs".length))
  .sort();
const { positionals: wanted, values } = parseArgs({ allowPositionals: true, options: { seconds: { type: "string" } } });
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no such subject: ${unknown.join(", ")}; there is ${all.join(", ")}`);
  process.exit(64);
}
for (const name of wanted.length > 0 ? wanted : all) {
  const { default: measure } = await import(`./${name}.bench.mjs`);
  await measure(values.seconds === undefined ? {} : { seconds: Number(values.seconds) });
}
