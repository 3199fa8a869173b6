/** Health checks, and what their checkers saw, as tables. */

import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import type { HealthState, HealthStatus, ListedHealthCheck } from "../backend/health-status.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";
import { renderTable } from "./table.ts";

/** e.g. `127.0.10.1:8081/health`, `2 of 3 children`. */
function healthTarget(config: HealthCheckConfig): string {
  switch (config.Type) {
    case "CALCULATED":
      return `${config.HealthThreshold ?? 0} of ${config.ChildHealthChecks?.length ?? 0} children`;
    case "CLOUDWATCH_METRIC":
      return `alarm ${config.AlarmIdentifier?.Name ?? ""} in ${config.AlarmIdentifier?.Region ?? ""}`;
    case "RECOVERY_CONTROL":
      return config.RoutingControlArn ?? "";
    default: {
      const address = config.IPAddress ?? config.FullyQualifiedDomainName ?? "";
      const host = address.includes(":") ? `[${address}]` : address;
      const path = config.Type === "TCP" ? "" : config.ResourcePath || "/";
      return `${host}:${config.Port ?? ""}${path.startsWith("/") || path === "" ? path : `/${path}`}`;
    }
  }
}

function flags(config: HealthCheckConfig): string {
  return [
    ...(config.Inverted ? ["inverted"] : []),
    ...(config.Disabled ? ["disabled"] : []),
    ...(config.SearchString ? ["string match"] : []),
    ...(config.Regions?.length ? [`${config.Regions.length} regions`] : []),
  ].join(", ");
}

export function renderHealthChecks(checks: readonly ListedHealthCheck[], look: Look): string {
  const paint = paintOf(look);
  if (checks.length === 0) return "no health checks";
  return renderTable(
    [
      { title: "NAME" },
      { title: "ID" },
      { title: "TYPE" },
      { title: "TARGET" },
      { title: "EVERY", align: "right" },
      { title: "FAILURES", align: "right" },
      { title: "" },
    ],
    checks.map(({ id, name, config }) => [
      paint.bold(safeText(name ?? "-")),
      safeText(id),
      safeText(config.Type ?? ""),
      safeText(healthTarget(config)),
      config.RequestInterval === undefined ? "-" : `${config.RequestInterval} s`,
      config.FailureThreshold === undefined ? "-" : String(config.FailureThreshold),
      paint.dim(flags(config)),
    ]),
    look,
  );
}

function stateText(state: HealthState, look: Look): string {
  const paint = paintOf(look);
  return { healthy: paint.green, unhealthy: paint.red, unknown: paint.yellow }[state](state);
}

function headOf(status: HealthStatus, look: Look): string {
  const paint = paintOf(look);
  const name = status.name === undefined ? "" : `${paint.bold(safeText(status.name))} `;
  const healthy = status.checkers.filter((checker) => checker.healthy).length;
  const because = status.because ?? `${healthy} of ${status.checkers.length} checkers succeed`;
  return `${name}${safeText(status.id)} ${safeText(status.type)}: ${stateText(status.state, look)}, ${safeText(because)}`;
}

export function renderHealthStatus(statuses: readonly HealthStatus[], look: Look): string {
  const paint = paintOf(look);
  if (statuses.length === 0) return "no health checks";
  return statuses
    .map((status) => {
      const lines = [headOf(status, look)];
      if (status.checkers.length > 0) {
        const table = renderTable(
          [{ title: "REGION" }, { title: "CHECKER" }, { title: "VERDICT" }, { title: "AT" }, { title: "SAYS" }],
          status.checkers.map((checker) => [
            safeText(checker.region),
            safeText(checker.address),
            checker.healthy ? paint.green("ok") : paint.red("failed"),
            checker.checkedAt ?? "-",
            safeText(checker.status),
          ]),
          look,
        );
        lines.push(...table.split("\n").map((line) => `  ${line}`));
      }
      for (const child of status.children) {
        lines.push(`  ${safeText(child.name ?? child.id)}: ${stateText(child.state, look)}`);
      }
      return lines.join("\n");
    })
    .join("\n\n");
}
