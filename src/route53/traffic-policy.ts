/**
 * The traffic policy document: JSON text to a typed model, or every mistake in it with the rule and the key that holds it.
 * Source: Route 53 API Reference, "Traffic Policy Document Format" (2015-10-01 and 2023-05-09).
 */

import { findGeoPlace } from "./geo-locations.ts";
import { domainName, InvalidNameError } from "./names.ts";
import { parseRecordData, RecordDataError } from "./record-data.ts";
import { type GeoLocationPlace, type GeoProximityPlace, isRecordType, type RecordType } from "./record-set.ts";

const TRAFFIC_POLICY_FORMATS = ["2015-10-01", "2023-05-09"] as const;
export type TrafficPolicyFormat = (typeof TRAFFIC_POLICY_FORMATS)[number];

/** Every type but `value` becomes an alias record set. */
const ENDPOINT_TYPES = [
  "value",
  "cloudfront",
  "application-load-balancer",
  "elastic-load-balancer",
  "network-load-balancer",
  "elastic-beanstalk",
  "s3-website",
] as const;
export type EndpointType = (typeof ENDPOINT_TYPES)[number];

export interface TrafficPolicyEndpoint {
  readonly type: EndpointType;
  readonly value: string;
  /** Only of an `s3-website`. */
  readonly region?: string;
}

export interface TrafficPolicyTarget {
  readonly kind: "endpoint" | "rule";
  readonly id: string;
}

/** One way out of a rule. */
export interface TrafficPolicyBranch {
  readonly target: TrafficPolicyTarget;
  /** True when the document leaves it out: AWS's failover example relies on that. Means nothing for a `value` endpoint. */
  readonly evaluateTargetHealth: boolean;
  readonly healthCheckId?: string;
}

export type TrafficPolicyRule =
  | { readonly kind: "failover"; readonly primary: TrafficPolicyBranch; readonly secondary: TrafficPolicyBranch }
  | {
      readonly kind: "geolocation";
      /** The default location has country code `*`. */
      readonly locations: readonly (TrafficPolicyBranch & { readonly place: GeoLocationPlace })[];
    }
  | {
      readonly kind: "geoproximity";
      readonly locations: readonly (TrafficPolicyBranch & { readonly place: GeoProximityPlace })[];
    }
  | {
      readonly kind: "latency";
      readonly regions: readonly (TrafficPolicyBranch & { readonly region: string })[];
    }
  | { readonly kind: "multivalue"; readonly items: readonly TrafficPolicyBranch[] }
  | {
      readonly kind: "weighted";
      readonly items: readonly (TrafficPolicyBranch & { readonly weight: number })[];
    };

export interface TrafficPolicyDocument {
  readonly format: TrafficPolicyFormat;
  readonly recordType: RecordType;
  readonly start: TrafficPolicyTarget;
  readonly endpoints: ReadonlyMap<string, TrafficPolicyEndpoint>;
  readonly rules: ReadonlyMap<string, TrafficPolicyRule>;
}

export interface TrafficPolicyProblem {
  /** e.g. `Rules.geo.Locations[2].RuleReference`; empty for the document as a whole. */
  readonly path: string;
  /** The same as keys and indexes, for whoever knows the place of each in a file. */
  readonly at: readonly (string | number)[];
  /** One sentence. */
  readonly message: string;
}

export type ParsedTrafficPolicy =
  | { readonly ok: true; readonly document: TrafficPolicyDocument }
  | { readonly ok: false; readonly problems: readonly TrafficPolicyProblem[] };

export interface TrafficPolicyParseOptions {
  /**
   * The format's syntax writes `IsDefault`, `EvaluateTargetHealth`, `Weight`, `Bias` and coordinates as strings. `strings`
   * (the default) holds a document to that; `any` also takes JSON booleans and numbers, as AWS does (its own examples and
   * Terraform's provider send booleans).
   */
  readonly jsonTypes?: "strings" | "any";
}

