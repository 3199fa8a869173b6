/** `r53kit health list | status`: the account's health checks, and what each checker region sees. */

import type { Register } from "../command.ts";

export const registerHealth: Register = (program, host) => {
  const health = program.command("health").description("Look at health checks");

  health
    .command("list")
    .description("List every health check: name, id, what it probes, how often")
    .action(
      host.action(async (context) => {
        const { healthList } = await import("../runs/health.ts");
        return healthList(context);
      }),
    );

  health
    .command("status")
    .description("Show what the checkers of each region say, of one health check or of all")
    .argument("[check]", "the health check, by id or by its Name tag (default: all of them)")
    .addHelpText("after", "\nExits with 2 when a check is unhealthy.")
    .action(
      host.action(async (context, [check]) => {
        const { healthStatus } = await import("../runs/health.ts");
        return healthStatus(context, check);
      }),
    );
};
