import type { BuildOptions } from "esbuild";

export const outdir: string;
export const options: BuildOptions & { readonly metafile: true };
