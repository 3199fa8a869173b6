/** CloudWatch Logs: log groups, their retention and their tags. */

import type { LogFilters } from "./filter-storage.ts";
import { logGroupArn, logGroupOfArn } from "./log-arns.ts";
import type { LogGroup, LogGroupState, LogStorage } from "./log-storage.ts";
import {
  checkOneOf,
  decodeToken,
  encodeToken,
  groupByEither,
  groupOrThrow,
  invalidParameter,
  type LogsHandlers,
  logsError,
} from "./logs-faults.ts";

/** API Reference, PutRetentionPolicy. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const PAGE_SIZE = 50;
const MAX_TAGS = 50;

type GroupOperations =
  | "CreateLogGroup"
  | "DeleteLogGroup"
  | "DescribeLogGroups"
  | "PutRetentionPolicy"
  | "DeleteRetentionPolicy"
  | "TagResource"
  | "UntagResource"
  | "ListTagsForResource"
  | "TagLogGroup"
  | "UntagLogGroup"
  | "ListTagsLogGroup"
  | "PutLogGroupDeletionProtection";

function checkTags(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length > MAX_TAGS)
    throw logsError("TooManyTagsException", `A resource can have no more than ${MAX_TAGS} tags.`);
  for (const [key, value] of Object.entries(tags)) {
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)) throw invalidParameter(`The tag key '${key}' is not valid.`);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value))
      throw invalidParameter(`The value of tag '${key}' is not valid.`);
  }
}

export function groupHandlers(storage: LogStorage, filters: LogFilters): LogsHandlers<GroupOperations> {
  function withoutRetention(state: LogGroupState): LogGroupState {
    const { retentionDays: _, ...rest } = state;
    return rest;
  }

  function groupOfResource(arn: string, account: string): LogGroup {
    const address = logGroupOfArn(arn, account);
    if (address === undefined) throw invalidParameter(`'${arn}' is not the ARN of a log group of this account.`);
    return groupOrThrow(storage, address);
  }

  function describe(group: LogGroup, account: string) {
    const arn = logGroupArn(account, group);
    const { state } = group;
    return {
      logGroupName: group.name,
      creationTime: state.createdAt,
      ...(state.retentionDays === undefined ? {} : { retentionInDays: state.retentionDays }),
      metricFilterCount: filters.metric.of(state.id).length,
      arn: `${arn}:*`,
      logGroupArn: arn,
      storedBytes: storage.storedBytes(group),
      logGroupClass: state.logGroupClass,
      deletionProtectionEnabled: state.deletionProtection,
      ...(state.kmsKeyId === undefined ? {} : { kmsKeyId: state.kmsKeyId }),
    };
  }

  /** "only arn, creationTime, and logGroupName are included" (API Reference, DescribeLogGroups, logGroupNamePattern). */
  function describeBriefly(group: LogGroup, account: string) {
    return {
      logGroupName: group.name,
      creationTime: group.state.createdAt,
      arn: `${logGroupArn(account, group)}:*`,
    };
  }

  function addTags(group: LogGroup, added: Readonly<Record<string, string>>): void {
    const tags = { ...group.state.tags, ...added };
    checkTags(tags);
    storage.changeGroup(group, { ...group.state, tags });
  }

  function removeTags(group: LogGroup, keys: readonly string[]): void {
    const kept = Object.entries(group.state.tags).filter(([key]) => !keys.includes(key));
    storage.changeGroup(group, { ...group.state, tags: Object.fromEntries(kept) });
  }

  return {
    CreateLogGroup(input, { region }) {
      const name = input.logGroupName;
      checkTags(input.tags ?? {});
      if (storage.group({ region, name }) !== undefined) {
        throw logsError("ResourceAlreadyExistsException", "The specified log group already exists");
      }
      storage.createGroup(
        { region, name },
        {
          logGroupClass: input.logGroupClass ?? "STANDARD",
          deletionProtection: input.deletionProtectionEnabled ?? false,
          tags: input.tags ?? {},
          ...(input.kmsKeyId === undefined ? {} : { kmsKeyId: input.kmsKeyId }),
        },
      );
      return {};
    },

    DeleteLogGroup(input, { region }) {
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      if (group.state.deletionProtection) {
        throw logsError(
          "InvalidParameterException",
          "The specified log group has deletion protection enabled and cannot be deleted.",
        );
      }
      filters.metric.removeAllOf(group.state.id);
      filters.subscription.removeAllOf(group.state.id);
      storage.removeGroup(group);
      return {};
    },

    DescribeLogGroups(input, { region, account }) {
      const limit = input.limit ?? PAGE_SIZE;
      const { logGroupNamePrefix: prefix, logGroupNamePattern: part, logGroupIdentifiers: identifiers } = input;
      if (prefix !== undefined && part !== undefined) {
        throw invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
      }
      const wanted = identifiers?.map((one) => logGroupOfArn(one, account)?.name ?? one);
      const after = input.nextToken === undefined ? undefined : String(decodeToken(input.nextToken).after);
      const found: LogGroup[] = [];
      for (const group of storage.groups(region, after)) {
        const { name, state } = group;
        if (prefix !== undefined && !name.startsWith(prefix)) continue;
        if (part !== undefined && !name.includes(part)) continue;
        if (wanted !== undefined && !wanted.includes(name)) continue;
        if (input.logGroupClass !== undefined && state.logGroupClass !== input.logGroupClass) continue;
        found.push(group);
        if (found.length > limit) break;
      }
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        logGroups: page.map((group) =>
          part === undefined ? describe(group, account) : describeBriefly(group, account),
        ),
        ...(last === undefined ? {} : { nextToken: encodeToken({ after: last.name }) }),
      };
    },

    PutRetentionPolicy(input, { region }) {
      const retentionDays = checkOneOf(input.retentionInDays, "retentionInDays", RETENTION_DAYS);
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      storage.changeGroup(group, { ...group.state, retentionDays });
      return {};
    },

    DeleteRetentionPolicy(input, { region }) {
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      storage.changeGroup(group, withoutRetention(group.state));
      return {};
    },

    TagResource(input, { account }) {
      addTags(groupOfResource(input.resourceArn, account), input.tags);
      return {};
    },

    UntagResource(input, { account }) {
      removeTags(groupOfResource(input.resourceArn, account), input.tagKeys);
      return {};
    },

    ListTagsForResource(input, { account }) {
      return { tags: { ...groupOfResource(input.resourceArn, account).state.tags } };
    },

    TagLogGroup(input, { region }) {
      addTags(groupOrThrow(storage, { region, name: input.logGroupName }), input.tags);
      return {};
    },

    UntagLogGroup(input, { region }) {
      removeTags(groupOrThrow(storage, { region, name: input.logGroupName }), input.tags);
      return {};
    },

    ListTagsLogGroup(input, { region }) {
      return { tags: { ...groupOrThrow(storage, { region, name: input.logGroupName }).state.tags } };
    },

    PutLogGroupDeletionProtection(input, context) {
      const group = groupByEither(storage, { logGroupIdentifier: input.logGroupIdentifier }, context);
      storage.changeGroup(group, { ...group.state, deletionProtection: input.deletionProtectionEnabled });
      return {};
    },
  };
}
