/** Which backend a command works on: the flag, else R53KIT_BACKEND, else the config file's, else local. */

import type { Backend } from "../backend/backend.ts";
import { connectBackend } from "../backend/connect.ts";
import { Failure } from "../errors.ts";
import type { GlobalOptions, Host } from "./context.ts";
import { launcherPath } from "./installation.ts";

export type BackendName = "local" | "aws";

/** What the flag or the variable says, if either does. */
export function explicitBackend(options: GlobalOptions, env: NodeJS.ProcessEnv): BackendName | undefined {
  if (options.backend !== undefined) return options.backend;
  const named = env.R53KIT_BACKEND;
  if (named === undefined || named === "") return undefined;
  if (named === "local" || named === "aws") return named;
  throw new Failure({
    kind: "usage",
    code: "backend.unknown",
    message: `R53KIT_BACKEND is '${named}', which is no backend`,
    next: "set it to local or aws, or unset it",
  });
}

export async function connectForCommand(
  options: GlobalOptions,
  host: Host,
  note: (text: string) => void,
  fallback: BackendName | undefined,
): Promise<Backend> {
  return connectBackend({
    kind: explicitBackend(options, host.env) ?? fallback ?? "local",
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpointUrl === undefined ? {} : { endpointUrl: options.endpointUrl }),
    env: host.env,
    launcher: launcherPath(),
    note,
  });
}
