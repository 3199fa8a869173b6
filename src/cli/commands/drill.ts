/** `r53kit drill failover`: rehearses a failover and measures it. */

import type { Register } from "../command.ts";
import type { FailoverOptions } from "../runs/drill-failover.ts";

export const registerDrill: Register = (program, host) => {
  const drill = program.command("drill").description("Rehearse what should happen when something fails");

  drill
    .command("failover")
    .description("Stop the primary's endpoint, watch every answer turn to the secondary and back, and measure it")
    .argument("[name]", "the failover record (default: the only one in the file)")
    .option("--target <key>", "the endpoint to stop (default: the one behind the primary)")
    .option("--timeout <duration>", "how long the answers may take to turn, each way (default: twice the bound)")
    .option("--hold <duration>", "how long to stay on the secondary (default: 0s)")
    .option("--max-detection <duration>", "target: until the health check turns")
    .option("--max-failover <duration>", "target: until everyone uses the secondary")
    .option("--max-downtime <duration>", "target: how long a client is not served")
    .option("--max-failback <duration>", "target: until everyone is back on the primary")
    .addHelpText("after", NOTES)
    .action(
      host.action<FailoverOptions>(async (context, [name], options) => {
        const { drillFailover } = await import("../runs/drill-failover.ts");
        return drillFailover(context, name, options);
      }),
    );
};

const NOTES = `
Durations are like 90s, 2m or 1m30s, on the backend's clock. Targets not given here come from the file
(drill: targets:). The endpoint is started again whatever happens: at the end, on Ctrl-C, and after a
kill -9 when the stop's lease ends or the next drill runs.

Exit codes: 0 complete and within every target; 2 a target was exceeded; 1 not completed; 130 interrupted.`;
