/** The zone phase: the hosted zone itself, and the registrar's delegation to its name servers. */

import type { ZoneConfig } from "../../config/config.ts";
import { displayName } from "../../route53/names.ts";
import type { Expectation } from "../expectations.ts";
import { zoneReference } from "../ownership.ts";
import type { Change, HostedZoneChange, RegistrarChange } from "../plan.ts";
import type { PhaseDraft, Planning } from "../planning.ts";
import { zoneKey, zoneText } from "../zone-key.ts";
import { delegationSetOf, planDelegationSets } from "./delegation-sets.ts";
import { planVpcs } from "./vpc-associations.ts";

export function planZones(planning: Planning): PhaseDraft {
  const { config, places, live, notes } = planning;
  const changes: Change[] = planDelegationSets(planning);
  const expectations: Expectation[] = [];
  for (const wanted of config.zones) {
    const key = zoneKey(wanted);
    const slot = live.zones.find((one) => zoneKey(one) === key);
    const zone = slot?.zone;
    const subject = zoneText(key);
    const place = places.of(wanted.path);
    const comment = wanted.comment ?? zone?.comment ?? "";
    const [vpc] = wanted.vpcs;
    const after = {
      comment,
      callerReference: zoneReference(config.project, key),
      ...(vpc && { vpc: { id: vpc.id, region: vpc.region } }),
      ...delegationSetOf(wanted, planning),
    };
    const base = { kind: "hosted-zone", subject, zone: key, place, after } as const;
    const before = changes.length;
    if (zone === undefined) {
      changes.push({
        ...base,
        action: "add",
        why: "there is no such hosted zone yet",
        before: null,
      } satisfies HostedZoneChange);
    } else if (zone.comment !== comment) {
      const why = `comment '${zone.comment}' -> '${comment}'`;
      changes.push({ ...base, action: "change", why, before: { id: zone.id, comment: zone.comment } });
    }
    if (wanted.private) {
      changes.push(...planVpcs(wanted, planning));
      if (changes.length > before) expectations.push(zoneExpectation(wanted));
      continue;
    }
    const registrar: Omit<RegistrarChange, "why" | "before" | "onlyIfRegistered"> = {
      kind: "registrar",
      action: "change",
      subject: `${subject} at the registrar`,
      zone: wanted.name,
      place,
      after: { nameServersOf: { ref: "hosted-zone", zone: wanted.name } },
    };
    if (!wanted.managesRegistrar) {
      if (changes.length > before) expectations.push(zoneExpectation(wanted));
      continue;
    }
    if (slot?.registrar.kind === "registered") {
      const { nameServers } = slot.registrar;
      if (zone === undefined || nameServers.join() !== zone.nameServers.join()) {
        const now =
          nameServers.length === 0 ? "delegated to no one" : `delegated to ${nameServers.map(displayName).join(", ")}`;
        const why = `the domain is ${now}; its name servers become the zone's`;
        changes.push({ ...registrar, why, before: { nameServers }, onlyIfRegistered: false });
      }
    } else if (zone === undefined) {
      const why = "if the domain is registered in this account, its name servers become the zone's";
      changes.push({ ...registrar, why, before: null, onlyIfRegistered: true });
    } else {
      notes.push(
        `${subject} is not registered in this account: its registrar, or whoever has the parent zone, must delegate it to ${zone.nameServers.map(displayName).join(", ")}`,
      );
    }
    if (changes.length > before) expectations.push(zoneExpectation(wanted));
  }
  return { changes, expectations };
}

/** What must be so of a zone as a whole. */
export function zoneExpectation(zone: ZoneConfig): Expectation {
  return zone.private
    ? { check: "vpcs", zone: zoneKey(zone), vpcs: zone.vpcs.map(({ id }) => id).sort() }
    : { check: "delegation", zone: zone.name, ...(!zone.managesRegistrar && { leavesRegistrar: true }) };
}
