/** Tags of hosted zones and health checks. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { ResourceTagSet, TagResourceType } from "@aws-sdk/client-route-53";
import { MAX_TAGS_PER_RESOURCE } from "../../../route53/limits.ts";
import type { Handlers } from "../../protocol/service.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, noSuchHealthCheck } from "./errors.ts";

type Names = "ChangeTagsForResource" | "ListTagsForResource" | "ListTagsForResources";

/** Keys that only AWS itself may set. */
const RESERVED_PREFIX = "aws:";
const MAX_ZONE_ID_CHARACTERS = 32;

export function tagHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store } = core;

  /** The resource's id as it is kept. Throws NoSuchHostedZone or NoSuchHealthCheck. */
  function resource(kind: TagResourceType, id: string): readonly [TagResourceType, string] {
    if (kind === "hostedzone") {
      // Tags are the one place that takes an id as it is: `/hostedzone/Z...` is a character too long, or no zone's.
      if (id.length > MAX_ZONE_ID_CHARACTERS) {
        throw invalidInput(
          `1 validation error detected: Value '${id}' at 'resourceId' failed to satisfy constraint: Member must have length less than or equal to ${MAX_ZONE_ID_CHARACTERS}`,
        );
      }
      return [kind, zoneOf(core, id).id];
    }
    if (state.healthChecks.get(id) === undefined) throw noSuchHealthCheck(id);
    return [kind, id];
  }

  function tagSet(kind: TagResourceType, id: string): ResourceTagSet {
    const key = resource(kind, id);
    return {
      ResourceType: kind,
      ResourceId: key[1],
      Tags: Object.entries(state.tags.get(key) ?? {}).map(([Key, Value]) => ({ Key, Value })),
    };
  }

  return {
    ChangeTagsForResource(input) {
      const add = input.AddTags ?? [];
      const remove = input.RemoveTagKeys ?? [];
      const key = resource(input.ResourceType, input.ResourceId);
      if (add.length === 0 && remove.length === 0) {
        throw invalidInput("You must specify at least one tag to add or one tag key to remove.");
      }
      const tags = new Map(Object.entries(state.tags.get(key) ?? {}));
      for (const name of remove) tags.delete(name);
      for (const { Key: name = "", Value: value = "" } of add) {
        if (name === "") throw invalidInput("Tag keys must not be empty.");
        if (name.toLowerCase().startsWith(RESERVED_PREFIX)) {
          throw invalidInput(`Tag keys cannot start with the reserved prefix '${RESERVED_PREFIX}': ${name}`);
        }
        tags.set(name, value);
      }
      if (tags.size > MAX_TAGS_PER_RESOURCE) {
        throw invalidInput(`A resource cannot have more than ${MAX_TAGS_PER_RESOURCE} tags.`);
      }
      store.write(() => state.tags.put(key, Object.fromEntries(tags)));
      return {};
    },

    ListTagsForResource(input) {
      return { ResourceTagSet: tagSet(input.ResourceType, input.ResourceId) };
    },

    ListTagsForResources(input) {
      return { ResourceTagSets: input.ResourceIds.map((id) => tagSet(input.ResourceType, id)) };
    },
  };
}
