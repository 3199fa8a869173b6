/** The model's constraints on an input, in AWS's words: `1 validation error detected: Value null at 'name' failed to ...`. */

import type { NormalizedSchema } from "@smithy/core/schema";
import { MalformedRequestError } from "./aws-error.ts";
import type { ModelConstraints, ScalarConstraints, ShapeConstraints } from "./constraints/model.ts";
import { type Rule, rulesOf } from "./constraints/rules.ts";
import { InputPath } from "./input-path.ts";
import { type Operation, requiredMembersOf } from "./operation.ts";

/** An answer names no more than these, so that a small request cannot ask for a huge one. */
const MAX_VIOLATIONS = 100;
const MAX_SHOWN_CHARACTERS = 4096;

/** The message AWS makes of the violations, or undefined when there is none. */
export function validationMessage(violations: readonly string[]): string | undefined {
  if (violations.length === 0) return undefined;
  const count = violations.length === 1 ? "1 validation error" : `${violations.length} validation errors`;
  return `${count} detected: ${violations.join("; ")}`;
}

/** A value as Java prints it: `[a, b]`, `{key=value}`. */
function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (typeof value !== "object" || value === null || value instanceof Date) return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return `{${Object.entries(value)
    .map(([key, one]) => `${key}=${printed(one)}`)
    .join(", ")}}`;
}

class Violations {
  readonly sentences: string[] = [];

  get full(): boolean {
    return this.sentences.length >= MAX_VIOLATIONS;
  }

  addNull(path: InputPath): void {
    this.#add(`Value null at '${path}' failed to satisfy constraint: Member must not be null`);
  }

  add(value: unknown, path: InputPath, rule: string, sensitive = false): void {
    const whole = sensitive ? "" : printed(value);
    const shown = whole.length > MAX_SHOWN_CHARACTERS ? `${whole.slice(0, MAX_SHOWN_CHARACTERS)}...` : whole;
    this.#add(`Value${sensitive ? "" : ` '${shown}'`} at '${path}' failed to satisfy constraint: ${rule}`);
  }

  #add(sentence: string): void {
    if (!this.full) this.sentences.push(sentence);
  }
}

type Check = (value: unknown, path: InputPath, found: Violations) => void;

/** A value that has no parts. */
interface ScalarCheck {
  readonly rules: readonly Rule[];
  readonly sensitive: boolean;
  /** Throws {@link MalformedRequestError} for what cannot be the type at all. */
  readonly type: ((value: unknown, path: InputPath) => void) | undefined;
}

/** AWS reads integers into Java's int and long; what is none cannot be read, which is another error than a broken constraint. */
function integerType(bits: number): (value: unknown, path: InputPath) => void {
  const limit = 2 ** (bits - 1);
  return (value, path) => {
    if (typeof value !== "number" || (Number.isInteger(value) && value >= -limit && value < limit)) return;
    throw new MalformedRequestError(`'${value}' at '${path}' is not an integer of ${bits} bits`);
  };
}

function scalarCheckOf(constraints: ScalarConstraints): ScalarCheck {
  return {
    rules: rulesOf(constraints),
    sensitive: "sensitive" in constraints && constraints.sensitive === true,
    type: constraints.is === "integer" ? integerType(constraints.bits) : undefined,
  };
}

function isScalar(constraints: ShapeConstraints | undefined): constraints is ScalarConstraints {
  return constraints !== undefined && !["structure", "list", "map"].includes(constraints.is);
}

/** What holds for all items of a list, keys or values of a map; AWS says it once, with the whole list or map. */
function checkAll(
  { rules, type }: ScalarCheck,
  values: readonly unknown[],
  whole: unknown,
  whose: "Member" | "Map keys" | "Map value",
  path: InputPath,
  found: Violations,
  sensitive: boolean,
): void {
  if (type !== undefined) for (const value of values) type(value, path);
  if (values.every((value) => value === null || rules.every((rule) => rule.holds(value)))) return;
  const all = rules.map((rule) => rule.sentence).join(", ");
  found.add(whole, path, `${whose} must satisfy constraint: [${all}]`, sensitive);
}

function checkSize(
  { min, max }: { readonly min?: number; readonly max?: number },
  size: number,
  whole: unknown,
  path: InputPath,
  found: Violations,
  sensitive: boolean,
): void {
  if (max !== undefined && size > max)
    found.add(whole, path, `Member must have length less than or equal to ${max}`, sensitive);
  if (min !== undefined && size < min)
    found.add(whole, path, `Member must have length greater than or equal to ${min}`, sensitive);
}

/** Builds the checks of a service's inputs, each structure's once. */
class Compiler {
  readonly #model: ModelConstraints | undefined;
  readonly #structures = new Map<object, Check>();

  constructor(model: ModelConstraints | undefined) {
    this.#model = model;
  }

