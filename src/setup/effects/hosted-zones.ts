/** Makes hosted zones, changes their comments, and points the registrar at them. */

import {
  type ChangeInfo,
  CreateHostedZoneCommand,
  type CreateHostedZoneResponse,
  DeleteHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  UpdateHostedZoneCommentCommand,
} from "@aws-sdk/client-route-53";
import { GetOperationDetailCommand, UpdateDomainNameserversCommand } from "@aws-sdk/client-route-53-domains";
import { Failure } from "../../errors.ts";
import { type DomainName, displayName, domainName } from "../../route53/names.ts";
import { bareId } from "../../route53/record-set.ts";
import { pause, waitInSync } from "../in-sync.ts";
import { recordSetsPatch } from "../ledger.ts";
import { readRegistrar } from "../live/read-zones.ts";
import { nextGeneration } from "../ownership.ts";
import type { HostedZoneChange, RegistrarChange } from "../plan.ts";
import type { Outcome, Run } from "../run.ts";
import { isPrivateZone, nameOfZone, type ZoneKey } from "../zone-key.ts";
import { MOST_GENERATIONS, named } from "./service-error.ts";
import { toApiVpc } from "./vpc-associations.ts";

export async function carryOutHostedZone(change: HostedZoneChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const { after, before, zone } = change;
  if (after === null) return remove(change, run);
  if (before !== null) {
    await client.send(new UpdateHostedZoneCommentCommand({ Id: before.id, Comment: after.comment }));
    return { kind: "done" };
  }
  const made = await create(zone, after, run);
  // Known before the waiting, so that whoever stops the apply then is told what there is.
  run.known.set({ ref: "hosted-zone", zone }, made.id);
  // A zone of ours that the ledger does not know is a lost ledger's.
  run.ledger.update(recordSetsPatch(made.id, new Map()));
  run.nameServers.set(zone, made.nameServers);
  if (made.change !== undefined) await waitInSync(made.change, "zone", run);
  const servers = made.nameServers.map(displayName).join(", ");
  return { kind: "done", detail: servers === "" ? made.id : `${made.id}, name servers ${servers}` };
}

/** Route 53 deletes no zone with anything of its own left in it; what is left by then, somebody else has just put there. */
async function remove({ before, zone }: HostedZoneChange, run: Run): Promise<Outcome> {
  const client = await run.backend.clients.route53();
  const id = before?.id ?? "";
  try {
    const { ChangeInfo } = await client.send(new DeleteHostedZoneCommand({ Id: id }));
    if (ChangeInfo !== undefined) await waitInSync(ChangeInfo, "zone", run);
  } catch (error) {
    if (named(error, "HostedZoneNotEmpty"))
      return { kind: "skipped", reason: "something has been put into it meanwhile" };
    if (!named(error, "NoSuchHostedZone")) throw error;
  }
  run.nameServers.delete(zone);
  run.ledger.update({ patch: "zone-gone", zoneId: id });
  return { kind: "done" };
}

interface ThereNow {
  readonly id: string;
  readonly nameServers: readonly DomainName[];
  /** Undefined when it was there already. */
  readonly change: ChangeInfo | undefined;
}

async function create(zone: ZoneKey, wanted: NonNullable<HostedZoneChange["after"]>, run: Run): Promise<ThereNow> {
  const client = await run.backend.clients.route53();
  let { callerReference } = wanted;
  for (let tried = 0; ; tried++) {
    let made: CreateHostedZoneResponse;
    try {
      made = await client.send(
        new CreateHostedZoneCommand({
          Name: displayName(nameOfZone(zone)),
          CallerReference: callerReference,
          HostedZoneConfig: { Comment: wanted.comment, PrivateZone: isPrivateZone(zone) },
          ...(wanted.vpc && { VPC: toApiVpc(wanted.vpc) }),
          ...(wanted.delegationSet && { DelegationSetId: run.known.need(wanted.delegationSet) }),
        }),
      );
    } catch (error) {
      if (!named(error, "HostedZoneAlreadyExists") || tried === MOST_GENERATIONS) throw error;
      // Either a run that was killed made it a moment ago, or a zone that is gone used the reference up.
      const there = await findMade(zone, callerReference, run);
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

/** By the reference that it was made with: another zone of the same name is somebody else's. */
async function findMade(zone: ZoneKey, callerReference: string, run: Run): Promise<ThereNow | undefined> {
  const client = await run.backend.clients.route53();
  const { HostedZones = [] } = await client.send(
    new ListHostedZonesByNameCommand({ DNSName: nameOfZone(zone), MaxItems: 100 }),
  );
  const found = HostedZones.find((one) => one.CallerReference === callerReference);
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
