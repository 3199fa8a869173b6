/**
 * A set-up file and the files that it includes, read as one: lists follow each other, mappings are joined key by key, and
 * every element still knows the file, line and column where it stands.
 */

import { realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { Failure, type SourcePlace } from "../errors.ts";
import type { SourcePath } from "./config.ts";
import type { Environment } from "./environment.ts";
import { withOthers } from "./several-failures.ts";
import { readErrorText, readTextFile } from "./text-file.ts";
import { readYamlSource, type YamlSource } from "./yaml-source.ts";

/** How the parts of several files come together; what is not named here stands in one file only. */
type Joining = "list" | "mapping" | { readonly [key: string]: Joining };

const JOINING: { readonly [key: string]: Joining } = {
  zones: "list",
  records: "list",
  routing: "list",
  healthChecks: "mapping",
  endpoints: "mapping",
  cidrCollections: "mapping",
  delegationSets: "mapping",
  trafficFlow: { policies: "mapping", instances: "list" },
  lint: { ignore: "list" },
};

/** Where the parts of the joined value are from. */
type Origin =
  | { readonly kind: "file"; readonly source: YamlSource }
  | { readonly kind: "list"; readonly parts: { readonly source: YamlSource; readonly from: number }[] }
  | { readonly kind: "mapping"; readonly first: YamlSource; readonly children: Map<string, Origin> };

type Mapping = Record<string, unknown>;

export interface SourceTree {
  readonly source: YamlSource;
  /** What stands in two files that may stand in one only. */
  readonly duplicates: readonly Failure[];
}

/** Throws a usage Failure for what cannot be read; its `others` are the same in other files. */
export function readSourceTree(file: string, text: string, environment: Environment): SourceTree {
  const root = readYamlSource(file, text, environment);
  const sources = [root, ...new Includes(file, environment).of(root)];
  if (sources.length === 1) return { source: root, duplicates: [] };
  return join(root, sources);
}

function isMapping(value: unknown): value is Mapping {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function mistake(code: string, message: string, where: SourcePlace, next: string): Failure {
  return new Failure({ kind: "usage", code: `config.${code}`, message, where, next });
}

export function placeText({ file, line, column }: SourcePlace): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** The included files, each after the one that includes it. */
class Includes {
  readonly #environment: Environment;
  readonly #folder: string;
  /** By real path: where a file is included. */
  readonly #seen = new Map<string, SourcePlace>();
  readonly #failures: Failure[] = [];

  constructor(file: string, environment: Environment) {
    this.#environment = environment;
    this.#folder = realPath(dirname(resolve(file)));
    this.#seen.set(realPath(resolve(file)), { file });
  }

  of(root: YamlSource): YamlSource[] {
    const sources = this.#below(root, [realPath(resolve(root.file))]);
    const [first, ...others] = this.#failures;
    if (first !== undefined) throw withOthers(first, others);
    return sources;
  }

  #below(source: YamlSource, chain: readonly string[]): YamlSource[] {
    const list = isMapping(source.value) ? source.value.include : undefined;
    if (list === undefined) return [];
    if (!Array.isArray(list) || list.some((one) => typeof one !== "string")) {
      this.#failures.push(
        mistake(
          "wrong-type",
          "include must be a list of file names",
          source.placeOf(["include"]),
          "write [ file, ... ]",
        ),
      );
      return [];
    }
    return list.flatMap((name: string, i) => this.#read(name, source, source.placeOf(["include", i]), chain));
  }

  #read(name: string, includer: YamlSource, place: SourcePlace, chain: readonly string[]): YamlSource[] {
    const path = resolve(dirname(includer.file), name);
    const real = realPath(path);
    const inside = relative(this.#folder, real);
    if (isAbsolute(name) || isAbsolute(inside) || inside.split(/[\\/]/)[0] === "..") {
      return this.#fail("include-outside", `${name} lies outside of the folder of the set-up file`, place, {
        next: "move it there, or below it",
      });
    }
    if (chain.includes(real)) {
      return this.#fail("circular-include", `${name} includes, through others or itself, this file`, place, {
        next: "break the circle",
      });
    }
    const earlier = this.#seen.get(real);
    if (earlier !== undefined) {
      return this.#fail("duplicate", `${name} is included already at ${placeText(earlier)}`, place, {
        next: "leave one out",
      });
    }
    this.#seen.set(real, place);
    const shown = includer.file.includes("/") ? `${dirname(includer.file)}/${name}` : name;
    try {
      const source = readYamlSource(shown, readTextFile(path, shown), this.#environment);
      if (source.value !== undefined && source.value !== null && !isMapping(source.value)) {
        return this.#fail("wrong-type", "the file must be a mapping", source.placeOf([]), { next: "write key: value" });
      }
      return [source, ...this.#below(source, [...chain, real])];
    } catch (error) {
      if (error instanceof Failure) {
        this.#failures.push(error, ...error.others);
        return [];
      }
      return this.#fail("missing-file", `${name} could not be read: ${readErrorText(error)}`, place, {
        next: "name a file relative to this one",
      });
    }
  }

  #fail(code: string, message: string, place: SourcePlace, { next }: { readonly next: string }): [] {
    this.#failures.push(mistake(code, message, place, next));
    return [];
  }
}

