/** The name servers that the world asks for a zone: those of its delegation, each at one address. */

import type { BackendDns } from "../../backend/backend.ts";
import { exchange, type ServerAddress } from "../../dns/client.ts";
import { createDelegationMemory } from "../../dns/delegation-memory.ts";
import { type IterationOptions, lookupAddresses, resolveName } from "../../dns/iterate.ts";
import { TYPE } from "../../dns/types.ts";
import { Failure } from "../../errors.ts";
import { type DomainName, displayName } from "../../route53/names.ts";

export interface DelegatedServer extends ServerAddress {
  readonly name: DomainName;
}

function notDelegated(zone: DomainName, why: string): Failure {
  return new Failure({
    kind: "failed",
    code: "drill.not-delegated",
    message: `${displayName(zone)} cannot be reached from the root: ${why}`,
    next: `see where it ends with 'r53kit trace ${displayName(zone)} NS'`,
  });
}

/** Throws a Failure when the zone is not delegated, or when a server of it has no address. */
export async function delegatedServers(
  zone: DomainName,
  dns: Pick<BackendDns, "rootHints" | "port">,
  signal: AbortSignal,
): Promise<DelegatedServer[]> {
  const options: IterationOptions = {
    exchange,
    roots: dns.rootHints,
    port: dns.port,
    memory: createDelegationMemory(() => performance.now()),
    signal,
  };
  const resolution = await resolveName(options, zone, TYPE.NS);
  if (resolution.status === "failed") throw notDelegated(zone, resolution.failure);
  const cut = resolution.delegations.at(-1);
  if (cut === undefined || cut.zone !== zone) {
    throw notDelegated(zone, `${displayName(cut?.zone ?? zone)} does not delegate it`);
  }
  return Promise.all(
    cut.nameServers.map(async ({ name, glue }) => {
      const addresses = glue.length > 0 ? glue : await lookupAddresses(options, name);
      // IPv4 where there is a choice: a machine without IPv6 is no reason for a drill to fail.
      const address = addresses.find((one) => !one.includes(":")) ?? addresses[0];
      if (address === undefined) throw notDelegated(zone, `name server ${displayName(name)} has no address`);
      return { name, address, port: dns.port };
    }),
  );
}
