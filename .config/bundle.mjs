// The bundle: one code-split ESM build of the program and of the library "r53kit/local", so that each loads only what it uses.

import { execFile } from "node:child_process";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = new URL("..", import.meta.url).pathname;
export const outdir = join(root, "dist/");
const LIBRARY = "src/local/index.ts";
const DECLARATIONS = join(outdir, "local.d.ts");

/** Ink loads react-devtools-core only when DEV=true; a stub keeps it out of the bundle. */
const stubDevtools = {
  name: "stub-react-devtools",
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, () => ({
      path: "react-devtools-core",
      namespace: "stub",
    }));
    build.onLoad({ filter: /.*/, namespace: "stub" }, () => ({
      contents: "export default {};",
    }));
  },
};

/** From that file alone: it names no type of another one, and everything in it has its type written out. */
const TSC_OPTIONS = [
  ...["--ignoreConfig", "--noCheck", "--noResolve", "--isolatedDeclarations", "--allowImportingTsExtensions"],
  ...["--declaration", "--emitDeclarationOnly", "--target", "es2023", "--module", "nodenext"],
];

/** The library's types, beside the library. */
const declarations = {
  name: "declarations",
  setup(build) {
    build.onEnd(async ({ errors }) => {
      if (errors.length > 0 || build.initialOptions.write === false) return;
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const args = [tsc, ...TSC_OPTIONS, "--outDir", outdir, LIBRARY];
      await promisify(execFile)(process.execPath, args, { cwd: root });
      await rename(join(outdir, "index.d.ts"), DECLARATIONS);
    });
  },
};

/** For esbuild; writes dist/ and, with `metafile`, tells what went where. */
export const options = {
  entryPoints: { r53kit: "src/cli/main.ts", local: LIBRARY },
  absWorkingDir: root,
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // Without "module" first esbuild takes the SDK's CommonJS, which does not tree-shake.
  mainFields: ["module", "main"],
  chunkNames: "chunks/[name]-[hash]",
  // lmdb is a native addon: it finds its prebuilt binary next to its own package.
  external: ["lmdb"],
  define: { "process.env.NODE_ENV": '"production"' },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [stubDevtools, declarations],
  metafile: true,
  minifySyntax: true,
  logLevel: "warning",
};

/** Removes what earlier builds left in dist/; after a build that worked, so that a failed one takes nothing away. */
export async function removeStale({ metafile }) {
  const written = new Set([DECLARATIONS, ...Object.keys(metafile.outputs).map((name) => join(root, name))]);
  for (const entry of await readdir(outdir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !written.has(path)) await rm(path);
  }
}
