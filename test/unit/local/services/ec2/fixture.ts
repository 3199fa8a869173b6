/** An EC2 client of a local backend, and places for endpoints. */

import { createServer } from "node:net";
import { EC2Client } from "@aws-sdk/client-ec2";
import { controlClient } from "../../../../../src/local/control-client.ts";
import type { LocalBackendOptions } from "../../../../../src/local/local-backend.ts";
import { startTestBackend } from "../../../../support/backend.ts";

export const IMAGE = "ami-0123456789abcdef0";

export async function startEc2(options: LocalBackendOptions = {}) {
  const { local, apiUrl, defects, stop } = await startTestBackend(options);
  const client = (region = "us-east-1") =>
    new EC2Client({
      endpoint: apiUrl,
      region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
  const ec2 = client();
  return { local, apiUrl, defects, ec2, client, control: controlClient(local.apiPort), stop };
}

export async function freePlace(address: string): Promise<{ address: string; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return { address, port };
}

/** Whether something listens there. */
export async function answers({ address, port }: { address: string; port: number }): Promise<boolean> {
  try {
    const response = await fetch(`http://${address}:${port}/health`, { headers: { Connection: "close" } });
    return response.ok;
  } catch {
    return false;
  }
}
