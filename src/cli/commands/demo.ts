/** `r53kit demo`: the whole tour, on a private local backend that is gone afterwards. */

import type { Register } from "../command.ts";

interface DemoOptions {
  readonly speed: string;
}

export const registerDemo: Register = (program, host) => {
  program
    .command("demo")
    .description("Set up a zone, trace a name, rehearse a failover and read the query logs, in under a minute")
    .option("--speed <n>", "how many times faster than life the demo's backend runs", "10")
    .action(
      host.action<DemoOptions>(async (context, _args, options) => {
        const { runDemo } = await import("../runs/demo.ts");
        return runDemo(context, options.speed);
      }),
    );
};
