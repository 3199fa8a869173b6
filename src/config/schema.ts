/** The shape of r53kit.yaml: keys, types, ranges. What one value means for another is checked in the modules beside this one. */

import { z } from "zod";
import { MAX_CIDR_BLOCKS_PER_COLLECTION, MAX_VPCS_PER_ZONE } from "../route53/limits.ts";
import { RECORD_TYPES } from "../route53/record-set.ts";
import { parseQueryCount } from "./cost-settings.ts";
import { ownership } from "./ownership.ts";
import { healthCheck } from "./schema-health-checks.ts";
import { key, mapping, port, region, sendable, UNSENDABLE } from "./schema-parts.ts";

/** Route 53's range of a TTL. */
const ttl = z.int().min(0).max(2_147_483_647);
/** Of the model: SetIdentifier has 1 to 128 characters. */
const setIdentifier = z
  .string()
  .min(1, "1 to 128 characters")
  .max(128, "1 to 128 characters")
  .refine((value) => !UNSENDABLE.test(value), "an identifier without control characters");
const zoneId = z.string().regex(/^(\/hostedzone\/)?[A-Z0-9]{1,32}$/, "a hosted zone id such as Z2FDTNDATAQYW2");
/** Of the model: Latitude and Longitude have two decimals at most. */
const isCoordinate = (degrees: number) => /^-?\d+(\.\d{1,2})?$/.test(String(degrees));
const values = z.array(z.string().min(1)).min(1).max(400);

const aliasName = z.string().min(1).optional();

const alias = mapping({
  target: aliasName,
  record: aliasName,
  cloudfront: aliasName,
  s3Website: aliasName,
  elb: aliasName,
  apiGateway: aliasName,
  globalAccelerator: aliasName,
  vpcEndpoint: aliasName,
  appRunner: aliasName,
  elasticBeanstalk: aliasName,
  zone: zoneId.optional(),
  evaluateTargetHealth: z.boolean().optional(),
});

const record = mapping({
  name: z.string().min(1),
  type: z.enum(RECORD_TYPES),
  ttl: ttl.optional(),
  values: values.optional(),
  alias: alias.optional(),
  healthCheck: z.string().optional(),
});

const answer = {
  values: values.optional(),
  alias: alias.optional(),
  ttl: ttl.optional(),
  healthCheck: z.string().optional(),
};

/** Continent codes of ListGeoLocations. */
const CONTINENTS = ["AF", "AN", "AS", "EU", "OC", "NA", "SA"] as const;

function group<Policy extends string, Answer extends z.ZodRawShape>(policy: Policy, selector: Answer) {
  return mapping({
    name: z.string().min(1),
    type: z.enum(RECORD_TYPES),
    ttl: ttl.optional(),
    policy: z.literal(policy),
    answers: z
      .record(setIdentifier, mapping({ ...selector, ...answer }))
      .refine((answers) => Object.keys(answers).length > 0, "give at least one answer"),
  });
}

const routing = z.discriminatedUnion("policy", [
  group("weighted", { weight: z.int().min(0).max(255) }),
  group("latency", { region }),
  group("failover", { failover: z.enum(["PRIMARY", "SECONDARY"]) }),
  group("geolocation", {
    continent: z.enum(CONTINENTS).optional(),
    country: z
      .string()
      .regex(/^([A-Z]{2}|\*)$/, "a two-letter country code, or '*' for everywhere else")
      .optional(),
    subdivision: z
      .string()
      .regex(/^[A-Z0-9]{1,3}$/, "a subdivision code such as CA")
      .optional(),
  }),
  group("geoproximity", {
    region: region.optional(),
    localZoneGroup: z.string().min(1).optional(),
    coordinates: mapping({
      latitude: z.number().min(-90).max(90).refine(isCoordinate, "a number with two decimals at most"),
      longitude: z.number().min(-180).max(180).refine(isCoordinate, "a number with two decimals at most"),
    }).optional(),
    bias: z.int().min(-99).max(99).optional(),
  }),
  group("multivalue", {}),
  group("cidr", { collection: z.string().min(1), location: z.string().min(1).max(16) }),
]);

/** What PutRetentionPolicy accepts, in days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const logging = mapping({
  logGroup: z.string().regex(/^[A-Za-z0-9_/.#-]{1,512}$/, "1 to 512 letters, digits, and '_', '-', '/', '.' or '#'"),
  retentionDays: z.literal(RETENTION_DAYS, `one of ${RETENTION_DAYS.join(", ")}`).optional(),
});

const instance = mapping({ name: z.string().min(1), policy: z.string(), ttl });

const trafficPolicy = mapping({
  name: sendable(z.string().min(1).max(512)).optional(),
  comment: sendable(z.string().max(1024)).optional(),
  /** A file beside r53kit.yaml, or the document itself. */
  document: z.union([z.string().min(1), z.record(z.string(), z.json())], "a file name, or the document itself"),
});

