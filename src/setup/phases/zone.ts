/** The zone phase: the hosted zone itself, and the registrar's delegation to its name servers. */

import { displayName } from "../../route53/names.ts";
import type { Expectation } from "../expectations.ts";
import { zoneReference } from "../ownership.ts";
import type { Change, HostedZoneChange, RegistrarChange } from "../plan.ts";
import type { PhaseDraft, Planning } from "../planning.ts";

export function planZones({ config, places, live, notes }: Planning): PhaseDraft {
  const changes: Change[] = [];
  const expectations: Expectation[] = [];
  for (const wanted of config.zones) {
    const slot = live.zones.find((one) => one.name === wanted.name);
    const zone = slot?.zone;
    const subject = displayName(wanted.name);
    const place = places.of(wanted.path);
    const comment = wanted.comment ?? zone?.comment ?? "";
    const after = { comment, callerReference: zoneReference(config.project, wanted.name) };
    const base = { kind: "hosted-zone", subject, zone: wanted.name, place, after } as const;
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
    const registrar: Omit<RegistrarChange, "why" | "before" | "onlyIfRegistered"> = {
      kind: "registrar",
      action: "change",
      subject: `${subject} at the registrar`,
      zone: wanted.name,
      place,
      after: { nameServersOf: { ref: "hosted-zone", zone: wanted.name } },
    };
    if (!wanted.managesRegistrar) {
      if (changes.length > before) expectations.push({ check: "delegation", zone: wanted.name });
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
    if (changes.length > before) expectations.push({ check: "delegation", zone: wanted.name });
  }
  return { changes, expectations };
}
