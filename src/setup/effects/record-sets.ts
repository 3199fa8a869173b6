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
import { eitherOf, recordSetsPatch } from "../ledger.ts";
import { readRecordSets } from "../live/read-zones.ts";
import type { Batch, BatchCall, RecordSetChange } from "../plan.ts";
import { recordSetHash } from "../record-set-diff.ts";
import type { Run } from "../run.ts";
import { isRefusal, named } from "./service-error.ts";

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
  const kept = run.ledger.recordSetsOf(zoneId);
  /** As it was before this batch. */
  const ours = new Map<string, string>();
  for (const { action, set } of calls) {
    const own = fromApi(set);
    const key = recordSetKey(own);
    const entry = kept[key];
    if (entry !== undefined) ours.set(key, entry);
    if (action === "DELETE") deleted.push(key);
    // What someone else made and the file only changed stays theirs: it is never removed on its own.
    else if (action === "CREATE" || entry !== undefined) written.set(key, recordSetHash(own));
  }
  // Whoever is killed now does not know whether the batch landed, so until then each may be as it was or as it will be.
  const eithers = new Map([...written].map(([key, hash]) => [key, eitherOf(ours.get(key), hash)] as const));
  run.ledger.update(recordSetsPatch(zoneId, eithers));
  const hasLanded = () => {
    const gone = deleted.filter((key) => !written.has(key));
    run.ledger.update(recordSetsPatch(zoneId, written, gone));
  };
  const client = await run.backend.clients.route53();
  const changes: ApiChange[] = calls.map(({ action, set }) => ({ Action: action, ResourceRecordSet: set }));
  try {
    const { ChangeInfo } = await client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes: changes } }),
    );
    hasLanded();
    return ChangeInfo;
  } catch (error) {
    // A no to a call that was sent again may mean that the first one landed, with its answer lost.
    if (named(error, "InvalidChangeBatch") && !isRefusal(error) && (await isAsSent(zoneId, calls, run))) {
      hasLanded();
      return undefined;
    }
    if (isRefusal(error)) {
      // Nothing landed: what was ours is as it was, and what was not is not ours.
      const before = new Map([...ours].filter(([key]) => written.has(key)));
      const never = [...written.keys()].filter((key) => !before.has(key));
      run.ledger.update(recordSetsPatch(zoneId, before, never));
    }
    if (!named(error, "InvalidChangeBatch", "InvalidInput", "NoSuchHealthCheck", "NoSuchHostedZone")) throw error;
    throw rejected(error as Error, calls);
  }
}

/** Whether the zone is as it is after these calls. */
async function isAsSent(zoneId: string, calls: readonly SentCall[], run: Run): Promise<boolean> {
  const client = await run.backend.clients.route53();
  const live = await readRecordSets(client, zoneId, undefined);
  const there = new Map(live.map(({ set }) => [recordSetKey(set), recordSetHash(set)]));
  const wanted = new Map<string, string | undefined>();
  // The last call of a record set is how it ends.
  for (const { action, set } of calls) {
    const own = fromApi(set);
    wanted.set(recordSetKey(own), action === "DELETE" ? undefined : recordSetHash(own));
  }
  return [...wanted].every(([key, hash]) => there.get(key) === hash);
}

type SentCall = {
  readonly action: BatchCall["action"];
  readonly set: ResourceRecordSet;
  readonly change: RecordSetChange;
};

/**
 * How much a message of Route 53 is about a record set: 0 when it does not name it. `example.com.` is not named by
 * `www.example.com.`, and beside the name a type and an identifier may be told.
 */
function mentions(text: string, { Name = "", Type, SetIdentifier }: ResourceRecordSet): number {
  const quoted = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const name = quoted(Name);
  if (!new RegExp(`(^|[\\s'"=])${name}(?=$|[\\s'",\\]])`).test(text)) return 0;
  const typed = new RegExp(`${name}'?,? (and )?type[= ]'?${Type}\\b|'${Type} ${name}'`).test(text);
  const identified =
    SetIdentifier !== undefined && new RegExp(`set-?identifier[= ]'?${quoted(SetIdentifier)}`, "i").test(text);
  return 1 + Number(typed) + Number(identified);
}

/** Route 53 names the record set in its messages; the place in the file is ours to add. */
function rejected(error: Error, calls: readonly SentCall[]): Failure {
  const messages = (error as { readonly messages?: readonly string[] }).messages ?? [];
  const text = messages.length > 0 ? messages.join("; ") : error.message;
  const [blamed] = calls
    .map(({ set, change }) => ({ change, score: mentions(text, set) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  return new Failure({
    kind: "failed",
    code: `aws.${error.name}`,
    message: `Route 53 refused a batch of ${calls.length} ${calls.length === 1 ? "change" : "changes"}${isRefusal(error) ? ", and none of it landed" : ""}: ${text}`,
    where: blamed?.change.place,
    next: "plan again: the zone may have changed since it was read",
    cause: error,
  });
}
