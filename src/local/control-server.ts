/** The HTTP side of the control endpoint under `/_r53kit/` of the API port: for what no AWS API has. The routes are in control-routes.ts. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { Failure, type FailureKind, type SourcePlace } from "../errors.ts";
import {
  CONTROL_PREFIX,
  type ControlActions,
  type ControlAnswer,
  type ControlRequest,
  controlFailure,
  findRoute,
} from "./control-routes.ts";
import { refusalOf } from "./protocol/guard.ts";

const LARGEST_JSON_BYTES = 64 * 1024;
/** Of a compressed snapshot. */
const LARGEST_FILE_BYTES = 512 * 1024 * 1024;

/** What goes over the wire of a {@link Failure}. */
export interface ControlError {
  readonly error: {
    readonly kind: FailureKind;
    readonly code: string;
    readonly message: string;
    readonly where?: SourcePlace;
    readonly next?: string;
  };
}

async function readBytes(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw controlFailure("control.too-large", "The request body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = (await readBytes(request, LARGEST_JSON_BYTES)).toString("utf8");
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw controlFailure("control.malformed", "The request body is not JSON");
  }
}

function wireError({ kind, code, message, next }: Failure): ControlError {
  return { error: { kind, code, message, ...(next === undefined ? {} : { next }) } };
}

/** By the failure's code where HTTP has a status for it. */
const STATUSES: Readonly<Record<string, number>> = {
  "control.refused": 403,
  "control.unknown": 404,
  "endpoint.unknown": 404,
  "instance.unknown": 404,
  "control.too-large": 413,
  "control.defect": 500,
};

function failed(problem: Failure): ControlAnswer {
  const status = STATUSES[problem.code] ?? (problem.kind === "usage" ? 400 : 409);
  return { kind: "json", status, body: wireError(problem) };
}

/** Whatever was thrown, as what the client is told. */
function problemOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isUrl = error instanceof URIError || (error instanceof TypeError && "input" in error);
  return controlFailure(isUrl ? "control.malformed" : "control.defect", message);
}

async function answerOf(incoming: IncomingMessage, actions: ControlActions): Promise<ControlAnswer> {
  try {
    const refusal = refusalOf(incoming.headers);
    if (refusal !== undefined) throw controlFailure("control.refused", refusal);
    const url = new URL(incoming.url ?? "/", "http://local");
    const path = url.pathname.slice(CONTROL_PREFIX.length);
    const found = findRoute(incoming.method ?? "GET", path);
    if (found === undefined) {
      throw controlFailure("control.unknown", `There is nothing at ${incoming.method} ${CONTROL_PREFIX}${path}`);
    }
    const request: ControlRequest = {
      id: found.id,
      query: url.searchParams,
      json: () => readJson(incoming),
      bytes: () => readBytes(incoming, LARGEST_FILE_BYTES),
    };
    return await found.route.run(request, actions);
  } catch (error) {
    return failed(problemOf(error));
  }
}

/** Answers one request whose path begins with {@link CONTROL_PREFIX}; never throws. */
export async function handleControl(
  request: IncomingMessage,
  response: ServerResponse,
  actions: ControlActions,
): Promise<void> {
  const answer = await answerOf(request, actions);
  if (response.destroyed) return;
  const headers = {
    "Cache-Control": "no-store",
    // A body that was not read must not be taken for the next request.
    ...(request.complete ? {} : { Connection: "close" }),
  };
  if (answer.kind === "stream") {
    response.writeHead(200, { ...headers, "Content-Type": "application/x-ndjson" });
    answer.write(response);
    return;
  }
  const isJson = answer.kind === "json";
  const body = isJson ? Buffer.from(JSON.stringify(answer.body)) : answer.bytes;
  response.writeHead(isJson ? answer.status : 200, {
    ...headers,
    "Content-Type": isJson ? "application/json" : answer.type,
    "Content-Length": body.byteLength,
  });
  response.end(body, () => {
    if (isJson) answer.afterwards?.();
  });
}
