/** Health checks as the account lists them, their tags, and what their checkers report. */

import type { HealthCheck, HealthCheckObservation, Route53Client, Tag } from "@aws-sdk/client-route-53";

/** The tag with the key that a health check has in the file that made it. */
export const TAG_KEY = "r53kit:key";

/** ListTagsForResources takes at most ten. */
const TAGGED_AT_ONCE = 10;

/** All pages. */
export async function listHealthChecks(client: Route53Client, signal: AbortSignal | undefined): Promise<HealthCheck[]> {
  const { ListHealthChecksCommand } = await import("@aws-sdk/client-route-53");
  const checks: HealthCheck[] = [];
  let marker: string | undefined;
  do {
    const page = await client.send(new ListHealthChecksCommand({ MaxItems: 100, ...(marker && { Marker: marker }) }), {
      ...(signal && { abortSignal: signal }),
    });
    checks.push(...(page.HealthChecks ?? []));
    marker = page.IsTruncated ? page.NextMarker : undefined;
  } while (marker !== undefined);
  return checks;
}

/** By health check id. */
export async function listHealthCheckTags(
  client: Route53Client,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, readonly Tag[]>> {
  const { ListTagsForResourcesCommand } = await import("@aws-sdk/client-route-53");
  const tags = new Map<string, readonly Tag[]>();
  for (let at = 0; at < ids.length; at += TAGGED_AT_ONCE) {
    const answer = await client.send(
      new ListTagsForResourcesCommand({ ResourceType: "healthcheck", ResourceIds: ids.slice(at, at + TAGGED_AT_ONCE) }),
      { ...(signal && { abortSignal: signal }) },
    );
    for (const set of answer.ResourceTagSets ?? []) if (set.ResourceId) tags.set(set.ResourceId, set.Tags ?? []);
  }
  return tags;
}

/** What each checker saw last. */
export async function checkerObservations(
  client: Route53Client,
  healthCheckId: string,
  signal: AbortSignal | undefined,
): Promise<HealthCheckObservation[]> {
  const { GetHealthCheckStatusCommand } = await import("@aws-sdk/client-route-53");
  const { HealthCheckObservations = [] } = await client.send(
    new GetHealthCheckStatusCommand({ HealthCheckId: healthCheckId }),
    { ...(signal && { abortSignal: signal }) },
  );
  return HealthCheckObservations;
}
