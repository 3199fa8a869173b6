/** Makes traffic policies, their versions and instances, and takes them away. */

import {
  CreateTrafficPolicyCommand,
  CreateTrafficPolicyInstanceCommand,
  type CreateTrafficPolicyInstanceRequest,
  CreateTrafficPolicyVersionCommand,
  DeleteTrafficPolicyCommand,
  DeleteTrafficPolicyInstanceCommand,
  GetTrafficPolicyInstanceCommand,
  ListTrafficPolicyVersionsCommand,
  UpdateTrafficPolicyInstanceCommand,
} from "@aws-sdk/client-route-53";
import { listTrafficPolicyInstances } from "../../backend/record-sets.ts";
import type { JsonValue } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { domainName } from "../../route53/names.ts";
import { pause } from "../in-sync.ts";
import { instanceKey, nameGonePatch, namePatch, policyKey } from "../ledger.ts";
import { readTrafficPolicies } from "../live/read-traffic-policies.ts";
import type { TrafficPolicyChange, TrafficPolicyInstanceChange } from "../plan.ts";
import { sameDocument } from "../policy-documents.ts";
import { DONE, type Outcome, type Run } from "../run.ts";
import { named } from "./service-error.ts";

export async function carryOutTrafficPolicy(change: TrafficPolicyChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { before, after, key } = change;
  if (after === null) return removePolicy(change, run);
  const document = JSON.stringify(run.known.resolve(after.document) as JsonValue);
  const policy = { ref: "traffic-policy", key } as const;
  const version = { ref: "traffic-policy-version", key } as const;
  if (before === null) {
    run.ledger.update(namePatch("trafficPolicies", policyKey(run.account, after.name)));
    const made = await createPolicy(after, document, run);
    run.known.set(policy, made.id);
    run.known.set(version, String(made.version));
    return { kind: "done", detail: `${made.id}, version ${made.version}` };
  }
  const { TrafficPolicy: made } = await client.send(
    new CreateTrafficPolicyVersionCommand({ Id: before.id, Document: document, Comment: after.comment }),
  );
  run.known.set(policy, before.id);
  run.known.set(version, String(made?.Version ?? before.version + 1));
  return { kind: "done", detail: `version ${made?.Version}` };
}

/** Names are unique in the account, so one that is taken by this very document is the one whose answer was lost. */
async function createPolicy(
  { name, comment }: NonNullable<TrafficPolicyChange["after"]>,
  document: string,
  run: Run,
): Promise<{ readonly id: string; readonly version: number }> {
  const client = await run.backend.clients.route53();
  try {
    const { TrafficPolicy: made } = await client.send(
      new CreateTrafficPolicyCommand({ Name: name, Document: document, Comment: comment }),
    );
    return { id: made?.Id ?? "", version: made?.Version ?? 1 };
  } catch (error) {
    if (!named(error, "TrafficPolicyAlreadyExists")) throw error;
    const [there] = await readTrafficPolicies(client, new Set([name]), undefined);
    if (there === undefined || !sameDocument(there.document, JSON.parse(document) as JsonValue)) throw error;
    return there;
  }
}

/** A policy is gone when all of its versions are. */
async function removePolicy(change: TrafficPolicyChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const id = change.before?.id ?? "";
  const versions: number[] = [];
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListTrafficPolicyVersionsCommand({
        Id: id,
        MaxItems: 100,
        ...(marker && { TrafficPolicyVersionMarker: marker }),
      }),
    );
    versions.push(...(page.TrafficPolicies ?? []).flatMap((one) => one.Version ?? []));
    marker = page.IsTruncated ? page.TrafficPolicyVersionMarker : undefined;
  } while (marker !== undefined);
  for (const version of versions) {
    try {
      await client.send(new DeleteTrafficPolicyCommand({ Id: id, Version: version }));
    } catch (error) {
      if (named(error, "TrafficPolicyInUse"))
        return { kind: "skipped", reason: `an instance still uses version ${version}` };
      if (!named(error, "NoSuchTrafficPolicy")) throw error;
    }
  }
  run.ledger.update(nameGonePatch("trafficPolicies", policyKey(run.account, change.key)));
  return DONE;
}

