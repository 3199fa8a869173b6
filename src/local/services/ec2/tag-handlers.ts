/** Tags of everything that has an id. */

import { ec2Error, kindOfId, notFound, type ResourceKind, refuseDryRun } from "./ec2-faults.ts";
import type { Ec2Handlers } from "./ec2-sdk.ts";
import type { Tags, VpcState } from "./ec2-state.ts";
import type { Instances } from "./instances.ts";
import { type Filterable, filtered, pageOf } from "./selecting.ts";
import { withTags } from "./tags.ts";
import type { Vpcs } from "./vpcs.ts";

/** One resource, with the way to give it other tags. */
interface Tagged {
  readonly id: string;
  readonly kind: ResourceKind;
  readonly tags: Tags;
  retag(tags: Tags): void;
}

interface TagRow {
  readonly id: string;
  readonly kind: ResourceKind;
  readonly key: string;
  readonly value: string;
}

const TAG: Filterable<TagRow> = {
  tagsOf: ({ key, value }) => ({ [key]: value }),
  filters: {
    key: ({ key }) => [key],
    "resource-id": ({ id }) => [id],
    "resource-type": ({ kind }) => [kind],
    value: ({ value }) => [value],
  },
};

export function tagHandlers(
  vpcs: Vpcs,
  instances: Instances,
): Ec2Handlers<"CreateTags" | "DeleteTags" | "DescribeTags"> {
  function inVpc(vpc: VpcState): Tagged[] {
    const { mainRouteTable, defaultNetworkAcl, defaultSecurityGroup, subnets } = vpc;
    return [
      { id: vpc.id, kind: "vpc", tags: vpc.tags, retag: (tags) => vpcs.replace({ ...vpc, tags }) },
      {
        id: mainRouteTable.id,
        kind: "route-table",
        tags: mainRouteTable.tags,
        retag: (tags) => vpcs.replace({ ...vpc, mainRouteTable: { ...mainRouteTable, tags } }),
      },
      {
        id: defaultNetworkAcl.id,
        kind: "network-acl",
        tags: defaultNetworkAcl.tags,
        retag: (tags) => vpcs.replace({ ...vpc, defaultNetworkAcl: { ...defaultNetworkAcl, tags } }),
      },
      {
        id: defaultSecurityGroup.id,
        kind: "security-group",
        tags: defaultSecurityGroup.tags,
        retag: (tags) => vpcs.replace({ ...vpc, defaultSecurityGroup: { ...defaultSecurityGroup, tags } }),
      },
      ...subnets.map(
        (subnet): Tagged => ({
          id: subnet.id,
          kind: "subnet",
          tags: subnet.tags,
          retag: (tags) =>
            vpcs.replace({ ...vpc, subnets: subnets.map((one) => (one.id === subnet.id ? { ...one, tags } : one)) }),
        }),
      ),
    ];
  }

  const all = (region: string): Tagged[] => [
    ...vpcs.list(region).flatMap(inVpc),
    ...instances.list(region).map(
      (one): Tagged => ({
        id: one.id,
        kind: "instance",
        tags: one.tags,
        retag: (tags) => instances.retag(one, tags),
      }),
    ),
  ];

  /** Throws InvalidID, or NotFound of the id's kind. */
  function refuseUnknown(region: string, ids: readonly string[]): void {
    const known = new Set(all(region).map(({ id }) => id));
    for (const id of ids) {
      if (known.has(id)) continue;
      const kind = kindOfId(id);
      if (kind === undefined) throw ec2Error("InvalidID", `The ID '${id}' is not valid`);
      throw notFound(kind, [id]);
    }
  }

  /** Looked up anew for each: two of them may be parts of one VPC. */
  function change(region: string, ids: readonly string[], to: (tags: Tags) => Tags): void {
    for (const id of ids) {
      const one = all(region).find((resource) => resource.id === id);
      one?.retag(to(one.tags));
    }
  }

  return {
    CreateTags(input, { region }) {
      refuseUnknown(region, input.Resources);
      // Once before anything is written, so that it is all or nothing.
      for (const { id, tags } of all(region)) if (input.Resources.includes(id)) withTags(tags, input.Tags);
      refuseDryRun(input);
      change(region, input.Resources, (tags) => withTags(tags, input.Tags));
      return {};
    },

    DeleteTags(input, { region }) {
      refuseUnknown(region, input.Resources);
      refuseDryRun(input);
      const goes = (key: string, value: string) =>
        input.Tags === undefined ||
        input.Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
      change(region, input.Resources, (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key, value]) => !goes(key, value))),
      );
      return {};
    },

    DescribeTags(input, { region }) {
      const rows = all(region).flatMap(({ id, kind, tags }) =>
        Object.entries(tags).map(([key, value]): TagRow => ({ id, kind, key, value })),
      );
      const found = filtered(rows, input.Filters, TAG);
      refuseDryRun(input);
      const page = pageOf(found, input, { idOf: ({ id, key }) => `${id}/${key}`, ids: undefined });
      return {
        Tags: page.rows.map(({ id, kind, key, value }) => ({
          ResourceId: id,
          ResourceType: kind,
          Key: key,
          Value: value,
        })),
        ...page.next,
      };
    },
  };
}
