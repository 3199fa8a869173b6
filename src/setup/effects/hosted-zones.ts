/** Makes hosted zones, changes their comments, and points the registrar at them. */

import {
  type ChangeInfo,
  CreateHostedZoneCommand,
  type CreateHostedZoneResponse,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  UpdateHostedZoneCommentCommand,
} from "@aws-sdk/client-route-53";
import { GetOperationDetailCommand, UpdateDomainNameserversCommand } from "@aws-sdk/client-route-53-domains";
import { Failure } from "../../errors.ts";
import { type DomainName, displayName, domainName } from "../../route53/names.ts";
import { bareId } from "../../route53/record-set.ts";
import { pause, waitInSync } from "../in-sync.ts";
import { readRegistrar } from "../live/read-zones.ts";
import { nextGeneration } from "../ownership.ts";
import type { HostedZoneChange, RegistrarChange } from "../plan.ts";
import type { Outcome, Run } from "../run.ts";
import { MOST_GENERATIONS, named } from "./service-error.ts";

export async function carryOutHostedZone(change: HostedZoneChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { after, before, zone } = change;
  if (after === null) throw new Error("a plan does not remove hosted zones");
  if (before !== null) {
    await client.send(new UpdateHostedZoneCommentCommand({ Id: before.id, Comment: after.comment }));
    return { kind: "done" };
  }
  const made = await create(zone, after, run);
  // Known before the waiting, so that whoever stops the apply then is told what there is.
  run.known.set({ ref: "hosted-zone", zone }, made.id);
  run.nameServers.set(zone, made.nameServers);
  if (made.change !== undefined) await waitInSync(made.change, "zone", run);
  return { kind: "done", detail: `${made.id}, name servers ${made.nameServers.map(displayName).join(", ")}` };
}

interface ThereNow {
  readonly id: string;
  readonly nameServers: readonly DomainName[];
  /** Undefined when it was there already. */
  readonly change: ChangeInfo | undefined;
}

async function create(
  zone: DomainName,
  wanted: { readonly comment: string; readonly callerReference: string },
  run: Run,
): Promise<ThereNow> {
  const client = await run.backend.clients.route53();
  let { callerReference } = wanted;
  for (let tried = 0; ; tried++) {
    let made: CreateHostedZoneResponse;
    try {
      made = await client.send(
        new CreateHostedZoneCommand({
          Name: displayName(zone),
          CallerReference: callerReference,
          HostedZoneConfig: { Comment: wanted.comment, PrivateZone: false },
        }),
      );
    } catch (error) {
      if (!named(error, "HostedZoneAlreadyExists") || tried === MOST_GENERATIONS) throw error;
      // Either a run that was killed made it a moment ago, or a zone that is gone used the reference up.
      const there = await findPublic(zone, run);
      if (there !== undefined) return there;
      callerReference = nextGeneration(callerReference);
      continue;
    }
    return {
      id: bareId(made.HostedZone?.Id ?? ""),
      nameServers: (made.DelegationSet?.NameServers ?? []).map((name) => domainName(name)).sort(),
      change: made.ChangeInfo,
    };
  }
}

async function findPublic(zone: DomainName, run: Run): Promise<ThereNow | undefined> {
  const client = await run.backend.clients.route53();
  const { HostedZones = [] } = await client.send(new ListHostedZonesByNameCommand({ DNSName: zone, MaxItems: 10 }));
  const found = HostedZones.find((one) => domainName(one.Name ?? "") === zone && !one.Config?.PrivateZone);
  if (found === undefined) return undefined;
  const detail = await client.send(new GetHostedZoneCommand({ Id: found.Id }));
  return {
    id: bareId(found.Id ?? ""),
    nameServers: (detail.DelegationSet?.NameServers ?? []).map((name) => domainName(name)).sort(),
    change: undefined,
  };
}

/** Registries take a while; after this the rest goes on, and verifying tells. Real ms. */
const LONGEST_OPERATION_MS = 60_000;

export async function carryOutRegistrar(change: RegistrarChange, run: Run): Promise<Outcome> {
  const { zone, onlyIfRegistered } = change;
  const nameServers = run.nameServers.get(zone) ?? [];
  const list = nameServers.map(displayName).join(", ");
  if (onlyIfRegistered) {
    const registrar = await readRegistrar(run.backend, zone, undefined);
    if (registrar.kind === "elsewhere") {
      return {
        kind: "skipped",
        reason: `it is not registered in this account; its registrar, or whoever has the parent zone, must delegate it to ${list}`,
      };
    }
    if (registrar.nameServers.join() === [...nameServers].sort().join()) {
      return { kind: "skipped", reason: "the registrar has these name servers already" };
    }
  }
  const client = await run.backend.clients.domains();
  const { OperationId } = await client.send(
    new UpdateDomainNameserversCommand({
      DomainName: displayName(zone),
      Nameservers: nameServers.map((name) => ({ Name: displayName(name) })),
    }),
  );
  const startedAt = performance.now();
  let delayMs = run.backend.pollIntervalMs;
  while (OperationId !== undefined && performance.now() - startedAt < LONGEST_OPERATION_MS) {
    const operation = await client.send(new GetOperationDetailCommand({ OperationId }));
    if (operation.Status === "SUCCESSFUL") return { kind: "done", detail: list };
    if (operation.Status === "ERROR" || operation.Status === "FAILED") {
      throw new Failure({
        kind: "failed",
        code: "setup.registrar-refused",
        message: `the registrar did not take the name servers of ${displayName(zone)}: ${operation.Message ?? operation.Status}`,
        next: "see the domain's status in the Route 53 console (it may be locked), then run setup apply again",
      });
    }
    run.emit({ event: "waiting", phase: "zone", what: `the registrar (operation ${OperationId})` });
    await pause(delayMs, run.signal);
    delayMs = Math.min(delayMs * 1.5, run.backend.pollIntervalMs * 8);
  }
  return { kind: "done", detail: `${list}; the registry has not confirmed it yet` };
}
