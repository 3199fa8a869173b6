/** Sends batches of record set changes. The ledger knows what is created before it is. */

import {
  type Change as ApiChange,
  type ChangeInfo,
  ChangeResourceRecordSetsCommand,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import { Failure } from "../../errors.ts";
import { fromApi, recordSetKey } from "../../route53/record-set.ts";
import { recordSetOfCall } from "../batches.ts";
import { withoutRecordSets, withRecordSets } from "../ledger.ts";
import type { Batch, RecordSetChange } from "../plan.ts";
import { recordSetHash } from "../record-set-diff.ts";
import type { Run } from "../run.ts";
import { named } from "./service-error.ts";

/** `changeAt` finds the phase's change that a call is of. What it returns has landed but may not be INSYNC yet. */
export async function sendBatch(
  batch: Batch,
  changeAt: (index: number) => RecordSetChange,
  run: Run,
): Promise<ChangeInfo | undefined> {
  const zoneId = run.known.need({ ref: "hosted-zone", zone: batch.zone });
  const calls = batch.calls.map((call) => {
    const change = changeAt(call.change);
    const set = run.known.resolve(recordSetOfCall(call, change)) as ResourceRecordSet;
    return { action: call.action, set, change };
  });
  const written = new Map<string, string>();
  const deleted: string[] = [];
  const ours = run.ledger.current.recordSets[zoneId] ?? {};
  for (const { action, set } of calls) {
    const own = fromApi(set);
    const key = recordSetKey(own);
    if (action === "DELETE") deleted.push(key);
    // What someone else made and the file only changed stays theirs: it is never removed on its own.
    else if (action === "CREATE" || ours[key] !== undefined) written.set(key, recordSetHash(own));
  }
  run.ledger.update((ledger) => withRecordSets(ledger, zoneId, written));
  const client = await run.backend.clients.route53();
  const changes: ApiChange[] = calls.map(({ action, set }) => ({ Action: action, ResourceRecordSet: set }));
  try {
    const { ChangeInfo } = await client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes: changes } }),
    );
    run.ledger.update((ledger) =>
      withoutRecordSets(
        ledger,
        zoneId,
        deleted.filter((key) => !written.has(key)),
      ),
    );
    return ChangeInfo;
  } catch (error) {
    if (!named(error, "InvalidChangeBatch", "InvalidInput", "NoSuchHealthCheck")) throw error;
    throw rejected(error as Error, calls);
  }
}

/** Route 53 names the record set in its messages; the place in the file is ours to add. */
function rejected(
  error: Error,
  calls: readonly { readonly set: ResourceRecordSet; readonly change: RecordSetChange }[],
): Failure {
  const messages = (error as { readonly messages?: readonly string[] }).messages ?? [];
  const text = messages.length > 0 ? messages.join("; ") : error.message;
  const blamed = calls.find(({ set }) => text.includes(`${set.Name}`));
  return new Failure({
    kind: "failed",
    code: `aws.${error.name}`,
    message: `Route 53 refused a batch of ${calls.length} changes, and none of it landed: ${text}`,
    where: blamed?.change.place,
    next: "see setup plan: the zone may have changed since it was read",
    cause: error,
  });
}
