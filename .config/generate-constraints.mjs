// Writes src/local/protocol/constraints/<service>.ts: the lengths, patterns, enumerations and ranges of each operation's
// input, which the SDK's runtime schemas leave out, from the API models that botocore ships.
//
//   node .config/generate-constraints.mjs "$(python3 -c 'import botocore; print(botocore.__path__[0])')"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** botocore's folder of a service -> the file and the constant written for it. */
const SERVICES = {
  route53: { file: "route53", constant: "route53Constraints" },
  logs: { file: "logs", constant: "logsConstraints" },
  route53domains: { file: "domains", constant: "domainsConstraints" },
  servicediscovery: { file: "servicediscovery", constant: "serviceDiscoveryConstraints" },
  sts: { file: "sts", constant: "stsConstraints" },
};

const [botocore] = process.argv.slice(2);
if (botocore === undefined || !existsSync(join(botocore, "data"))) {
  console.error("usage: node .config/generate-constraints.mjs BOTOCORE_FOLDER   (the Python package's own folder)");
  process.exit(64);
}
const release = /__version__ = '([^']+)'/.exec(readFileSync(join(botocore, "__init__.py"), "utf8"))?.[1] ?? "unknown";
const outdir = new URL("../src/local/protocol/constraints/", import.meta.url).pathname;

function readModel(service) {
  const folder = join(botocore, "data", service);
  const version = readdirSync(folder).sort().at(-1);
  const plain = join(folder, version, "service-2.json");
  return JSON.parse(
    existsSync(plain) ? readFileSync(plain, "utf8") : gunzipSync(readFileSync(`${plain}.gz`)).toString(),
  );
}

const LENGTHS = ["string", "blob"];
const INTEGERS = { integer: 32, long: 64 };

/** What a shape itself demands, in the form of constraints/model.ts; undefined for nothing. */
function scalarOf(shape) {
  const { min, max } = shape;
  const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  const sensitive = shape.sensitive ? { sensitive: true } : {};
  if (shape.type in INTEGERS) return { is: "integer", bits: INTEGERS[shape.type], ...bounds };
  if (shape.enum !== undefined) return { is: "enum", values: shape.enum, ...sensitive };
  const pattern = shape.pattern === undefined ? {} : { pattern: shape.pattern };
  // A least length of 0 says nothing.
  if (LENGTHS.includes(shape.type) && bounds.min === 0) delete bounds.min;
  if (Object.keys({ ...bounds, ...pattern }).length === 0) return undefined;
  return LENGTHS.includes(shape.type)
    ? { is: "text", ...bounds, ...pattern, ...sensitive }
    : { is: "number", ...bounds };
}

function tableOf(model) {
  const table = {};
  const seen = new Set();

  function visit(name) {
    if (seen.has(name)) return;
    seen.add(name);
    const shape = model.shapes[name];
    const { min, max } = shape;
    const bounds = { ...(min ? { min } : {}), ...(max === undefined ? {} : { max }) };
    const sensitive = shape.sensitive ? { sensitive: true } : {};
    if (shape.type === "structure") {
      const members = Object.fromEntries(Object.entries(shape.members).map(([member, ref]) => [member, ref.shape]));
      for (const target of Object.values(members)) visit(target);
      table[name] = { is: "structure", members };
    } else if (shape.type === "list") {
      visit(shape.member.shape);
      table[name] = { is: "list", item: shape.member.shape, ...bounds, ...sensitive };
    } else if (shape.type === "map") {
      visit(shape.key.shape);
      visit(shape.value.shape);
      table[name] = { is: "map", key: shape.key.shape, value: shape.value.shape, ...bounds, ...sensitive };
    } else {
      const scalar = scalarOf(shape);
      if (scalar !== undefined) table[name] = scalar;
    }
  }

  const operations = {};
  for (const [name, { input }] of Object.entries(model.operations)) {
    if (input === undefined) continue;
    visit(input.shape);
    operations[name] = input.shape;
  }
  prune(table);
  for (const [name, input] of Object.entries(operations)) if (!(input in table)) delete operations[name];
  return { operations, shapes: sorted(table) };
}

/** Takes out the shapes that demand nothing, themselves or inside, until none is left; shapes may hold each other. */
function prune(table) {
  const demanding = new Set();
  const targetsOf = (shape) =>
    shape.is === "structure" ? Object.values(shape.members) : [shape.item, shape.key, shape.value];
  for (let size = -1; size !== demanding.size; ) {
    size = demanding.size;
    for (const [name, shape] of Object.entries(table)) {
      const container = ["structure", "list", "map"].includes(shape.is);
      const bounded = shape.min !== undefined || shape.max !== undefined;
      if (!container || bounded || targetsOf(shape).some((target) => demanding.has(target))) demanding.add(name);
    }
  }
  for (const [name, shape] of Object.entries(table)) {
    if (!demanding.has(name)) {
      delete table[name];
      continue;
    }
    for (const key of ["item", "key", "value"]) if (!demanding.has(shape[key])) delete shape[key];
    if (shape.is !== "structure") continue;
    shape.members = Object.fromEntries(Object.entries(shape.members).filter(([, target]) => demanding.has(target)));
  }
}

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const lines = (object) => Object.entries(object).map(([key, value]) => `    ${key}: ${JSON.stringify(value)},`);

mkdirSync(outdir, { recursive: true });
for (const [service, { file, constant }] of Object.entries(SERVICES)) {
  const model = readModel(service);
  const { operations, shapes } = tableOf(model);
  const source = `botocore ${release}, ${model.metadata.serviceId} ${model.metadata.apiVersion}`;
  const text = [
    `/** The constraints of ${model.metadata.serviceFullName}'s API model, from ${source}. Generated by .config/generate-constraints.mjs. */`,
    "// biome-ignore-all format: one shape a line, so that an upgrade's diff can be read",
    "",
    'import type { ModelConstraints } from "./model.ts";',
    "",
    `export const ${constant}: ModelConstraints = {`,
    `  source: ${JSON.stringify(source)},`,
    "  operations: {",
    ...lines(operations),
    "  },",
    "  shapes: {",
    ...lines(shapes),
    "  },",
    "};",
    "",
  ].join("\n");
  writeFileSync(join(outdir, `${file}.ts`), text);
  console.log(`${file}.ts: ${Object.keys(shapes).length} shapes of ${source}`);
}
