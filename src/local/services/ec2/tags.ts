/** Tags: how they come, how they are kept, and what may be tagged. */

import { ec2Error, type ResourceKind } from "./ec2-faults.ts";
import type { Tags } from "./ec2-state.ts";

interface TagInput {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

interface TagSpecificationInput {
  readonly ResourceType?: string | undefined;
  readonly Tags?: readonly TagInput[] | undefined;
}

/** EC2 User Guide, "Tag restrictions". */
const MOST_TAGS = 50;
const LONGEST_KEY = 127;
const LONGEST_VALUE = 255;

export function shownTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Throws InvalidParameterValue or TagLimitExceeded. */
export function withTags(tags: Tags, added: readonly TagInput[]): Tags {
  const all: Record<string, string> = { ...tags };
  for (const { Key = "", Value = "" } of added) {
    if (Key === "" || Key.length > LONGEST_KEY) {
      throw ec2Error(
        "InvalidParameterValue",
        `Value ( ${Key} ) for parameter Key is invalid. Tag keys must be between 1 and ${LONGEST_KEY} characters in length.`,
      );
    }
    if (Key.startsWith("aws:")) {
      throw ec2Error(
        "InvalidParameterValue",
        `Value ( ${Key} ) for parameter Key is invalid. Tag keys starting with 'aws:' are reserved for internal use`,
      );
    }
    if (Value.length > LONGEST_VALUE) {
      throw ec2Error(
        "InvalidParameterValue",
        `Value ( ${Value} ) for parameter Value is invalid. Tag values must not exceed ${LONGEST_VALUE} characters in length.`,
      );
    }
    all[Key] = Value;
  }
  if (Object.keys(all).length > MOST_TAGS) {
    throw ec2Error("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  }
  return all;
}

/** The tags that a request gives a kind of resource as it makes it. Throws InvalidParameterValue for a kind it does not make. */
export function tagsFor(
  kind: ResourceKind,
  specifications: readonly TagSpecificationInput[] | undefined,
  alsoMade: readonly string[] = [],
): Tags {
  let tags: Tags = {};
  for (const { ResourceType = "", Tags: given = [] } of specifications ?? []) {
    if (ResourceType === kind) tags = withTags(tags, given);
    else if (!alsoMade.includes(ResourceType)) {
      throw ec2Error(
        "InvalidParameterValue",
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
  }
  return tags;
}
