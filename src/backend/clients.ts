/** Makes the SDK clients of a backend: each module is loaded and each client made at first use, all with the same settings. */

import type { AwsCredentialIdentity, Pluggable } from "@smithy/types";
import type { AwsClients } from "./backend.ts";

export interface ClientSettings {
  readonly endpoint?: string;
  readonly profile?: string;
  /** Where the global services are called. */
  readonly globalRegion: string;
  readonly credentials?: AwsCredentialIdentity;
  /** First attempt included. */
  readonly maxAttempts: number;
  /** Put on every client. */
  readonly plugins?: readonly Pluggable<object, object>[];
  /** Put on the Route 53 client alone. */
  readonly route53Plugins?: readonly Pluggable<object, object>[];
}

interface AnyClient {
  readonly middlewareStack: { use(plugin: never): void; remove(name: string): boolean };
  destroy(): void;
}

export interface ClosableClients extends AwsClients {
  /** Lets go of every connection. */
  close(): void;
}

export function createClients(settings: ClientSettings): ClosableClients {
  // The SDK prints a notice of many lines on Node 20, once a client.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { endpoint, profile, credentials, globalRegion, maxAttempts, plugins = [], route53Plugins = [] } = settings;
  const made: AnyClient[] = [];
  const config = {
    region: globalRegion,
    maxAttempts,
    // Without these a network that swallows packets would hang a command for good.
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
  };

  function once<Made extends AnyClient>(
    make: () => Promise<Made>,
    more: readonly Pluggable<object, object>[] = [],
  ): () => Promise<Made> {
    let client: Promise<Made> | undefined;
    return () => {
      client ??= make().then((one) => {
        // It copies every request and response, without their secrets, for a log that nobody keeps.
        one.middlewareStack.remove("loggerMiddleware");
        for (const plugin of [...plugins, ...more]) one.middlewareStack.use(plugin as never);
        made.push(one);
        return one;
      });
      return client;
    };
  }

  return {
    route53: once(async () => new (await import("@aws-sdk/client-route-53")).Route53Client(config), route53Plugins),
    logs: once(async () => new (await import("@aws-sdk/client-cloudwatch-logs")).CloudWatchLogsClient(config)),
    domains: once(async () => new (await import("@aws-sdk/client-route-53-domains")).Route53DomainsClient(config)),
    sts: once(async () => new (await import("@aws-sdk/client-sts")).STSClient(config)),
    close() {
      for (const client of made.splice(0)) client.destroy();
    },
  };
}
