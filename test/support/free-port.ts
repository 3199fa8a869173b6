/** A TCP port that nobody listens on at an address; whoever is to have it takes it a moment later. */

import { type AddressInfo, createServer } from "node:net";

export async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once("error", fail).listen(0, address, done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
