/** A person's own geo database: a MaxMind DB with countries or cities, or a Failure that says why it is none. */

import { readFile } from "node:fs/promises";
import { Failure } from "../errors.ts";
import { LOCATING_KEYS, locationOfRecord } from "./database-locator.ts";
import { MaxmindFormatError } from "./maxmind-data.ts";
import { MaxmindFile } from "./maxmind-file.ts";
import { unreadable } from "./unreadable.ts";

/** Enough to come by a country where the file has any, few enough to be done in a few ms. */
const NODES_TRIED = 20_000;

function hasCountries(file: MaxmindFile): boolean {
  for (const record of file.firstRecords(NODES_TRIED)) {
    if (locationOfRecord(file.record(record, LOCATING_KEYS)) !== undefined) return true;
  }
  return false;
}

const NEXT = "Give a GeoLite2-City, GeoLite2-Country or compatible file that ends in .mmdb, unpacked";

/** Throws a Failure: `geo.unreadable`, `geo.database-format` or `geo.database-without-countries`. */
export async function openGeoDatabase(path: string): Promise<MaxmindFile> {
  const octets = await readFile(path).catch((cause: unknown) => {
    throw unreadable("geo database", path, cause);
  });
  try {
    const file = new MaxmindFile(octets);
    if (hasCountries(file)) return file;
    const type = file.metadata.databaseType === "" ? "" : `; it is of type ${file.metadata.databaseType}`;
    throw new Failure({
      kind: "usage",
      code: "geo.database-without-countries",
      message: `The geo database has no countries in it${type}`,
      where: { file: path },
      next: NEXT,
    });
  } catch (error) {
    if (!(error instanceof MaxmindFormatError)) throw error;
    throw new Failure({
      kind: "usage",
      code: "geo.database-format",
      message: `The geo database cannot be read: ${error.message}`,
      where: { file: path },
      next: NEXT,
      cause: error,
    });
  }
}