/** The path itself where there is nothing: reading it will tell. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function join(root: YamlSource, sources: readonly YamlSource[]): SourceTree {
  const duplicates: Failure[] = [];
  const value: Mapping = {};
  const origin: Origin = { kind: "mapping", first: root, children: new Map() };
  for (const source of sources) {
    if (!isMapping(source.value)) continue;
    const { include, version, ...rest } = source.value;
    if (source === root) {
      Object.assign(value, { include, ...(version === undefined ? {} : { version }) });
      // Otherwise they would be what is in no file.
      origin.children.set("include", { kind: "file", source }).set("version", { kind: "file", source });
    } else if (version !== undefined && version !== 1) {
      const where = source.placeOf(["version"]);
      duplicates.push(mistake("bad-value", "version cannot be another one than 1", where, "write 1"));
    }
    joinMapping(value, origin, rest, { source, path: [], joining: JOINING, duplicates });
  }
  const locate = (path: SourcePath) => locateIn(origin, path);
  return {
    duplicates,
    source: {
      file: root.file,
      value,
      ownPath: (path) => locate(path).path,
      isSubstituted: (path) => {
        const found = locate(path);
        return found.source.isSubstituted(found.path);
      },
      placeOf: (path) => {
        const found = locate(path);
        return found.source.placeOf(found.path);
      },
      placeOfKey: (path) => {
        const found = locate(path);
        return found.source.placeOfKey(found.path);
      },
      writtenAt: (path) => {
        const found = locate(path);
        return found.source.writtenAt(found.path);
      },
    },
  };
}

interface Part {
  readonly source: YamlSource;
  readonly path: SourcePath;
  readonly joining: { readonly [key: string]: Joining } | undefined;
  readonly duplicates: Failure[];
}

function joinMapping(into: Mapping, origin: Extract<Origin, { kind: "mapping" }>, from: Mapping, part: Part): void {
  const { source, duplicates } = part;
  for (const [key, value] of Object.entries(from)) {
    const joining = part.joining !== undefined && Object.hasOwn(part.joining, key) ? part.joining[key] : undefined;
    const path = [...part.path, key];
    const there = origin.children.get(key);
    if (joining === "list" && Array.isArray(value) && (there === undefined || there.kind === "list")) {
      const list = (into[key] ?? []) as unknown[];
      const parts = there?.parts ?? [];
      parts.push({ source, from: list.length });
      into[key] = [...list, ...value];
      origin.children.set(key, { kind: "list", parts });
    } else if (
      joining !== undefined &&
      joining !== "list" &&
      isMapping(value) &&
      (there === undefined || there.kind === "mapping")
    ) {
      const inner = there ?? { kind: "mapping", first: source, children: new Map() };
      const mapping = (into[key] ?? {}) as Mapping;
      into[key] = mapping;
      origin.children.set(key, inner);
      joinMapping(mapping, inner, value, { ...part, path, joining: joining === "mapping" ? undefined : joining });
    } else if (there === undefined) {
      into[key] = value;
      origin.children.set(key, { kind: "file", source });
    } else {
      const found = locateIn(origin, [key]);
      const at = placeText(found.source.placeOfKey([...part.path, ...found.path]));
      duplicates.push(
        mistake("duplicate", `'${key}' stands already at ${at}`, source.placeOfKey(path), "leave one of them out"),
      );
    }
  }
}

function locateIn(origin: Origin, path: SourcePath): { readonly source: YamlSource; readonly path: SourcePath } {
  let here = origin;
  let first = origin.kind === "mapping" ? origin.first : undefined;
  for (const [depth, step] of path.entries()) {
    if (here.kind === "mapping") {
      first = here.first;
      const child = here.children.get(String(step));
      if (child === undefined) break;
      here = child;
    } else if (here.kind === "list" && typeof step === "number") {
      const part = here.parts.findLast(({ from }) => from <= step);
      if (part === undefined) break;
      return { source: part.source, path: [...path.slice(0, depth), step - part.from, ...path.slice(depth + 1)] };
    } else break;
  }
  if (here.kind === "file") return { source: here.source, path };
  if (here.kind === "list") first = here.parts[0]?.source ?? first;
  if (first === undefined) throw new Error("a set-up is from at least one file");
  return { source: first, path };
}
