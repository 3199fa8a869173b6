/** `r53kit records list | set | delete | import`: the record sets of a zone, by hand. */

import type { Register } from "../command.ts";
import type { RecordsDeleteOptions, RecordsSetOptions } from "../runs/records-change.ts";
import type { RecordsImportOptions } from "../runs/records-import.ts";
import type { RecordsListOptions } from "../runs/records-list.ts";

const ZONE_HELP = "the hosted zone, by name or id (default: the one that encloses NAME)";
const DRY_RUN_HELP = "show what would change, and change nothing";

export const registerRecords: Register = (program, host) => {
  const records = program.command("records").description("Look at the record sets of a zone, and change them by hand");

  records
    .command("list")
    .description("List the record sets of a zone, with routing policies and aliases")
    .argument("<zone>", "the hosted zone, by name or id")
    .option("--name <name>", "only this name; '@' is the apex, '*.api' a wildcard record")
    .option("--type <type>", "only this record type, e.g. AAAA")
    .action(
      host.action<RecordsListOptions>(async (context, [zone = ""], options) => {
        const { recordsList } = await import("../runs/records-list.ts");
        return recordsList(context, zone, options);
      }),
    );

  records
    .command("set")
    .description("Make a simple record, or change it: shows the plan, sends it, waits until every name server has it")
    .argument("<name>", "the record's name; with --zone it may be relative, and '@' is the apex")
    .argument("<type>", "the record type, e.g. A, MX or TXT")
    .argument("<value...>", "all of its values; a TXT value may come without its quotation marks")
    .option("--ttl <seconds>", "how long resolvers may keep it (default: as it was; 300 for a new one)")
    .option("--zone <zone>", ZONE_HELP)
    .option("--force", "also the NS and SOA of the zone itself")
    .option("--dry-run", DRY_RUN_HELP)
    .addHelpText("after", ASKS)
    .action(
      host.action<RecordsSetOptions>(async (context, [name = "", type = "", ...values], options) => {
        const { recordsSet } = await import("../runs/records-change.ts");
        return recordsSet(context, { name, type, values }, options);
      }),
    );

  records
    .command("delete")
    .description("Delete record sets by name: shows the plan, sends it, waits until every name server has it")
    .argument("<name>", "the record's name; with --zone it may be relative, and '@' is the apex")
    .argument("[type]", "the record type; needed where the name has several")
    .option("--set-identifier <id>", "one answer of a routing policy")
    .option("--all", "everything that matches, where it is more than one record set")
    .option("--zone <zone>", ZONE_HELP)
    .option("--dry-run", DRY_RUN_HELP)
    .addHelpText("after", ASKS)
    .action(
      host.action<RecordsDeleteOptions>(async (context, [name = "", type], options) => {
        const { recordsDelete } = await import("../runs/records-change.ts");
        return recordsDelete(context, { name, type }, options);
      }),
    );

  records
    .command("import")
    .description("Bring the records of a BIND zone file into a zone: adds and changes, and with --replace also removes")
    .argument("<file>", "an RFC 1035 master file; '-' is stdin")
    .requiredOption("--zone <zone>", "the hosted zone, by name or id")
    .option(
      "--replace",
      "also remove what the file does not name, and put records in the place of aliases and policies",
    )
    .option("--force", "also where --replace changes or removes more than 30 % of the zone")
    .option("--dry-run", DRY_RUN_HELP)
    .option("--detailed-exitcode", "with --dry-run, exit with 2 when there is something to change")
    .addHelpText("after", `${IMPORT_HELP}${ASKS}`)
    .action(
      host.action<RecordsImportOptions>(async (context, [file = ""], options) => {
        const { recordsImport } = await import("../runs/records-import.ts");
        return recordsImport(context, file, options);
      }),
    );
};

const ASKS = `
On AWS it shows the plan and asks first, unless --yes.`;

const IMPORT_HELP = `
The NS and SOA of the zone itself, Traffic Flow's record sets, and aliases and routing policies that the
file does not name always stay; so does what external-dns, octoDNS and certificate authorities keep there.
`;
