/** An XML element to the value a schema asks for, strictly: what the shape does not have, or has once, is refused. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import { InputPath } from "./input-path.ts";
import { readScalar, TIMESTAMP } from "./scalars.ts";
import type { XmlElement } from "./xml-document.ts";

interface Member {
  readonly name: string;
  readonly schema: NormalizedSchema;
  readonly wireName: string;
  readonly attribute: boolean;
  /** Its items or entries stand directly in the parent. */
  readonly flattened: boolean;
}

function xmlNameOf(member: NormalizedSchema, fallback: string): string {
  const name = member.getMergedTraits().xmlName;
  return typeof name === "string" ? name : fallback;
}

interface Members {
  /** By their names on the wire. */
  readonly byName: ReadonlyMap<string, Member>;
  readonly attributes: readonly Member[];
}

/** By the raw schema: the normalised ones around it come and go. */
const membersOfSchema = new WeakMap<object, Members>();

function membersOf(schema: NormalizedSchema): Members {
  const raw = schema.getSchema() as object;
  const known = membersOfSchema.get(raw);
  if (known !== undefined) return known;
  const byName = new Map<string, Member>();
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    const wireName = xmlNameOf(member, name);
    byName.set(wireName, {
      name,
      schema: member,
      wireName,
      attribute: traits.xmlAttribute !== undefined,
      flattened: traits.xmlFlattened !== undefined,
    });
  }
  const members = { byName, attributes: [...byName.values()].filter(({ attribute }) => attribute) };
  membersOfSchema.set(raw, members);
  return members;
}

class XmlReader {
  readonly #path = new InputPath();

  #at(element: XmlElement): string {
    return this.#path.atTop ? element.name : this.#path.toString();
  }

  #noText(element: XmlElement): void {
    if (element.text !== "" && element.text.trim() !== "") {
      throw new MalformedRequestError(`text is not allowed at '${this.#at(element)}'`);
    }
  }

  #unexpected(child: XmlElement, parent: XmlElement): MalformedRequestError {
    return new MalformedRequestError(`element '${child.name}' is not expected at '${this.#at(parent)}'`);
  }

  #list(schema: NormalizedSchema, elements: readonly XmlElement[]): unknown[] {
    const item = schema.getValueSchema();
    return elements.map((element, index) => {
      this.#path.enterItem(index);
      const value = this.read(item, element);
      this.#path.leave();
      return value;
    });
  }

  #map(schema: NormalizedSchema, entries: readonly XmlElement[]): Record<string, unknown> {
    const value = schema.getValueSchema();
    const keyName = xmlNameOf(schema.getKeySchema(), "key");
    const valueName = xmlNameOf(value, "value");
    return Object.fromEntries(
      entries.map((entry) => {
        const at = entry.children.find((child) => child.name === keyName);
        const to = entry.children.find((child) => child.name === valueName);
        if (at === undefined || to === undefined) {
          throw new MalformedRequestError(`an entry of '${this.#path}' lacks its ${keyName} or ${valueName}`);
        }
        this.#path.enterValue(at.text);
        const read = this.read(value, to);
        this.#path.leave();
        return [at.text, read];
      }),
    );
  }

  #structure(schema: NormalizedSchema, element: XmlElement): Record<string, unknown> {
    this.#noText(element);
    const { byName, attributes } = membersOf(schema);
    const value: Record<string, unknown> = {};
    for (const child of element.children) {
      const member = byName.get(child.name);
      if (member === undefined || member.attribute) throw this.#unexpected(child, element);
      const { name, flattened } = member;
      this.#path.enter(name);
      if (Object.hasOwn(value, name)) {
        if (!flattened)
          throw new MalformedRequestError(`element '${child.name}' occurs more than once at '${this.#path}'`);
      } else if (flattened) {
        const all = element.children.filter((one) => one.name === child.name);
        value[name] = member.schema.isListSchema() ? this.#list(member.schema, all) : this.#map(member.schema, all);
      } else {
        value[name] = this.read(member.schema, child);
      }
      this.#path.leave();
    }
    for (const { name, schema: member, wireName } of attributes) {
      const text = element.attributes[wireName];
      if (text !== undefined) value[name] = readScalar(member, text, TIMESTAMP.dateTime, name);
    }
    return value;
  }

  read(schema: NormalizedSchema, element: XmlElement): unknown {
    if (schema.isStructSchema()) return this.#structure(schema, element);
    if (schema.isListSchema()) {
      this.#noText(element);
      const itemName = xmlNameOf(schema.getValueSchema(), "member");
      const stranger = element.children.find((child) => child.name !== itemName);
      if (stranger !== undefined) throw this.#unexpected(stranger, element);
      return this.#list(schema, element.children);
    }
    if (schema.isMapSchema()) {
      this.#noText(element);
      return this.#map(schema, element.children);
    }
    const [child] = element.children;
    if (child !== undefined) throw this.#unexpected(child, element);
    return readScalar(schema, element.text, TIMESTAMP.dateTime, this.#path);
  }
}

/** Throws {@link MalformedRequestError}, naming the place by its path from the root. */
export function readXml(schema: NormalizedSchema, element: XmlElement): unknown {
  return new XmlReader().read(schema, element);
}
