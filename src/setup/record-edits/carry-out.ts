/** Reads a zone for record edits, and carries a plan of them out: setup's executor and journal, and no ledger. */

import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Backend } from "../../backend/backend.ts";
import type { DomainName } from "../../route53/names.ts";
import { type Applied, applyPlan } from "../apply.ts";
import type { Emit } from "../events.ts";
import { journalFile, openJournal } from "../journal.ts";
import { EMPTY_LEDGER } from "../ledger.ts";
import type { LiveZone } from "../live/live-state.ts";
import { readRecordSets } from "../live/read-zones.ts";
import type { LedgerKeeper } from "../run.ts";
import type { Planned, SetupOptions } from "../setup.ts";

/** What record edits need of a zone; the rest of it stays unread. */
export async function readZoneForEdits(
  backend: Backend,
  zone: { readonly id: string; readonly name: DomainName },
  signal: AbortSignal,
): Promise<{ readonly zone: LiveZone; readonly account: string }> {
  const [client, sts] = await Promise.all([backend.clients.route53(), backend.clients.sts()]);
  const [recordSets, identity] = await Promise.all([
    readRecordSets(client, zone.id, signal),
    sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal }),
  ]);
  return {
    account: identity.Account ?? "unknown",
    zone: {
      id: zone.id,
      name: zone.name,
      comment: "",
      callerReference: "",
      nameServers: [],
      recordSets,
      trafficPolicyInstances: [],
      queryLogging: undefined,
    },
  };
}

/** What is made here is nobody's to remove later, so nothing is written down. */
const NO_LEDGER: LedgerKeeper = { current: EMPTY_LEDGER, update() {} };

/** Never throws for what goes wrong on the way; see {@link applyPlan}. */
export async function carryOutRecordEdits(
  { plan, live }: Planned,
  { backend, home, signal, emit }: SetupOptions & { readonly emit: Emit },
): Promise<Applied> {
  const journal = openJournal(journalFile(home, plan.project), () => backend.clock.now());
  try {
    return await applyPlan({ plan, live, backend, ledger: NO_LEDGER, journal, emit, signal });
  } finally {
    journal.close();
  }
}
