/** `r53kit zones list | show | export`: the hosted zones of the account, one of them, and one as another tool's file. */

import { Option } from "commander";
import type { Register } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { ExportOptions } from "../runs/zones-export.ts";

const ZONE_HELP = "the hosted zone, by name or id";

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

  zones
    .command("show")
    .description("Show one hosted zone: name servers, record sets by type, query logging, DNSSEC, VPCs, tags")
    .argument("<zone>", ZONE_HELP)
    .action(
      host.action(async (context, [zone = ""]) => {
        const { zonesShow } = await import("../runs/zones-show.ts");
        return zonesShow(context, zone);
      }),
    );

  zones
    .command("export")
    .description("Write one hosted zone as a BIND zone file, as octoDNS's YAML or as Terraform with import blocks")
    .argument("<zone>", ZONE_HELP)
    .addOption(
      new Option("--format <name>", "whose file to write").choices(["bind", "octodns", "terraform"]).default("bind"),
    )
    .option("--output <file>", "write it there (default: stdout)")
    .addHelpText("after", EXPORT_HELP)
    .action(
      host.action<ExportOptions>(async (context, [zone = ""], options) => {
        const { zonesExport } = await import("../runs/zones-export.ts");
        return zonesExport(context, zone, options);
      }),
    );
};

const EXPORT_HELP = `
What the format cannot say (aliases and routing policies in a zone file, for example) stands in the
file as a comment and is counted on stderr. --json prints it with the file's text.`;
