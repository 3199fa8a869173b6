/** Values to XML by their schema, through the SDK's own serializer; and the XML error document. */

import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import type { AwsError } from "./aws-error.ts";
import { TIMESTAMP } from "./scalars.ts";

export const XML_DECLARATION = '<?xml version="1.0"?>\n';

/** XML 1.0 has no way to write these, not even as references; a text from a path label may hold them. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function writable(xml: string): string {
  return xml.search(UNWRITABLE) === -1 ? xml : xml.replace(UNWRITABLE, "\ufffd");
}

/** One element, without the XML declaration. `namespace` becomes its `xmlns`. */
export function writeXml(schema: NormalizedSchema, value: Record<string, unknown>, namespace: string): string {
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: TIMESTAMP.dateTime },
    xmlNamespace: namespace,
    serviceNamespace: "",
  });
  serializer.write(schema, value);
  return writable(String(serializer.flush()));
}

export function escapeXml(text: string): string {
  return writable(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Further members of an error's shape, as XML schemas know them; none when the error has none. */
function writeMembers({ schema, members }: AwsError): string {
  if (schema === undefined || Object.keys(members).length === 0) return "";
  // The shape's own element is not wanted: its members stand beside the message.
  return writeXml(schema, members, "").replace(/^<[^>]*>|<[^>]*>$/g, "");
}

/** The error document of restXml and awsQuery services (Route 53 API Reference, "REST responses"). */
export function writeXmlError(error: AwsError, requestId: string, namespace: string): string {
  return `${XML_DECLARATION}<ErrorResponse xmlns="${escapeXml(namespace)}"><Error><Type>${error.faultOf}</Type><Code>${escapeXml(
    error.code,
  )}</Code><Message>${escapeXml(error.message)}</Message>${writeMembers(error)}</Error><RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`;
}
