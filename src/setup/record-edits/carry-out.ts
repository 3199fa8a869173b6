/** Reads a zone for record edits, and carries a plan of them out: setup's executor and journal, and no ledger. */

import type { Backend } from "../../backend/backend.ts";
import type { DomainName } from "../../route53/names.ts";
import type { Applied } from "../apply.ts";
import type { Emit } from "../events.ts";
import type { LiveZone } from "../live/live-state.ts";
import { readAccount } from "../live/read.ts";
import { readRecordSets } from "../live/read-zones.ts";
import { carryOut, type Planned, type SetupOptions } from "../setup.ts";

/** What record edits need of a zone; the rest of it stays unread. */
export async function readZoneForEdits(
  backend: Backend,
  zone: { readonly id: string; readonly name: DomainName },
  signal: AbortSignal,
): Promise<{ readonly zone: LiveZone; readonly account: string }> {
  const client = await backend.clients.route53();
  const [recordSets, account] = await Promise.all([
    readRecordSets(client, zone.id, signal),
    readAccount(backend, signal),
  ]);
  return {
    account,
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

/** Never throws for what goes wrong on the way. */
export function carryOutRecordEdits(
  planned: Planned,
  options: SetupOptions & { readonly emit: Emit },
): Promise<Applied> {
  return carryOut(planned, { ...options, command: "records", keepsLedger: false });
}
