/**
 * What a checker asks of an endpoint, read from a health check's configuration: where to, with which Host header, for what.
 * Source: Route 53 API reference, HealthCheckConfig.
 */

import { isIP } from "node:net";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";

/** Where the endpoint is: an address, or a name to resolve before each probe. An address wins. */
export type ProbeDestination =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "name"; readonly name: string };

interface Common {
  readonly healthCheckId: string;
  readonly destination: ProbeDestination;
  readonly port: number;
}

export interface TcpTarget extends Common {
  readonly protocol: "tcp";
}

export interface HttpTarget extends Common {
  readonly protocol: "http" | "https";
  readonly path: string;
  readonly hostHeader: string;
  /** The name sent in the TLS handshake; undefined sends none. */
  readonly serverName: string | undefined;
  /** Must appear whole in the first 5,120 bytes of the body; undefined looks at the status code alone. */
  readonly searchString: string | undefined;
}

export type ProbeTarget = TcpTarget | HttpTarget;

const DEFAULT_PORT = { http: 80, https: 443 } as const;

/** The port is left out of the Host header where it is the protocol's own. */
function hostHeader(host: string, protocol: "http" | "https", port: number): string {
  const bracketed = host.includes(":") ? `[${host}]` : host;
  return port === DEFAULT_PORT[protocol] ? bracketed : `${bracketed}:${port}`;
}

/** Undefined for a check that has no endpoint to probe (calculated, alarm, routing control). */
export function probeTarget(healthCheckId: string, config: HealthCheckConfig): ProbeTarget | undefined {
  const { IPAddress, FullyQualifiedDomainName: fqdn, Port, ResourcePath, SearchString, EnableSNI, Type } = config;
  const destination: ProbeDestination = IPAddress
    ? { kind: "address", address: IPAddress }
    : { kind: "name", name: fqdn ?? "" };
  switch (Type) {
    case "TCP":
      return { protocol: "tcp", healthCheckId, destination, port: Port ?? 0 };
    case "HTTP":
    case "HTTP_STR_MATCH":
    case "HTTPS":
    case "HTTPS_STR_MATCH": {
      const protocol = Type.startsWith("HTTPS") ? "https" : "http";
      const port = Port ?? DEFAULT_PORT[protocol];
      const path = ResourcePath ?? "/";
      return {
        protocol,
        healthCheckId,
        destination,
        port,
        path: path.startsWith("/") ? path : `/${path}`,
        hostHeader: hostHeader(fqdn || IPAddress || "", protocol, port),
        serverName: protocol === "https" && EnableSNI !== false && fqdn && isIP(fqdn) === 0 ? fqdn : undefined,
        searchString: Type.endsWith("_STR_MATCH") ? (SearchString ?? "") : undefined,
      };
    }
    default:
      return undefined;
  }
}
