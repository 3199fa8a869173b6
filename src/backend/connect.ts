/** From a backend's name to a {@link Backend}: the only place that knows which is which. */

import { Failure, unreachable } from "../errors.ts";
import type { Backend } from "./backend.ts";
import type { EnsureOptions } from "./local-connection.ts";

export interface ConnectOptions extends EnsureOptions {
  readonly kind: "local" | "aws";
  readonly profile?: string;
  readonly region?: string;
  /** Another address of the AWS API; the protocol and the DNS stay AWS's. */
  readonly endpointUrl?: string;
}

/** Connects, starting the local backend when it is needed. Throws a Failure when there is no way. */
export async function connectBackend(options: ConnectOptions): Promise<Backend> {
  switch (options.kind) {
    case "local": {
      if (options.endpointUrl !== undefined) {
        throw new Failure({
          kind: "usage",
          code: "backend.endpoint-url",
          message: "--endpoint-url goes with the backend 'aws'; the local backend has its own address",
          next: "Add --backend aws to talk the AWS protocol to that address, or leave --endpoint-url out",
        });
      }
      const { connectLocal, ensureLocalBackend } = await import("./local-connection.ts");
      return connectLocal(await ensureLocalBackend(options));
    }
    case "aws": {
      const { connectAws } = await import("./aws-connection.ts");
      return connectAws(options);
    }
    default:
      return unreachable(options.kind);
  }
}
