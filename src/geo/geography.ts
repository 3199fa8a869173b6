/** What tells where clients are and how far away Regions are: the embedded database and the great circle, or files of one's own. */

import type { ClientLocator } from "../routing/client.ts";
import { locateWith } from "../routing/client-locations.ts";
import type { LatencyModel } from "../routing/context.ts";
import { greatCircleLatency } from "../routing/latency.ts";
import { measuredLatency } from "../routing/latency-matrix.ts";
import { openGeoDatabase } from "./database-file.ts";
import { databaseLocator } from "./database-locator.ts";
import { embeddedLocator } from "./embedded-database.ts";
import { openLatencyMatrix } from "./latency-file.ts";

export interface GeographyFiles {
  /** A MaxMind DB in place of the embedded database. */
  readonly geoDatabase?: string | undefined;
  /** Measured latencies in place of the great circle. */
  readonly latencyMatrix?: string | undefined;
}

export interface Geography {
  readonly locate: ClientLocator;
  readonly latencyMs: LatencyModel;
}

/**
 * Files are read here, whole, and not looked at again; the embedded database is read when the first public address is
 * asked for. `onDefect` is told of what cannot be read later. Throws a Failure (`geo.*`, `latency-matrix.*`).
 */
export async function openGeography(files: GeographyFiles, onDefect: (error: unknown) => void): Promise<Geography> {
  const { geoDatabase, latencyMatrix } = files;
  const database =
    geoDatabase === undefined
      ? embeddedLocator(onDefect)
      : databaseLocator(await openGeoDatabase(geoDatabase), onDefect);
  return {
    locate: locateWith(database),
    latencyMs:
      latencyMatrix === undefined ? greatCircleLatency : measuredLatency(await openLatencyMatrix(latencyMatrix)),
  };
}
