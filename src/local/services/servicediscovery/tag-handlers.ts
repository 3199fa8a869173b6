/** Tags of namespaces and services. */

import type { Tag } from "@aws-sdk/client-servicediscovery";
import type { CloudMapCore, CloudMapHandlers } from "./core.ts";
import { cloudMapError, invalidInput } from "./errors.ts";
import { resourceOfArn } from "./ids.ts";
import { MAX_TAGS_PER_RESOURCE } from "./limits.ts";
import type { Tags } from "./state.ts";

/** Keys that only AWS itself may set. */
const RESERVED_PREFIX = "aws:";

/** The tags with some more. Throws InvalidInput or TooManyTagsException, which names the resource. */
function withTags(tags: Tags, added: readonly Tag[] | undefined, resource: string): Tags {
  const all = new Map(Object.entries(tags));
  for (const { Key: key = "", Value: value = "" } of added ?? []) {
    if (key.toLowerCase().startsWith(RESERVED_PREFIX)) {
      throw invalidInput(`Tag keys can't start with the reserved prefix ${RESERVED_PREFIX}: ${key}`);
    }
    all.set(key, value);
  }
  if (all.size > MAX_TAGS_PER_RESOURCE) {
    throw cloudMapError("TooManyTagsException", `A resource can't have more than ${MAX_TAGS_PER_RESOURCE} tags.`, {
      ResourceName: resource,
    });
  }
  return Object.fromEntries(all);
}

/** The tags of a resource that is being made. Throws as adding them later would. */
export function newTags(tags: readonly Tag[] | undefined, resource: string): Tags {
  return withTags({}, tags, resource);
}

export function tagHandlers(
  core: CloudMapCore,
): CloudMapHandlers<"TagResource" | "UntagResource" | "ListTagsForResource"> {
  const { state, store, account } = core;

  /** Throws ResourceNotFoundException. */
  function tagsOf(arn: string, region: string): Tags {
    const resource = resourceOfArn(arn, { region, account });
    const table = resource?.kind === "namespace" ? state.namespaces : state.services;
    if (resource === undefined || table.get([region, resource.id]) === undefined) {
      throw cloudMapError("ResourceNotFoundException", `The resource ${arn} was not found.`);
    }
    return state.tags.get(arn) ?? {};
  }

  return {
    TagResource(input, { region }) {
      const tags = withTags(tagsOf(input.ResourceARN, region), input.Tags, input.ResourceARN);
      store.write(() => state.tags.put(input.ResourceARN, tags));
      return {};
    },

    UntagResource(input, { region }) {
      const left = Object.entries(tagsOf(input.ResourceARN, region)).filter(([key]) => !input.TagKeys.includes(key));
      store.write(() => state.tags.put(input.ResourceARN, Object.fromEntries(left)));
      return {};
    },

    ListTagsForResource(input, { region }) {
      return {
        Tags: Object.entries(tagsOf(input.ResourceARN, region)).map(([Key, Value]) => ({ Key, Value })),
      };
    },
  };
}
