/** What the control endpoint does, route by route. docs/reference/control-endpoint.md describes each; a test holds the two together. */

import type { ServerResponse } from "node:http";
import type { EndpointControl, EndpointSpecification } from "../backend/backend.ts";
import { Failure } from "../errors.ts";
import { type CallLog, REMEMBERED_CALLS } from "./control-calls.ts";
import type { InstanceControl, InstanceSpecification } from "./services/ec2/instance-control.ts";
import type { KmsKeyControl } from "./services/route53/kms-keys.ts";
import type { LocalStatus } from "./status.ts";

export const CONTROL_PREFIX = "/_r53kit/";

export interface ControlActions {
  status(): Promise<LocalStatus>;
  readonly endpoints: EndpointControl;
  readonly instances: InstanceControl;
  readonly kmsKeys: KmsKeyControl;
  readonly calls: CallLog;
  reset(): Promise<void>;
  saveSnapshot(): Promise<Uint8Array>;
  /** Throws a Failure, with everything as it was, when it cannot be loaded. */
  loadSnapshot(file: Uint8Array): Promise<void>;
  /** Called after the answer has been sent. */
  shutdown(): void;
}

/** A request as its route sees it. */
export interface ControlRequest {
  /** The part of the path that stands for `{id}`, decoded. */
  readonly id: string;
  readonly query: URLSearchParams;
  /** Throws a Failure when it is too large, or no JSON. */
  json(): Promise<unknown>;
  bytes(): Promise<Uint8Array>;
}

export type ControlAnswer =
  | { readonly kind: "json"; readonly status: number; readonly body: unknown; readonly afterwards?: () => void }
  | { readonly kind: "file"; readonly type: string; readonly bytes: Uint8Array }
  /** Lines of JSON; `write` begins when the headers are set and goes on until it ends the response. */
  | { readonly kind: "stream"; readonly write: (response: ServerResponse) => void };

export interface ControlRoute {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below {@link CONTROL_PREFIX}; `{id}` stands for one part. */
  readonly path: string;
  run(request: ControlRequest, actions: ControlActions): Promise<ControlAnswer>;
}

export const SNAPSHOT_TYPE = "application/vnd.r53kit.snapshot";

export function controlFailure(code: string, message: string, next?: string): Failure {
  return new Failure({ kind: "usage", code, message, next });
}

function json(body: unknown, status = 200): ControlAnswer {
  return { kind: "json", status, body };
}

function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

function limitOf(query: URLSearchParams, fallback: number): number {
  const text = query.get("limit");
  if (text === null) return fallback;
  if (/^\d{1,4}$/.test(text) && Number(text) <= REMEMBERED_CALLS) return Number(text);
  throw controlFailure("control.limit", `limit=${text} is not a number from 0 to ${REMEMBERED_CALLS}`);
}

export const CONTROL_ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "health",
    run: async () => json({ ok: true, pid: process.pid }),
  },
  {
    method: "GET",
    path: "status",
    run: async (_request, actions) => json(await actions.status()),
  },
  {
    method: "POST",
    path: "reset",
    async run(_request, actions) {
      await actions.reset();
      return json({});
    },
  },
  {
    method: "GET",
    path: "snapshot",
    run: async (_request, actions) => ({ kind: "file", type: SNAPSHOT_TYPE, bytes: await actions.saveSnapshot() }),
  },
  {
    method: "PUT",
    path: "snapshot",
    async run(request, actions) {
      await actions.loadSnapshot(await request.bytes());
      return json({});
    },
  },
  {
    method: "GET",
    path: "calls",
    async run({ query }, { calls }) {
      const follow = query.get("follow");
      if (follow !== null && follow !== "true" && follow !== "false") {
        throw controlFailure("control.follow", `follow=${follow} is neither true nor false`);
      }
      const limit = limitOf(query, REMEMBERED_CALLS);
      if (follow !== "true") return json({ calls: calls.latest(limit) });
      return { kind: "stream", write: (response) => calls.follow(response, limit) };
    },
  },
  {
    method: "GET",
    path: "endpoints",
    run: async (_request, { endpoints }) => json({ endpoints: await endpoints.list() }),
  },
  {
    method: "PUT",
    path: "endpoints",
    async run(request, { endpoints }) {
      const body = await request.json();
      // The keeper judges the values.
      const wanted = { name: field(body, "name"), address: field(body, "address"), port: field(body, "port") };
      return json(await endpoints.ensure(wanted as EndpointSpecification));
    },
  },
  {
    method: "POST",
    path: "endpoints/{id}/stop",
    run: async (request, { endpoints }) =>
      json(await endpoints.stop(request.id, Number(field(await request.json(), "leaseMs")))),
  },
  {
    method: "POST",
    path: "endpoints/{id}/start",
    run: async ({ id }, { endpoints }) => json(await endpoints.start(id)),
  },
  {
    method: "DELETE",
    path: "endpoints/{id}",
    async run({ id }, { endpoints }) {
      await endpoints.remove(id);
      return json({});
    },
  },
  {
    method: "GET",
    path: "instances",
    run: async (_request, { instances }) => json({ instances: instances.list() }),
  },
  {
    method: "PUT",
    path: "instances",
    async run(request, { instances }) {
      const body = await request.json();
      const instanceId = field(body, "instanceId");
      const region = field(body, "region");
      // Judged over there, like an endpoint's.
      const wanted = {
        name: field(body, "name"),
        address: field(body, "address"),
        port: field(body, "port"),
        ...(instanceId === undefined ? {} : { instanceId }),
        ...(region === undefined ? {} : { region }),
      };
      return json(await instances.ensure(wanted as InstanceSpecification));
    },
  },
  {
    method: "DELETE",
    path: "instances/{id}",
    async run({ id }, { instances }) {
      await instances.remove(id);
      return json({});
    },
  },
  {
    method: "GET",
    path: "kms-keys",
    run: async (_request, { kmsKeys }) => json({ kmsKeys: kmsKeys.list() }),
  },
  {
    method: "PUT",
    path: "kms-keys",
    async run(request, { kmsKeys }) {
      const body = await request.json();
      const reachable = field(body, "reachable");
      if (typeof reachable !== "boolean") {
        throw controlFailure("kms.invalid", "'reachable' is neither true nor false");
      }
      return json(kmsKeys.setReachable(String(field(body, "arn")), reachable));
    },
  },
  {
    method: "POST",
    path: "shutdown",
    run: async (_request, actions) => ({
      kind: "json",
      status: 202,
      body: {},
      afterwards: () => actions.shutdown(),
    }),
  },
];

/** The route of a request, with what stands for `{id}`; undefined when there is none. Throws URIError. */
export function findRoute(method: string, path: string): { route: ControlRoute; id: string } | undefined {
  const parts = path.split("/");
  for (const route of CONTROL_ROUTES) {
    const wanted = route.path.split("/");
    if (route.method !== method || wanted.length !== parts.length) continue;
    if (!wanted.every((part, index) => part === "{id}" || part === parts[index])) continue;
    return { route, id: decodeURIComponent(parts[wanted.indexOf("{id}")] ?? "") };
  }
  return undefined;
}
