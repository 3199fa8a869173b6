import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { options } from "../../../.config/bundle.mjs";

interface Chunk {
  readonly inputs: Record<string, unknown>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
  readonly entryPoint?: string;
}

let chunks: Record<string, Chunk>;

beforeAll(async () => {
  const result = await build({ ...options, write: false });
  chunks = result.metafile.outputs as Record<string, Chunk>;
});

/** Everything that loads before the first line of a command runs. */
function staticInputs(entry: string): string[] {
  const seen = new Set<string>();
  const visit = (name: string) => {
    const chunk = chunks[name];
    if (chunk === undefined || seen.has(name)) return;
    seen.add(name);
    for (const one of chunk.imports) if (one.kind === "import-statement") visit(one.path);
  };
  visit(entry);
  return [...seen].flatMap((name) => Object.keys(chunks[name]?.inputs ?? {}));
}

/** What loads with an entry point, and the packages that this is from. */
function loadedBy(entryPoint: string) {
  const entry = Object.keys(chunks).find((name) => chunks[name]?.entryPoint === entryPoint) as string;
  const inputs = staticInputs(entry);
  const packages = new Set(inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
  return { inputs, packages: [...packages] };
}

describe("the entry chunk", () => {
  it("statically pulls in nothing but commander and the command declarations", () => {
    const { inputs, packages } = loadedBy("src/cli/main.ts");
    expect(inputs).toContain("src/cli/program.ts");
    expect(packages).toEqual(["commander"]);
    expect(inputs.filter((input) => input.startsWith("src/") && !/^src\/(cli\/|errors\.ts)/.test(input))).toEqual([]);
  });

  it("of the library holds the backend alone: no command line, no terminal, no LMDB, no EC2", () => {
    const { inputs, packages } = loadedBy("src/local/index.ts");
    expect(inputs).toContain("src/local/local-backend.ts");
    expect(inputs.filter((input) => /^src\/(cli|render|setup|trace|drill|config)\//.test(input))).toEqual([]);
    expect(packages.filter((name) => /^(commander|ink|react|chalk|yaml|zod|@aws-sdk\/client-ec2)$/.test(name))).toEqual(
      [],
    );
    const external = Object.values(chunks).flatMap((chunk) => chunk.imports);
    expect(external.filter(({ path, kind }) => path === "lmdb" && kind === "import-statement").length).toBeGreaterThan(
      0,
    );
    expect(inputs.filter((input) => input.includes("lmdb-store") || input.includes("directory-lock"))).toEqual([]);
  });

  it("leaves Ink and React to chunks of their own", () => {
    const withInk = Object.entries(chunks).filter(([, chunk]) =>
      Object.keys(chunk.inputs).some((input) => /node_modules\/(ink|react)\//.test(input)),
    );
    const withCommander = withInk.filter(([, chunk]) =>
      Object.keys(chunk.inputs).some((input) => input.includes("node_modules/commander/")),
    );
    expect(withCommander).toEqual([]);
  });
});
