/** Whether a traffic policy instance is applied, and which version of its policy it follows. */

import { listTrafficPolicyInstances } from "../../backend/record-sets.ts";
import { displayName, domainName } from "../../route53/names.ts";
import type { Expectation } from "../expectations.ts";
import type { Verification } from "../verification.ts";
import type { Looking } from "./looking.ts";

export async function verifyInstance(
  { zone, name, type }: Extract<Expectation, { check: "instance" }>,
  { backend, known, signal }: Looking,
): Promise<Verification> {
  const zoneId = known.get({ ref: "hosted-zone", zone });
  const client = await backend.clients.route53();
  const there = zoneId === undefined ? [] : await listTrafficPolicyInstances(client, zoneId, signal);
  const found = there.find((one) => domainName(one.Name ?? "") === name && one.TrafficPolicyType === type);
  const ok = found?.State === "Applied";
  const says =
    found === undefined
      ? "no traffic policy instance"
      : `${found.State}: version ${found.TrafficPolicyVersion} of the policy ${found.TrafficPolicyId}, TTL ${found.TTL}${found.Message ? `; ${found.Message}` : ""}`;
  return {
    check: "instance",
    subject: `${displayName(name)} ${type}`,
    // It may be on its way; only Failed stays so.
    status: ok ? "ok" : found === undefined || found.State === "Failed" ? "failed" : "warning",
    says,
    evidence: [{ source: "Route 53", says: found === undefined ? says : `instance ${found.Id}, ${says}`, ok }],
  };
}
