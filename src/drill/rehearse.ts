/**
 * The drill itself: journal, stop, watch, start, watch, report. From the moment the stop is asked for, every way out of
 * here starts the endpoint again.
 */

import { setMaxListeners } from "node:events";
import type { Clock } from "../clock.ts";
import { Failure } from "../errors.ts";
import type { FailoverBounds } from "../route53/failover-bounds.ts";
import type { DrillEvent, DrillHappening, DrillHost } from "./events.ts";
import { isTimelineEvent } from "./events.ts";
import type { Journal } from "./journal.ts";
import { type MachineInput, type MachineState, startMachine, step } from "./machine.ts";
import type { Observation } from "./observation.ts";
import { keepLooking, type Observer } from "./observers/observer.ts";
import { stamp } from "./recover.ts";
import { buildReport, type DrillReport } from "./report.ts";
import type { DrillScenario, DrillSettings } from "./scenario.ts";
import { targetLabel } from "./targets/open-target.ts";
import type { Target } from "./targets/target.ts";
import { currentSight, extend, type Track } from "./track.ts";

export interface Rehearsal {
  readonly drillId: string;
  readonly pid: number;
  /** The backend's label. */
  readonly backend: string;
  readonly scenario: DrillScenario;
  readonly settings: DrillSettings;
  readonly bounds: FailoverBounds;
  readonly target: Target;
  readonly observers: readonly Observer[];
  /** The backend's clock: everything measured is in its milliseconds. */
  readonly clock: Clock;
  /** Leases run in real time, whatever the backend's speed. */
  readonly realClock: Clock;
  openJournal(): Journal;
  /** Called once the intention to stop is written. Throws when another drill has one too. */
  refuseUnlessAlone(): void;
  readonly host: DrillHost;
  /** Aborted when the person wants to stop. */
  readonly signal: AbortSignal;
}

/** Clock ms between looks at the deadlines. */
const TICK_MS = 500;
const START_ATTEMPTS = 5;
/** Renewals that may fail one after the other before the drill gives up. */
const RENEWAL_FAILURES = 3;
/** Real ms from a renewal that failed to the next try. */
const RENEWAL_RETRY_MS = 1000;

/** A promise with its handle outside. */
interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Writes events to the journal and the host; once the endpoint is stopped, a full disk no longer stops the drill. */
class Recorder {
  readonly timeline: DrillEvent[] = [];
  readonly warnings: string[] = [];
  private readonly clock: Clock;
  private readonly journal: Journal;
  private readonly host: DrillHost;
  private lenient = false;

  constructor(clock: Clock, journal: Journal, host: DrillHost) {
    this.clock = clock;
    this.journal = journal;
    this.host = host;
  }

  get journalFile(): string {
    return this.journal.file;
  }

  /** From now on a journal that cannot be written is a warning. */
  becomeLenient(): void {
    this.lenient = true;
  }

  tell(happening: DrillHappening): void {
    const event = stamp(this.clock, happening);
    if (isTimelineEvent(event)) this.timeline.push(event);
    try {
      this.journal.append(event);
    } catch (error) {
      if (!this.lenient) throw error;
      if (this.warnings.length === 0) this.warnings.push(messageOf(error));
    }
    this.host(event);
  }

