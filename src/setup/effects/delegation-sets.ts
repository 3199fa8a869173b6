/** Makes reusable delegation sets, and deletes those that no zone uses any more. */

import { CreateReusableDelegationSetCommand, DeleteReusableDelegationSetCommand } from "@aws-sdk/client-route-53";
import { displayName, domainName } from "../../route53/names.ts";
import { bareId } from "../../route53/record-set.ts";
import { readOwnDelegationSets } from "../live/read-delegation-sets.ts";
import { nextGeneration } from "../ownership.ts";
import type { DelegationSetChange } from "../plan.ts";
import { DONE, type Outcome, type Run } from "../run.ts";
import { MOST_GENERATIONS, named } from "./service-error.ts";

export async function carryOutDelegationSet(change: DelegationSetChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { key, after, before } = change;
  if (after === null) {
    try {
      await client.send(new DeleteReusableDelegationSetCommand({ Id: before?.id ?? "" }));
    } catch (error) {
      if (named(error, "DelegationSetInUse")) return { kind: "skipped", reason: "a hosted zone uses it" };
      if (!named(error, "NoSuchDelegationSet")) throw error;
    }
    return DONE;
  }
  let { callerReference } = after;
  for (let tried = 0; ; tried++) {
    try {
      const { DelegationSet: made } = await client.send(
        new CreateReusableDelegationSetCommand({ CallerReference: callerReference }),
      );
      const id = bareId(made?.Id ?? "");
      run.known.set({ ref: "delegation-set", key }, id);
      const servers = (made?.NameServers ?? []).map((name) => displayName(domainName(name))).sort();
      return { kind: "done", detail: `${id}, name servers ${servers.join(", ")}` };
    } catch (error) {
      if (!named(error, "DelegationSetAlreadyCreated") || tried === MOST_GENERATIONS) throw error;
      // Either a run that was killed made it a moment ago, or one that is gone used the reference up.
      const there = (await readOwnDelegationSets(client, run.project, run.signal)).find((set) => set.key === key);
      if (there !== undefined) {
        run.known.set({ ref: "delegation-set", key }, there.id);
        return { kind: "done", detail: there.id };
      }
      callerReference = nextGeneration(callerReference);
    }
  }
}
