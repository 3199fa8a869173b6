/** `records` and `routing` as record sets: each entry by itself; what they mean for each other is in record-set-conflicts.ts. */

import { findGeoPlace } from "../route53/geo-locations.ts";
import { MAX_RECORD_SETS_PER_GROUP, MAX_RECORDS_PER_RECORD_SET } from "../route53/limits.ts";
import { canonicalValue, quoteText, RecordDataError } from "../route53/record-data.ts";
import type { GeoLocationPlace, RecordsAnswer, RecordType, RoutingPolicy } from "../route53/record-set.ts";
import { type AliasScope, readAlias } from "./aliases.ts";
import type { CidrCollectionDefinition, DeclaredAlias, DeclaredRecordSet, SourcePath } from "./config.ts";
import { readOwnerName } from "./owner-names.ts";
import type { AliasEntry, RecordEntry, RoutingEntry } from "./schema.ts";
import { UNSENDABLE } from "./schema-parts.ts";
import { suggest } from "./suggestion.ts";

/** What the entries of a zone may refer to. */
export interface RecordScope extends AliasScope {
  readonly healthCheckKeys: readonly string[];
  readonly cidrCollections: readonly CidrCollectionDefinition[];
  /** Of all collections, those with mistakes of their own included. */
  readonly cidrCollectionKeys: readonly string[];
}

interface AnswerEntry {
  readonly values?: readonly string[] | undefined;
  readonly alias?: AliasEntry | undefined;
  readonly ttl?: number | undefined;
}

/**
 * A value as it is sent. Route 53 wants text in quotation marks; people may leave them out, and text without them is taken
 * as it stands but for the line break that YAML's block scalars end with. Elsewhere white space is one space.
 */
function valueAsSent(type: RecordType, value: string): string {
  if ((type === "TXT" || type === "SPF") && !value.trimStart().startsWith('"')) {
    return quoteText(Buffer.from(value.replace(/[\r\n]+$/, ""), "utf8"));
  }
  return value.trim().replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, quoted?: string) => quoted ?? " ");
}

function readValues(type: RecordType, values: readonly string[], path: SourcePath, scope: RecordScope): string[] {
  const { problems } = scope;
  const read: string[] = [];
  const seen = new Set<string>();
  for (const [i, given] of values.entries()) {
    const at = [...path, i];
    const value = valueAsSent(type, given);
    try {
      const canonical = canonicalValue(type, value);
      if (seen.has(canonical)) {
        problems.at(at, { code: "duplicate-value", message: `'${given}' stands twice`, next: "leave one out" });
        continue;
      }
      seen.add(canonical);
      // The API's XML cannot carry control characters; in canonical text they are octal.
      read.push(UNSENDABLE.test(value) ? canonical : value);
    } catch (error) {
      if (!(error instanceof RecordDataError)) throw error;
      problems.at(at, {
        code: "bad-record-data",
        message: `'${given}' is no value of type ${type}: ${error.detail} (${error.code})`,
        next:
          EXAMPLES[type] === undefined
            ? `write it as Route 53 takes ${type} values`
            : `write it like ${EXAMPLES[type]}`,
      });
    }
  }
  if (type === "CNAME" && values.length > 1) {
    problems.at([...path, 1], { code: "bad-record-data", message: "a CNAME has one value", next: "leave one" });
  }
  if (values.length > MAX_RECORDS_PER_RECORD_SET) {
    problems.at(path, {
      code: "out-of-range",
      message: `${values.length} values; ${MAX_RECORDS_PER_RECORD_SET} is the most`,
      next: "leave some out",
    });
  }
  return read;
}

const EXAMPLES: Partial<Record<RecordType, string>> = {
  A: "192.0.2.1",
  AAAA: "2001:db8::1",
  CAA: '0 issue "letsencrypt.org"',
  CNAME: "www.example.com.",
  MX: '"10 mail.example.com."',
  NS: "ns1.example.com.",
  PTR: "www.example.com.",
  SRV: '"1 10 5269 xmpp.example.com."',
  TXT: '"v=spf1 -all"',
};

