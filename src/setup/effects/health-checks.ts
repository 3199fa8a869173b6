/** Keeps and removes local endpoints; makes, changes, replaces and deletes health checks. */

import {
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  type HealthCheckConfig,
  type ResettableElementName,
  UpdateHealthCheckCommand,
} from "@aws-sdk/client-route-53";
import { Failure } from "../../errors.ts";
import { readHealthCheckUses } from "../live/read-health-checks.ts";
import { nextGeneration, ownershipTags, parseHealthCheckReference } from "../ownership.ts";
import type { EndpointChange, HealthCheckChange, PlannedHealthCheckConfig } from "../plan.ts";
import { DONE, type Outcome, type Run } from "../run.ts";
import { MOST_GENERATIONS, named } from "./service-error.ts";

export async function carryOutEndpoint(change: EndpointChange, run: Run): Promise<Outcome> {
  if (run.backend.endpoints === undefined) return { kind: "skipped", reason: "this backend keeps no endpoints" };
  if (change.after === null) {
    if (change.before !== null) await run.backend.endpoints.remove(`${change.before.address}:${change.before.port}`);
    return DONE;
  }
  const endpoint = await run.backend.endpoints.ensure(change.after);
  return { kind: "done", detail: endpoint.state };
}

export async function carryOutHealthCheck(change: HealthCheckChange, run: Run): Promise<Outcome> {
  switch (change.how) {
    case "create":
    case "replace":
      return create(change, run);
    case "update":
      return update(change, run);
    case "tag":
      await tag(change.before?.id ?? "", change.key, run);
      return DONE;
    case "delete":
      return remove(change, run);
  }
}

async function create(change: HealthCheckChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  if (change.after === null) throw new Error(`${change.subject} has nothing to make`);
  const config = resolved(change.after.config, run);
  let { callerReference } = change.after;
  for (let tried = 0; ; tried++) {
    try {
      const { HealthCheck } = await client.send(
        new CreateHealthCheckCommand({ CallerReference: callerReference, HealthCheckConfig: config }),
      );
      const id = HealthCheck?.Id ?? "";
      run.known.set({ ref: "health-check", key: change.key }, id);
      await tag(id, change.key, run);
      return { kind: "done", detail: id };
    } catch (error) {
      if (!named(error, "HealthCheckAlreadyExists") || tried === MOST_GENERATIONS) throw error;
      // A deleted check, or one with other settings, had this reference: it is taken for days.
      callerReference = nextGeneration(callerReference);
    }
  }
}

function resolved(config: PlannedHealthCheckConfig, run: Run): HealthCheckConfig {
  return run.known.resolve(config) as HealthCheckConfig;
}

async function tag(id: string, key: string, run: Run): Promise<void> {
  const client = await run.backend.clients.route53();
  await client.send(
    new ChangeTagsForResourceCommand({
      ResourceType: "healthcheck",
      ResourceId: id,
      AddTags: ownershipTags(run.project, key),
    }),
  );
}

/** What UpdateHealthCheck can put back to its default; leaving a member out keeps what it is. */
const RESETTABLE = ["FullyQualifiedDomainName", "Regions", "ResourcePath", "ChildHealthChecks"] as const;

async function update(change: HealthCheckChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { before, after } = change;
  if (before === null || after === null) throw new Error(`${change.subject} has nothing to change`);
  const { Type, RequestInterval, MeasureLatency, RoutingControlArn, ...mutable } = resolved(after.config, run);
  const reset = RESETTABLE.filter((name) => mutable[name] === undefined && before.config[name] !== undefined);
  try {
    await client.send(
      new UpdateHealthCheckCommand({
        HealthCheckId: before.id,
        HealthCheckVersion: before.version,
        ...mutable,
        ...(reset.length === 0 ? {} : { ResetElements: reset as ResettableElementName[] }),
      }),
    );
  } catch (error) {
    if (!named(error, "HealthCheckVersionMismatch")) throw error;
    throw new Failure({
      kind: "failed",
      code: "plan.stale",
      message: `someone else changed the health check ${change.key} meanwhile`,
      next: "make a new plan and look at it again",
      cause: error,
    });
  }
  // Tags say who may delete it; what others made stays theirs.
  if (parseHealthCheckReference(run.project, before.callerReference) !== undefined) {
    await tag(before.id, change.key, run);
  }
  return { kind: "done", detail: before.id };
}

/** Last of all, when what used it is INSYNC; looks once more, since AWS would delete it under a record that uses it. */
async function remove(change: HealthCheckChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const id = change.before?.id ?? "";
  const [use] = (await readHealthCheckUses(client, new Set([id]), undefined)).get(id) ?? [];
  if (use !== undefined) return { kind: "skipped", reason: `${use.text} still uses it` };
  try {
    await client.send(new DeleteHealthCheckCommand({ HealthCheckId: id }));
  } catch (error) {
    if (!named(error, "NoSuchHealthCheck")) throw error;
    return { kind: "skipped", reason: "it is gone already" };
  }
  return DONE;
}