  #shape(name: string | undefined): ShapeConstraints | undefined {
    return name === undefined ? undefined : this.#model?.shapes[name];
  }

  /** `name` is the shape's in the model. Undefined when there is nothing to check. */
  compile(schema: NormalizedSchema, name: string | undefined): Check | undefined {
    if (schema.isStructSchema()) return this.#structure(schema, name);
    if (schema.isListSchema()) return this.#list(schema, name);
    if (schema.isMapSchema()) return this.#map(schema, name);
    const shape = this.#shape(name);
    if (!isScalar(shape)) return undefined;
    const { rules, type, sensitive } = scalarCheckOf(shape);
    // A pattern that is broken comes before a length that is, as CloudWatch Logs answers for an empty name.
    const ordered = rules.toReversed();
    return (value, path, found) => {
      type?.(value, path);
      for (const rule of ordered) if (!rule.holds(value)) found.add(value, path, rule.sentence, sensitive);
    };
  }

  #structure(schema: NormalizedSchema, name: string | undefined): Check {
    const raw = schema.getSchema() as object;
    const known = this.#structures.get(raw);
    if (known !== undefined) return known;
    const check = this.members(schema, name, []);
    // Before its members are compiled: structures may hold themselves.
    this.#structures.set(raw, check);
    return check;
  }

  /** The check of a structure; its members are compiled when it is first used. */
  members(schema: NormalizedSchema, name: string | undefined, reportedByShape: readonly string[]): Check {
    const shape = this.#shape(name);
    const shapeNames = shape?.is === "structure" ? shape.members : {};
    const compile = () => {
      const required = requiredMembersOf(schema);
      return [...schema.structIterator()]
        .map(([member, memberSchema]) => {
          const shapeName = shapeNames[member];
          return {
            member,
            reportedAs: shapeName !== undefined && reportedByShape.includes(shapeName) ? shapeName : member,
            required: required.has(member),
            check: this.compile(memberSchema, shapeName),
          };
        })
        .filter(({ required: needed, check }) => needed || check !== undefined);
    };
    let members: ReturnType<typeof compile> | undefined;
    return (value, path, found) => {
      members ??= compile();
      for (const { member, reportedAs, required, check } of members) {
        const given = (value as Readonly<Record<string, unknown>>)[member];
        if (given === undefined || given === null ? !required : check === undefined) continue;
        path.enter(reportedAs);
        if (given === undefined || given === null) found.addNull(path);
        else check?.(given, path, found);
        path.leave();
      }
    };
  }

  #list(schema: NormalizedSchema, name: string | undefined): Check {
    const shape = this.#shape(name);
    const limits = shape?.is === "list" ? shape : { is: "list" as const };
    const sensitive = limits.sensitive === true;
    const itemShape = this.#shape(limits.item);
    const scalar = isScalar(itemShape) ? scalarCheckOf(itemShape) : undefined;
    const check = scalar === undefined ? this.compile(schema.getValueSchema(), limits.item) : undefined;
    return (value, path, found) => {
      const items = value as readonly unknown[];
      checkSize(limits, items.length, items, path, found, sensitive);
      if (scalar !== undefined) checkAll(scalar, items, items, "Member", path, found, sensitive || scalar.sensitive);
      if (check === undefined) return;
      for (const [index, item] of items.entries()) {
        if (found.full) return;
        if (item === null || item === undefined) continue;
        path.enterItem(index);
        check(item, path, found);
        path.leave();
      }
    };
  }

  #map(schema: NormalizedSchema, name: string | undefined): Check {
    const shape = this.#shape(name);
    const limits = shape?.is === "map" ? shape : { is: "map" as const };
    const sensitive = limits.sensitive === true;
    const [keyShape, valueShape] = [this.#shape(limits.key), this.#shape(limits.value)];
    const keys = isScalar(keyShape) ? scalarCheckOf(keyShape) : undefined;
    const values = isScalar(valueShape) ? scalarCheckOf(valueShape) : undefined;
    const check = values === undefined ? this.compile(schema.getValueSchema(), limits.value) : undefined;
    return (value, path, found) => {
      const entries = Object.entries(value as object);
      checkSize(limits, entries.length, value, path, found, sensitive);
      const hidden = sensitive || keys?.sensitive === true || values?.sensitive === true;
      if (keys !== undefined) checkAll(keys, Object.keys(value as object), value, "Map keys", path, found, hidden);
      if (values !== undefined)
        checkAll(values, Object.values(value as object), value, "Map value", path, found, hidden);
      if (check === undefined) return;
      for (const [key, one] of entries) {
        if (found.full) return;
        if (one === null || one === undefined) continue;
        path.enterValue(key);
        check(one, path, found);
        path.leave();
      }
    };
  }
}

/**
 * Checks an input that was read: the sentences of what it breaks, one per constraint, in the order of the model; empty when
 * it may be handled. Throws {@link MalformedRequestError} for a number that is no integer where one must be.
 */
export type InputCheck = (input: Readonly<Record<string, unknown>>) => readonly string[];

/** The checks of a service's operations. Without a model only what the SDK's schemas know: the required members. */
export function inputChecksOf(model: ModelConstraints | undefined): (operation: Operation) => InputCheck {
  const compiler = new Compiler(model);
  const checks = new Map<string, InputCheck>();
  return ({ name, input }) => {
    const known = checks.get(name);
    if (known !== undefined) return known;
    const root = input.isStructSchema()
      ? compiler.members(input, model?.operations[name], model?.reportedByShape ?? [])
      : undefined;
    const check: InputCheck = (value) => {
      const found = new Violations();
      root?.(value, new InputPath(), found);
      return found.sentences;
    };
    checks.set(name, check);
    return check;
  };
}
