/** A `process` endpoint: an HTTP server that the local backend keeps, stopped on a lease so that a killed drill cannot leave it down. */

import type { EndpointControl, LocalEndpoint } from "../../backend/backend.ts";
import type { ProcessTargetDescription } from "../scenario.ts";
import type { Target } from "./target.ts";

/** Real ms. Long enough for a busy machine to miss a renewal or two, short enough that nobody waits long after a `kill -9`. */
const LEASE_MS = 15_000;

export function processEndpointTarget(description: ProcessTargetDescription, control: EndpointControl): Target {
  const id = `${description.address}:${description.port}`;
  const find = async (): Promise<LocalEndpoint | undefined> =>
    (await control.list()).find((endpoint) => endpoint.id === id);
  return {
    describe: () => description,
    stop: async () => (await control.stop(id, LEASE_MS)).leaseUntil,
    async start() {
      await control.start(id);
    },
    state: async () => (await find())?.state ?? "gone",
    renewEveryMs: LEASE_MS / 3,
  };
}
