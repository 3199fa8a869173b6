/** A local backend in the test's own process, in memory and on free ports, with a connection to it. */

import type { Backend } from "../../src/backend/backend.ts";
import { connectLocal } from "../../src/backend/local-connection.ts";
import { LocalBackend, type LocalBackendOptions } from "../../src/local/local-backend.ts";

export interface TestBackend {
  readonly backend: Backend;
  readonly local: LocalBackend;
  /** `http://127.0.0.1:PORT` */
  readonly apiUrl: string;
  readonly dnsPort: number;
  /** Defects that the services met; a test that expects none asserts that it is empty. */
  readonly defects: readonly unknown[];
  stop(): Promise<void>;
}

/** Changes are INSYNC after 5 ms unless told otherwise. Stop it in `afterEach` or `afterAll`. */
export async function startTestBackend(options: LocalBackendOptions = {}): Promise<TestBackend> {
  const defects: unknown[] = [];
  const local = await LocalBackend.start({
    apiPort: 0,
    dnsPort: 0,
    propagationDelayMs: 5,
    onDefect: (error) => defects.push(error),
    ...options,
  });
  const backend = connectLocal(local);
  return {
    backend,
    local,
    apiUrl: local.apiUrl,
    dnsPort: local.dnsPort,
    defects,
    async stop() {
      backend.close();
      await local.stop();
    },
  };
}