function readAnswer(
  type: RecordType,
  entry: AnswerEntry,
  groupTtl: { readonly ttl: number | undefined; readonly path: SourcePath },
  path: SourcePath,
  scope: RecordScope,
): RecordsAnswer | DeclaredAlias | undefined {
  const { problems } = scope;
  const { values, alias } = entry;
  if (alias !== undefined) {
    if (values !== undefined) {
      problems.atKey([...path, "alias"], {
        code: "two-answers",
        message: `${problems.textOf(path)} has both values and an alias`,
        next: "keep one of them",
      });
    }
    if (entry.ttl !== undefined) {
      problems.atKey([...path, "ttl"], {
        code: "alias-ttl",
        message: "an alias has no TTL of its own: it takes its target's",
        next: "leave ttl out",
      });
    }
    return readAlias(type, alias, [...path, "alias"], scope);
  }
  if (values === undefined) {
    problems.at(path, {
      code: "missing",
      message: `${problems.textOf(path)} has neither values nor an alias`,
      next: "add values: [ ... ] or alias: { ... }",
    });
    return undefined;
  }
  const ttlSeconds = entry.ttl ?? groupTtl.ttl;
  const read = readValues(type, values, [...path, "values"], scope);
  if (ttlSeconds === undefined) {
    problems.at(groupTtl.path, {
      code: "missing",
      message: `${problems.textOf(groupTtl.path)} has no 'ttl'`,
      next: "add ttl: 300",
    });
    return undefined;
  }
  return { kind: "records", ttlSeconds, values: read };
}

function readHealthCheck(key: string | undefined, path: SourcePath, scope: RecordScope): { healthCheck?: string } {
  if (key === undefined) return {};
  if (!scope.healthCheckKeys.includes(key)) {
    scope.problems.at([...path, "healthCheck"], {
      code: "unknown-health-check",
      message: `there is no health check '${key}'`,
      next: suggest(key, scope.healthCheckKeys),
    });
    return {};
  }
  return { healthCheck: key };
}

/** An entry of `records`: one simple record set. */
export function readRecord(entry: RecordEntry, path: SourcePath, scope: RecordScope): DeclaredRecordSet | undefined {
  const name = readOwnerName(entry.name, scope.zone, [...path, "name"], scope.problems);
  const answer = readAnswer(entry.type, entry, { ttl: undefined, path }, path, scope);
  const healthCheck = readHealthCheck(entry.healthCheck, path, scope);
  if (name === undefined || answer === undefined) return undefined;
  return { path, name, type: entry.type, answer, policy: { kind: "simple" }, ...healthCheck };
}

/** Types that take no routing policy (Developer Guide, "Choosing a routing policy"). */
const SIMPLE_ONLY: readonly RecordType[] = ["NS", "SOA", "DS"];

/** An entry of `routing`: one record set an answer. */
export function readRoutingGroup(entry: RoutingEntry, path: SourcePath, scope: RecordScope): DeclaredRecordSet[] {
  const { problems } = scope;
  const name = readOwnerName(entry.name, scope.zone, [...path, "name"], problems);
  if (SIMPLE_ONLY.includes(entry.type)) {
    problems.at([...path, "type"], {
      code: "bad-value",
      message: `records of type ${entry.type} cannot have a routing policy`,
      next: "move it to records:",
    });
  }
  if (scope.private && entry.policy === "cidr") {
    problems.at([...path, "policy"], {
      code: "private-zone",
      message: "IP-based routing is for public zones only",
      next: "choose another policy",
    });
  }
  const sets: DeclaredRecordSet[] = [];
  const group = { ttl: entry.ttl, path };
  const answers = Object.entries(entry.answers);
  for (const [setIdentifier, answerEntry] of answers) {
    const at = [...path, "answers", setIdentifier];
    const answer = readAnswer(entry.type, answerEntry, group, at, scope);
    const healthCheck = readHealthCheck(answerEntry.healthCheck, at, scope);
    const policy = readPolicy(entry, setIdentifier, at, scope);
    if (entry.policy === "multivalue" && answerEntry.alias !== undefined) {
      problems.atKey([...at, "alias"], {
        code: "bad-alias",
        message: "a multivalue answer cannot be an alias",
        next: "write values, or use a weighted group",
      });
    }
    if (name === undefined || answer === undefined || policy === undefined) continue;
    sets.push({ path: at, name, type: entry.type, answer, policy, setIdentifier, ...healthCheck });
  }
  if (answers.length > MAX_RECORD_SETS_PER_GROUP) {
    problems.at([...path, "answers"], {
      code: "out-of-range",
      message: `${answers.length} answers; ${MAX_RECORD_SETS_PER_GROUP} is the most that a name and type may have`,
      next: "leave some out, or put several values into one answer",
    });
  }
  if (entry.ttl !== undefined && answers.every(([, one]) => one.alias !== undefined)) {
    problems.atKey([...path, "ttl"], {
      code: "alias-ttl",
      message: "every answer is an alias, and an alias has no TTL of its own: it takes its target's",
      next: "leave ttl out",
    });
  }
  checkGroup(entry, path, scope);
  return sets;
}