/** AWS's limit on a document, in characters (API Reference, TrafficPolicy). */
const MAX_DOCUMENT_LENGTH = 102_400;

const RULE_KINDS: Readonly<Record<string, TrafficPolicyRule["kind"]>> = {
  failover: "failover",
  geo: "geolocation",
  geoproximity: "geoproximity",
  latency: "latency",
  multivalue: "multivalue",
  weighted: "weighted",
};

/** Keys that people carry over from ChangeResourceRecordSets and from the console. */
const MISNOMERS: ReadonlyMap<string, string> = new Map([
  ["CountryCode", "Country"],
  ["ContinentCode", "Continent"],
  ["SubdivisionCode", "Subdivision"],
  ["HealthCheckId", "HealthCheck"],
  ["AWSRegion", "Region"],
]);

type At = readonly (string | number)[];
type JsonObject = Readonly<Record<string, unknown>>;

/** `Rules.geo.Locations[2].RuleReference` of its keys and indexes. */
function pathText(at: At): string {
  return at.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(", ");
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `the JSON ${typeof value} ${JSON.stringify(value)}`;
}

class Reader {
  readonly problems: TrafficPolicyProblem[] = [];
  readonly #jsonTypes: "strings" | "any";
  #endpoints: ReadonlyMap<string, unknown> = new Map();
  #ruleIds: ReadonlySet<string> = new Set();

  constructor(jsonTypes: "strings" | "any") {
    this.#jsonTypes = jsonTypes;
  }

  problem(at: At, message: string): void {
    this.problems.push({ path: pathText(at), at, message });
  }

