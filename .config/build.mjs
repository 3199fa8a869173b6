// Bundles src/cli/main.ts into dist/: one code-split ESM build, so that a command loads only what it uses.
import { rm, writeFile } from "node:fs/promises";
import { context } from "esbuild";

const watch = process.argv.includes("--watch");
const outdir = new URL("../dist/", import.meta.url).pathname;

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

const options = {
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

await rm(outdir, { recursive: true, force: true });
const build = await context(options);
if (watch) {
  await build.watch();
  console.error("watching src/ (Ctrl-C ends)");
} else {
  const { metafile } = await build.rebuild();
  await writeFile(`${outdir}meta.json`, JSON.stringify(metafile));
  await build.dispose();
}
