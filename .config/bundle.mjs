// The bundle of src/cli/main.ts: one code-split ESM build, so that a command loads only what it uses.

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
