/** ARNs of log groups and streams (Service Authorization Reference, "Resource types defined by Amazon CloudWatch Logs"). */

export interface LogGroupAddress {
  readonly region: string;
  readonly name: string;
}

export function logGroupArn(account: string, { region, name }: LogGroupAddress): string {
  return `arn:aws:logs:${region}:${account}:log-group:${name}`;
}

export function logStreamArn(account: string, group: LogGroupAddress, stream: string): string {
  return `${logGroupArn(account, group)}:log-stream:${stream}`;
}

/** Reads a log group's ARN, with or without the `:*` at its end; undefined when it is none, or another account's. */
export function logGroupOfArn(arn: string, account: string): LogGroupAddress | undefined {
  const [, region, owner, name] =
    /^arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:([^:*]+)(?::\*)?$/.exec(arn) ?? [];
  if (region === undefined || name === undefined || owner !== account) return undefined;
  return { region, name };
}