export async function carryOutTrafficPolicyInstance(change: TrafficPolicyInstanceChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { before, after, zone, name, type } = change;
  const zoneId = run.known.need({ ref: "hosted-zone", zone });
  const key = instanceKey(zoneId, name, type);
  if (after === null) {
    const id = before?.id ?? "";
    try {
      await client.send(new DeleteTrafficPolicyInstanceCommand({ Id: id }));
    } catch (error) {
      if (!named(error, "NoSuchTrafficPolicyInstance")) throw error;
    }
    await waitForInstance(id, run);
    run.ledger.update(nameGonePatch("trafficPolicyInstances", key));
    return DONE;
  }
  const settings = {
    TTL: after.ttlSeconds,
    TrafficPolicyId: run.known.need(after.policy),
    TrafficPolicyVersion: Number(run.known.need(after.version)),
  };
  if (before !== null) {
    await client.send(new UpdateTrafficPolicyInstanceCommand({ Id: before.id, ...settings }));
    await waitForInstance(before.id, run);
    return { kind: "done", detail: `version ${settings.TrafficPolicyVersion}` };
  }
  run.ledger.update(namePatch("trafficPolicyInstances", key));
  const id = await createInstance({ HostedZoneId: zoneId, Name: name, ...settings }, type, run);
  await waitForInstance(id, run);
  return { kind: "done", detail: id };
}

/** A zone has one instance of a name and type: one with these settings is the one whose answer was lost. */
async function createInstance(wanted: CreateTrafficPolicyInstanceRequest, type: string, run: Run): Promise<string> {
  const client = await run.backend.clients.route53();
  try {
    const { TrafficPolicyInstance: made } = await client.send(new CreateTrafficPolicyInstanceCommand(wanted));
    return made?.Id ?? "";
  } catch (error) {
    if (!named(error, "TrafficPolicyInstanceAlreadyExists")) throw error;
    const there = (await listTrafficPolicyInstances(client, wanted.HostedZoneId ?? "", undefined)).find(
      (one) =>
        domainName(one.Name ?? "") === wanted.Name &&
        one.TrafficPolicyType === type &&
        one.TrafficPolicyId === wanted.TrafficPolicyId &&
        one.TrafficPolicyVersion === wanted.TrafficPolicyVersion &&
        one.TTL === wanted.TTL,
    );
    if (there?.Id === undefined) throw error;
    return there.Id;
  }
}

/** Record sets of an instance come and go by themselves; it says when they have. */
const LONGEST_WAIT_MS = 300_000;

/** Until it is applied, or gone. Throws a Failure when Route 53 could not apply it. */
async function waitForInstance(id: string, run: Run): Promise<void> {
  const client = await run.backend.clients.route53();
  const startedAt = performance.now();
  let delayMs = run.backend.pollIntervalMs;
  for (;;) {
    let state: string | undefined;
    let message: string | undefined;
    try {
      const { TrafficPolicyInstance: now } = await client.send(new GetTrafficPolicyInstanceCommand({ Id: id }));
      state = now?.State;
      message = now?.Message;
    } catch (error) {
      if (named(error, "NoSuchTrafficPolicyInstance")) return;
      throw error;
    }
    if (state === "Applied") return;
    const late = performance.now() - startedAt > LONGEST_WAIT_MS;
    if (state === "Failed" || late) {
      throw new Failure({
        kind: "failed",
        code: "setup.instance-failed",
        message: late
          ? `the traffic policy instance ${id} was still ${state} after five minutes`
          : `Route 53 could not apply the traffic policy instance ${id}: ${message ?? "it gives no reason"}`,
        next: "correct what it says, then run setup apply again",
      });
    }
    run.emit({ event: "waiting", phase: "traffic-flow", what: `instance ${id} (${state})` });
    await pause(delayMs, run.signal);
    delayMs = Math.min(delayMs * 1.5, run.backend.pollIntervalMs * 8);
  }
}
