/**
 * Reads the runtime schemas that an SDK client module exports (`CreateHostedZone$`, `NoSuchHostedZone$`, ...) into the
 * operations and errors of a service. The only file that knows how the SDK lays its schemas out as arrays.
 */

import { NormalizedSchema } from "@smithy/core/schema";

/** Where an operation of a REST protocol lives. */
export interface HttpBinding {
  readonly method: string;
  /** e.g. `/2013-04-01/hostedzone/{HostedZoneId}/rrset` */
  readonly uri: string;
  /** Of a successful answer. */
  readonly status: number;
}

export interface Operation {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** Undefined in protocols that name the operation elsewhere (awsJson, awsQuery). */
  readonly http: HttpBinding | undefined;
}

export interface ErrorShape {
  readonly name: string;
  /** What goes on the wire; differs from the name only where the model says so. */
  readonly code: string;
  readonly httpStatus: number;
  readonly schema: NormalizedSchema;
}

const STRUCTURE = 3;
const OPERATION = 9;
const ERROR = -3;

/** Thrown when an SDK's exports are not what this server is built on, e.g. after an upgrade. */
export class SdkSchemaError extends Error {
  override readonly name = "SdkSchemaError";
}

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

function schemasOf(sdk: object, id: number): [name: string, schema: readonly unknown[]][] {
  const found: [string, readonly unknown[]][] = [];
  for (const [key, value] of Object.entries(sdk)) {
    if (key.endsWith("$") && Array.isArray(value) && value[0] === id) found.push([key.slice(0, -1), value]);
  }
  return found;
}

function traitsOf(schema: readonly unknown[]): Readonly<Record<string, unknown>> {
  const traits = schema[3];
  return typeof traits === "object" && traits !== null ? (traits as Record<string, unknown>) : {};
}

function httpOf(name: string, trait: unknown): HttpBinding | undefined {
  if (trait === undefined) return undefined;
  if (Array.isArray(trait)) {
    const [method, uri, status] = trait as unknown[];
    if (typeof method === "string" && typeof uri === "string" && typeof status === "number")
      return { method, uri, status };
  }
  throw new SdkSchemaError(`the http trait of ${name} is not [method, uri, status]`);
}

/** The operations an SDK module describes, by name. Throws {@link SdkSchemaError} when there is none. */
export function operationsOf(sdk: object): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [name, schema] of schemasOf(sdk, OPERATION)) {
    if (schema[2] !== name || schema.length < 6) throw new SdkSchemaError(`the schema of operation ${name} has moved`);
    operations.set(name, {
      name,
      input: NormalizedSchema.of(schema[4] as SchemaRef),
      output: NormalizedSchema.of(schema[5] as SchemaRef),
      http: httpOf(name, traitsOf(schema).http),
    });
  }
  if (operations.size === 0) throw new SdkSchemaError("the module exports no operation schemas");
  return operations;
}

/** The errors an SDK module describes, by name. */
export function errorShapesOf(sdk: object): ReadonlyMap<string, ErrorShape> {
  const shapes = new Map<string, ErrorShape>();
  for (const [name, schema] of schemasOf(sdk, ERROR)) {
    const traits = traitsOf(schema);
    const queryError = traits.awsQueryError;
    const [code, queryStatus] = Array.isArray(queryError) ? (queryError as unknown[]) : [];
    const status = traits.httpError ?? queryStatus ?? (traits.error === "server" ? 500 : 400);
    shapes.set(name, {
      name,
      code: typeof code === "string" ? code : name,
      httpStatus: typeof status === "number" ? status : 400,
      schema: NormalizedSchema.of(schema as unknown as SchemaRef),
    });
  }
  return shapes;
}

const requiredOfSchema = new WeakMap<object, ReadonlySet<string>>();

/** The names of the members that a structure must have; the runtime schema only counts them, they come first. */
export function requiredMembersOf(structure: NormalizedSchema): ReadonlySet<string> {
  const raw = structure.getSchema() as unknown as readonly unknown[];
  const known = requiredOfSchema.get(raw);
  if (known !== undefined) return known;
  // A union's seventh element, if any, is no count.
  const count = raw[0] === STRUCTURE && typeof raw[6] === "number" ? raw[6] : 0;
  const required = new Set((raw[4] as string[]).slice(0, count));
  requiredOfSchema.set(raw, required);
  return required;
}

/** The same structure with only some of its members, e.g. those that travel in the body. */
export function structureWith(
  structure: NormalizedSchema,
  keep: (member: NormalizedSchema) => boolean,
): NormalizedSchema {
  const raw = structure.getSchema() as unknown as readonly unknown[];
  const names: string[] = [];
  const schemas: unknown[] = [];
  for (const [name, member] of structure.structIterator()) {
    if (!keep(member)) continue;
    names.push(name);
    schemas.push((raw[5] as unknown[])[(raw[4] as string[]).indexOf(name)]);
  }
  return NormalizedSchema.of([raw[0], raw[1], raw[2], raw[3], names, schemas] as unknown as SchemaRef);
}

/** A structure made up here, of text members and of structures that the model has. */
export function structureOf(
  name: string,
  members: Readonly<Record<string, NormalizedSchema | "text">>,
): NormalizedSchema {
  const schemas = Object.values(members).map((member) => (member === "text" ? 0 : member.getSchema()));
  return NormalizedSchema.of([STRUCTURE, "r53kit", name, 0, Object.keys(members), schemas] as unknown as SchemaRef);
}

/** No input or no output. */
export const UNIT: NormalizedSchema = NormalizedSchema.of("unit" as SchemaRef);

/** A structure made up here: text members, then the members of one that the model has, if it is one, as they are on the wire. */
export function structureWithTexts(name: string, texts: readonly string[], rest: NormalizedSchema): NormalizedSchema {
  const raw = rest.isStructSchema() ? (rest.getSchema() as unknown as readonly unknown[]) : [];
  const names = [...texts, ...((raw[4] as string[] | undefined) ?? [])];
  const schemas = [...texts.map(() => 0), ...((raw[5] as unknown[] | undefined) ?? [])];
  return NormalizedSchema.of([STRUCTURE, "r53kit", name, 0, names, schemas] as unknown as SchemaRef);
}