  /** The object at `at` under its right keys: a misnamed key is reported once and then read as what was meant. */
  object(value: unknown, at: At, allowed: readonly string[]): JsonObject | undefined {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.problem(
        at,
        value === undefined ? "This object is missing." : `This must be an object, not ${describe(value)}.`,
      );
      return undefined;
    }
    const read: Record<string, unknown> = Object.create(null);
    for (const [key, member] of Object.entries(value)) {
      if (allowed.includes(key)) {
        read[key] = member;
        continue;
      }
      const meant =
        MISNOMERS.get(key) ??
        allowed.find((candidate) => candidate.toLowerCase() === key.replace(/_/g, "").toLowerCase());
      if (meant !== undefined && allowed.includes(meant)) {
        this.problem([...at, key], `There is no key "${key}" in a traffic policy document; it is "${meant}".`);
        if (!(meant in value)) read[meant] = member;
      } else {
        this.problem([...at, key], `There is no key "${key}" here; the keys are ${quoted(allowed)}.`);
      }
    }
    return read;
  }

  list(value: unknown, at: At): readonly unknown[] {
    if (!Array.isArray(value)) {
      this.problem(at, value === undefined ? "This list is missing." : `This must be a list, not ${describe(value)}.`);
      return [];
    }
    if (value.length === 0) this.problem(at, "This list is empty, so the rule leads nowhere.");
    return value;
  }

  text(value: unknown, at: At): string | undefined {
    if (typeof value === "string" && value !== "") return value;
    if (value === undefined) return undefined;
    this.problem(at, value === "" ? "This is empty." : `This must be a string, not ${describe(value)}.`);
    return undefined;
  }

  requiredText(value: unknown, at: At, what: string): string | undefined {
    if (value === undefined) this.problem(at, `${what} is missing.`);
    return this.text(value, at);
  }

  /** Reports a bare boolean or number where the format writes a string, and gives its text either way. */
  #scalar(value: unknown, at: At): string | undefined {
    if (typeof value === "boolean" || typeof value === "number") {
      if (this.#jsonTypes === "strings") {
        const key = at[at.length - 1];
        this.problem(at, `${key} is ${describe(value)}; the document format writes it as the string "${value}".`);
      }
      return String(value);
    }
    return this.text(value, at);
  }

  flag(value: unknown, at: At): boolean | undefined {
    const text = this.#scalar(value, at);
    if (text === undefined) return undefined;
    if (/^true$/i.test(text)) return true;
    if (!/^false$/i.test(text)) this.problem(at, `This must be "true" or "false", not "${text}".`);
    return false;
  }

  number(value: unknown, at: At, range: { min: number; max: number; decimals: number }): number | undefined {
    const text = this.#scalar(value, at);
    if (text === undefined) return undefined;
    const form = range.decimals === 0 ? /^-?\d{1,9}$/ : /^-?\d{1,3}(\.\d+)?$/;
    const number = Number(text);
    if (!form.test(text) || number < range.min || number > range.max) {
      const kind = range.decimals === 0 ? "a whole number" : "a number";
      this.problem(at, `"${text}" is not ${kind} from ${range.min} to ${range.max}.`);
      return undefined;
    }
    if ((text.split(".")[1] ?? "").length > range.decimals && range.decimals > 0) {
      this.problem(at, `"${text}" has more than ${range.decimals} decimals, which Route 53 refuses.`);
    }
    return number;
  }

  /** What the document defines, endpoints with their definitions as they stand; references are checked against it. */
  defines(endpoints: ReadonlyMap<string, unknown>, ruleIds: Iterable<string>): void {
    this.#endpoints = endpoints;
    this.#ruleIds = new Set(ruleIds);
  }

  /** Whether an endpoint of this name becomes an alias record set. */
  isAlias(endpointId: unknown): boolean {
    const definition = typeof endpointId === "string" ? this.#endpoints.get(endpointId) : undefined;
    if (typeof definition !== "object" || definition === null) return false;
    const { Type } = definition as JsonObject;
    return Type !== "value" && ENDPOINT_TYPES.some((type) => type === Type);
  }

  /** One of two keys, e.g. EndpointReference and RuleReference, and what it names. */
  target(
    object: JsonObject,
    at: At,
    keys: { readonly endpoint: string; readonly rule: string },
  ): TrafficPolicyTarget | undefined {
    const { endpoint, rule } = keys;
    if (object[endpoint] !== undefined && object[rule] !== undefined) {
      this.problem([...at, rule], `Both ${endpoint} and ${rule} are given; exactly one says where the traffic goes.`);
    } else if (object[endpoint] === undefined && object[rule] === undefined) {
      this.problem(at, `Neither ${endpoint} nor ${rule} is given; exactly one says where the traffic goes.`);
      return undefined;
    }
    const kind = object[endpoint] !== undefined ? "endpoint" : "rule";
    const key = kind === "endpoint" ? endpoint : rule;
    const id = this.text(object[key], [...at, key]);
    if (id === undefined) return undefined;
    const [ids, others] = kind === "endpoint" ? [this.#endpoints, this.#ruleIds] : [this.#ruleIds, this.#endpoints];
    if (ids.has(id)) return { kind, id };
    const other = kind === "endpoint" ? "rule" : "endpoint";
    if (others.has(id)) {
      const meant = kind === "endpoint" ? rule : endpoint;
      const article = other === "rule" ? "a rule" : "an endpoint";
      this.problem([...at, key], `"${id}" is ${article}, so ${key} cannot name it: did you mean ${meant}?`);
      return { kind: other, id };
    }
    this.problem([...at, key], `"${id}" is not defined: the document has no endpoint and no rule of that name.`);
    return undefined;
  }

  /** The part that every way out of a rule has. Undefined when it has no usable target; what is wrong is noted. */
  branch(object: JsonObject, at: At): TrafficPolicyBranch | undefined {
    const target = this.target(object, at, { endpoint: "EndpointReference", rule: "RuleReference" });
    const evaluate = this.flag(object.EvaluateTargetHealth, [...at, "EvaluateTargetHealth"]);
    const healthCheckId = this.text(object.HealthCheck, [...at, "HealthCheck"]);
    if (target === undefined) return undefined;
    return {
      target,
      evaluateTargetHealth: evaluate ?? true,
      ...(healthCheckId === undefined ? {} : { healthCheckId }),
    };
  }
}

