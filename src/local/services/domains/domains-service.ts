/**
 * The local registrar, as Route 53 Domains: it knows the registered domains and tells the TLDs' name servers whom they
 * delegate to. Changes take effect at once; operations are finished when they are answered.
 */

import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-route-53-domains";
import type { Clock } from "../../../clock.ts";
import { type DomainName, displayName, domainName, InvalidNameError } from "../../../route53/names.ts";
import type { ZonePublisher } from "../../nameserver/published.ts";
import { awsJson } from "../../protocol/aws-json.ts";
import { domainsConstraints } from "../../protocol/constraints/domains.ts";
import { DEFAULT_ACCOUNT } from "../../protocol/server.ts";
import {
  defineService,
  errorsOf,
  type Handlers,
  type InputOf,
  type ServiceDefinition,
} from "../../protocol/service.ts";
import type { Store } from "../../store/store.ts";
import {
  type DelegationSigner,
  dnssecKey,
  isSameSigner,
  readDelegationSigner,
  signerRecords,
} from "./delegation-signers.ts";
import { DOMAINS_SIMPLIFICATIONS } from "./simplified.ts";

interface RegisteredNameServer {
  /** As Route 53 Domains prints it: lower case, without the trailing dot. */
  readonly name: string;
  /** Kept and shown; the local TLDs hand out the addresses of their own name servers as glue. */
  readonly glueIps?: readonly string[];
}

interface RegisteredDomain {
  readonly nameServers: readonly RegisteredNameServer[];
  /** Keys that the registry vouches for, in the order in which they came. */
  readonly signers?: readonly DelegationSigner[];
  /** Epoch ms. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface RegistrarOperation {
  readonly domain: DomainName;
  /** Epoch ms. */
  readonly at: number;
  /** UPDATE_NAMESERVER when left out. */
  readonly type?: "ADD_DNSSEC" | "REMOVE_DNSSEC";
}

export interface DomainsServiceSettings {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
  readonly publisher: Pick<ZonePublisher, "setDelegation">;
  /** Only named in errors; {@link DEFAULT_ACCOUNT} when left out. */
  readonly account?: string;
}