const zoneIdentity = {
  name: z.string().min(1),
  id: zoneId.optional(),
  private: z.boolean().optional(),
  vpcs: z
    .array(mapping({ id: z.string().regex(/^vpc-[A-Za-z0-9]{1,60}$/, "a VPC id such as vpc-0a1b2c3d"), region }))
    .min(1)
    .max(MAX_VPCS_PER_ZONE)
    .optional(),
  delegationSet: z.string().optional(),
  comment: sendable(z.string().max(256)).optional(),
  registrar: z.enum(["manage", "leave"]).optional(),
  ownership: ownership.optional(),
};

const zoneContent = {
  records: z.array(record).optional(),
  routing: z.array(routing).optional(),
  logging: logging.optional(),
};

/** One finding of lint that is as it is meant to be; which codes there are is lint's to say. */
const lint = mapping({
  ignore: z.array(
    mapping({ code: z.string().min(1), at: z.string().min(1), reason: z.string().trim().min(1, "say why") }),
  ),
});

const queryCount = z.union(
  [z.int().min(0), z.string().refine((text) => parseQueryCount(text) !== undefined)],
  "a number of queries, as 2500000 or 2.5M",
);

const cost = mapping({
  queriesPerMonth: queryCount.optional(),
  /** By name and type, as in `orders A`. */
  queries: z.record(z.string(), queryCount).optional(),
  /** Keys of health checks whose endpoints are in AWS. */
  awsEndpoints: z.array(z.string()).optional(),
});

const targetSeconds = z.number().positive().optional();

export const fileSchema = mapping({
  version: z.literal(1),
  include: z.array(z.string().min(1)).optional(),
  project: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, "1 to 64 letters, digits, '.', '_' or '-'")
    .optional(),
  backend: z.enum(["local", "aws"]).optional(),
  /** Of zones that do not say it themselves. */
  ownership: ownership.optional(),
  zone: mapping(zoneIdentity).optional(),
  zones: z
    .array(
      mapping({ ...zoneIdentity, ...zoneContent, trafficFlow: mapping({ instances: z.array(instance) }).optional() }),
    )
    .min(1)
    .optional(),
  healthChecks: z.record(key, healthCheck).optional(),
  delegationSets: z
    .record(
      key,
      mapping({
        id: z
          .string()
          .regex(/^(\/delegationset\/)?[A-Z0-9]{1,32}$/, "a delegation set id such as N1PA6795SAMPLE")
          .optional(),
      }),
    )
    .optional(),
  cidrCollections: z
    .record(
      key,
      z.record(
        z.string().regex(/^[0-9A-Za-z_-]{1,16}$/, "1 to 16 letters, digits, '_' or '-'"),
        z.array(z.string().min(1)).min(1).max(MAX_CIDR_BLOCKS_PER_COLLECTION),
      ),
    )
    .optional(),
  ...zoneContent,
  trafficFlow: mapping({
    policies: z.record(key, trafficPolicy).optional(),
    instances: z.array(instance).optional(),
  }).optional(),
  endpoints: z
    .record(
      key,
      z.discriminatedUnion("type", [
        mapping({
          type: z.literal("process"),
          address: z.union([z.ipv4(), z.ipv6()], "an IPv4 or IPv6 address"),
          port,
          healthCheck: z.string().optional(),
        }),
      ]),
    )
    .optional(),
  drill: mapping({
    targets: mapping({
      detection: targetSeconds,
      failover: targetSeconds,
      downtime: targetSeconds,
      failback: targetSeconds,
    }).optional(),
  }).optional(),
  lint: lint.optional(),
  cost: cost.optional(),
});

export type ConfigFile = z.output<typeof fileSchema>;
export type RecordEntry = z.output<typeof record>;
export type RoutingEntry = z.output<typeof routing>;
export type AliasEntry = z.output<typeof alias>;
export type TrafficPolicyEntry = z.output<typeof trafficPolicy>;
export type CostEntry = z.output<typeof cost>;
export type QueryCountEntry = z.output<typeof queryCount>;
export type InstanceEntry = z.output<typeof instance>;
export type ZoneEntry = NonNullable<ConfigFile["zones"]>[number];
