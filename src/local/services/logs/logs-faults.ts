/** What the handlers of CloudWatch Logs share: its errors, and the checks on names, limits and tokens. */

import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import type { AwsError } from "../../protocol/aws-error.ts";
import { errorsOf, type Handlers, type OperationName } from "../../protocol/service.ts";
import { type FilterPattern, FilterPatternError, parseFilterPattern } from "./filter-pattern/filter-pattern.ts";
import { type LogGroupAddress, logGroupOfArn } from "./log-arns.ts";
import type { LogGroup, LogStorage, LogStreamState } from "./log-storage.ts";

export type LogsSdk = typeof sdk;
export type LogsHandlers<Names extends OperationName<LogsSdk>> = Handlers<LogsSdk, Names>;

export const logsError = errorsOf(sdk);

export function invalidParameter(message: string): AwsError {
  return logsError("InvalidParameterException", message);
}

function constraint(value: string | number, member: string, text: string): AwsError {
  return invalidParameter(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${text}`,
  );
}

/** Throws unless the value is a whole number within the bounds. */
export function checkRange(value: number, member: string, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least)
    throw constraint(value, member, `Member must have value greater than or equal to ${least}`);
  if (value > most) throw constraint(value, member, `Member must have value less than or equal to ${most}`);
  return value;
}

export function checkOneOf<Value extends string | number>(
  value: Value,
  member: string,
  allowed: readonly Value[],
): Value {
  if (!allowed.includes(value))
    throw constraint(value, member, `Member must satisfy enum value set: [${allowed.join(", ")}]`);
  return value;
}

export function groupOrThrow(storage: LogStorage, address: LogGroupAddress): LogGroup {
  const group = storage.group(address);
  if (group === undefined) throw logsError("ResourceNotFoundException", "The specified log group does not exist.");
  return group;
}

export function streamOrThrow(storage: LogStorage, group: LogGroup, name: string): LogStreamState {
  const stream = storage.stream(group, name);
  if (stream === undefined) throw logsError("ResourceNotFoundException", "The specified log stream does not exist.");
  return stream;
}

/** For requests that give a log group by its name or by an identifier, which is a name or an ARN. */
export function groupByEither(
  storage: LogStorage,
  input: { readonly logGroupName?: string | undefined; readonly logGroupIdentifier?: string | undefined },
  context: { readonly region: string; readonly account: string },
): LogGroup {
  const { logGroupName: name, logGroupIdentifier: identifier } = input;
  if ((name === undefined) === (identifier === undefined)) {
    throw invalidParameter("Exactly one of logGroupName and logGroupIdentifier must be specified.");
  }
  const address =
    identifier?.startsWith("arn:") === true
      ? logGroupOfArn(identifier, context.account)
      : { region: context.region, name: identifier ?? name ?? "" };
  if (address === undefined) throw invalidParameter(`'${identifier}' is not the ARN of a log group of this account.`);
  return groupOrThrow(storage, address);
}

/** Tokens are opaque to clients; ours are JSON in base64. */
export function encodeToken(state: Readonly<Record<string, string | number | boolean>>): string {
  return Buffer.from(JSON.stringify(state), "utf8").toString("base64url");
}

/** Throws when the token is none of ours. */
export function decodeToken(token: string): Readonly<Record<string, unknown>> {
  try {
    const state: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (typeof state === "object" && state !== null) return state as Record<string, unknown>;
  } catch {
    // Falls through: any text can come as a token.
  }
  throw invalidParameter("The specified nextToken is invalid.");
}

/** Throws when it is no filter pattern; none at all matches every message. */
export function compilePattern(text: string | undefined): (message: string) => boolean {
  return filterPatternOf(text ?? "").matches;
}

export function filterPatternOf(text: string): FilterPattern {
  try {
    return parseFilterPattern(text);
  } catch (error) {
    if (error instanceof FilterPatternError) throw invalidParameter(error.message);
    throw error;
  }
}
