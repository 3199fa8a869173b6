/**
 * CloudWatch Logs: metric filters and subscription filters, kept and described; and TestMetricFilter, which tries a pattern.
 * Nothing is published or delivered: there is neither CloudWatch nor a destination here.
 */

import type { Clock } from "../../../clock.ts";
import type { LogFilters, MetricFilterState, Named, SubscriptionFilterState } from "./filter-storage.ts";
import type { LogGroup, LogStorage } from "./log-storage.ts";
import {
  compilePattern,
  decodeToken,
  encodeToken,
  filterPatternOf,
  groupOrThrow,
  invalidParameter,
  type LogsHandlers,
  logsError,
} from "./logs-faults.ts";

const PAGE_SIZE = 50;
/** CloudWatch Logs quotas, of a log group. */
const MAX_METRIC_FILTERS = 100;
const MAX_SUBSCRIPTION_FILTERS = 2;

type FilterOperations =
  | "TestMetricFilter"
  | "PutMetricFilter"
  | "DescribeMetricFilters"
  | "DeleteMetricFilter"
  | "PutSubscriptionFilter"
  | "DescribeSubscriptionFilters"
  | "DeleteSubscriptionFilter";

/** Where a subscription may deliver to: the service of the ARN, and whether CloudWatch Logs needs a role to reach it. */
const DESTINATIONS: Readonly<
  Record<string, { readonly resource: RegExp; readonly role: "required" | "refused" | "optional" }>