const BRANCH_KEYS = ["EndpointReference", "RuleReference", "EvaluateTargetHealth", "HealthCheck"] as const;
const LATITUDE = { min: -90, max: 90, decimals: 2 };
const LONGITUDE = { min: -180, max: 180, decimals: 2 };

/** Every element of a rule's list as a branch with what its kind of rule adds; what is wrong with one is noted, and the element left out. */
function readBranches<Extra extends object>(
  reader: Reader,
  value: unknown,
  at: At,
  keys: readonly string[],
  readExtra: (object: JsonObject, at: At) => Extra | undefined,
): (TrafficPolicyBranch & Extra)[] {
  return reader.list(value, at).flatMap((element, index) => {
    const elementAt = [...at, index];
    const object = reader.object(element, elementAt, [...BRANCH_KEYS, ...keys]);
    if (object === undefined) return [];
    const extra = readExtra(object, elementAt);
    const branch = reader.branch(object, elementAt);
    return branch === undefined || extra === undefined ? [] : [{ ...branch, ...extra }];
  });
}

function readGeoPlace(reader: Reader, object: JsonObject, at: At): GeoLocationPlace | undefined {
  const isDefault = reader.flag(object.IsDefault, [...at, "IsDefault"]) ?? false;
  const continent = reader.text(object.Continent, [...at, "Continent"]);
  const country = reader.text(object.Country, [...at, "Country"]);
  const subdivision = reader.text(object.Subdivision, [...at, "Subdivision"]);
  if (isDefault || country === "*") {
    if (continent !== undefined || subdivision !== undefined || (country !== undefined && country !== "*")) {
      reader.problem(at, 'The default location has no Continent, Country (but "*") or Subdivision of its own.');
    }
    return { countryCode: "*" };
  }
  if (continent !== undefined) {
    if (country !== undefined) reader.problem(at, "A location has a Continent or a Country, not both.");
    else if (subdivision !== undefined) reader.problem(at, "A Subdivision is one of a Country, not of a Continent.");
    if (findGeoPlace({ continentCode: continent }) === undefined) {
      reader.problem([...at, "Continent"], `"${continent}" is no continent code (AF, AN, AS, EU, NA, OC, SA).`);
    }
    return { continentCode: continent };
  }
  if (country === undefined) {
    reader.problem(at, 'The location has no Continent and no Country, and is not the default (IsDefault "true").');
    return undefined;
  }
  if (findGeoPlace({ countryCode: country }) === undefined) {
    reader.problem(
      [...at, "Country"],
      `"${country}" is no country code of Route 53's: two capital letters, e.g. "DE", or "*".`,
    );
  } else if (
    subdivision !== undefined &&
    findGeoPlace({ countryCode: country, subdivisionCode: subdivision }) === undefined
  ) {
    reader.problem([...at, "Subdivision"], `Route 53 knows no subdivision "${subdivision}" of ${country}.`);
  }
  return subdivision === undefined ? { countryCode: country } : { countryCode: country, subdivisionCode: subdivision };
}

/** `aws:route53:us-east-1`, as geoproximity rules write a Region or Local Zone, to `us-east-1`. */
function unprefixed(reader: Reader, text: string, at: At): string {
  if (text.startsWith("aws:route53:")) return text.slice("aws:route53:".length);
  reader.problem(at, `A geoproximity rule writes this with a prefix: "aws:route53:${text}".`);
  return text;
}

/** A Region's code by its form: AWS opens new ones faster than any list here would follow. */
function checkRegion(reader: Reader, code: string, at: At): void {
  if (/^[a-z]+(-[a-z]+)+-\d{1,2}$/.test(code)) return;
  reader.problem(at, `"${code}" is no Region's code, such as "us-east-1".`);
}

