/** Namespaces: the names under which services are found, by the API alone or by DNS too. */

import type { Namespace, NamespaceSummary } from "@aws-sdk/client-servicediscovery";
import type { RequestContext } from "../../protocol/service.ts";
import { type CloudMapCore, type CloudMapHandlers, namespaceOf } from "./core.ts";
import { cloudMapError, duplicateRequest, invalidInput } from "./errors.ts";
import { type FilterRule, filterBy } from "./filters.ts";
import { arnOf, newNameSuffix, newNamespaceId } from "./ids.ts";
import { MAX_NAMESPACES_PER_REGION } from "./limits.ts";
import { takePage } from "./paging.ts";
import { below, belowAfter, type NamespaceState, valuesOf, type Work } from "./state.ts";
import { newTags } from "./tag-handlers.ts";

type Names =
  | "CreateHttpNamespace"
  | "CreatePrivateDnsNamespace"
  | "CreatePublicDnsNamespace"
  | "UpdateHttpNamespace"
  | "UpdatePrivateDnsNamespace"
  | "UpdatePublicDnsNamespace"
  | "DeleteNamespace"
  | "GetNamespace"
  | "ListNamespaces";

type Kind = "HTTP" | "DNS_PUBLIC" | "DNS_PRIVATE";
type CreateAction = "CreateHttpNamespace" | "CreatePrivateDnsNamespace" | "CreatePublicDnsNamespace";
type UpdateAction = "UpdateHttpNamespace" | "UpdatePrivateDnsNamespace" | "UpdatePublicDnsNamespace";

function kindOf({ dns }: NamespaceState): Kind {
  if (dns === undefined) return "HTTP";
  return dns.visibility === "public" ? "DNS_PUBLIC" : "DNS_PRIVATE";
}

/** Everything is this account's own: there are no namespaces that others share with it. */
export const OWNER_FILTER: FilterRule<unknown> = { conditions: ["EQ"], valueOf: () => "SELF" };

const FILTERS: Readonly<Record<string, FilterRule<NamespaceState>>> = {
  TYPE: { conditions: ["EQ", "BEGINS_WITH"], valueOf: kindOf },
  NAME: { conditions: ["EQ", "BEGINS_WITH"], valueOf: ({ name }) => name },
  HTTP_NAME: { conditions: ["EQ", "BEGINS_WITH"], valueOf: ({ httpName }) => httpName },
  RESOURCE_OWNER: OWNER_FILTER,
};

/** What one operation at a time may work on. */
export function namespaceSubject(id: string): string {
  return `namespace ${id}`;
}

interface CreateInput {
  readonly Name: string;
  readonly CreatorRequestId?: string | undefined;
  readonly Description?: string | undefined;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined;
}