/** The answers of an entry by key, for a given policy; TypeScript cannot follow `entry.answers[key]` through the union. */
function readPolicy(entry: RoutingEntry, key: string, path: SourcePath, scope: RecordScope): RoutingPolicy | undefined {
  const { problems } = scope;
  switch (entry.policy) {
    case "weighted": {
      const answer = entry.answers[key];
      return answer && { kind: "weighted", weight: answer.weight };
    }
    case "latency": {
      const answer = entry.answers[key];
      return answer && { kind: "latency", region: answer.region };
    }
    case "failover": {
      const answer = entry.answers[key];
      return answer && { kind: "failover", role: answer.failover };
    }
    case "multivalue":
      return { kind: "multivalue" };
    case "cidr": {
      const answer = entry.answers[key];
      if (answer === undefined) return undefined;
      checkCidrLocation(answer.collection, answer.location, path, scope);
      return { kind: "cidr", collectionId: answer.collection, locationName: answer.location };
    }
    case "geolocation": {
      const { continent, country, subdivision } = entry.answers[key] ?? {};
      if ((continent === undefined) === (country === undefined)) {
        problems.at(path, {
          code: "bad-place",
          message: `${problems.textOf(path)} must have a continent or a country, and not both`,
          next: "add continent: EU, or country: DE, or country: '*' for everywhere else",
        });
        return undefined;
      }
      if (subdivision !== undefined && country !== "US" && country !== "UA") {
        problems.at([...path, "subdivision"], {
          code: "bad-place",
          message: "Route 53 knows subdivisions of the United States (US) and of Ukraine (UA) only",
          next: "leave subdivision out",
        });
        return undefined;
      }
      const place: GeoLocationPlace = {
        ...(continent === undefined ? {} : { continentCode: continent }),
        ...(country === undefined ? {} : { countryCode: country }),
        ...(subdivision === undefined ? {} : { subdivisionCode: subdivision }),
      };
      if (findGeoPlace(place) === undefined) {
        const field = subdivision === undefined ? "country" : "subdivision";
        problems.at([...path, field], {
          code: "bad-place",
          message: `Route 53 has no location ${[country, subdivision].filter((part) => part !== undefined).join("-")}`,
          next: "see aws route53 list-geo-locations for those it has",
        });
        return undefined;
      }
      return { kind: "geolocation", place };
    }
    case "geoproximity": {
      const { region, localZoneGroup, coordinates, bias } = entry.answers[key] ?? {};
      const given = [region, localZoneGroup, coordinates].filter((one) => one !== undefined);
      if (given.length !== 1) {
        problems.at(path, {
          code: "bad-place",
          message: `${problems.textOf(path)} must have exactly one of region, localZoneGroup and coordinates`,
          next: "add region: eu-west-1, or coordinates: { latitude: 52.5, longitude: 13.4 }",
        });
        return undefined;
      }
      return {
        kind: "geoproximity",
        place: {
          ...(region === undefined ? {} : { awsRegion: region }),
          ...(localZoneGroup === undefined ? {} : { localZoneGroup }),
          ...(coordinates === undefined ? {} : { coordinates }),
          bias: bias ?? 0,
        },
      };
    }
  }
}

const COLLECTION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A collection is a key of the file, or the id of one that is not the file's. `*` is every location that has no other answer. */
function checkCidrLocation(collection: string, location: string, path: SourcePath, scope: RecordScope): void {
  const { problems, cidrCollections, cidrCollectionKeys } = scope;
  if (!cidrCollectionKeys.includes(collection)) {
    if (COLLECTION_ID.test(collection)) return;
    problems.at([...path, "collection"], {
      code: "unknown-cidr-collection",
      message: `there is no CIDR collection '${collection}'`,
      next: `${suggest(collection, cidrCollectionKeys)}; or the id of one that is not this file's`,
    });
    return;
  }
  const known = cidrCollections.find(({ key }) => key === collection)?.locations.map(({ name }) => name);
  if (known === undefined || location === "*" || known.includes(location)) return;
  problems.at([...path, "location"], {
    code: "unknown-cidr-location",
    message: `the CIDR collection '${collection}' has no location '${location}'`,
    next: suggest(location, [...known, "*"]),
  });
}