function readCoordinates(reader: Reader, object: JsonObject, at: At): GeoProximityPlace["coordinates"] {
  const latitude = reader.number(object.Latitude, [...at, "Latitude"], LATITUDE);
  const longitude = reader.number(object.Longitude, [...at, "Longitude"], LONGITUDE);
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}

function readProximityPlace(
  reader: Reader,
  object: JsonObject,
  at: At,
  format: TrafficPolicyFormat,
): GeoProximityPlace | undefined {
  const bias = reader.number(object.Bias, [...at, "Bias"], { min: -99, max: 99, decimals: 0 }) ?? 0;
  if (format === "2015-10-01") {
    const region = reader.text(object.Region, [...at, "Region"]);
    if (region !== undefined) {
      const awsRegion = unprefixed(reader, region, [...at, "Region"]);
      checkRegion(reader, awsRegion, [...at, "Region"]);
      if (object.Latitude !== undefined || object.Longitude !== undefined) {
        reader.problem(at, "A location has a Region, or a Latitude and Longitude, not both.");
      }
      return { awsRegion, bias };
    }
    const coordinates = readCoordinates(reader, object, at);
    if (coordinates !== undefined) return { coordinates, bias };
    reader.problem(at, "The location has neither a Region nor a Latitude and Longitude.");
    return undefined;
  }
  const where = [...at, "Location"];
  const location = reader.object(object.Location, where, ["Type", "LocationName", "Latitude", "Longitude"]);
  if (location === undefined) return undefined;
  const type = reader.requiredText(location.Type, [...where, "Type"], "The kind of location");
  if (type === "Coordinate") {
    const coordinates = readCoordinates(reader, location, where);
    if (coordinates !== undefined) return { coordinates, bias };
    reader.problem(where, "A location of type Coordinate has a Latitude and a Longitude.");
    return undefined;
  }
  if (type !== "Region" && type !== "LocalZone") {
    if (type !== undefined) {
      reader.problem([...where, "Type"], `"${type}" is none of "Region", "LocalZone", "Coordinate".`);
    }
    return undefined;
  }
  const name = reader.requiredText(location.LocationName, [...where, "LocationName"], "The location's name");
  if (name === undefined) return undefined;
  const code = unprefixed(reader, name, [...where, "LocationName"]);
  if (type === "Region") checkRegion(reader, code, [...where, "LocationName"]);
  return type === "Region" ? { awsRegion: code, bias } : { localZoneGroup: code, bias };
}

/** Reports every element whose `key` an earlier one has: Route 53 makes a record set of each, and they would be the same. */
function reportTwins<Element>(
  reader: Reader,
  elements: readonly Element[],
  at: At,
  key: (element: Element) => string,
): void {
  const seen = new Set<string>();
  for (const element of elements) {
    const text = key(element);
    if (seen.has(text)) reader.problem(at, `${text} is there twice; a rule has one way for each.`);
    seen.add(text);
  }
}

function placeText(place: GeoLocationPlace): string {
  if (place.countryCode === "*") return "The default location";
  const { continentCode, countryCode, subdivisionCode } = place;
  if (continentCode !== undefined) return `Continent ${continentCode}`;
  return subdivisionCode === undefined ? `Country ${countryCode}` : `Subdivision ${countryCode}-${subdivisionCode}`;
}

