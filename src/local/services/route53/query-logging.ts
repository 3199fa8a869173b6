/** Query logging configurations: which log group gets the queries of a public hosted zone. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { QueryLoggingConfig } from "@aws-sdk/client-route-53";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { pageSize, takePage } from "./paging.ts";
import { type QueryLoggingState, valuesOf } from "./state.ts";

type Names =
  | "CreateQueryLoggingConfig"
  | "GetQueryLoggingConfig"
  | "ListQueryLoggingConfigs"
  | "DeleteQueryLoggingConfig";

const LOG_GROUP_ARN = /^arn:aws:logs:([a-z0-9-]+):([0-9]{12}):log-group:([A-Za-z0-9_./#-]{1,512})(?::\*)?$/;

/** The log group's name in an ARN, with or without the `:*` at its end. */
export function logGroupNameOf(arn: string): string | undefined {
  return LOG_GROUP_ARN.exec(arn)?.[3];
}

function configToApi(config: QueryLoggingState): QueryLoggingConfig {
  return { Id: config.id, HostedZoneId: config.hostedZoneId, CloudWatchLogsLogGroupArn: config.logGroupArn };
}

/** `changed` is called with a zone and its log group, or undefined when its queries are no longer logged. */
export function queryLoggingHandlers(
  core: Route53Core,
  changed: (zoneId: string, logGroupName: string | undefined) => void,
): Handlers<typeof sdk, Names> {
  const { state, store } = core;

  function configOf(id: string): QueryLoggingState {
    const config = state.queryLogging.get(id);
    if (config === undefined) {
      throw route53Error("NoSuchQueryLoggingConfig", `No query logging configuration exists with ID: ${id}`);
    }
    return config;
  }

  /** Throws what AWS answers when Route 53 cannot log there. */
  function checkLogGroup(arn: string, zoneId: string): void {
    const [, region, account] = LOG_GROUP_ARN.exec(arn) ?? [];
    if (region === undefined) {
      throw invalidInput(`The Amazon Resource Name (ARN) ${arn} is not that of a CloudWatch Logs log group.`);
    }
    // Lenient or not: query logs are written there and nowhere else.
    if (region !== "us-east-1") {
      throw invalidInput(`The CloudWatch Logs log group must be in the us-east-1 region, but ${arn} is in ${region}.`);
    }
    const may = account === core.account ? core.logs.route53MayWrite(arn, zoneId) : "no-such-group";
    if (may === "no-such-group") {
      throw route53Error(
        "NoSuchCloudWatchLogsLogGroup",
        `The specified CloudWatch Logs log group doesn't exist: ${arn}`,
      );
    }
    if (may === "not-permitted" && !core.lenient) {
      throw route53Error(
        "InsufficientCloudWatchLogsResourcePolicy",
        "The resource policy that you're using for Route 53 query logging doesn't grant Route 53 sufficient permission to create a log stream in the specified log group.",
      );
    }
  }

  return {
    CreateQueryLoggingConfig(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      if (zone.private) throw invalidInput("Query logging is not supported for private hosted zones.");
      if (valuesOf(state.queryLogging).some((config) => config.hostedZoneId === zone.id)) {
        throw route53Error(
          "QueryLoggingConfigAlreadyExists",
          "You can create only one query logging configuration for a hosted zone, and a query logging configuration already exists for this hosted zone.",
        );
      }
      checkLogGroup(input.CloudWatchLogsLogGroupArn, zone.id);
      const config: QueryLoggingState = {
        id: newUuid(),
        hostedZoneId: zone.id,
        logGroupArn: input.CloudWatchLogsLogGroupArn,
      };
      store.write(() => state.queryLogging.put(config.id, config));
      changed(zone.id, logGroupNameOf(config.logGroupArn));
      return { QueryLoggingConfig: configToApi(config), Location: locationOf("queryloggingconfig", config.id) };
    },

    GetQueryLoggingConfig(input) {
      return { QueryLoggingConfig: configToApi(configOf(input.Id)) };
    },

    ListQueryLoggingConfigs(input) {
      const size = pageSize(input.MaxResults);
      const zoneId = input.HostedZoneId === undefined ? undefined : zoneOf(core, bareId(input.HostedZoneId)).id;
      if (input.NextToken !== undefined && !/^[0-9a-f-]{36}$/.test(input.NextToken)) {
        throw route53Error("InvalidPaginationToken", "The specified pagination token is not valid.");
      }
      function* wanted() {
        for (const { value } of state.queryLogging.entries(
          input.NextToken === undefined ? {} : { start: input.NextToken },
        )) {
          if (zoneId === undefined || value.hostedZoneId === zoneId) yield value;
        }
      }
      const page = takePage(wanted(), size);
      return {
        QueryLoggingConfigs: page.items.map(configToApi),
        ...(page.next === undefined ? {} : { NextToken: page.next.id }),
      };
    },

    DeleteQueryLoggingConfig(input) {
      const config = configOf(input.Id);
      store.write(() => state.queryLogging.remove(config.id));
      changed(config.hostedZoneId, undefined);
      return {};
    },
  };
}
