/** Makes CIDR collections, changes their blocks and deletes them. The ledger knows what is made before it is. */

import {
  ChangeCidrCollectionCommand,
  CreateCidrCollectionCommand,
  DeleteCidrCollectionCommand,
} from "@aws-sdk/client-route-53";
import { Failure } from "../../errors.ts";
import type { CidrLocation } from "../../route53/cidr-collection.ts";
import { cidrRequests } from "../cidr-blocks.ts";
import { waitInSync } from "../in-sync.ts";
import { nameGonePatch, namePatch, policyKey } from "../ledger.ts";
import { readCidrCollections } from "../live/read-cidr-collections.ts";
import type { CidrCollectionChange } from "../plan.ts";
import { DONE, type Outcome, type Run } from "../run.ts";
import { named } from "./service-error.ts";

export async function carryOutCidrCollection(change: CidrCollectionChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { key, before, after, how } = change;
  if (after === null) return remove(change, run);
  if (how === "create" || before === null) {
    run.ledger.update(namePatch("cidrCollections", policyKey(run.account, after.name)));
    const { Collection } = await client.send(
      new CreateCidrCollectionCommand({ Name: after.name, CallerReference: after.callerReference }),
    );
    const id = Collection?.Id ?? "";
    run.known.set({ ref: "cidr-collection", key }, id);
    await move({ id, version: Number(Collection?.Version ?? 1), from: [], to: after.locations }, change, run);
    return { kind: "done", detail: id };
  }
  // An earlier step of this plan may have changed it since it was read.
  const [now] = how === "trim" ? await readCidrCollections(client, new Set([after.name]), undefined) : [];
  const { id, version, locations } = now ?? before;
  await move({ id, version, from: locations, to: after.locations }, change, run);
  return { kind: "done", detail: id };
}

interface Move {
  readonly id: string;
  /** Each request is made on top of the one before. */
  readonly version: number;
  readonly from: readonly CidrLocation[];
  readonly to: readonly CidrLocation[];
}

async function move({ id, version, from, to }: Move, change: CidrCollectionChange, run: Run): Promise<void> {
  const client = await run.backend.clients.route53();
  for (const [i, Changes] of cidrRequests(from, to).entries()) {
    try {
      const { Id } = await client.send(
        new ChangeCidrCollectionCommand({ Id: id, CollectionVersion: version + i, Changes }),
      );
      await waitInSync({ Id, Status: "PENDING", SubmittedAt: undefined }, "routing", run);
    } catch (error) {
      if (!named(error, "CidrCollectionVersionMismatchException")) throw error;
      throw new Failure({
        kind: "failed",
        code: "plan.stale",
        message: `someone else changed the ${change.subject} meanwhile`,
        where: change.place,
        next: "make a new plan and look at it again",
        cause: error,
      });
    }
  }
}

/** A collection must be empty to go, and none of its locations may be a record set's. */
async function remove(change: CidrCollectionChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { before, key } = change;
  if (before === null) throw new Error(`${change.subject} has nothing to remove`);
  try {
    await move({ id: before.id, version: before.version, from: before.locations, to: [] }, change, run);
    await client.send(new DeleteCidrCollectionCommand({ Id: before.id }));
  } catch (error) {
    if (named(error, "CidrBlockInUseException", "CidrCollectionInUseException")) {
      return { kind: "skipped", reason: "record sets still use it" };
    }
    if (!named(error, "NoSuchCidrCollectionException")) throw error;
  }
  run.ledger.update(nameGonePatch("cidrCollections", policyKey(run.account, key)));
  return DONE;
}
