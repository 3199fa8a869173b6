/** A protocol server on a real loopback socket, for as long as a test needs it. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createProtocolServer, type ProtocolServerSettings } from "../../src/local/protocol/server.ts";

export interface RunningServer {
  /** e.g. `http://127.0.0.1:40123` */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function serve(settings: ProtocolServerSettings): Promise<RunningServer> {
  const { handle } = createProtocolServer(settings);
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
