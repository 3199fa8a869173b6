/** `r53kit setup verify`: looks whether everything is as the file asks. Changes nothing. */

import { loadConfig } from "../../config/load.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { renderVerifyResult } from "../../render/setup.ts";
import { verifySetup } from "../../setup/setup.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { phasesOf } from "../phases-option.ts";

export interface VerifyOptions {
  readonly phase?: readonly string[];
}

export async function setupVerify(context: CommandContext, options: VerifyOptions): Promise<ExitCode> {
  const only = phasesOf(options.phase);
  const loaded = loadConfig(context.options.config);
  const backend = await context.connect(loaded.config.backend);
  try {
    const result = await verifySetup(loaded, {
      backend,
      home: daemonHome(context.host.env).directory,
      signal: context.signal,
      emit: (event) => {
        if (event.event === "verifying") context.note(`looking at ${event.phase} (${event.expectations})`);
      },
      ...(only === undefined ? {} : { only }),
    });
    context.result(result, () =>
      renderVerifyResult(result, { color: context.color.stdout, evidence: context.options.verbose }),
    );
    return result.failed > 0 ? EXIT.findings : EXIT.ok;
  } finally {
    backend.close();
  }
}
