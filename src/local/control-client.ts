/** Talks to the control endpoint of a running local backend. */

import { request as httpRequest, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { EndpointControl, LocalEndpoint } from "../backend/backend.ts";
import { Failure } from "../errors.ts";
import type { RecordedCall } from "./control-calls.ts";
import type { ControlError } from "./control-server.ts";
import type { InstanceSpecification, InstanceSummary } from "./services/ec2/instance-control.ts";
import type { LocalStatus } from "./status.ts";

export interface ControlClient {
  /** The pid that answers. */
  health(timeoutMs?: number): Promise<{ readonly pid: number }>;
  status(): Promise<LocalStatus>;
  reset(): Promise<void>;
  shutdown(): Promise<void>;
  /** A snapshot file's content. */
  saveSnapshot(): Promise<Uint8Array>;
  loadSnapshot(file: Uint8Array): Promise<void>;
  /** The latest `limit` API calls, oldest first. */
  calls(limit: number): Promise<RecordedCall[]>;
  /** Those, and then each new one as it comes. Ends when the backend stops or the signal is aborted. */
  followCalls(limit: number, signal: AbortSignal): AsyncIterable<RecordedCall>;
  readonly endpoints: EndpointControl;
  readonly instances: {
    list(): Promise<InstanceSummary[]>;
    ensure(specification: InstanceSpecification): Promise<InstanceSummary>;
    remove(instanceId: string): Promise<void>;
  };
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
/** A large state takes its time. */
const SNAPSHOT_MS = 300_000;

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
  /** Without a word from the backend; undefined waits for ever. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export function controlClient(apiPort: number): ControlClient {
  /** Resolves when the answer begins. */
  function open({ method, path, body, timeoutMs, signal }: Exchange): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: "127.0.0.1",
          port: apiPort,
          method,
          path: `/_r53kit/${path}`,
          // One request, then nothing that would keep the process waiting.
          agent: false,
          headers: body === undefined ? {} : { "Content-Type": body.type, "Content-Length": body.bytes.byteLength },
          ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      request.on("error", (error) => reject(lostBackend(apiPort, error)));
      request.end(body?.bytes);
    });
  }

  /** The whole answer. Throws the Failure that the backend answered. */
  async function exchange(what: Exchange): Promise<Buffer> {
    const response = await open(what);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch (error) {
      throw lostBackend(apiPort, error);
    }
    const bytes = Buffer.concat(chunks);
    if (response.statusCode !== undefined && response.statusCode < 400) return bytes;
    throw new Failure(parse<ControlError>(bytes).error);
  }

  function parse<Value>(bytes: Buffer): Value {
    try {
      return JSON.parse(bytes.toString("utf8")) as Value;
    } catch (error) {
      throw lostBackend(apiPort, error);
    }
  }

  async function call<Result>(method: string, path: string, body?: unknown, timeoutMs = ANSWER_MS): Promise<Result> {
    const sent = body === undefined ? {} : { body: jsonBody(body) };
    return parse<Result>(await exchange({ method, path, timeoutMs, ...sent }));
  }

  const part = encodeURIComponent;
  return {
    health: (timeoutMs) => call("GET", "health", undefined, timeoutMs),
    status: () => call("GET", "status"),
    async reset() {
      await call("POST", "reset");
    },
    async shutdown() {
      await call("POST", "shutdown", undefined, SHUTDOWN_ANSWER_MS);
    },
    saveSnapshot: () => exchange({ method: "GET", path: "snapshot", timeoutMs: SNAPSHOT_MS }),
    async loadSnapshot(file) {
      const body = { type: "application/octet-stream", bytes: file };
      await exchange({ method: "PUT", path: "snapshot", timeoutMs: SNAPSHOT_MS, body });
    },
    calls: async (limit) => (await call<{ calls: RecordedCall[] }>("GET", `calls?limit=${limit}`)).calls,
    async *followCalls(limit, signal) {
      const response = await open({ method: "GET", path: `calls?follow=true&limit=${limit}`, signal });
      let broken: unknown;
      response.on("error", (error) => {
        broken = error;
      });
      for await (const line of createInterface({ input: response })) yield JSON.parse(line) as RecordedCall;
      if (broken !== undefined && !signal.aborted) throw lostBackend(apiPort, broken);
    },
    endpoints: {
      list: async () => (await call<{ endpoints: LocalEndpoint[] }>("GET", "endpoints")).endpoints,
      ensure: (specification) => call("PUT", "endpoints", specification),
      async remove(id) {
        await call("DELETE", `endpoints/${part(id)}`);
      },
      stop: (id, leaseMs) => call("POST", `endpoints/${part(id)}/stop`, { leaseMs }),
      start: (id) => call("POST", `endpoints/${part(id)}/start`),
    },
    instances: {
      list: async () => (await call<{ instances: InstanceSummary[] }>("GET", "instances")).instances,
      ensure: (specification) => call("PUT", "instances", specification),
      async remove(instanceId) {
        await call("DELETE", `instances/${part(instanceId)}`);
      },
    },
  };
}

function jsonBody(value: unknown) {
  return { type: "application/json", bytes: Buffer.from(JSON.stringify(value)) };
}