function readRule(reader: Reader, value: unknown, at: At, format: TrafficPolicyFormat): TrafficPolicyRule | undefined {
  const members = {
    failover: ["Primary", "Secondary"],
    geolocation: ["Locations"],
    geoproximity: ["GeoproximityLocations"],
    latency: ["Regions"],
    multivalue: ["Items"],
    weighted: ["Items"],
  } as const;
  const named = typeof value === "object" && value !== null ? (value as JsonObject).RuleType : undefined;
  let kind = typeof named === "string" && Object.hasOwn(RULE_KINDS, named) ? RULE_KINDS[named] : undefined;
  if (kind === undefined && typeof named === "string") {
    // Read on as what was meant, so that the mistakes inside are found as well.
    const folded = named.toLowerCase().replace(/[^a-z]/g, "");
    const meant = Object.keys(RULE_KINDS).find((type) => type === folded || RULE_KINDS[type] === folded);
    const hint = meant === undefined ? `they are ${quoted(Object.keys(RULE_KINDS))}.` : `did you mean "${meant}"?`;
    reader.problem([...at, "RuleType"], `"${named}" is no rule type: ${hint}`);
    kind = meant === undefined ? undefined : RULE_KINDS[meant];
  }
  const object = reader.object(value, at, [
    "RuleType",
    ...(kind === undefined ? Object.values(members).flat() : members[kind]),
  ]);
  if (object === undefined) return undefined;
  if (typeof named !== "string") {
    reader.problem([...at, "RuleType"], `RuleType is missing; it is one of ${quoted(Object.keys(RULE_KINDS))}.`);
  }
  switch (kind) {
    case undefined:
      return undefined;
    case "failover": {
      const [primary, secondary] = members.failover.map((role) => {
        if (object[role] === undefined) {
          reader.problem([...at, role], `A failover rule needs a ${role}.`);
          return undefined;
        }
        const branch = reader.object(object[role], [...at, role], BRANCH_KEYS);
        return branch === undefined ? undefined : reader.branch(branch, [...at, role]);
      });
      return primary === undefined || secondary === undefined ? undefined : { kind, primary, secondary };
    }
    case "geolocation": {
      const where = [...at, "Locations"];
      const keys = ["IsDefault", "Continent", "Country", "Subdivision"];
      const locations = readBranches(reader, object.Locations, where, keys, (element, elementAt) => {
        const place = readGeoPlace(reader, element, elementAt);
        return place && { place };
      });
      reportTwins(reader, locations, where, ({ place }) => placeText(place));
      return { kind, locations };
    }
    case "geoproximity": {
      const keys = format === "2015-10-01" ? ["Region", "Latitude", "Longitude", "Bias"] : ["Location", "Bias"];
      const where = [...at, "GeoproximityLocations"];
      const locations = readBranches(reader, object.GeoproximityLocations, where, keys, (element, elementAt) => {
        const place = readProximityPlace(reader, element, elementAt, format);
        return place && { place };
      });
      return { kind, locations };
    }
    case "latency": {
      const where = [...at, "Regions"];
      const regions = readBranches(reader, object.Regions, where, ["Region"], (element, elementAt) => {
        const region = reader.requiredText(element.Region, [...elementAt, "Region"], "The AWS Region");
        if (region !== undefined) checkRegion(reader, region, [...elementAt, "Region"]);
        return region === undefined ? undefined : { region };
      });
      reportTwins(reader, regions, where, ({ region }) => `Region ${region}`);
      return { kind, regions };
    }
    case "multivalue": {
      const where = [...at, "Items"];
      const items = readBranches(reader, object.Items, where, [], (element, elementAt) => {
        if (reader.isAlias(element.EndpointReference)) {
          const problem = "A multivalue rule leads to endpoints of type value: a multivalue answer cannot be an alias.";
          reader.problem([...elementAt, "EndpointReference"], problem);
        }
        return {};
      });
      if (items.some(({ target }) => target.kind === "rule")) {
        reader.problem(where, "A multivalue rule leads to endpoints only, never to another rule.");
      }
      return { kind, items };
    }
    case "weighted": {
      const items = readBranches(reader, object.Items, [...at, "Items"], ["Weight"], (element, elementAt) => {
        const weightAt = [...elementAt, "Weight"];
        if (element.Weight === undefined) reader.problem(weightAt, "The weight is missing.");
        const weight = reader.number(element.Weight, weightAt, { min: 0, max: 255, decimals: 0 });
        return weight === undefined ? undefined : { weight };
      });
      return { kind, items };
    }
  }
}

