/** Where an operation of the local Cloud Map does less than Cloud Map's, or something else; the conformance table shows it. */

import type * as sdk from "@aws-sdk/client-servicediscovery";
import type { Simplifications } from "../../protocol/service.ts";

const ONE_ACCOUNT = "There are no namespaces that other accounts share";

export const CLOUD_MAP_SIMPLIFICATIONS: Simplifications<typeof sdk> = {
  CreatePublicDnsNamespace: "Names that AWS keeps for itself, such as example.com, can be used",
  ListNamespaces: ONE_ACCOUNT,
  ListServices: ONE_ACCOUNT,
  ListOperations: "Finished operations are kept for 90 days",
  UpdateService: "Without DnsConfig the records stay as they are",
  RegisterInstance: "Addresses may be loopback and private ones for health checks too",
  UpdateInstanceCustomHealthStatus:
    "An unhealthy instance's record sets are taken out of the zone. The wait of 30 s begins anew when the backend starts again",
  DiscoverInstances: "Without HealthStatus it finds what HEALTHY finds; quotas only with --throttle",
  DiscoverInstancesRevision: "Quotas only with --throttle",
};
