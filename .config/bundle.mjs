// The bundle of src/cli/main.ts: one code-split ESM build, so that a command loads only what it uses.

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

export const outdir = new URL("../dist/", import.meta.url).pathname;

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

/** For esbuild; writes dist/ and, with `metafile`, tells what went where. */
export const options = {
  entryPoints: { r53kit: "src/cli/main.ts" },
  absWorkingDir: new URL("..", import.meta.url).pathname,
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
  plugins: [stubDevtools],
  metafile: true,
  minifySyntax: true,
  logLevel: "warning",
};

/** Removes what earlier builds left in dist/; after a build that worked, so that a failed one takes nothing away. */
export async function removeStale({ metafile }) {
  const root = options.absWorkingDir;
  const written = new Set(Object.keys(metafile.outputs).map((name) => join(root, name)));
  for (const entry of await readdir(outdir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !written.has(path)) await rm(path);
  }
}