/** What the answers of one group must be for each other. */
function checkGroup(entry: RoutingEntry, path: SourcePath, scope: RecordScope): void {
  const { problems } = scope;
  const answersPath = [...path, "answers"];
  switch (entry.policy) {
    case "weighted": {
      const ttls = Object.entries(entry.answers).map(([key, one]) => ({
        key,
        own: one.ttl,
        ttl: one.ttl ?? entry.ttl,
      }));
      const first = ttls.find(({ ttl }) => ttl !== undefined);
      for (const { key, ttl, own } of ttls) {
        if (ttl === undefined || first === undefined || ttl === first.ttl) continue;
        const place = own === undefined ? [...answersPath, first.key, "ttl"] : [...answersPath, key, "ttl"];
        problems.at(place, {
          code: "two-ttls",
          message: `the answers of a weighted group must have one TTL: '${key}' has ${ttl}, '${first.key}' has ${first.ttl}`,
          next: "give the group one ttl and leave it out of the answers",
        });
        break;
      }
      return;
    }
    case "failover": {
      const seen = new Map<string, string>();
      for (const [key, answer] of Object.entries(entry.answers)) {
        const earlier = seen.get(answer.failover);
        if (earlier !== undefined) {
          problems.at([...answersPath, key, "failover"], {
            code: answer.failover === "PRIMARY" ? "two-primaries" : "two-secondaries",
            message: `a failover group has one ${answer.failover} answer, and '${earlier}' is it already`,
            next: answer.failover === "PRIMARY" ? "make one of them SECONDARY" : "leave one of them out",
          });
        }
        seen.set(answer.failover, key);
        if (answer.failover === "PRIMARY" && answer.healthCheck === undefined && answer.alias === undefined) {
          problems.at([...answersPath, key], {
            code: "primary-without-check",
            message: `the PRIMARY answer '${key}' has no health check, so it could never fail over`,
            next: `add healthCheck: ${scope.healthCheckKeys[0] ?? "KEY, and the check to healthChecks:"}`,
          });
        }
      }
      if (!seen.has("PRIMARY")) {
        problems.at(answersPath, {
          code: "no-primary",
          message: "a failover group needs a PRIMARY answer",
          next: "add failover: PRIMARY to one of the answers",
        });
      }
      return;
    }
    case "latency":
      distinct(
        Object.entries(entry.answers).map(([key, one]) => [key, one.region]),
        "region",
        (region) => `the region ${region}`,
      );
      return;
    case "geolocation":
      distinct(
        Object.entries(entry.answers).map(([key, one]) => [
          key,
          [one.continent, one.country, one.subdivision].filter((part) => part !== undefined).join("-"),
        ]),
        undefined,
        (place) => `the place ${place}`,
      );
      return;
    case "cidr": {
      const collections = Object.entries(entry.answers).map(([key, { collection }]) => ({ key, collection }));
      const [first] = collections;
      const other = collections.find(({ collection }) => collection !== first?.collection);
      if (other !== undefined) {
        problems.at([...answersPath, other.key, "collection"], {
          code: "two-collections",
          message: `the answers of an IP-based group must use one CIDR collection: '${other.key}' has ${other.collection}, '${first?.key}' has ${first?.collection}`,
          next: "put all locations into one collection",
        });
      }
      distinct(
        Object.entries(entry.answers).map(([key, one]) => [key, `${one.collection} ${one.location}`]),
        "location",
        (location) => `the location ${location}`,
      );
      return;
    }
    case "geoproximity":
    case "multivalue":
      return;
  }

  function distinct(
    answers: readonly (readonly [key: string, selector: string])[],
    field: string | undefined,
    describe: (selector: string) => string,
  ): void {
    const seen = new Map<string, string>();
    for (const [key, selector] of answers) {
      const earlier = seen.get(selector);
      if (earlier !== undefined) {
        problems.at(field === undefined ? [...answersPath, key] : [...answersPath, key, field], {
          code: "duplicate-answer",
          message: `${describe(selector)} has an answer already, '${earlier}'`,
          next: "leave one of them out, or give both values to one answer",
        });
      }
      seen.set(selector, key);
    }
  }
}
