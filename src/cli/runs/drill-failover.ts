/** The run behind `r53kit drill failover`: recover, check, ask, rehearse, report. */

import { join } from "node:path";
import type { Backend } from "../../backend/backend.ts";
import { type Clock, systemClock } from "../../clock.ts";
import type { DrillTargets as ConfiguredTargets } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import { chooseFailover, chosenTarget } from "../../drill/choose.ts";
import { parseDuration } from "../../drill/duration.ts";
import type { DrillHappening, DrillHost } from "../../drill/events.ts";
import { drillIdAt, type JournalReading, lastRestoredAt, openJournal } from "../../drill/journal.ts";
import { readScenario } from "../../drill/live.ts";
import { assembleObservers } from "../../drill/observers/assemble.ts";
import { follow, NO_PROGRESS } from "../../drill/progress.ts";
import { recoverUnfinishedDrills, refuseUnlessAlone, stamp } from "../../drill/recover.ts";
import { rehearseFailover } from "../../drill/rehearse.ts";
import type { DrillReport } from "../../drill/report.ts";
import type { DrillSettings, DrillTargets } from "../../drill/scenario.ts";
import { awaitSteadyState } from "../../drill/steady.ts";
import { openTarget, targetLabel } from "../../drill/targets/open-target.ts";
import { Failure } from "../../errors.ts";
import { daemonHome } from "../../local/daemon-home.ts";
import { renderDrillLine } from "../../render/drill/lines.ts";
import { renderDrillReport } from "../../render/drill/report.ts";
import { failoverBounds } from "../../route53/failover-bounds.ts";
import { displayName } from "../../route53/names.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export interface FailoverOptions {
  readonly target?: string;
  readonly timeout?: string;
  readonly hold?: string;
  readonly maxDetection?: string;
  readonly maxFailover?: string;
  readonly maxDowntime?: string;
  readonly maxFailback?: string;
}

/** Undefined for an option that was not given. Throws a usage Failure for what is no duration. */
function durationOption(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new Failure({
    kind: "usage",
    code: "cli.not-a-duration",
    message: `${flag}: '${text}' is no duration`,
    next: "write it like 90s, 2m, 1m30s or 500ms",
  });
}

function targetsOf(options: FailoverOptions, configured: ConfiguredTargets): DrillTargets {
  const target = (flag: string, text: string | undefined, seconds: number | undefined) =>
    durationOption(flag, text) ?? (seconds === undefined ? undefined : seconds * 1000);
  const detectionMs = target("--max-detection", options.maxDetection, configured.detectionSeconds);
  const failoverMs = target("--max-failover", options.maxFailover, configured.failoverSeconds);
  const downtimeMs = target("--max-downtime", options.maxDowntime, configured.downtimeSeconds);
  const failbackMs = target("--max-failback", options.maxFailback, configured.failbackSeconds);
  return {
    ...(detectionMs === undefined ? {} : { detectionMs }),
    ...(failoverMs === undefined ? {} : { failoverMs }),
    ...(downtimeMs === undefined ? {} : { downtimeMs }),
    ...(failbackMs === undefined ? {} : { failbackMs }),
  };
}

const JOURNAL_READING: JournalReading = {
  now: () => Date.now(),
  processExists(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  },
};

function exitCodeOf(report: DrillReport): ExitCode {
  switch (report.outcome) {
    case "completed":
      return report.verdict.withinTargets ? EXIT.ok : EXIT.findings;
    case "interrupted":
      return EXIT.interrupted;
    default:
      return EXIT.failed;
  }
}

/** Shows events as they come: on a terminal in place, otherwise line by line. */
interface Voice {
  readonly host: DrillHost;
  close(): void;
}

function plainVoice(context: CommandContext): Voice {
  const look = { color: context.color.stderr };
  let progress = NO_PROGRESS;
  return {
    host(event) {
      progress = follow(progress, event);
      const line = renderDrillLine(event, progress, look);
      if (line !== undefined) context.note(line);
    },
    close() {},
  };
}

