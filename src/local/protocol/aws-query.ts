/** The awsQuery protocol (STS, SNS, ...): the operation is the form parameter `Action`, the input is flat parameters, answers are XML. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import { InputPath } from "./input-path.ts";
import { type Operation, structureOf } from "./operation.ts";
import type { Protocol } from "./protocol.ts";
import { headerOf, type WireRequest, type WireResponse } from "./request.ts";
import { readScalar, TIMESTAMP } from "./scalars.ts";
import { utf8 } from "./text-body.ts";
import { writeXml, writeXmlError, XML_DECLARATION } from "./xml-output.ts";

export interface AwsQuerySettings {
  /** The `Version` parameter, e.g. `2011-06-15`. */
  readonly version: string;
  /** The `xmlns` of answers. */
  readonly namespace: string;
}

/** `A.member.1.B=x` as a tree by the dots. */
export interface Parameter {
  text: string | undefined;
  readonly children: Map<string, Parameter>;
}

const MAX_PARTS = 32;

export function treeOf(parameters: URLSearchParams): Parameter {
  const root: Parameter = { text: undefined, children: new Map() };
  for (const [name, text] of parameters) {
    const parts = name.split(".");
    if (parts.length > MAX_PARTS)
      throw new MalformedRequestError(`a parameter's name has more than ${MAX_PARTS} parts`);
    let node = root;
    for (const part of parts) {
      const known = node.children.get(part);
      const child: Parameter = known ?? { text: undefined, children: new Map() };
      if (known === undefined) node.children.set(part, child);
      node = child;
    }
    node.text = text;
  }
  return root;
}

function nameOf(member: NormalizedSchema, fallback: string): string {
  const name = member.getMergedTraits().xmlName;
  return typeof name === "string" ? name : fallback;
}

/** The children that are a list's items, in the order of their numbers. */
export function numbered(node: Parameter): Parameter[] {
  return [...node.children]
    .filter(([key]) => /^[1-9]\d{0,5}$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

/** Reads what is below one parameter; `path` stands at it. */
function readParameter(schema: NormalizedSchema, node: Parameter, path: InputPath): unknown {
  if (schema.isStructSchema()) {
    const value: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const child = node.children.get(nameOf(member, name));
      if (child === undefined) continue;
      path.enter(name);
      value[name] = readParameter(member, child, path);
      path.leave();
    }
    return value;
  }
  const flattened = schema.getMergedTraits().xmlFlattened !== undefined;
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const items = flattened ? node : node.children.get(nameOf(item, "member"));
    return (items === undefined ? [] : numbered(items)).map((one, index) => {
      path.enterItem(index);
      const read = readParameter(item, one, path);
      path.leave();
      return read;
    });
  }
  if (schema.isMapSchema()) {
    const [key, value] = [schema.getKeySchema(), schema.getValueSchema()];
    const entries = flattened ? node : node.children.get("entry");
    return Object.fromEntries(
      (entries === undefined ? [] : numbered(entries)).map((entry) => {
        const name = entry.children.get(nameOf(key, "key"))?.text;
        const child = entry.children.get(nameOf(value, "value"));
        if (name === undefined || child === undefined) {
          throw new MalformedRequestError(`an entry of '${path}' lacks its key or value`);
        }
        path.enterValue(name);
        const read = readParameter(value, child, path);
        path.leave();
        return [name, read];
      }),
    );
  }
  if (node.text === undefined) throw new MalformedRequestError(`'${path}' is not a structure`);
  return readScalar(schema, node.text, TIMESTAMP.dateTime, path);
}

/** Parameters come in the body of a POST or in the query; some clients use both. */
export function parametersOf(request: WireRequest): URLSearchParams {
  const form = headerOf(request.headers, "content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
  return form ? new URLSearchParams([...request.query, ...new URLSearchParams(utf8(request.body))]) : request.query;
}

const METADATA = structureOf("ResponseMetadata", { RequestId: "text" });

/** `<NameResponse><NameResult>...</NameResult><ResponseMetadata/></NameResponse>`; without the result where there is no output. */
function envelopeOf({ name, output }: Operation): NormalizedSchema {
  return structureOf(`${name}Response`, {
    ...(output.isStructSchema() ? { [`${name}Result`]: output } : {}),
    ResponseMetadata: METADATA,
  });
}

export function awsQuery({ version, namespace }: AwsQuerySettings): Protocol {
  return (operations) => ({
    match(request) {
      const parameters = parametersOf(request);
      const action = parameters.get("Action");
      if (action === null || parameters.get("Version") !== version) return undefined;
      const operation = operations.get(action);
      return operation === undefined ? { kind: "unknown", what: action } : { kind: "operation", operation, labels: {} };
    },
    read(request, { operation }) {
      const tree = treeOf(parametersOf(request));
      return operation.input.isStructSchema()
        ? (readParameter(operation.input, tree, new InputPath()) as Record<string, unknown>)
        : {};
    },
    write(operation, output, requestId): WireResponse {
      const value = { [`${operation.name}Result`]: output, ResponseMetadata: { RequestId: requestId } };
      return {
        status: 200,
        headers: { "Content-Type": "text/xml", "x-amzn-RequestId": requestId },
        body: XML_DECLARATION + writeXml(envelopeOf(operation), value, namespace),
      };
    },
    writeError(error, requestId): WireResponse {
      return {
        status: error.httpStatus,
        headers: { "Content-Type": "text/xml", "x-amzn-RequestId": requestId },
        body: writeXmlError(error, requestId, namespace),
      };
    },
  });
}