> = {
  lambda: { resource: /^function:/, role: "refused" },
  kinesis: { resource: /^stream\//, role: "required" },
  firehose: { resource: /^deliverystream\//, role: "required" },
  logs: { resource: /^destination:/, role: "optional" },
};

function checkDestination(arn: string, roleArn: string | undefined): void {
  const [, service = "", resource = ""] = /^arn:aws[a-z-]*:([a-z]+):[a-z0-9-]+:\d{12}:(.+)$/.exec(arn) ?? [];
  const destination = DESTINATIONS[service];
  if (destination === undefined || !destination.resource.test(resource)) {
    throw invalidParameter(
      "destinationArn is not the ARN of a Kinesis stream, a Firehose delivery stream, a Lambda function or a log destination.",
    );
  }
  if (destination.role === "refused" && roleArn !== undefined) {
    throw invalidParameter(`destinationArn for vendor ${service} cannot be used with roleArn`);
  }
  if (destination.role === "required" && roleArn === undefined) {
    throw invalidParameter(`destinationArn for vendor ${service} cannot be used without roleArn`);
  }
}

/** A page of filters in order of their names, and the token of the next. */
function pageOf<Item>(
  all: readonly Item[],
  order: (item: Item) => string,
  input: { readonly limit?: number | undefined; readonly nextToken?: string | undefined },
): { readonly page: readonly Item[]; readonly next: { readonly nextToken?: string } } {
  const limit = input.limit ?? PAGE_SIZE;
  const after = input.nextToken === undefined ? undefined : String(decodeToken(input.nextToken).after);
  const rest = after === undefined ? all : all.filter((item) => order(item) > after);
  const page = rest.slice(0, limit);
  const last = rest.length > limit ? page.at(-1) : undefined;
  return { page, next: last === undefined ? {} : { nextToken: encodeToken({ after: order(last) }) } };
}

function describeMetricFilter(group: LogGroup, { name, state }: Named<MetricFilterState>) {
  const { createdAt, metricTransformations, emitSystemFieldDimensions, ...rest } = state;
  return {
    filterName: name,
    logGroupName: group.name,
    creationTime: createdAt,
    ...rest,
    metricTransformations: [...metricTransformations],
    ...(emitSystemFieldDimensions === undefined ? {} : { emitSystemFieldDimensions: [...emitSystemFieldDimensions] }),
  };
}

function describeSubscriptionFilter(group: LogGroup, { name, state }: Named<SubscriptionFilterState>) {
  const { createdAt, emitSystemFields, ...rest } = state;
  return {
    filterName: name,
    logGroupName: group.name,
    creationTime: createdAt,
    ...rest,
    ...(emitSystemFields === undefined ? {} : { emitSystemFields: [...emitSystemFields] }),
  };
}

export function filterHandlers(
  storage: LogStorage,
  filters: LogFilters,
  clock: Pick<Clock, "now">,
): LogsHandlers<FilterOperations> {
  function missing(): never {
    throw logsError("ResourceNotFoundException", "The specified filter does not exist.");
  }

  return {
    TestMetricFilter(input) {
      const pattern = filterPatternOf(input.filterPattern);
      return {
        matches: input.logEventMessages.flatMap((eventMessage, eventNumber) =>
          pattern.matches(eventMessage)
            ? [{ eventNumber, eventMessage, extractedValues: pattern.extract(eventMessage) }]
            : [],
        ),
      };
    },

    PutMetricFilter(input, { region }) {
      compilePattern(input.filterPattern);
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      const before = filters.metric.get(group.state.id, input.filterName);
      if (before === undefined && filters.metric.of(group.state.id).length >= MAX_METRIC_FILTERS) {
        throw logsError("LimitExceededException", "Resource limit exceeded.");
      }
      filters.metric.put(group.state.id, input.filterName, {
        filterPattern: input.filterPattern,
        metricTransformations: input.metricTransformations,
        applyOnTransformedLogs: input.applyOnTransformedLogs ?? false,
        ...(input.fieldSelectionCriteria === undefined ? {} : { fieldSelectionCriteria: input.fieldSelectionCriteria }),
        ...(input.emitSystemFieldDimensions === undefined
          ? {}
          : { emitSystemFieldDimensions: input.emitSystemFieldDimensions }),
        createdAt: before?.createdAt ?? clock.now(),
      });
      return {};
    },

    DescribeMetricFilters(input, { region }) {
      const { logGroupName, filterNamePrefix: prefix, metricName, metricNamespace } = input;
      if ((metricName === undefined) !== (metricNamespace === undefined)) {
        throw invalidParameter("metricName and metricNamespace must be specified together.");
      }
      const groups =
        logGroupName === undefined
          ? [...storage.groups(region)]
          : [groupOrThrow(storage, { region, name: logGroupName })];
      const all = groups
        .flatMap((group) => filters.metric.of(group.state.id).map((filter) => ({ group, filter })))
        // "CloudWatch Logs uses the value that you set here only if you also include the logGroupName" (API Reference).
        .filter(({ filter }) => logGroupName === undefined || prefix === undefined || filter.name.startsWith(prefix))
        .filter(({ filter }) =>
          filter.state.metricTransformations.some(
            (one) =>
              metricName === undefined || (one.metricName === metricName && one.metricNamespace === metricNamespace),
          ),
        );
      const order = ({ group, filter }: (typeof all)[number]) => `${filter.name} ${group.name}`;
      all.sort((a, b) => (order(a) < order(b) ? -1 : 1));
      const { page, next } = pageOf(all, order, input);
      return { metricFilters: page.map(({ group, filter }) => describeMetricFilter(group, filter)), ...next };
    },

    DeleteMetricFilter(input, { region }) {
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      if (filters.metric.get(group.state.id, input.filterName) === undefined) missing();
      filters.metric.remove(group.state.id, input.filterName);
      return {};
    },

    PutSubscriptionFilter(input, { region }) {
      compilePattern(input.filterPattern);
      checkDestination(input.destinationArn, input.roleArn);
      const distribution = input.distribution ?? "ByLogStream";
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      const before = filters.subscription.get(group.state.id, input.filterName);
      if (before === undefined && filters.subscription.of(group.state.id).length >= MAX_SUBSCRIPTION_FILTERS) {
        throw logsError("LimitExceededException", "Resource limit exceeded.");
      }
      filters.subscription.put(group.state.id, input.filterName, {
        filterPattern: input.filterPattern,
        destinationArn: input.destinationArn,
        ...(input.roleArn === undefined ? {} : { roleArn: input.roleArn }),
        distribution,
        applyOnTransformedLogs: input.applyOnTransformedLogs ?? false,
        ...(input.fieldSelectionCriteria === undefined ? {} : { fieldSelectionCriteria: input.fieldSelectionCriteria }),
        ...(input.emitSystemFields === undefined ? {} : { emitSystemFields: input.emitSystemFields }),
        createdAt: before?.createdAt ?? clock.now(),
      });
      return {};
    },

    DescribeSubscriptionFilters(input, { region }) {
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      const prefix = input.filterNamePrefix ?? "";
      const all = filters.subscription.of(group.state.id).filter(({ name }) => name.startsWith(prefix));
      const { page, next } = pageOf(all, ({ name }) => name, input);
      return { subscriptionFilters: page.map((filter) => describeSubscriptionFilter(group, filter)), ...next };
    },

    DeleteSubscriptionFilter(input, { region }) {
      const group = groupOrThrow(storage, { region, name: input.logGroupName });
      if (filters.subscription.get(group.state.id, input.filterName) === undefined) missing();
      filters.subscription.remove(group.state.id, input.filterName);
      return {};
    },
  };
}
