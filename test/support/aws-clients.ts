/** SDK clients for a server of the test's own. */

import type { RunningServer } from "./http-server.ts";

/** Client settings: no retries, so that what a server answers is what a test sees. */
export function clientConfig(server: RunningServer, region = "us-east-1") {
  return {
    endpoint: server.url,
    region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
}