  close(): void {
    this.journal.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs the drill; the steady state was checked before. Resolves with the report for every outcome, a Ctrl-C included.
 * Throws a Failure when the endpoint could not be stopped or, worse, not be started again.
 */
export async function rehearseFailover(rehearsal: Rehearsal): Promise<DrillReport> {
  const { clock, observers, scenario, settings, signal, target } = rehearsal;
  const recorder = new Recorder(clock, rehearsal.openJournal(), rehearsal.host);
  const identities = observers.map((observer) => observer.identity);
  const watching = new AbortController();
  // Every observer listens to it at once; Node takes more than ten for a leak.
  setMaxListeners(0, watching.signal);
  const watchers: Promise<void>[] = [];
  try {
    recorder.tell({
      code: "drill.began",
      drillId: rehearsal.drillId,
      pid: rehearsal.pid,
      backend: rehearsal.backend,
      speed: clock.speed,
      scenario,
      settings,
      observers: identities,
      bounds: rehearsal.bounds,
    });

    const baseline = new Map<string, Track>(identities.map(({ id }) => [id, []]));
    const everyoneLooked = gate();
    let receive = (observer: string, observation: Observation): void => {
      baseline.set(observer, extend(baseline.get(observer) ?? [], observation));
      if ([...baseline.values()].every((track) => track.length > 0)) everyoneLooked.open();
    };
    for (const observer of observers) {
      const { id } = observer.identity;
      const tell = (observation: Observation) => {
        recorder.tell({ code: "observer.saw", observer: id, observation });
        receive(id, observation);
      };
      watchers.push(keepLooking(observer, clock, tell, watching.signal));
    }
    await Promise.race([everyoneLooked.opened, aborted(signal)]);
    signal.throwIfAborted();
    refuseUnlessPrimary(baseline, rehearsal);

    recorder.tell({ code: "stop.intended", target: target.describe() });
    try {
      rehearsal.refuseUnlessAlone();
    } catch (error) {
      recorder.tell({ code: "stop.withdrawn" });
      throw error;
    }
    recorder.becomeLenient();
    const stopped = await stopAndWatch(rehearsal, recorder, baseline, (next) => {
      receive = next;
    });
    recorder.tell({ code: "drill.ended", outcome: stopped.state.outcome ?? "interrupted" });
    return buildReport({
      drillId: rehearsal.drillId,
      backend: rehearsal.backend,
      speed: clock.speed,
      scenario,
      settings,
      bounds: rehearsal.bounds,
      observers: identities,
      state: stopped.state,
      stopTookMs: stopped.stopTookMs,
      endedAtMs: clock.elapsedMs(),
      events: recorder.timeline,
      journal: recorder.journalFile,
      warnings: recorder.warnings,
    });
  } finally {
    watching.abort();
    await Promise.all(watchers);
    recorder.close();
  }
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function refuseUnlessPrimary(baseline: ReadonlyMap<string, Track>, rehearsal: Rehearsal): void {
  for (const { identity } of rehearsal.observers) {
    const track = baseline.get(identity.id) ?? [];
    if (currentSight(track) === "primary") continue;
    throw new Failure({
      kind: "failed",
      code: "drill.not-steady.changed",
      message: `the steady state went away before the stop, so nothing was stopped: ${identity.label} saw ${track.at(-1)?.detail ?? "nothing"}`,
      next: "drill again once everything serves the primary",
    });
  }
}

interface Watched {
  readonly state: MachineState;
  readonly stopTookMs: number;
}

/** From the stop to the end of the failback. Whatever happens in here, the endpoint is started again before it returns or throws. */
async function stopAndWatch(
  rehearsal: Rehearsal,
  recorder: Recorder,
  baseline: ReadonlyMap<string, Track>,
  redirect: (receive: (observer: string, observation: Observation) => void) => void,
): Promise<Watched> {
  const { clock, settings, signal, target } = rehearsal;
  const helpers = new AbortController();
  const keeper = new AbortController();
  let keeping: Promise<void> = Promise.resolve();
  let restoring: Promise<void> | undefined;

  /** Once: whoever failed to start it has already tried for a while. */
  const restore = () => {
    restoring ??= restoreNow();
    return restoring;
  };
  const restoreNow = async () => {
    // A renewal under way must not stop what is just being started.
    keeper.abort();
    await keeping;
    await startAgain(rehearsal, recorder);
  };

  try {
    const stoppedAtMs = clock.elapsedMs();
    const leaseUntil = await target.stop();
    const stopTookMs = clock.elapsedMs() - stoppedAtMs;
    recorder.tell({ code: "stop.done", tookMs: stopTookMs });
    if (leaseUntil !== null) recorder.tell({ code: "lease.renewed", until: leaseUntil });

    const restartOrdered = gate();
    const ended = gate();
    let state = startMachine({
      tracks: baseline,
      stoppedAtMs,
      timeoutMs: settings.timeoutMs,
      holdMs: settings.holdMs,
    });
    const feed = (input: MachineInput): void => {
      const next = step(state, input);
      state = next.state;
      for (const output of next.outputs) {
        switch (output.kind) {
          case "changed":
            recorder.tell({
              code: "observer.changed",
              observer: output.observer,
              from: output.from ?? null,
              observation: output.observation,
            });
            break;
          case "phase":
            recorder.tell({ code: "phase.entered", phase: output.phase });
            if (output.phase === "ended") ended.open();
            break;
          case "restart":
            restartOrdered.open();
            break;
        }
      }
    };
    recorder.tell({ code: "phase.entered", phase: state.phase });
    redirect((observer, observation) => feed({ kind: "observed", observer, observation }));
    const onAbort = () => feed({ kind: "interrupted", atMs: clock.elapsedMs() });
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true, signal: helpers.signal });
    const ticking = keepTicking(clock, () => feed({ kind: "time", atMs: clock.elapsedMs() }), helpers.signal);
    keeping = keepStopped(rehearsal, recorder, keeper.signal, () =>
      feed({ kind: "disturbed", atMs: clock.elapsedMs() }),
    );

    await restartOrdered.opened;
    await restore();
    feed({ kind: "running", atMs: clock.elapsedMs() });
    await ended.opened;
    helpers.abort();
    await ticking;
    return { state, stopTookMs };
  } finally {
    helpers.abort();
    await restore();
  }
}

async function keepTicking(clock: Clock, tick: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    tick();
    try {
      await clock.sleep(Math.max(TICK_MS, 20 * clock.speed), signal);
    } catch {
      return;
    }
  }
}