/** What is wrong with an endpoint's value, or undefined. */
function valueProblem(type: EndpointType, value: string, recordType: RecordType): string | undefined {
  try {
    if (type === "value") parseRecordData(recordType, value);
    else domainName(value);
    return undefined;
  } catch (error) {
    if (error instanceof RecordDataError) return `"${value}" is no value of type ${recordType}: ${error.detail}.`;
    if (error instanceof InvalidNameError) return `"${value}" is no host name.`;
    throw error;
  }
}

function readEndpoint(
  reader: Reader,
  value: unknown,
  at: At,
  recordType: RecordType | undefined,
): TrafficPolicyEndpoint | undefined {
  const object = reader.object(value, at, ["Type", "Region", "Value"]);
  if (object === undefined) return undefined;
  const type = reader.requiredText(object.Type, [...at, "Type"], "The endpoint's type");
  const text = reader.requiredText(object.Value, [...at, "Value"], "The endpoint's value");
  const region = reader.text(object.Region, [...at, "Region"]);
  const known = ENDPOINT_TYPES.find((candidate) => candidate === type);
  if (type !== undefined && known === undefined) {
    reader.problem([...at, "Type"], `"${type}" is no endpoint type; they are ${quoted(ENDPOINT_TYPES)}.`);
  }
  if (known !== undefined && known !== "value" && recordType !== undefined) {
    const allowed: readonly RecordType[] = known === "s3-website" ? ["A"] : ["A", "AAAA"];
    if (!allowed.includes(recordType)) {
      reader.problem(
        [...at, "Type"],
        `A ${known} endpoint needs RecordType ${allowed.join(" or ")}, not ${recordType}.`,
      );
    }
  }
  if (known === "s3-website" && region === undefined) {
    reader.problem([...at, "Region"], "An s3-website endpoint needs the Region of its bucket.");
  } else if (known === "s3-website" && region !== undefined) {
    checkRegion(reader, region, [...at, "Region"]);
  } else if (known !== undefined && region !== undefined) {
    reader.problem([...at, "Region"], `Only an s3-website endpoint has a Region, not one of type ${known}.`);
  }
  if (known === undefined || text === undefined) return undefined;
  const problem = recordType && valueProblem(known, text, recordType);
  if (problem !== undefined) reader.problem([...at, "Value"], problem);
  return { type: known, value: text, ...(region === undefined ? {} : { region }) };
}

/** All ways out of a rule, with a label each: `Primary`, `Locations[2]`, ... */
export function branchesOf(
  rule: TrafficPolicyRule,
): readonly { readonly label: string; readonly branch: TrafficPolicyBranch }[] {
  const numbered = (key: string, branches: readonly TrafficPolicyBranch[]) =>
    branches.map((branch, index) => ({ label: `${key}[${index}]`, branch }));
  switch (rule.kind) {
    case "failover":
      return [
        { label: "Primary", branch: rule.primary },
        { label: "Secondary", branch: rule.secondary },
      ];
    case "geolocation":
      return numbered("Locations", rule.locations);
    case "geoproximity":
      return numbered("GeoproximityLocations", rule.locations);
    case "latency":
      return numbered("Regions", rule.regions);
    case "multivalue":
    case "weighted":
      return numbered("Items", rule.items);
  }
}

/** Reports cycles, and rules that no path from the start leads to. */
function checkReach(
  reader: Reader,
  start: TrafficPolicyTarget | undefined,
  rules: ReadonlyMap<string, TrafficPolicyRule>,
  ids: readonly string[],
): void {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (target: TrafficPolicyTarget): void => {
    if (target.kind !== "rule") return;
    if (path.includes(target.id)) {
      const cycle = [...path.slice(path.indexOf(target.id)), target.id];
      reader.problem(["Rules", path[path.length - 1] ?? target.id], `The rules form a cycle: ${cycle.join(" -> ")}.`);
      return;
    }
    if (done.has(target.id)) return;
    path.push(target.id);
    const rule = rules.get(target.id);
    if (rule !== undefined) for (const { branch } of branchesOf(rule)) visit(branch.target);
    path.pop();
    done.add(target.id);
  };
  if (start === undefined) return;
  visit(start);
  for (const id of ids) {
    if (!done.has(id)) reader.problem(["Rules", id], `No path from the start leads to the rule "${id}".`);
  }
}

