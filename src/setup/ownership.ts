/** How r53kit knows what it made: caller references with a fixed prefix, and tags. */

import { createHash } from "node:crypto";
import type { Tag } from "@aws-sdk/client-route-53";
import { TAG_KEY } from "../backend/health-checks.ts";
import type { ZoneKey } from "./zone-key.ts";

export const TAG_MANAGED_BY = "r53kit:managed-by";
export const TAG_PROJECT = "r53kit:project";
export { TAG_KEY };

export function ownershipTags(project: string, key: string): Tag[] {
  return [
    { Key: "Name", Value: `${project} ${key}` },
    { Key: TAG_MANAGED_BY, Value: "r53kit" },
    { Key: TAG_PROJECT, Value: project },
    { Key: TAG_KEY, Value: key },
  ];
}

/** Eight hexadecimal digits that stand for a project or zone; names may be longer than a caller reference. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** A health check's caller reference: `r53kit-<project>-<key>-g<generation>`, at most 64 characters. */
export interface HealthCheckReference {
  readonly key: string;
  readonly generation: number;
}

export function healthCheckReference(project: string, { key, generation }: HealthCheckReference): string {
  return `r53kit-${digest(project)}-${key}-g${generation}`;
}

/** Undefined for a reference that this project did not make. */
export function parseHealthCheckReference(project: string, reference: string): HealthCheckReference | undefined {
  const prefix = `r53kit-${digest(project)}-`;
  if (!reference.startsWith(prefix)) return undefined;
  const match = /^(.+)-g(\d+)$/.exec(reference.slice(prefix.length));
  return match?.[1] === undefined ? undefined : { key: match[1], generation: Number(match[2]) };
}

/**
 * The reference with the next generation. Route 53 refuses a reference for days after what carried it was deleted, so
 * whoever is told that it is taken tries the next.
 */
export function nextGeneration(reference: string): string {
  return reference.replace(/-g(\d+)$/, (_, generation: string) => `-g${Number(generation) + 1}`);
}

/** Whether `reference` is the other one, or a later generation of it. */
export function isLaterGeneration(reference: string, other: string): boolean {
  const [own, than] = [/^(.+)-g(\d+)$/.exec(reference), /^(.+)-g(\d+)$/.exec(other)];
  if (own === null || than === null) return reference === other;
  return own[1] === than[1] && Number(own[2]) >= Number(than[2]);
}

export function cidrCollectionReference(project: string, key: string): string {
  return `r53kit-${digest(project)}-cidr-${key}-g1`;
}

export function delegationSetReference(project: string, key: string): string {
  return `r53kit-${digest(project)}-set-${key}-g1`;
}

/** The key of the set that has a reference; undefined for one that this project did not make. */
export function parseDelegationSetReference(project: string, reference: string): string | undefined {
  const prefix = `r53kit-${digest(project)}-set-`;
  return reference.startsWith(prefix) ? /^(.+)-g\d+$/.exec(reference.slice(prefix.length))?.[1] : undefined;
}

export function zoneReference(project: string, zone: ZoneKey): string {
  return `r53kit-${digest(project)}-zone-${digest(zone)}-g1`;
}
