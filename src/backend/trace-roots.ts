/** Which roots a trace starts from when nobody said: the local ones where the local backend hosts the name, else the public ones. */

import { type DomainName, isWithin } from "../route53/names.ts";
import type { RootHint } from "./backend.ts";

export interface TraceRoots {
  readonly source: "local" | "public";
  readonly hints: readonly RootHint[];
  readonly port: number;
}

export interface TraceRootsOptions {
  /** The backend that a flag or variable named, if one did. */
  readonly explicitBackend: "local" | "aws" | undefined;
  readonly name: DomainName;
  readonly env: NodeJS.ProcessEnv;
}

/** Throws a Failure `local.not-running` when the local backend was named and does not run. */
export async function chooseTraceRoots({ explicitBackend, name, env }: TraceRootsOptions): Promise<TraceRoots> {
  const local = explicitBackend === "aws" ? undefined : await localRoots(explicitBackend, name, env);
  if (local !== undefined) return local;
  const { IANA_ROOT_HINTS } = await import("../dns/hints.ts");
  return { source: "public", hints: IANA_ROOT_HINTS, port: 53 };
}

async function localRoots(
  explicitBackend: "local" | undefined,
  name: DomainName,
  env: NodeJS.ProcessEnv,
): Promise<TraceRoots | undefined> {
  const { requireLocalBackend } = await import("./local-connection.ts");
  const { runningBackend } = await import("../local/daemon-run-file.ts");
  const { daemonHome } = await import("../local/daemon-home.ts");
  const run = explicitBackend === "local" ? requireLocalBackend(env) : runningBackend(daemonHome(env));
  if (run === undefined) return undefined;
  const roots: TraceRoots = { source: "local", hints: run.rootHints, port: run.dnsPort };
  if (explicitBackend === "local") return roots;
  const { controlClient } = await import("../local/control-client.ts");
  const { zones } = await controlClient(run.apiPort).status();
  return zones.some((zone) => !zone.private && isWithin(name, zone.name)) ? roots : undefined;
}
