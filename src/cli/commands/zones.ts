/** `r53kit zones list`: the hosted zones of the account. */

import type { Register } from "../command.ts";
import { EXIT } from "../exit-codes.ts";

export const registerZones: Register = (program, host) => {
  const zones = program.command("zones").description("Look at hosted zones");

  zones
    .command("list")
    .description("List every hosted zone: name, id, record sets, public or private")
    .action(
      host.action(async (context) => {
        const backend = await context.connect();
        try {
          const { listHostedZones } = await import("../../backend/hosted-zones.ts");
          const listed = await listHostedZones(await backend.clients.route53(), context.signal);
          const { renderZones } = await import("../../render/zones.ts");
          context.result(listed, () => renderZones(listed, { color: context.color.stdout }));
          return EXIT.ok;
        } finally {
          backend.close();
        }
      }),
    );
};