export interface DomainsService {
  readonly service: ServiceDefinition;
  /** Makes a domain ours, without name servers; does nothing when it is ours already. */
  registerDomain(name: DomainName): void;
  /** Data, in presentation form, of the DS records that the registry has for a domain; none when it is not ours. */
  delegationSigners(name: DomainName): readonly string[];
  /** Of a domain; none where it is not registered or not delegated. */
  nameServers(name: DomainName): readonly DomainName[];
  /** Tells the TLDs every delegation there is; at start. */
  restore(): void;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;
/** Route 53 Domains takes at most six name servers for a domain. */
const MAX_NAME_SERVERS = 6;
/** Registries take few; Route 53 Domains' limit depends on the TLD. */
const MAX_DELEGATION_SIGNERS = 4;
const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

/** Data of the DS records of a domain. */
function nameServersOf(domain: RegisteredDomain | undefined): DomainName[] {
  return domain?.nameServers.map((server) => domainName(server.name)) ?? [];
}

function delegationSigners(name: DomainName, domain: RegisteredDomain): string[] {
  return (domain.signers ?? []).map((signer) => signerRecords(name, signer).ds);
}

type Condition = NonNullable<InputOf<typeof sdk, "ListDomains">["FilterConditions"]>[number];

export function createDomainsService(settings: DomainsServiceSettings): DomainsService {
  const { store, clock, publisher } = settings;
  const account = settings.account ?? DEFAULT_ACCOUNT;
  const domains = store.table<RegisteredDomain>("domains");
  const operations = store.table<RegistrarOperation>("domain-operations");
  const fault = errorsOf(sdk);

  function nameFrom(text: string): DomainName {
    try {
      return domainName(text);
    } catch (error) {
      if (error instanceof InvalidNameError) throw fault("InvalidInput", `Invalid domain name: ${error.message}`);
      throw error;
    }
  }

  function find(text: string): { name: DomainName; domain: RegisteredDomain } {
    const name = nameFrom(text);
    const domain = domains.get(name);
    if (domain === undefined)
      throw fault("InvalidInput", `Domain ${displayName(name)} not found in ${account} account.`);
    return { name, domain };
  }

  /** Registrations here renew themselves: the next anniversary. */
  function expiryOf(domain: RegisteredDomain): Date {
    const years = Math.floor((clock.now() - domain.createdAt) / YEAR_MS) + 1;
    return new Date(domain.createdAt + years * YEAR_MS);
  }

  function meets(condition: Condition, name: string, expiry: Date): boolean {
    const [wanted = ""] = condition.Values;
    if (condition.Name === "DomainName" && condition.Operator === "BEGINS_WITH") {
      return condition.Values.some((prefix) => name.startsWith(prefix.toLowerCase()));
    }
    const at = /^\d+(\.\d+)?$/.test(wanted) ? Number(wanted) * 1000 : Date.parse(wanted);
    if (condition.Name === "Expiry" && condition.Operator === "LE") return expiry.getTime() <= at;
    if (condition.Name === "Expiry" && condition.Operator === "GE") return expiry.getTime() >= at;
    throw fault("InvalidInput", `Operator ${condition.Operator} cannot be used with ${condition.Name}`);
  }

  function delegate(name: DomainName, domain: RegisteredDomain): void {
    publisher.setDelegation(name, nameServersOf(domain), delegationSigners(name, domain));
  }

  /** Writes a change down and brings it to the TLDs. */
  function change(name: DomainName, updated: RegisteredDomain, type?: RegistrarOperation["type"]): string {
    const operationId = randomUUID();
    store.write(() => {
      domains.put(name, updated);
      operations.put(operationId, { domain: name, at: updated.updatedAt, ...(type === undefined ? {} : { type }) });
    });
    delegate(name, updated);
    return operationId;
  }

  const handlers: Handlers<
    typeof sdk,
    | "GetDomainDetail"
    | "UpdateDomainNameservers"
    | "AssociateDelegationSignerToDomain"
    | "DisassociateDelegationSignerFromDomain"
    | "ListDomains"
    | "GetOperationDetail"
  > = {
    GetDomainDetail(input) {
      const { name, domain } = find(input.DomainName);
      return {
        DomainName: displayName(name),
        Nameservers: domain.nameServers.map((server) => ({ Name: server.name, GlueIps: [...(server.glueIps ?? [])] })),
        AutoRenew: true,
        RegistrarName: "r53kit local registrar",
        CreationDate: new Date(domain.createdAt),
        UpdatedDate: new Date(domain.updatedAt),
        ExpirationDate: expiryOf(domain),
        StatusList: ["ok"],
        DnssecKeys: (domain.signers ?? []).map((signer) => dnssecKey(name, signer)),
      };
    },

    UpdateDomainNameservers(input) {
      const { name, domain } = find(input.DomainName);
      const nameServers = input.Nameservers.map((server) => ({
        name: displayName(nameFrom(server.Name)),
        ...(server.GlueIps === undefined ? {} : { glueIps: server.GlueIps }),
      }));
      if (nameServers.length === 0) throw fault("InvalidInput", "At least one name server must be specified.");
      if (nameServers.length > MAX_NAME_SERVERS) {
        throw fault("InvalidInput", `The number of name servers must not be greater than ${MAX_NAME_SERVERS}.`);
      }
      if (new Set(nameServers.map((server) => server.name)).size !== nameServers.length) {
        throw fault("InvalidInput", "Duplicate name servers are not allowed.");
      }
      return { OperationId: change(name, { ...domain, nameServers, updatedAt: clock.now() }) };
    },

    AssociateDelegationSignerToDomain(input) {
      const { name, domain } = find(input.DomainName);
      const signer = readDelegationSigner(input.SigningAttributes);
      if ("problem" in signer) throw fault("InvalidInput", signer.problem);
      const signers = domain.signers ?? [];
      if (signers.some((known) => isSameSigner(known, signer))) {
        throw fault("DuplicateRequest", `The domain ${displayName(name)} has this key already.`);
      }
      if (signers.length >= MAX_DELEGATION_SIGNERS) {
        throw fault(
          "DnssecLimitExceeded",
          `The domain ${displayName(name)} has ${MAX_DELEGATION_SIGNERS} keys, its limit.`,
        );
      }
      const updated = { ...domain, signers: [...signers, signer], updatedAt: clock.now() };
      return { OperationId: change(name, updated, "ADD_DNSSEC") };
    },

    DisassociateDelegationSignerFromDomain(input) {
      const { name, domain } = find(input.DomainName);
      const signers = domain.signers ?? [];
      const left = signers.filter(({ id }) => id !== input.Id);
      if (left.length === signers.length) {
        throw fault("InvalidInput", `The domain ${displayName(name)} has no key with the ID ${input.Id}.`);
      }
      return { OperationId: change(name, { ...domain, signers: left, updatedAt: clock.now() }, "REMOVE_DNSSEC") };
    },

    ListDomains(input) {
      const size = input.MaxItems ?? DEFAULT_PAGE_SIZE;
      if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
        throw fault("InvalidInput", `MaxItems must be between 1 and ${MAX_PAGE_SIZE}.`);
      }
      const found = [...domains.entries()]
        .map(({ key, value }) => ({ name: displayName(String(key)), expiry: expiryOf(value) }))
        .filter(({ name, expiry }) =>
          (input.FilterConditions ?? []).every((condition) => meets(condition, name, expiry)),
        );
      const byExpiry = input.SortCondition?.Name === "Expiry";
      found.sort((a, b) => (byExpiry ? a.expiry.getTime() - b.expiry.getTime() : 0) || (a.name < b.name ? -1 : 1));
      if (input.SortCondition?.SortOrder === "DESC") found.reverse();
      // The marker is the first domain of the next page.
      const start = input.Marker === undefined ? 0 : found.findIndex(({ name }) => name === input.Marker);
      if (start === -1) throw fault("InvalidInput", "The marker is not valid.");
      const next = found[start + size];
      return {
        Domains: found.slice(start, start + size).map(({ name, expiry }) => ({
          DomainName: name,
          AutoRenew: true,
          TransferLock: false,
          Expiry: expiry,
        })),
        ...(next === undefined ? {} : { NextPageMarker: next.name }),
      };
    },

    GetOperationDetail(input) {
      const operation = operations.get(input.OperationId);
      if (operation === undefined) throw fault("InvalidInput", `Operation ${input.OperationId} not found.`);
      return {
        OperationId: input.OperationId,
        Status: "SUCCESSFUL",
        DomainName: displayName(operation.domain),
        Type: operation.type ?? "UPDATE_NAMESERVER",
        SubmittedDate: new Date(operation.at),
        LastUpdatedDate: new Date(operation.at),
      };
    },
  };

  return {
    service: defineService({
      sdk,
      title: "Route 53 Domains",
      signingName: "route53domains",
      protocols: [awsJson({ version: "1.1", target: "Route53Domains_v20140515" })],
      requestErrors: { malformed: "SerializationException", invalid: "InvalidInput" },
      constraints: domainsConstraints,
      simplified: DOMAINS_SIMPLIFICATIONS,
      handlers,
    }),
    registerDomain(name) {
      if (domains.get(name) !== undefined) return;
      const at = clock.now();
      store.write(() => domains.put(name, { nameServers: [], createdAt: at, updatedAt: at }));
    },
    delegationSigners(name) {
      const domain = domains.get(name);
      return domain === undefined ? [] : delegationSigners(name, domain);
    },
    nameServers: (name) => nameServersOf(domains.get(name)),
    restore() {
      for (const { key, value } of domains.entries()) delegate(domainName(String(key)), value);
    },
  };
}
