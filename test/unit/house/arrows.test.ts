import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

const src = resolve(import.meta.dirname, "../../../src");

/** Which rooms each room may import. A room may always import itself and the ground floor (errors, clock). */
const ARROWS: Record<string, readonly string[]> = {
  ground: [],
  route53: [],
  routing: ["route53"],
  geo: ["route53", "routing"],
  findings: [],
  dns: ["route53"],
  logs: ["route53"],
  zonefile: ["route53", "dns"],
  config: ["route53"],
  lint: ["config", "route53", "findings"],
  cost: ["config", "route53"],
  backend: ["route53", "dns"],
  setup: ["config", "backend", "route53", "routing", "dns", "findings", "lint", "cost"],
  trace: ["backend", "route53", "dns", "findings"],
  drill: ["config", "backend", "route53", "dns"],
  explain: ["config", "backend", "route53", "routing", "dns"],
  local: ["route53", "routing", "geo", "dns", "logs", "backend"],
  render: [
    "config",
    "backend",
    "route53",
    "routing",
    "dns",
    "findings",
    "logs",
    "zonefile",
    "lint",
    "cost",
    "setup",
    "trace",
    "drill",
    "explain",
    "local",
  ],
  cli: [
    "config",
    "backend",
    "route53",
    "routing",
    "geo",
    "dns",
    "findings",
    "logs",
    "zonefile",
    "lint",
    "cost",
    "setup",
    "trace",
    "drill",
    "explain",
    "local",
    "render",
  ],
};

/** Only what starts the local backend, or speaks to its control endpoint, may know it; who shows its status may know the type. */
const LOCAL_BY = ["cli", "backend"];

/** Packages with one door. */
const DOORS: Record<string, readonly string[]> = {
  "dns-packet": ["dns"],
  commander: ["cli"],
  ink: ["render"],
  react: ["render"],
  chalk: ["render"],
  lmdb: ["local"],
  zod: ["config", "setup"],
  yaml: ["config", "zonefile"],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const found: Import[] = [];
  for (const match of text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^;"']*?from\s+["']([^"']+)["']/gms)) {
    found.push({ file, target: match[2] as string, typeOnly: match[1] !== undefined });
  }
  for (const match of text.matchAll(/^\s*import\s+["']([^"']+)["']/gm)) {
    found.push({ file, target: match[1] as string, typeOnly: false });
  }
  for (const match of text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)) {
    found.push({ file, target: match[1] as string, typeOnly: false });
  }
  return found;
}

function roomOf(path: string): string {
  const parts = relative(src, path).split(sep);
  return parts.length === 1 ? "ground" : (parts[0] as string);
}

const files = sourceFiles(src);
const imports = files.flatMap(importsOf);
const where = (one: Import) => `${relative(src, one.file)} imports ${one.target}`;

describe("the house", () => {
  it("has only the rooms that the map names", () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in ARROWS))).toEqual([]);
  });

  it("has arrows that point down only", () => {
    const wrong = imports.filter((one) => {
      if (!one.target.startsWith(".")) return false;
      const target = resolve(dirname(one.file), one.target);
      if (!target.startsWith(src)) return false;
      const [from, to] = [roomOf(one.file), roomOf(target)];
      if (from === to || to === "ground") return false;
      if (from === "backend" && to === "local") return false;
      return !ARROWS[from]?.includes(to);
    });
    expect(wrong.map(where)).toEqual([]);
  });

  it("lets only cli and backend know the local backend", () => {
    const wrong = imports.filter((one) => {
      if (!one.target.startsWith(".")) return false;
      const from = roomOf(one.file);
      if (roomOf(resolve(dirname(one.file), one.target)) !== "local" || from === "local") return false;
      return !LOCAL_BY.includes(from) && !(from === "render" && one.typeOnly);
    });
    expect(wrong.map(where)).toEqual([]);
  });

  it("gives each package that has a room of its own one door", () => {
    const wrong = imports.filter((one) => {
      const rooms = DOORS[one.target];
      return rooms !== undefined && !rooms.includes(roomOf(one.file));
    });
    expect(wrong.map(where)).toEqual([]);
  });

  it("keeps the pure rooms free of Node, and of the SDK but for its types", () => {
    const wrong = imports.filter(
      (one) =>
        ["route53", "routing", "zonefile", "lint", "cost"].includes(roomOf(one.file)) &&
        (one.target.startsWith("node:") || (one.target.startsWith("@aws-sdk/") && !one.typeOnly)),
    );
    expect(wrong.map(where)).toEqual([]);
  });

  it("gives render only the types of what it shows", () => {
    const wrong = imports.filter(
      (one) => roomOf(one.file) === "render" && one.target.startsWith("@aws-sdk/") && !one.typeOnly,
    );
    expect(wrong.map(where)).toEqual([]);
  });

  it("has no room for the homeless: no file is called utils, helpers, common or misc", () => {
    expect(files.filter((file) => /\/(utils?|helpers?|common|misc)\.tsx?$/.test(file))).toEqual([]);
  });
});