/** Renews the lease until told to stop. When the endpoint came back by other hands or was removed, or its keeper is lost, the drill is disturbed. */
async function keepStopped(
  rehearsal: Rehearsal,
  recorder: Recorder,
  signal: AbortSignal,
  disturbed: () => void,
): Promise<void> {
  const { target, realClock } = rehearsal;
  const { renewEveryMs } = target;
  if (renewEveryMs === undefined) return;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await realClock.sleep(failures === 0 ? renewEveryMs : RENEWAL_RETRY_MS, signal);
    } catch {
      return;
    }
    try {
      const state = await target.state();
      if (signal.aborted) return;
      if (state !== "stopped") {
        recorder.tell({ code: state === "gone" ? "target.gone" : "target.came-back" });
        return disturbed();
      }
      recorder.tell({ code: "lease.renewed", until: await target.stop() });
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      recorder.tell({ code: "lease.failed", message: messageOf(error) });
      if (failures >= RENEWAL_FAILURES) return disturbed();
    }
  }
}

async function isGone(target: Target): Promise<boolean> {
  try {
    return (await target.state()) === "gone";
  } catch {
    // Whoever would know cannot be asked.
    return false;
  }
}

async function startAgain(rehearsal: Rehearsal, recorder: Recorder): Promise<void> {
  const { clock, realClock, target } = rehearsal;
  recorder.tell({ code: "start.intended" });
  const askedMs = clock.elapsedMs();
  for (let attempt = 1; ; attempt++) {
    try {
      await target.start();
      recorder.tell({ code: "start.done", tookMs: clock.elapsedMs() - askedMs });
      return;
    } catch (error) {
      recorder.tell({ code: "start.failed", attempt, message: messageOf(error) });
      if (await isGone(target)) {
        throw new Failure({
          kind: "failed",
          code: "drill.target-gone",
          message: `endpoint ${targetLabel(target.describe())} was removed while the drill held it stopped, so it cannot be started again`,
          next: "run 'r53kit setup apply' to create it anew",
          cause: error,
        });
      }
      if (attempt === START_ATTEMPTS) {
        throw new Failure({
          kind: "failed",
          code: "drill.not-restored",
          message: `endpoint ${targetLabel(target.describe())} could not be started again: ${messageOf(error)}`,
          next: "see that the backend runs (r53kit local status), then run any drill: it restores this endpoint first",
          cause: error,
        });
      }
      await realClock.sleep(attempt * 500);
    }
  }
}
