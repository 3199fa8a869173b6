/** Where setup keeps its ledger and journal: beside the state of the local backend, whatever backend it works on. */

import { daemonHome } from "../../local/daemon-home.ts";

export function setupHome(env: NodeJS.ProcessEnv): string {
  return daemonHome(env).directory;
}