async function liveVoice(context: CommandContext, backend: Backend): Promise<Voice> {
  const { showLiveDrill } = await import("../../render/drill/live.tsx");
  let progress = NO_PROGRESS;
  const view = showLiveDrill({
    stream: context.host.stderr,
    color: context.color.stderr,
    clockMs: () => backend.clock.elapsedMs(),
    first: progress,
  });
  return {
    host(event) {
      progress = follow(progress, event);
      view.show(progress);
    },
    close: () => view.close(),
  };
}

/** A new health check needs one round of probes before its checkers have anything to say. */
function firstReportsMs(intervalSeconds: number): number {
  return (intervalSeconds + 10) * 1000;
}

/** Clock ms to wait for a steady state that is only on its way: after another drill's endpoint was restored. */
function comesBackMs(restoredAt: number | undefined, failbackMs: number, clock: Clock): number {
  if (restoredAt === undefined) return 0;
  const passedMs = (clock.now() - restoredAt) * clock.speed;
  return passedMs < failbackMs * 2 ? failbackMs * 2 : 0;
}

export async function drillFailover(
  context: CommandContext,
  name: string | undefined,
  options: FailoverOptions,
): Promise<ExitCode> {
  const { config, places } = loadConfig(context.options.config);
  const choice = chooseFailover(config, { name, endpoint: options.target }, (path) => places.of(path));
  const targets = targetsOf(options, config.drillTargets);
  const timeoutMs = durationOption("--timeout", options.timeout);
  const holdMs = durationOption("--hold", options.hold) ?? 0;

  const backend = await context.connect(config.backend);
  try {
    const { clock } = backend;
    const { signal } = context;
    // First of all: a target that this backend has not is a mistake, and nothing is asked or restored for it.
    const target = openTarget(chosenTarget(choice), backend);
    const directory = join(daemonHome(context.host.env).directory, "drills");
    const before = plainVoice(context);
    const say = (happening: DrillHappening) => before.host(stamp(clock, happening));
    await recoverUnfinishedDrills({
      directory,
      backend,
      reading: JOURNAL_READING,
      host: before.host,
    });

    const route53 = await backend.clients.route53();
    const scenario = await readScenario(route53, choice, signal);
    const { healthCheck, ttlSeconds } = scenario;
    const { intervalSeconds, failureThreshold, type: probeType } = healthCheck;
    const bounds = failoverBounds({ probeType, intervalSeconds, failureThreshold, ttlSeconds });
    const settings: DrillSettings = { timeoutMs: timeoutMs ?? bounds.client.ms * 2, holdMs, targets };
    const { observers, request, secondaryCheckers } = await assembleObservers(scenario, backend, route53, signal);

    const checks = await awaitSteadyState(
      { scenario, target, observers, request, secondaryCheckers },
      {
        clock,
        pendingMs: firstReportsMs(healthCheck.intervalSeconds),
        failedMs: comesBackMs(lastRestoredAt(directory), bounds.failback.ms, clock),
        waiting: (waitingFor) => say({ code: "steady.waiting", checks: waitingFor }),
      },
      signal,
    );
    say({ code: "steady.checked", checks, ok: true });

    const outageSeconds = Math.ceil(bounds.client.ms / clock.speed / 1000);
    const question = `Stop ${targetLabel(scenario.target)} behind ${displayName(scenario.name)} on ${backend.label}? Clients may be without service for up to ${outageSeconds} s.`;
    if (!(await context.confirm(question))) {
      throw new Failure({ kind: "interrupted", code: "drill.declined", message: "nothing was stopped: you said no" });
    }

    const drillId = drillIdAt(clock.now(), Math.random);
    const voice = context.live ? await liveVoice(context, backend) : plainVoice(context);
    let report: DrillReport;
    try {
      report = await rehearseFailover({
        drillId,
        pid: process.pid,
        backend: backend.label,
        scenario,
        settings,
        bounds,
        target,
        observers,
        clock,
        realClock: systemClock(),
        openJournal: () => openJournal(directory, drillId),
        refuseUnlessAlone: () => refuseUnlessAlone(directory, drillId, JOURNAL_READING),
        host: voice.host,
        signal,
      });
    } finally {
      voice.close();
    }
    context.result(report, () => renderDrillReport(report, { color: context.color.stdout }));
    return exitCodeOf(report);
  } finally {
    backend.close();
  }
}
