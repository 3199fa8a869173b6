import type { BuildOptions, BuildResult } from "esbuild";

type BundleOptions = BuildOptions & { readonly metafile: true };

export const outdir: string;
export const options: BundleOptions;
export function removeStale(result: BuildResult<BundleOptions>): Promise<void>;
