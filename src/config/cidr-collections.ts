/** `cidrCollections`: named sets of address blocks, by location, for IP-based routing. */

import { createHash } from "node:crypto";
import { readCidrBlock } from "../route53/cidr-block.ts";
import type { CidrLocation } from "../route53/cidr-collection.ts";
import { MAX_CIDR_BLOCKS_PER_COLLECTION } from "../route53/limits.ts";
import type { CidrCollectionDefinition, SourcePath } from "./config.ts";
import type { Problems } from "./problems.ts";

type Entries = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export function readCidrCollections(entries: Entries, project: string, problems: Problems): CidrCollectionDefinition[] {
  return Object.entries(entries).map(([key, locations]) => {
    const path = ["cidrCollections", key];
    return { path, key, name: collectionName(project, key), locations: readLocations(locations, path, problems) };
  });
}

/** Of the API model: a collection's name has 1 to 64 letters, digits, `_` and `-`. */
const MAX_NAME_CHARACTERS = 64;

/** The key that makes a collection's name in a project; undefined for a name that is none of the project's. */
export function keyOfCollectionName(project: string, name: string): string | undefined {
  const rest = name.slice(project.length + 1);
  return [rest, rest.replace(/-[0-9a-f]{8}$/, "")].find((key) => collectionName(project, key) === name);
}

/** `PROJECT-KEY` in the characters that a name may have; with a digest where that would make two names one. */
function collectionName(project: string, key: string): string {
  const plain = `${project}-${key}`;
  const name = plain.replace(/[^0-9A-Za-z_-]/g, "-");
  if (name === plain && name.length <= MAX_NAME_CHARACTERS) return name;
  const digest = createHash("sha256").update(plain).digest("hex").slice(0, 8);
  return `${name.slice(0, MAX_NAME_CHARACTERS - 1 - digest.length)}-${digest}`;
}

/** A block stands in one location of a collection. */
function readLocations(
  entries: Readonly<Record<string, readonly string[]>>,
  path: SourcePath,
  problems: Problems,
): CidrLocation[] {
  const seen = new Map<string, SourcePath>();
  const locations = Object.entries(entries).map(([name, blocks]) => {
    const read: string[] = [];
    for (const [i, text] of blocks.entries()) {
      const at = [...path, name, i];
      const found = readCidrBlock(text);
      if ("problem" in found) {
        problems.at(at, {
          code: "bad-cidr-block",
          message: found.problem.replace(/\.$/, ""),
          next: "write it like 192.0.2.0/24 or 2001:db8::/32",
        });
        continue;
      }
      const earlier = seen.get(found.block);
      if (earlier !== undefined) {
        problems.at(at, {
          code: "duplicate-value",
          message: `${found.block} stands already at ${problems.placeText(earlier)}; a block is in one location`,
          next: "leave one out",
        });
        continue;
      }
      seen.set(found.block, at);
      read.push(found.block);
    }
    return { name, blocks: read.sort() };
  });
  if (seen.size > MAX_CIDR_BLOCKS_PER_COLLECTION) {
    problems.at(path, {
      code: "out-of-range",
      message: `${seen.size} blocks; ${MAX_CIDR_BLOCKS_PER_COLLECTION} is the most that a collection may have`,
      next: "make it two collections",
    });
  }
  return locations;
}
