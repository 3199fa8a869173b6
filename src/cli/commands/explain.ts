/** `r53kit explain NAME [TYPE]`: why a name is answered as it is, and how likely each answer is. */

import type { Register } from "../command.ts";

export interface ExplainOptions {
  readonly from?: string;
  readonly subnet?: string;
  /** Of the client, not of AWS: that one stands before the command. */
  readonly region?: string;
  readonly down?: readonly string[];
  readonly planned?: boolean;
  readonly zone?: string;
  readonly world?: boolean;
  readonly matrix?: boolean;
  readonly geoDatabase?: string;
  readonly latencyMatrix?: string;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

export const registerExplain: Register = (program, host) => {
  program
    .command("explain")
    .description("Show the decision behind a name's answers, and the exact probability of each")
    .argument("<name>", "the name to explain; with --matrix any name of the zone")
    .argument("[type]", "the record type (default: A; with --matrix all)")
    .option("--from <place>", "for clients in this country, or state of the US: DE, US-CA")
    .option("--subnet <cidr>", "for clients in this network")
    .option("--region <name>", "for clients at this AWS Region (the account's own --region stands before explain)")
    .option("--down <check>", "as if this health check were unhealthy: its name, id or key; may be repeated", collect)
    .option("--planned", "explain the set-up file, before anything is applied; nothing is asked")
    .option("--zone <id>", "of several hosted zones with one name, this one")
    .option(
      "--world",
      "who gets which answer: a client at every Region, on every continent, in every country of the rules",
    )
    .option("--matrix", "every routed name of the zone against every failure of one health check")
    .option("--geo-database <file>", "tell where clients are by this MaxMind file (env R53KIT_GEO_DATABASE)")
    .option("--latency-matrix <file>", "measured latencies between clients and Regions (env R53KIT_LATENCY_MATRIX)")
    .addHelpText("after", NOTES)
    .action(
      host.action<ExplainOptions>(async (context, args, options) => {
        const { runExplain } = await import("../runs/explain.ts");
        return runExplain(context, args, options);
      }),
    );
};

const NOTES = `
It reads record sets, traffic policies, CIDR collections and the health checkers' reports of the backend; it changes
nothing and sends no DNS query. With --planned health checks count as healthy unless --down names them.

Examples:
  r53kit explain api.myapp.com
  r53kit explain shop.myapp.com --from DE --down europe
  r53kit explain global.myapp.com --world
  r53kit explain myapp.com --matrix --planned`;
