/** Which files of a person's own say where clients are and how far Regions: the environment's, as the flags' are. */

import { resolve } from "node:path";
import type { GeographyFiles } from "../geo/geography.ts";

/** R53KIT_GEO_DATABASE and R53KIT_LATENCY_MATRIX, as absolute paths: the daemon runs in another directory. */
export function geographyFiles(
  env: NodeJS.ProcessEnv,
  given: GeographyFiles = {},
): { readonly geoDatabase?: string; readonly latencyMatrix?: string } {
  const geoDatabase = given.geoDatabase ?? env.R53KIT_GEO_DATABASE;
  const latencyMatrix = given.latencyMatrix ?? env.R53KIT_LATENCY_MATRIX;
  return {
    ...(geoDatabase ? { geoDatabase: resolve(geoDatabase) } : {}),
    ...(latencyMatrix ? { latencyMatrix: resolve(latencyMatrix) } : {}),
  };
}
