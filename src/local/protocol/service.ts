/** What a served AWS service is: the SDK module that describes it, its protocol, and a table of handlers in the SDK's own types. */

import { AwsError } from "./aws-error.ts";
import type { ModelConstraints } from "./constraints/model.ts";
import { errorShapesOf, type Operation, operationsOf } from "./operation.ts";
import type { BoundProtocol, Protocol } from "./protocol.ts";
import { type InputCheck, inputChecksOf } from "./validation.ts";

/** What a handler knows about the request besides its input. */
export interface RequestContext {
  /** The UUID that goes into `x-amzn-requestid`. */
  readonly requestId: string;
  /** From the signature's credential scope; `us-east-1` when the request is not signed. */
  readonly region: string;
  /** Twelve digits. Signatures are parsed, not verified: every caller is this account. */
  readonly account: string;
  /** Aborted when the client goes away before the answer is written. */
  readonly signal: AbortSignal;
}

/** As the SDK exports them: `CreateHostedZone$` is `[9, namespace, name, traits, input, output]`, an error begins with -3. */
type OperationSchema = readonly [9, ...unknown[]];
type ErrorSchema = readonly [-3, ...unknown[]];

/** The names of the operations that an SDK module (`import * as sdk from "@aws-sdk/client-..."`) describes. */
export type OperationName<Sdk> = {
  [Key in keyof Sdk & string]: Key extends `${infer Name}$` ? (Sdk[Key] extends OperationSchema ? Name : never) : never;
}[keyof Sdk & string];

/** The names of the errors that an SDK module describes. */
export type ErrorName<Sdk> = {
  [Key in keyof Sdk & string]: Key extends `${infer Name}$` ? (Sdk[Key] extends ErrorSchema ? Name : never) : never;
}[keyof Sdk & string];

/** The SDK types required members as `T | undefined`; the server has refused requests without them, so handlers see `T`. */
export type Given<Shape> = Shape extends Date | Uint8Array | string | number | boolean | bigint | undefined | null
  ? Shape
  : Shape extends readonly (infer Item)[]
    ? Given<Item>[]
    : Shape extends object
      ? {
          [Member in keyof Shape]: object extends Pick<Shape, Member>
            ? Given<Shape[Member]>
            : Given<Exclude<Shape[Member], undefined>>;
        }
      : Shape;

type CommandOf<Sdk, Name extends string> = `${Name}Command` extends keyof Sdk
  ? Sdk[`${Name}Command`] extends { prototype: infer Command }
    ? Command
    : never
  : never;

/** What the handler of an operation gets. */
export type InputOf<Sdk, Name extends string> =
  CommandOf<Sdk, Name> extends { readonly input: infer Input } ? Given<Input> : never;

/** What the handler of an operation returns. */
export type OutputOf<Sdk, Name extends string> =
  CommandOf<Sdk, Name> extends {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
  }
    ? Omit<Output, "$metadata">
    : never;

export type Handler<Sdk, Name extends string> = (
  input: InputOf<Sdk, Name>,
  context: RequestContext,
) => OutputOf<Sdk, Name> | Promise<OutputOf<Sdk, Name>>;

/**
 * The handlers of a service. Name the operations that it must have, and a missing one does not compile; leave `Names` out
 * for "every operation of the service".
 */
export type Handlers<Sdk, Names extends OperationName<Sdk> = OperationName<Sdk>> = {
  readonly [Name in Names]: Handler<Sdk, Name>;
};

/** The codes a service answers when a request does not fit its model. */
export interface RequestErrorCodes {
  /** The body or a value cannot be read, e.g. `MalformedInput`, `SerializationException`. */
  readonly malformed: string;
  /** A constraint of the model is broken, e.g. a required member is missing: `InvalidInput`, `ValidationException`. */
  readonly invalid: string;
}

export interface ServiceSpecification<Sdk extends object> {
  /** `import * as sdk from "@aws-sdk/client-..."` */
  readonly sdk: Sdk;
  /** For people, e.g. `Route 53`. */
  readonly title: string;
  /** As in a signature's credential scope, e.g. `route53`. */
  readonly signingName: string;
  /** The first that recognises a request serves it. */
  readonly protocols: readonly [Protocol, ...Protocol[]];
  readonly requestErrors: RequestErrorCodes;
  /** From `constraints/`; without it only required members are checked. */
  readonly constraints?: ModelConstraints;
  readonly handlers: Partial<Handlers<Sdk>>;
  /** What an operation does otherwise than on AWS, a sentence each; the conformance table shows it. */
  readonly simplified?: Simplifications<Sdk>;
}

/** A sentence for each operation that does less than on AWS, or something else: `const notes: Simplifications<typeof sdk>`. */
export type Simplifications<Sdk> = { readonly [Name in OperationName<Sdk>]?: string };

type UntypedHandler = (input: Record<string, unknown>, context: RequestContext) => object | Promise<object>;

/** A service ready to be served; see {@link defineService}. */
export interface ServiceDefinition {
  readonly title: string;
  readonly signingName: string;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly protocols: readonly [BoundProtocol, ...BoundProtocol[]];
  readonly requestErrors: RequestErrorCodes;
  /** Undefined for an operation that is not implemented. */
  handler(operation: string): UntypedHandler | undefined;
  /** Undefined where only required members are checked. */
  readonly constraints: ModelConstraints | undefined;
  /** Of an input that was read. */
  check(operation: Operation): InputCheck;
  /** By operation. */
  readonly simplified: Readonly<Record<string, string | undefined>>;
}

/** Throws {@link import("./operation.ts").SdkSchemaError} when the SDK's exports are not what this server is built on. */
export function defineService<Sdk extends object>(specification: ServiceSpecification<Sdk>): ServiceDefinition {
  const operations = operationsOf(specification.sdk);
  const [first, ...others] = specification.protocols;
  // Typed at the door: each handler takes what `read` and the validation have made sure of for its operation.
  const handlers = new Map(Object.entries(specification.handlers as unknown as Record<string, UntypedHandler>));
  return {
    title: specification.title,
    signingName: specification.signingName,
    operations,
    protocols: [first(operations), ...others.map((bind) => bind(operations))],
    requestErrors: specification.requestErrors,
    handler: (operation) => handlers.get(operation),
    constraints: specification.constraints,
    check: inputChecksOf(specification.constraints),
    simplified: specification.simplified ?? {},
  };
}

/**
 * The way a service's handlers make their errors: `const route53Error = errorsOf(sdk)`, then
 * `throw route53Error("NoSuchHostedZone", "No hosted zone found with ID: Z1")`. Code and HTTP status are the model's.
 */
export function errorsOf<Sdk extends object>(
  sdk: Sdk,
): (name: ErrorName<Sdk>, message: string, members?: Readonly<Record<string, unknown>>) => AwsError {
  const shapes = errorShapesOf(sdk);
  return (name, message, members) => {
    const shape = shapes.get(name);
    return new AwsError({
      code: shape?.code ?? name,
      message,
      httpStatus: shape?.httpStatus ?? 400,
      ...(members === undefined ? {} : { members }),
      ...(shape === undefined ? {} : { schema: shape.schema }),
    });
  };
}
