/** Talks to the control endpoint of a running local backend. */

import { request as httpRequest } from "node:http";
import type { EndpointControl, LocalEndpoint } from "../backend/backend.ts";
import { Failure } from "../errors.ts";
import type { ControlError } from "./control-server.ts";
import type { LocalStatus } from "./status.ts";

export interface ControlClient {
  /** The pid that answers. */
  health(timeoutMs?: number): Promise<{ readonly pid: number }>;
  status(): Promise<LocalStatus>;
  reset(): Promise<void>;
  shutdown(): Promise<void>;
  readonly endpoints: EndpointControl;
}

/** What every command says when the backend that it was using is gone. */
export function lostBackend(apiPort: number, cause?: unknown): Failure {
  return new Failure({
    kind: "failed",
    code: "local.lost",
    message: `The local backend at http://127.0.0.1:${apiPort} does not answer any more`,
    next: "Start it again with `r53kit local start`: it goes on where it was",
    cause,
  });
}

/** A reset restarts everything. */
const ANSWER_MS = 30_000;
const SHUTDOWN_ANSWER_MS = 5_000;

export function controlClient(apiPort: number): ControlClient {
  function call<Result>(method: string, path: string, body?: unknown, timeoutMs = ANSWER_MS): Promise<Result> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = httpRequest(
        {
          host: "127.0.0.1",
          port: apiPort,
          method,
          path: `/_r53kit/${path}`,
          // One request, then nothing that would keep the process waiting.
          agent: false,
          headers:
            text === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) },
          timeout: timeoutMs,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", (error) => reject(lostBackend(apiPort, error)));
          response.on("end", () => {
            try {
              const answer: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
              if (response.statusCode !== undefined && response.statusCode < 400) resolve(answer as Result);
              else reject(new Failure((answer as ControlError).error));
            } catch (error) {
              reject(lostBackend(apiPort, error));
            }
          });
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      request.on("error", (error) => reject(lostBackend(apiPort, error)));
      request.end(text);
    });
  }

  const endpoint = (id: string) => `endpoints/${encodeURIComponent(id)}`;
  return {
    health: (timeoutMs) => call("GET", "health", undefined, timeoutMs),
    status: () => call("GET", "status"),
    async reset() {
      await call("POST", "reset");
    },
    async shutdown() {
      await call("POST", "shutdown", undefined, SHUTDOWN_ANSWER_MS);
    },
    endpoints: {
      list: async () => (await call<{ endpoints: LocalEndpoint[] }>("GET", "endpoints")).endpoints,
      ensure: (specification) => call("PUT", "endpoints", specification),
      async remove(id) {
        await call("DELETE", endpoint(id));
      },
      stop: (id, leaseMs) => call("POST", `${endpoint(id)}/stop`, { leaseMs }),
      start: (id) => call("POST", `${endpoint(id)}/start`),
    },
  };
}