/** What is in a member that should be an object of definitions, by name. */
function definitionsIn(value: unknown): ReadonlyMap<string, unknown> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return new Map(isObject ? Object.entries(value) : []);
}

function readDefinitions<Definition>(
  reader: Reader,
  value: unknown,
  key: string,
  read: (definition: unknown, at: At) => Definition | undefined,
): Map<string, Definition> {
  const definitions = new Map<string, Definition>();
  if (value === undefined) return definitions;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    reader.problem([key], `This must be an object of definitions by name, not ${describe(value)}.`);
    return definitions;
  }
  for (const [id, definition] of Object.entries(value)) {
    const made = read(definition, [key, id]);
    if (made !== undefined) definitions.set(id, made);
  }
  return definitions;
}

/** Reads a document and reports every mistake at once. Never throws. */
export function parseTrafficPolicyDocument(
  jsonText: string,
  options: TrafficPolicyParseOptions = {},
): ParsedTrafficPolicy {
  const reader = new Reader(options.jsonTypes ?? "strings");
  if (jsonText.length > MAX_DOCUMENT_LENGTH) {
    reader.problem([], `The document has ${jsonText.length} characters; ${MAX_DOCUMENT_LENGTH} is the most.`);
    return { ok: false, problems: reader.problems };
  }
  let json: unknown;
  try {
    json = JSON.parse(jsonText);
  } catch (error) {
    reader.problem([], `The document is not JSON: ${(error as Error).message}.`);
    return { ok: false, problems: reader.problems };
  }
  const object = reader.object(
    json,
    [],
    ["AWSPolicyFormatVersion", "RecordType", "StartEndpoint", "StartRule", "Endpoints", "Rules"],
  );
  if (object === undefined) return { ok: false, problems: reader.problems };

  const version = reader.requiredText(object.AWSPolicyFormatVersion, ["AWSPolicyFormatVersion"], "The format version");
  const format = TRAFFIC_POLICY_FORMATS.find((candidate) => candidate === version);
  if (version !== undefined && format === undefined) {
    reader.problem(
      ["AWSPolicyFormatVersion"],
      `"${version}" is no format version; they are ${quoted(TRAFFIC_POLICY_FORMATS)}.`,
    );
  }
  const type = reader.requiredText(object.RecordType, ["RecordType"], "The record type");
  const recordType = type !== undefined && isRecordType(type) ? type : undefined;
  if (type !== undefined && recordType === undefined) {
    reader.problem(["RecordType"], `"${type}" is no record type that Route 53 has.`);
  }
  const ruleIds = [...definitionsIn(object.Rules).keys()];
  reader.defines(definitionsIn(object.Endpoints), ruleIds);
  const start = reader.target(object, [], { endpoint: "StartEndpoint", rule: "StartRule" });
  const endpoints = readDefinitions(reader, object.Endpoints, "Endpoints", (definition, at) =>
    readEndpoint(reader, definition, at, recordType),
  );
  const rules = readDefinitions(reader, object.Rules, "Rules", (definition, at) =>
    readRule(reader, definition, at, format ?? "2015-10-01"),
  );
  checkReach(reader, start, rules, ruleIds);
  if (reader.problems.length > 0 || format === undefined || recordType === undefined || start === undefined) {
    return { ok: false, problems: reader.problems };
  }
  return { ok: true, document: { format, recordType, start, endpoints, rules } };
}
