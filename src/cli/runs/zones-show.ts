/** `r53kit zones show`: one hosted zone and everything around it. */

import { readZoneDetails } from "../../backend/zone-details.ts";
import { renderZone, type ShownZone } from "../../render/zones.ts";
import { readRecordSets } from "../../setup/live/read-zones.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { chooseZone } from "../zone-choice.ts";

export async function zonesShow(context: CommandContext, asked: string): Promise<ExitCode> {
  const backend = await context.connect();
  try {
    const chosen = await chooseZone(backend, asked, context.signal);
    const client = await backend.clients.route53();
    const [details, recordSets] = await Promise.all([
      readZoneDetails(client, chosen.id, context.signal),
      readRecordSets(client, chosen.id, context.signal),
    ]);
    const count = (matches: (set: (typeof recordSets)[number]["set"]) => boolean) =>
      recordSets.filter(({ set }) => matches(set)).length;
    const types = [...new Set(recordSets.map(({ set }) => set.type))].sort();
    const shown: ShownZone = {
      ...details,
      recordSets: {
        total: recordSets.length,
        byType: Object.fromEntries(types.map((type) => [type, count((set) => set.type === type)])),
        aliases: count((set) => set.answer.kind === "alias"),
        routed: count((set) => set.policy.kind !== "simple"),
        withHealthCheck: count((set) => set.healthCheckId !== undefined),
        ofTrafficFlow: count((set) => set.trafficPolicyInstanceId !== undefined),
      },
    };
    context.result(shown, () => renderZone(shown, { color: context.color.stdout }));
    return EXIT.ok;
  } finally {
    backend.close();
  }
}
