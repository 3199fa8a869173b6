/** The shape of `healthChecks`. */

import { z } from "zod";
import { CHECKER_REGIONS, MIN_CHECKER_REGIONS } from "../route53/health-check.ts";
import { mapping, port, region, sendable } from "./schema-parts.ts";

/** As Route 53 gives them. */
const healthCheckId = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    "a health check's id such as 0a1b2c3d-0000-4000-8000-0123456789ab",
  );

const checkSwitches = {
  /** The check that is taken over, whoever made it. */
  id: healthCheckId.optional(),
  inverted: z.boolean().optional(),
  disabled: z.boolean().optional(),
};

function endpointCheck<Type extends string, Extra extends z.ZodRawShape>(
  types: readonly [Type, ...Type[]],
  extra: Extra,
) {
  return mapping({
    type: z.enum(types),
    address: z.union([z.ipv4(), z.ipv6()], "an IPv4 or IPv6 address").optional(),
    port: port.optional(),
    interval: z.union([z.literal(10), z.literal(30)], "10 or 30 (seconds)").optional(),
    failureThreshold: z.int().min(1).max(10).optional(),
    regions: z.array(z.enum(CHECKER_REGIONS)).min(MIN_CHECKER_REGIONS).optional(),
    measureLatency: z.boolean().optional(),
    ...checkSwitches,
    ...extra,
  });
}

const http = {
  host: sendable(z.string().min(1).max(255)).optional(),
  path: sendable(z.string().startsWith("/", "a path that starts with '/'").max(255)).optional(),
  search: sendable(z.string().min(1).max(255)).optional(),
};

export const healthCheck = z.discriminatedUnion("type", [
  endpointCheck(["HTTP", "HTTP_STR_MATCH"], http),
  endpointCheck(["HTTPS", "HTTPS_STR_MATCH"], { ...http, sni: z.boolean().optional() }),
  endpointCheck(["TCP"], { host: sendable(z.string().min(1).max(255)).optional() }),
  mapping({
    type: z.literal("CALCULATED"),
    children: z.array(z.string()).min(1).max(255),
    healthThreshold: z.int().min(0).max(256),
    ...checkSwitches,
  }),
  mapping({
    type: z.literal("CLOUDWATCH_METRIC"),
    /** The alarm's name, in the region and in this account. */
    alarm: sendable(z.string().min(1).max(256)),
    region,
    insufficientData: z.enum(["Healthy", "Unhealthy", "LastKnownStatus"]).optional(),
    ...checkSwitches,
  }),
  mapping({
    type: z.literal("RECOVERY_CONTROL"),
    routingControl: z
      .string()
      .max(255)
      .regex(
        /^arn:aws[a-z-]*:route53-recovery-control::\d{12}:controlpanel\/[^\s/]+\/routingcontrol\/[^\s/]+$/,
        "a routing control's ARN",
      ),
    ...checkSwitches,
  }),
  mapping({ type: z.literal("EXISTING"), id: healthCheckId }),
]);

export type HealthCheckEntry = z.output<typeof healthCheck>;