export function namespaceHandlers(core: CloudMapCore): CloudMapHandlers<Names> {
  const { state, operations, account } = core;

  function summaryOf(namespace: NamespaceState): NamespaceSummary {
    const { id, region, name, httpName, description, dns } = namespace;
    return {
      Id: id,
      Arn: arnOf("namespace", id, { region, account }),
      ResourceOwner: account,
      Name: name,
      Type: kindOf(namespace),
      ...(description === undefined ? {} : { Description: description }),
      Properties: {
        ...(dns === undefined
          ? {}
          : {
              DnsProperties: {
                HostedZoneId: dns.hostedZoneId,
                SOA: { TTL: dns.soaTtlSeconds },
              },
            }),
        HttpProperties: { HttpName: httpName },
      },
      CreateDate: new Date(namespace.createdAt),
    };
  }

  function namespaceToApi(namespace: NamespaceState): Namespace {
    const { creatorRequestId } = namespace;
    return {
      ...summaryOf(namespace),
      ServiceCount: state.serviceNames.count(below(namespace.id)),
      ...(creatorRequestId === undefined ? {} : { CreatorRequestId: creatorRequestId }),
    };
  }

  /** An HTTP namespace has its name to itself; a DNS namespace of a name that is taken gets another HTTP name. */
  function httpNameFor(input: CreateInput, region: string, dns: object | undefined): string {
    const takenBy = state.namespaceNames.get([region, input.Name]);
    const other = takenBy === undefined ? undefined : state.namespaces.get([region, takenBy]);
    if (other === undefined) return input.Name;
    if (dns === undefined && other.dns === undefined) {
      throw cloudMapError("NamespaceAlreadyExists", "Namespace already exists.", {
        NamespaceId: other.id,
        ...(other.creatorRequestId === undefined ? {} : { CreatorRequestId: other.creatorRequestId }),
      });
    }
    return `${input.Name}-${newNameSuffix()}`;
  }

  function create(
    action: CreateAction,
    input: CreateInput,
    { region }: RequestContext,
    dns?: { readonly vpcId?: string; readonly soaTtlSeconds?: number | undefined },
  ): { OperationId: string } {
    const { Name: name, CreatorRequestId: requestId, Description: description } = input;
    const subject = `namespace called ${region} ${name}`;
    const running = operations.activeOn(subject);
    if (running !== undefined) throw duplicateRequest(running.action, running.id, false);
    const started = requestId === undefined ? undefined : operations.startedBy(region, action, requestId);
    if (started !== undefined) throw duplicateRequest(action, started.id, started.status === "SUCCESS");
    const tags = newTags(input.Tags, name);
    const httpName = httpNameFor(input, region, dns);
    if (state.namespaces.count(below(region)) >= MAX_NAMESPACES_PER_REGION) {
      throw cloudMapError(
        "ResourceLimitExceeded",
        `The Region ${region} has ${MAX_NAMESPACES_PER_REGION} namespaces, its limit.`,
      );
    }
    const id = newNamespaceId();
    const work: Work = {
      kind: "create-namespace",
      namespace: {
        id,
        region,
        name,
        httpName,
        ...(description === undefined ? {} : { description }),
        ...(requestId === undefined ? {} : { creatorRequestId: requestId }),
        createdAt: core.clock.now(),
      },
      ...(dns === undefined
        ? {}
        : {
            dns: {
              ...(dns.vpcId === undefined ? {} : { vpcId: dns.vpcId }),
              ...(dns.soaTtlSeconds === undefined ? {} : { soaTtlSeconds: dns.soaTtlSeconds }),
            },
          }),
      tags,
    };
    const operationId = operations.submit({
      region,
      action,
      type: "CREATE_NAMESPACE",
      targets: { NAMESPACE: id },
      namespaceId: id,
      subject,
      work,
      ...(requestId === undefined ? {} : { request: { scope: action, id: requestId } }),
    });
    return { OperationId: operationId };
  }

  function update(
    action: UpdateAction,
    kind: Kind,
    input: { readonly Id: string; readonly UpdaterRequestId?: string | undefined },
    change: { readonly description: string | undefined; readonly soaTtlSeconds?: number | undefined },
    { region }: RequestContext,
  ): { OperationId: string } {
    const namespace = namespaceOf(core, input.Id, region);
    if (kindOf(namespace) !== kind) {
      throw invalidInput(`The namespace ${namespace.id} has the type ${kindOf(namespace)}, not ${kind}.`);
    }
    const { description, soaTtlSeconds } = change;
    if (description === undefined && soaTtlSeconds === undefined) {
      throw invalidInput("Specify at least one property of the namespace to update.");
    }
    const { UpdaterRequestId: requestId } = input;
    const started = requestId === undefined ? undefined : operations.startedBy(region, action, requestId);
    if (started !== undefined) throw duplicateRequest(action, started.id, started.status === "SUCCESS");
    const operationId = operations.submit({
      region,
      action,
      type: "UPDATE_NAMESPACE",
      targets: { NAMESPACE: namespace.id },
      namespaceId: namespace.id,
      subject: namespaceSubject(namespace.id),
      work: {
        kind: "update-namespace",
        namespaceId: namespace.id,
        ...(description === undefined ? {} : { description }),
        ...(soaTtlSeconds === undefined ? {} : { soaTtlSeconds }),
      },
      ...(requestId === undefined ? {} : { request: { scope: action, id: requestId } }),
    });
    return { OperationId: operationId };
  }

  return {
    CreateHttpNamespace: (input, context) => create("CreateHttpNamespace", input, context),

    CreatePrivateDnsNamespace: (input, context) =>
      create("CreatePrivateDnsNamespace", input, context, {
        vpcId: input.Vpc,
        soaTtlSeconds: input.Properties?.DnsProperties.SOA.TTL,
      }),

    CreatePublicDnsNamespace: (input, context) =>
      create("CreatePublicDnsNamespace", input, context, {
        soaTtlSeconds: input.Properties?.DnsProperties.SOA.TTL,
      }),

    UpdateHttpNamespace: (input, context) =>
      update("UpdateHttpNamespace", "HTTP", input, { description: input.Namespace.Description }, context),

    UpdatePrivateDnsNamespace: (input, context) =>
      update(
        "UpdatePrivateDnsNamespace",
        "DNS_PRIVATE",
        input,
        {
          description: input.Namespace.Description,
          soaTtlSeconds: input.Namespace.Properties?.DnsProperties.SOA.TTL,
        },
        context,
      ),

    UpdatePublicDnsNamespace: (input, context) =>
      update(
        "UpdatePublicDnsNamespace",
        "DNS_PUBLIC",
        input,
        {
          description: input.Namespace.Description,
          soaTtlSeconds: input.Namespace.Properties?.DnsProperties.SOA.TTL,
        },
        context,
      ),

    DeleteNamespace(input, { region }) {
      const namespace = namespaceOf(core, input.Id, region);
      if (state.serviceNames.count(below(namespace.id)) > 0) {
        throw cloudMapError(
          "ResourceInUse",
          "Namespace has associated services; delete the services before deleting the namespace",
        );
      }
      const operationId = operations.submit({
        region,
        action: "DeleteNamespace",
        type: "DELETE_NAMESPACE",
        targets: { NAMESPACE: namespace.id },
        namespaceId: namespace.id,
        subject: namespaceSubject(namespace.id),
        work: { kind: "delete-namespace", namespaceId: namespace.id },
      });
      return { OperationId: operationId };
    },

    GetNamespace(input, { region }) {
      return { Namespace: namespaceToApi(namespaceOf(core, input.Id, region)) };
    },

    ListNamespaces(input, { region }) {
      const meets = filterBy(input.Filters, FILTERS);
      const page = takePage(
        input,
        (last) => valuesOf(state.namespaces, last === undefined ? below(region) : belowAfter(region, last)),
        ({ id }) => id,
      );
      return {
        // A page is taken first and then filtered, so it may hold fewer than there are (API Reference, NextToken).
        Namespaces: page.items.filter(meets).map((namespace) => ({
          ...summaryOf(namespace),
          ServiceCount: state.serviceNames.count(below(namespace.id)),
        })),
        ...page.next,
      };
    },
  };
}
