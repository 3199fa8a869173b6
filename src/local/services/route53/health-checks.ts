/** Health checks: their configuration is kept here, probing is the monitor's. */

import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type * as sdk from "@aws-sdk/client-route-53";
import type { HealthCheck, HealthCheckConfig, HealthCheckObservation } from "@aws-sdk/client-route-53";
import { CHECKER_IP_RANGES } from "../../../route53/checker-ranges.ts";
import {
  healthCheckProblem,
  healthCheckUpdateProblem,
  updatedHealthCheck,
  withHealthCheckDefaults,
} from "../../../route53/health-check.ts";
import { DEFAULT_PAGE, MAX_HEALTH_CHECKS_PAGE } from "../../../route53/limits.ts";
import type { CheckerObservation } from "../../health/monitor.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core } from "./core.ts";
import { invalidInput, noSuchHealthCheck, route53Error } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { linkToApi } from "./linked-service.ts";
import { pageSize, takePage } from "./paging.ts";
import type { HealthCheckState } from "./state.ts";

type Names =
  | "CreateHealthCheck"
  | "GetHealthCheck"
  | "UpdateHealthCheck"
  | "DeleteHealthCheck"
  | "ListHealthChecks"
  | "GetHealthCheckCount"
  | "GetHealthCheckStatus"
  | "GetHealthCheckLastFailureReason"
  | "GetCheckerIpRanges";

function healthCheckToApi(check: HealthCheckState): HealthCheck {
  return {
    Id: check.id,
    CallerReference: check.callerReference,
    HealthCheckConfig: check.config,
    HealthCheckVersion: check.version,
    ...linkToApi(check),
  };
}

function observationToApi(observation: CheckerObservation): HealthCheckObservation {
  return {
    Region: observation.region as NonNullable<HealthCheckObservation["Region"]>,
    IPAddress: observation.checkerAddress,
    StatusReport: { Status: observation.status, CheckedTime: new Date(observation.checkedAt) },
  };
}

export function healthCheckHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, health } = core;

  function checkOf(id: string): HealthCheckState {
    const check = state.healthChecks.get(id);
    if (check === undefined) throw noSuchHealthCheck(id);
    return check;
  }

  /** Whether `id` watches `target`, itself or through calculated checks. */
  function watches(id: string, target: string, seen = new Set<string>()): boolean {
    if (id === target) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return (state.healthChecks.get(id)?.config.ChildHealthChecks ?? []).some((child) => watches(child, target, seen));
  }

  function refuse(config: HealthCheckConfig, ownId?: string): void {
    const problem = healthCheckProblem(config);
    if (problem !== undefined) throw invalidInput(problem);
    if (config.IPAddress !== undefined && isIP(config.IPAddress) === 0) {
      throw invalidInput(`Invalid parameter : ${config.IPAddress} is not a valid IP address.`);
    }
    for (const child of config.ChildHealthChecks ?? []) {
      if (state.healthChecks.get(child) === undefined) {
        throw invalidInput(`Invalid parameter : The child health check ${child} does not exist.`);
      }
      if (ownId !== undefined && watches(child, ownId)) {
        throw invalidInput(`Invalid parameter : The health check ${ownId} cannot monitor itself.`);
      }
    }
  }

  return {
    CreateHealthCheck(input) {
      const config = withHealthCheckDefaults(input.HealthCheckConfig);
      const known = state.healthCheckReferences.get(input.CallerReference);
      if (known !== undefined) {
        const existing = state.healthChecks.get(known);
        if (existing === undefined || !isDeepStrictEqual(existing.config, config)) {
          throw route53Error(
            "HealthCheckAlreadyExists",
            "A different health check has already been created with the specified caller reference.",
          );
        }
        return { HealthCheck: healthCheckToApi(existing), Location: locationOf("healthcheck", existing.id) };
      }
      refuse(input.HealthCheckConfig);
      if (state.healthChecks.count() >= core.maxHealthChecks) {
        throw route53Error("TooManyHealthChecks", `This account has ${core.maxHealthChecks} health checks, its limit.`);
      }
      const check: HealthCheckState = { id: newUuid(), callerReference: input.CallerReference, config, version: 1 };
      store.write(() => {
        state.healthChecks.put(check.id, check);
        state.healthCheckReferences.put(check.callerReference, check.id);
      });
      health.put(check.id, check.config);
      return { HealthCheck: healthCheckToApi(check), Location: locationOf("healthcheck", check.id) };
    },

    GetHealthCheck(input) {
      return { HealthCheck: healthCheckToApi(checkOf(input.HealthCheckId)) };
    },

    UpdateHealthCheck(input) {
      const check = checkOf(input.HealthCheckId);
      if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== check.version) {
        throw route53Error(
          "HealthCheckVersionMismatch",
          `The version of the health check is ${check.version}, not ${input.HealthCheckVersion}.`,
        );
      }
      const problem = healthCheckUpdateProblem(check.config, input);
      if (problem !== undefined) throw invalidInput(problem);
      const config = updatedHealthCheck(check.config, input);
      refuse(config, check.id);
      const updated: HealthCheckState = { ...check, config, version: check.version + 1 };
      store.write(() => state.healthChecks.put(updated.id, updated));
      health.put(updated.id, updated.config);
      return { HealthCheck: healthCheckToApi(updated) };
    },

    DeleteHealthCheck(input) {
      const check = checkOf(input.HealthCheckId);
      store.write(() => {
        state.healthChecks.remove(check.id);
        state.tags.remove(["healthcheck", check.id]);
      });
      health.remove(check.id);
      return {};
    },

    ListHealthChecks(input) {
      const size = pageSize(input.MaxItems, DEFAULT_PAGE, MAX_HEALTH_CHECKS_PAGE);
      function* inOrder() {
        for (const { value } of state.healthChecks.entries(input.Marker === undefined ? {} : { start: input.Marker })) {
          yield value;
        }
      }
      const page = takePage(inOrder(), size);
      return {
        HealthChecks: page.items.map(healthCheckToApi),
        Marker: input.Marker,
        IsTruncated: page.next !== undefined,
        ...(page.next === undefined ? {} : { NextMarker: page.next.id }),
        MaxItems: size,
      };
    },

    GetHealthCheckCount() {
      return { HealthCheckCount: state.healthChecks.count() };
    },

    GetHealthCheckStatus(input) {
      return { HealthCheckObservations: health.observations(checkOf(input.HealthCheckId).id).map(observationToApi) };
    },

    GetHealthCheckLastFailureReason(input) {
      return { HealthCheckObservations: health.lastFailures(checkOf(input.HealthCheckId).id).map(observationToApi) };
    },

    GetCheckerIpRanges() {
      return { CheckerIpRanges: [...CHECKER_IP_RANGES] };
    },
  };
}
