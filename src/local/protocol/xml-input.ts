/** An XML element to the value a schema asks for, strictly: what the shape does not have, or has once, is refused. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import { readScalar, TIMESTAMP } from "./scalars.ts";
import { itemPath, memberPath } from "./validation.ts";
import type { XmlElement } from "./xml-document.ts";

function xmlNameOf(member: NormalizedSchema, fallback: string): string {
  const name = member.getMergedTraits().xmlName;
  return typeof name === "string" ? name : fallback;
}

function noText(element: XmlElement, path: string): void {
  if (element.text.trim() !== "") throw new MalformedRequestError(`text is not allowed at '${path || element.name}'`);
}

function readList(schema: NormalizedSchema, elements: readonly XmlElement[], path: string): unknown[] {
  const item = schema.getValueSchema();
  return elements.map((element, index) => readXml(item, element, itemPath(path, index)));
}

function readMap(schema: NormalizedSchema, entries: readonly XmlElement[], path: string): Record<string, unknown> {
  const [key, value] = [schema.getKeySchema(), schema.getValueSchema()];
  const [keyName, valueName] = [xmlNameOf(key, "key"), xmlNameOf(value, "value")];
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.children.find((child) => child.name === keyName);
      const to = entry.children.find((child) => child.name === valueName);
      if (at === undefined || to === undefined)
        throw new MalformedRequestError(`an entry of '${path}' lacks its ${keyName} or ${valueName}`);
      return [at.text, readXml(value, to, `${path}.${at.text}`)];
    }),
  );
}

function readStructure(schema: NormalizedSchema, element: XmlElement, path: string): Record<string, unknown> {
  noText(element, path);
  const value: Record<string, unknown> = {};
  const byName = new Map<string, XmlElement[]>();
  for (const child of element.children) {
    const same = byName.get(child.name);
    if (same === undefined) byName.set(child.name, [child]);
    else same.push(child);
  }
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    const wireName = xmlNameOf(member, name);
    const at = memberPath(path, name);
    if (traits.xmlAttribute) {
      const attribute = element.attributes[wireName];
      if (attribute !== undefined) value[name] = readScalar(member, attribute, TIMESTAMP.dateTime, at);
      continue;
    }
    const found = byName.get(wireName);
    if (found === undefined) continue;
    byName.delete(wireName);
    if (traits.xmlFlattened && member.isListSchema()) {
      value[name] = readList(member, found, at);
    } else if (traits.xmlFlattened && member.isMapSchema()) {
      value[name] = readMap(member, found, at);
    } else {
      const [only, again] = found;
      if (again !== undefined)
        throw new MalformedRequestError(`element '${wireName}' occurs more than once at '${at}'`);
      if (only !== undefined) value[name] = readXml(member, only, at);
    }
  }
  for (const unknown of byName.keys()) {
    throw new MalformedRequestError(`element '${unknown}' is not expected at '${path || element.name}'`);
  }
  return value;
}

/** Throws {@link MalformedRequestError}, naming the place by its path from the root. */
export function readXml(schema: NormalizedSchema, element: XmlElement, path = ""): unknown {
  if (schema.isStructSchema()) return readStructure(schema, element, path);
  if (schema.isListSchema()) {
    noText(element, path);
    const itemName = xmlNameOf(schema.getValueSchema(), "member");
    const stranger = element.children.find((child) => child.name !== itemName);
    if (stranger !== undefined)
      throw new MalformedRequestError(`element '${stranger.name}' is not expected at '${path}'`);
    return readList(schema, element.children, path);
  }
  if (schema.isMapSchema()) {
    noText(element, path);
    return readMap(schema, element.children, path);
  }
  const [child] = element.children;
  if (child !== undefined) throw new MalformedRequestError(`element '${child.name}' is not expected at '${path}'`);
  return readScalar(schema, element.text, TIMESTAMP.dateTime, path);
}
