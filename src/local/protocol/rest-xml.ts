/** The restXml protocol (Route 53, CloudFront, ...): the operation is in method and path, bodies are XML. */

import { MalformedRequestError } from "./aws-error.ts";
import { bodyOf, readBindings, writeBindings } from "./http-bindings.ts";
import { HttpRoutes } from "./http-routes.ts";
import type { Operation } from "./operation.ts";
import type { Protocol } from "./protocol.ts";
import type { WireRequest, WireResponse } from "./request.ts";
import { utf8 } from "./text-body.ts";
import { parseXml } from "./xml-document.ts";
import { readXml } from "./xml-input.ts";
import { writeXml, writeXmlError, XML_DECLARATION } from "./xml-output.ts";

export interface RestXmlSettings {
  /** The `xmlns` of requests and answers. */
  readonly namespace: string;
  /** The first segment of every path, e.g. `/2013-04-01/`; tells the service when nothing else does. */
  readonly pathPrefix: string;
  /** Resource types that ids may carry in front, as in `/hostedzone/Z123`; clients put such ids into paths as they are. */
  readonly idPrefixes?: readonly string[];
  /** Labels that are ids as they are; a prefix in one of these is the client's mistake. */
  readonly bareIdLabels?: readonly string[];
}

function readBody(operation: Operation, request: WireRequest): Record<string, unknown> {
  const { structure, payload, empty } = bodyOf(operation.input);
  if (payload !== undefined) {
    const [name, member] = payload;
    if (request.body.length === 0) return {};
    if (member.isStructSchema()) return { [name]: readXml(member, parseXml(utf8(request.body))) };
    return { [name]: member.isBlobSchema() ? new Uint8Array(request.body) : utf8(request.body) };
  }
  if (empty || request.body.length === 0) return {};
  const root = parseXml(utf8(request.body));
  const xmlName = operation.input.getMergedTraits().xmlName;
  const expected = typeof xmlName === "string" ? xmlName : operation.input.getName();
  if (root.name !== expected) {
    throw new MalformedRequestError(`element '${root.name}' is not expected; the root element is '${expected}'`);
  }
  return readXml(structure, root) as Record<string, unknown>;
}

function writeBody(operation: Operation, output: Record<string, unknown>, namespace: string): string | Uint8Array {
  if (!operation.output.isStructSchema()) return "";
  const { structure, payload } = bodyOf(operation.output);
  if (payload === undefined) return XML_DECLARATION + writeXml(structure, output, namespace);
  const [name, member] = payload;
  const value = output[name];
  if (value === undefined) return "";
  if (member.isStructSchema()) return XML_DECLARATION + writeXml(member, value as Record<string, unknown>, namespace);
  return value instanceof Uint8Array ? value : String(value);
}

export function restXml(settings: RestXmlSettings): Protocol {
  const { namespace, pathPrefix } = settings;
  const prefixes = (settings.idPrefixes ?? []).join("|");
  const inPath = new RegExp(`//(?:${prefixes})/`);
  const bare = new Set(settings.bareIdLabels ?? []);
  const inLabel = new RegExp(`^/?(?:${prefixes})/`);

  return (operations) => {
    const routes = new HttpRoutes(operations.values());
    return {
      match(request) {
        if (!request.path.startsWith(pathPrefix)) return undefined;
        const path = prefixes === "" ? request.path : request.path.replace(inPath, "/");
        const found = routes.find(request.method, path, request.query);
        if (found === undefined) return { kind: "unknown", what: `${request.method} ${request.path}` };
        if (prefixes === "") return { kind: "operation", ...found };
        const labels = Object.fromEntries(
          Object.entries(found.labels).map(([name, label]) => [
            name,
            bare.has(name) ? label : label.replace(inLabel, ""),
          ]),
        );
        return { kind: "operation", operation: found.operation, labels };
      },
      read(request, { operation, labels }) {
        return { ...readBody(operation, request), ...readBindings(operation.input, request, labels) };
      },
      write(operation, output, requestId): WireResponse {
        const { status, headers } = writeBindings(operation, output);
        return {
          status,
          headers: { "Content-Type": "text/xml", "x-amzn-RequestId": requestId, ...headers },
          body: writeBody(operation, output, namespace),
        };
      },
      writeError(error, requestId): WireResponse {
        return {
          status: error.httpStatus,
          headers: { "Content-Type": "text/xml", "x-amzn-RequestId": requestId },
          body: writeXmlError(error, requestId, namespace),
        };
      },
    };
  };
}
