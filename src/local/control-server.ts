/**
 * The control endpoint under `/_r53kit/` of the API port: JSON over HTTP, for what no AWS API has (status, endpoints, reset,
 * shutdown). docs/guide/local-backend.md describes it.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { EndpointControl, EndpointSpecification } from "../backend/backend.ts";
import { Failure, type FailureKind } from "../errors.ts";
import { refusalOf } from "./protocol/guard.ts";
import type { LocalStatus } from "./status.ts";

export const CONTROL_PREFIX = "/_r53kit/";

const LARGEST_BODY_BYTES = 64 * 1024;

/** What goes over the wire of a {@link Failure}. */
export interface ControlError {
  readonly error: {
    readonly kind: FailureKind;
    readonly code: string;
    readonly message: string;
    readonly next?: string;
  };
}

export interface ControlActions {
  status(): Promise<LocalStatus>;
  readonly endpoints: EndpointControl;
  reset(): Promise<void>;
  /** Called after the answer has been sent. */
  shutdown(): void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly afterwards?: () => void;
}

function failure(code: string, message: string, next?: string): Failure {
  return new Failure({ kind: "usage", code, message, next });
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw failure("control.too-large", "The request body is too large");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw failure("control.malformed", "The request body is not JSON");
  }
}

function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

/** What was asked, as `METHOD path` below the prefix, with the id of an endpoint taken out. */
async function route(request: IncomingMessage, path: string, actions: ControlActions): Promise<Answer> {
  const { endpoints } = actions;
  const [resource = "", encodedId, verb] = path.split("/");
  const id = encodedId === undefined ? undefined : decodeURIComponent(encodedId);
  const what = [request.method, resource, id === undefined ? undefined : "ID", verb]
    .filter((part) => part !== undefined)
    .join(" ");
  switch (what) {
    case "GET health":
      return { status: 200, body: { ok: true, pid: process.pid } };
    case "GET status":
      return { status: 200, body: await actions.status() };
    case "GET endpoints":
      return { status: 200, body: { endpoints: await endpoints.list() } };
    case "PUT endpoints": {
      const body = await readJson(request);
      // The keeper judges the values.
      const wanted = { name: field(body, "name"), address: field(body, "address"), port: field(body, "port") };
      return { status: 200, body: await endpoints.ensure(wanted as EndpointSpecification) };
    }
    case "DELETE endpoints ID":
      await endpoints.remove(id as string);
      return { status: 200, body: {} };
    case "POST endpoints ID stop":
      return {
        status: 200,
        body: await endpoints.stop(id as string, Number(field(await readJson(request), "leaseMs"))),
      };
    case "POST endpoints ID start":
      return { status: 200, body: await endpoints.start(id as string) };
    case "POST reset":
      await actions.reset();
      return { status: 200, body: {} };
    case "POST shutdown":
      return { status: 202, body: {}, afterwards: () => actions.shutdown() };
    default:
      return {
        status: 404,
        body: wireError(failure("control.unknown", `There is nothing at ${request.method} ${CONTROL_PREFIX}${path}`)),
      };
  }
}

function wireError({ kind, code, message, next }: Failure): ControlError {
  return { error: { kind, code, message, ...(next === undefined ? {} : { next }) } };
}

function statusOf(problem: Failure): number {
  if (problem.code === "endpoint.unknown") return 404;
  return problem.kind === "usage" ? 400 : 409;
}

/** Answers one request whose path begins with {@link CONTROL_PREFIX}; never throws. */
export async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  actions: ControlActions,
): Promise<void> {
  let answer: Answer;
  try {
    const refusal = refusalOf(request.headers);
    answer =
      refusal === undefined
        ? await route(
            request,
            new URL(request.url ?? "/", "http://local").pathname.slice(CONTROL_PREFIX.length),
            actions,
          )
        : { status: 403, body: wireError(failure("control.refused", refusal)) };
  } catch (error) {
    const problem =
      error instanceof Failure
        ? error
        : failure(
            error instanceof URIError || (error instanceof TypeError && "input" in error)
              ? "control.malformed"
              : "control.defect",
            error instanceof Error ? error.message : String(error),
          );
    answer = { status: problem.code === "control.defect" ? 500 : statusOf(problem), body: wireError(problem) };
  }
  if (response.destroyed) return;
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
    // A body that was not read must not be taken for the next request.
    ...(request.complete ? {} : { Connection: "close" }),
  });
  response.end(text, () => answer.afterwards?.());
}
