/** The way to AWS, or to anything else that speaks its protocol at an explicit address. */

import { getServers } from "node:dns";
import { systemClock } from "../clock.ts";
import { Failure } from "../errors.ts";
import { ROUTE53_LIMITS } from "../route53/request-limits.ts";
import type { Backend, SocketAddress } from "./backend.ts";
import { type ClosableClients, createClients } from "./clients.ts";
import { limitRequests, RateLimiter } from "./rate-limit.ts";

export interface AwsConnectOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly profile?: string;
  /** Says in which partition the account is; the global services are called in that partition's home region. */
  readonly region?: string;
  readonly endpointUrl?: string;
}

/** High, because a throttled or busy Route 53 is normal; the limiter keeps the waiting short. */
const MAX_ATTEMPTS = 10;
/** GetChange, real ms: a change takes seconds, and the account has ten requests a second. */
const POLL_INTERVAL_MS = 2_000;
const DNS_PORT = 53;

const clock = systemClock();
/** One for the whole process: the limits are the account's. */
let limiter: RateLimiter | undefined;

/** Route 53, its registrar and its query logs live in one region of each partition. */
export function globalRegionOf(region: string | undefined): string {
  if (region?.startsWith("cn-")) return "cn-northwest-1";
  if (region?.startsWith("us-gov-")) return "us-gov-west-1";
  return "us-east-1";
}

export async function connectAws(options: AwsConnectOptions): Promise<Backend> {
  const { env, profile, endpointUrl } = options;
  limiter ??= new RateLimiter(ROUTE53_LIMITS, clock.elapsedMs());
  const clients = createClients({
    globalRegion: globalRegionOf(options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION),
    maxAttempts: MAX_ATTEMPTS,
    ...(profile === undefined ? {} : { profile }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    route53Plugins: [limitRequests(limiter, clock)],
  });
  try {
    const { IANA_ROOT_HINTS } = await import("../dns/hints.ts");
    return {
      label: await labelFor(clients, options),
      confirmsChanges: true,
      clients,
      dns: { rootHints: IANA_ROOT_HINTS, port: DNS_PORT, resolver: systemResolver() },
      clock,
      pollIntervalMs: POLL_INTERVAL_MS,
      endpoints: undefined,
      close: () => clients.close(),
    };
  } catch (error) {
    clients.close();
    throw error;
  }
}

/** Names the account, so that nobody changes the wrong one. */
async function labelFor(clients: ClosableClients, { env, profile, endpointUrl }: AwsConnectOptions): Promise<string> {
  const used = profile ?? env.AWS_PROFILE;
  const details = [
    ...(used === undefined ? [] : [`profile ${used}`]),
    ...(endpointUrl === undefined ? [] : [`at ${endpointUrl}`]),
  ];
  const suffix = details.length === 0 ? "" : ` (${details.join(", ")})`;
  try {
    const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
    const { Account } = await (await clients.sts()).send(new GetCallerIdentityCommand({}));
    return `AWS account ${Account ?? "unknown"}${suffix}`;
  } catch (error) {
    // Something else behind that address need not have an STS.
    if (endpointUrl !== undefined) return `AWS API${suffix}`;
    throw describeIdentityError(error, used);
  }
}

function describeIdentityError(error: unknown, profile: string | undefined): unknown {
  if (!(error instanceof Error)) return error;
  const expired = /expired/i.test(`${error.name} ${error.message}`);
  if (error.name === "CredentialsProviderError" || expired) {
    return new Failure({
      kind: "failed",
      code: expired ? "aws.credentials-expired" : "aws.no-credentials",
      message: expired
        ? `The AWS credentials${profile === undefined ? "" : ` of profile '${profile}'`} have expired`
        : `No AWS credentials were found${profile === undefined ? "" : ` for profile '${profile}'`}`,
      next: "Log in again (`aws sso login`), or name a profile with --profile; --backend local needs none",
      cause: error,
    });
  }
  return error;
}

/** The first resolver that this machine is set up with. */
function systemResolver(): SocketAddress | undefined {
  const [first] = getServers();
  if (first === undefined) return undefined;
  // `address`, `address:port` or `[v6]:port`, and a plain v6 address.
  const withPort = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(first);
  if (withPort === null) return { address: first, port: DNS_PORT };
  return { address: (withPort[1] ?? withPort[2]) as string, port: Number(withPort[3]) };
}
