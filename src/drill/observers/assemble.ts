/** Everyone who watches a drill, over real sockets: the health check, each authoritative server, the resolver, a client. */

import type { Route53Client } from "@aws-sdk/client-route-53";
import type { Backend } from "../../backend/backend.ts";
import { displayName } from "../../route53/names.ts";
import type { DrillScenario } from "../scenario.ts";
import { checkerReportsOf } from "./checker-reports.ts";
import { delegatedServers } from "./delegation.ts";
import { addressQuestion } from "./dns-question.ts";
import { healthObserver, type ReadCheckers } from "./health-check.ts";
import { type AddressSource, nameServerObserver } from "./name-server.ts";
import type { Observer } from "./observer.ts";
import { serviceRequest } from "./service-request.ts";
import { type RequestService, webClientObserver } from "./web-client.ts";

/** Real ms for one try of a DNS question. */
const DNS_TIMEOUT_MS = 2000;
/** What a client waits for the service, on the backend's clock, and the real ms that any machine needs. */
const REQUEST_LIMIT_MS = 3000;
const LEAST_REQUEST_LIMIT_MS = 500;

export interface Assembled {
  readonly observers: readonly Observer[];
  readonly request: RequestService;
  readonly secondaryCheckers: ReadCheckers | undefined;
}

export async function assembleObservers(
  scenario: DrillScenario,
  backend: Pick<Backend, "clock" | "dns">,
  route53: Route53Client,
  signal: AbortSignal,
): Promise<Assembled> {
  const { clock, dns } = backend;
  const { name, type, healthCheck } = scenario;
  const question = { name, type, timeoutMs: DNS_TIMEOUT_MS };
  const servers: AddressSource[] = (await delegatedServers(scenario.zone, dns, signal)).map((server) => ({
    identity: { id: displayName(server.name), kind: "authoritative", label: displayName(server.name) },
    ask: addressQuestion({ ...question, server, recursive: false }),
  }));
  const resolver: AddressSource | undefined =
    dns.resolver === undefined
      ? undefined
      : {
          identity: { id: "resolver", kind: "resolver", label: `caching resolver ${dns.resolver.address}` },
          ask: addressQuestion({ ...question, server: dns.resolver, recursive: true }),
        };
  const sources = resolver === undefined ? servers : [...servers, resolver];
  const clientAsks = resolver ?? servers[0];
  const request = serviceRequest(
    scenario.client,
    name,
    Math.max(REQUEST_LIMIT_MS / clock.speed, LEAST_REQUEST_LIMIT_MS),
  );
  return {
    observers: [
      healthObserver(healthCheck, checkerReportsOf(route53, healthCheck.id), clock),
      ...sources.map((source) => nameServerObserver(source, scenario, clock)),
      ...(clientAsks === undefined
        ? []
        : [webClientObserver({ resolve: clientAsks.ask, request, sides: scenario, clock })]),
    ],
    request,
    secondaryCheckers:
      scenario.secondaryHealthCheckId === undefined
        ? undefined
        : checkerReportsOf(route53, scenario.secondaryHealthCheckId),
  };
}
