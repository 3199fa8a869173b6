/** The ec2Query protocol (EC2 alone): like awsQuery, but lists are always flat, names come capitalised, and errors have a document of their own. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { AwsError, MalformedRequestError } from "./aws-error.ts";
import { type AwsQuerySettings, numbered, type Parameter, parametersOf, treeOf } from "./aws-query.ts";
import { InputPath } from "./input-path.ts";
import { type Operation, requiredMembersOf, structureWithTexts, UNIT } from "./operation.ts";
import type { Protocol } from "./protocol.ts";
import type { WireResponse } from "./request.ts";
import { readScalar, TIMESTAMP } from "./scalars.ts";
import { escapeXml, writeXml } from "./xml-output.ts";

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What every request may have beside the operation's members: the envelope, and signatures of old. */
const ENVELOPE =
  /^(Action|Version|AWSAccessKeyId|SecurityToken|Signature|SignatureMethod|SignatureVersion|Timestamp|Expires|X-Amz-.*)$/;

/** The name in a request (Smithy, "aws.protocols#ec2Query protocol": Query key resolution). */
function keyOf(member: NormalizedSchema, fallback: string): string {
  const { ec2QueryName, xmlName } = member.getMergedTraits();
  if (typeof ec2QueryName === "string") return ec2QueryName;
  const name = typeof xmlName === "string" ? xmlName : fallback;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function unknownParameter(name: string): AwsError {
  return new AwsError({ code: "UnknownParameter", message: `The parameter ${name} is not recognized` });
}

function readStructure(schema: NormalizedSchema, node: Parameter, path: InputPath, at: string) {
  const value: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [name, member] of schema.structIterator()) {
    const key = keyOf(member, name);
    known.add(key);
    const child = node.children.get(key);
    if (child === undefined) continue;
    path.enter(name);
    value[name] = readParameter(member, child, path, `${at}${key}.`);
    path.leave();
  }
  for (const key of node.children.keys()) {
    if (!known.has(key) && !(at === "" && ENVELOPE.test(key))) throw unknownParameter(`${at}${key}`);
  }
  return value;
}

/** Reads what is below one parameter; `at` is its name as sent, with a dot behind it. */
function readParameter(schema: NormalizedSchema, node: Parameter, path: InputPath, at: string): unknown {
  if (schema.isStructSchema()) return readStructure(schema, node, path, at);
  if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const items = numbered(node);
    // A list by itself (`Filter=x`) is none, and neither is one whose items have names.
    if (items.length === 0 || items.length < node.children.size) throw unknownParameter(at.slice(0, -1));
    return items.map((one, index) => {
      path.enterItem(index);
      const read = readParameter(item, one, path, `${at}${index + 1}.`);
      path.leave();
      return read;
    });
  }
  if (node.text === undefined) throw new MalformedRequestError(`'${path}' is not a structure`);
  return readScalar(schema, node.text, TIMESTAMP.dateTime, path);
}

/** Errors Common to EC2, "MissingParameter": it names the parameter as sent, one at a time. */
function requireMembers(input: NormalizedSchema, value: Readonly<Record<string, unknown>>): void {
  const required = requiredMembersOf(input);
  for (const [name, member] of input.structIterator()) {
    if (!required.has(name) || value[name] !== undefined) continue;
    throw new AwsError({
      code: "MissingParameter",
      message: `The request must contain the parameter ${keyOf(member, name)}`,
    });
  }
}

/** `<NameResponse><requestId/>...</NameResponse>`; an operation without output says `<return>true</return>`. */
function envelopeOf({ name, output }: Operation): NormalizedSchema {
  const texts = output.isStructSchema() ? ["requestId"] : ["requestId", "return"];
  return structureWithTexts(`${name}Response`, texts, output);
}

/**
 * An operation whose schema was not loaded is one without a handler, so that the answer is "not implemented" and names it:
 * EC2 has hundreds.
 */
function unloaded(name: string): Operation {
  return { name, input: UNIT, output: UNIT, http: undefined };
}

export function ec2Query({ version, namespace }: AwsQuerySettings): Protocol {
  return (operations) => ({
    match(request) {
      const parameters = parametersOf(request);
      const action = parameters.get("Action");
      if (action === null || parameters.get("Version") !== version) return undefined;
      if (!/^[A-Z][A-Za-z0-9]{1,99}$/.test(action)) return { kind: "unknown", what: action };
      return { kind: "operation", operation: operations.get(action) ?? unloaded(action), labels: {} };
    },
    read(request, { operation }) {
      if (!operation.input.isStructSchema()) return {};
      const value = readStructure(operation.input, treeOf(parametersOf(request)), new InputPath(), "");
      requireMembers(operation.input, value);
      return value;
    },
    write(operation, output, requestId): WireResponse {
      return {
        status: 200,
        headers: { "Content-Type": "text/xml;charset=UTF-8", "x-amzn-RequestId": requestId },
        body: DECLARATION + writeXml(envelopeOf(operation), { requestId, return: "true", ...output }, namespace),
      };
    },
    /** Amazon EC2 API Reference, "Error codes for the Amazon EC2 API": the format of an error response. */
    writeError(error, requestId): WireResponse {
      const detail = `<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
      return {
        status: error.httpStatus,
        headers: { "Content-Type": "text/xml;charset=UTF-8", "x-amzn-RequestId": requestId },
        body: `${DECLARATION}<Response><Errors>${detail}</Errors><RequestID>${escapeXml(requestId)}</RequestID></Response>`,
      };
    },
  });
}
