/** The local backend for people: that it started, how it is, and the shell lines that point AWS clients at it. */

import type { LocalEndpoint } from "../backend/backend.ts";
import type { Environment } from "../backend/local-environment.ts";
import type { RecordedCall } from "../local/control-calls.ts";
import type { RunFile } from "../local/daemon-run-file.ts";
import type { VpcResolver } from "../local/nameserver/vpc-resolvers.ts";
import type { LocalStatus } from "../local/status.ts";
import { displayName } from "../route53/names.ts";
import { type Look, paintOf } from "./paint.ts";
import { safeText } from "./safe-text.ts";
import { renderTable } from "./table.ts";

type Ports = Pick<RunFile, "apiPort" | "dnsPort" | "speed">;

function places({ apiPort, dnsPort, speed }: Ports): string {
  const fast = speed === 1 ? "" : `, clock ${speed} times faster`;
  return `API http://127.0.0.1:${apiPort}, DNS port ${dnsPort}${fast}`;
}

export function renderStarted(run: RunFile, outcome: "started" | "already-running", look: Look): string {
  const paint = paintOf(look);
  const first =
    outcome === "started"
      ? `${paint.green("started")} the local backend (process ${run.process.pid})`
      : `the local backend runs already (process ${run.process.pid})`;
  return [
    `${first}: ${places(run)}`,
    paint.dim(`  ask a resolver:   dig @${run.resolver.address} -p ${run.dnsPort} NAME`),
    paint.dim('  use AWS clients:  eval "$(r53kit local env)"'),
  ].join("\n");
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

function endpointState(endpoint: LocalEndpoint, now: number): string {
  if (endpoint.state === "running") return `running (process ${endpoint.pid})`;
  if (endpoint.leaseUntil === null) return "stopped";
  return `stopped, back in ${duration(Math.max(0, endpoint.leaseUntil - now))}`;
}

function behaviour({ settings }: LocalStatus): string {
  const { throttle, lenient, responseRateLimit: limit, geoDatabase, latencyMatrix } = settings;
  return [
    throttle ? "; rate limits hold" : "",
    lenient ? "; prerequisites are not checked" : "",
    limit === undefined ? "" : `; at most ${limit} alike DNS responses a second`,
    geoDatabase === undefined ? "" : `; clients by ${safeText(geoDatabase)}`,
    latencyMatrix === undefined ? "" : `; latencies by ${safeText(latencyMatrix)}`,
  ].join("");
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** What an operator wants to know before the tables: is anything down? */
function healthLines({ healthChecks, endpoints }: LocalStatus, paint: ReturnType<typeof paintOf>): string[] {
  const part = (what: string, adjective: string, good: number, all: number): string[] => {
    if (all === 0) return [];
    const text = `${good} of ${all} ${what} ${adjective}`;
    return [good === all ? paint.green(text) : paint.red(text)];
  };
  const parts = [
    ...part("checks", "healthy", healthChecks.filter(({ healthy }) => healthy).length, healthChecks.length),
    ...part("endpoints", "running", endpoints.filter(({ state }) => state === "running").length, endpoints.length),
  ];
  return parts.length === 0 ? [] : [`health: ${parts.join(", ")}`];
}

function vpcResolver({ address, dnsSupport }: VpcResolver, paint: ReturnType<typeof paintOf>): string {
  if (address === undefined) return paint.yellow("none, every address is taken");
  return dnsSupport ? address : `${address}  ${paint.yellow("silent: enableDnsSupport is off")}`;
}

function vpcZones({ zones, dnsHostnames }: VpcResolver, paint: ReturnType<typeof paintOf>): string {
  const names = zones.map(({ name }) => safeText(displayName(name))).join(" ");
  return zones.length === 0 || dnsHostnames ? names : `${names}  ${paint.yellow("unseen: enableDnsHostnames is off")}`;
}

/** `now` is epoch ms. */
export function renderLocalStatus(status: LocalStatus, look: Look & { readonly now: number }): string {
  const paint = paintOf(look);
  const size = status.diskBytes === undefined ? "" : ` (${mebibytes(status.diskBytes)})`;
  const state = status.inMemory ? "in memory" : `${safeText(status.home ?? "")}${size}`;
  const lines = [
    `local backend (process ${status.pid}), up ${duration(status.uptimeMs)}: ${places(status)}`,
    paint.dim(`state: ${state}; account ${status.settings.account}${behaviour(status)}`),
    ...healthLines(status, paint),
  ];
  const section = (title: string, table: string | undefined) =>
    lines.push("", table === undefined ? paint.dim(`no ${title}`) : `${paint.bold(title)}\n${table}`);
  section(
    "hosted zones",
    status.zones.length === 0
      ? undefined
      : renderTable(
          [
            { title: "NAME" },
            { title: "ID" },
            { title: "RECORD SETS", align: "right" },
            { title: "KIND" },
            { title: "NAME SERVERS" },
          ],
          status.zones.map((zone) => [
            safeText(displayName(zone.name)),
            safeText(zone.id),
            String(zone.recordSetCount),
            zone.private ? "private" : "public",
            zone.nameServers.map((name) => safeText(displayName(name))).join(" "),
          ]),
          look,
        ),
  );
  if (status.vpcs.length > 0) {
    section(
      "VPCs",
      renderTable(
        [{ title: "ID" }, { title: "REGION" }, { title: "RESOLVER" }, { title: "PRIVATE ZONES" }],
        status.vpcs.map((vpc) => [
          safeText(vpc.id),
          safeText(vpc.region),
          vpcResolver(vpc, paint),
          vpcZones(vpc, paint),
        ]),
        look,
      ),
    );
  }
  section(
    "health checks",
    status.healthChecks.length === 0
      ? undefined
      : renderTable(
          [{ title: "ID" }, { title: "TYPE" }, { title: "LOOKS AT" }, { title: "STATE" }],
          status.healthChecks.map((check) => [
            safeText(check.healthCheckId),
            safeText(check.type),
            safeText(check.target),
            check.healthy
              ? paint.green("healthy")
              : paint.red("unhealthy") + (check.reason === undefined ? "" : paint.dim(`  ${safeText(check.reason)}`)),
          ]),
          look,
        ),
  );
  section(
    "endpoints",
    status.endpoints.length === 0
      ? undefined
      : renderTable(
          [{ title: "NAME" }, { title: "ADDRESS" }, { title: "STATE" }],
          status.endpoints.map((endpoint) => [
            safeText(endpoint.name),
            safeText(endpoint.id),
            endpointState(endpoint, look.now),
          ]),
          look,
        ),
  );
  if (status.instances.length > 0) {
    section(
      "EC2 instances",
      renderTable(
        [{ title: "NAME" }, { title: "ID" }, { title: "REGION" }, { title: "ENDPOINT" }, { title: "STATE" }],
        status.instances.map((one) => [
          safeText(one.name),
          safeText(one.instanceId),
          safeText(one.region),
          safeText(one.endpoint ?? "-"),
          one.state,
        ]),
        look,
      ),
    );
  }
  return lines.join("\n");
}

const CALL_WIDTH = { service: 14, operation: 30, latency: 9 } as const;

/** One line a call; columns line up from line to line, since lines come one at a time. */
export function renderCall(call: RecordedCall, look: Look): string {
  const paint = paintOf(look);
  const outcome = `${call.status}${call.errorCode === null ? "" : ` ${safeText(call.errorCode)}`}`;
  const colour = call.status < 400 ? paint.green : call.status < 500 ? paint.yellow : paint.red;
  return [
    paint.dim(call.time),
    safeText(call.service ?? "-").padEnd(CALL_WIDTH.service),
    paint.bold(safeText(call.operation ?? "-").padEnd(CALL_WIDTH.operation)),
    `${call.durationMs.toFixed(1)} ms`.padStart(CALL_WIDTH.latency),
    colour(outcome),
  ].join("  ");
}

/** Values hold nothing that any of these shells would read inside single quotes. */
export function renderEnvironment({ set, unset }: Environment, shell: "sh" | "fish" | "powershell"): string {
  const lines: string[] = [];
  for (const name of unset) {
    if (shell === "sh") lines.push(`unset ${name}`);
    else if (shell === "fish") lines.push(`set -e ${name}`);
    else lines.push(`Remove-Item Env:${name} -ErrorAction SilentlyContinue`);
  }
  for (const [name, value] of Object.entries(set)) {
    if (shell === "sh") lines.push(`export ${name}='${value}'`);
    else if (shell === "fish") lines.push(`set -gx ${name} '${value}'`);
    else lines.push(`$Env:${name} = '${value}'`);
  }
  return lines.join("\n");
}
