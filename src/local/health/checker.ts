/** One region's checker of one endpoint: its timetable and what it has seen. */

import type { Clock, Timer } from "../../clock.ts";
import type { CheckerObservation } from "./monitor.ts";
import type { CheckerRegion } from "./regions.ts";
import type { ProbeResult } from "./status-text.ts";
import { turnFrom } from "./timetable.ts";
import { afterProbe, type CheckerVerdict, UNDECIDED } from "./verdict.ts";

export class Checker {
  readonly place: CheckerRegion;
  readonly #run: (checker: Checker) => void;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #sent = 0;
  #heard = 0;
  verdict: CheckerVerdict = UNDECIDED;
  latest: CheckerObservation | undefined;
  latestFailure: CheckerObservation | undefined;

  constructor(place: CheckerRegion, clock: Clock, run: (checker: Checker) => void) {
    this.place = place;
    this.#clock = clock;
    this.#run = run;
  }

  /** Probes first after `firstMs`, or at its turn if that is sooner; then at `phaseMs` into every interval. Probes do not wait for each other. */
  start(firstMs: number, phaseMs: number, intervalMs: number): void {
    this.stop();
    const clock = this.#clock;
    const schedule = (due: number) => {
      this.#timer = clock.after(Math.max(0, due - clock.elapsedMs()), () => {
        const now = clock.elapsedMs();
        // Half an interval is the least between two probes, so that those in a row are about different moments.
        schedule(turnFrom(Math.max(due + intervalMs / 2, now), phaseMs, intervalMs));
        // Turns that went by while the machine slept are not made up for: a burst of probes is no run of failures.
        if (now - due <= intervalMs / 2) this.#run(this);
      });
    };
    const now = clock.elapsedMs();
    schedule(Math.min(now + firstMs, turnFrom(now, phaseMs, intervalMs)));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Numbers a probe as it is sent. */
  send(): number {
    return ++this.#sent;
  }

  /** Returns whether the verdict turned. A probe that hung until later ones were answered says nothing any more. */
  record(probe: number, { passed, status }: ProbeResult, threshold: number): boolean {
    if (probe < this.#heard) return false;
    this.#heard = probe;
    const before = this.verdict.healthy;
    this.verdict = afterProbe(this.verdict, passed, threshold);
    this.latest = { ...this.place, checkedAt: this.#clock.now(), healthy: this.verdict.healthy, status };
    if (!passed) this.latestFailure = this.latest;
    return this.verdict.healthy !== before;
  }

  /** Takes over what another checker of the same region holds. */
  inherit({ verdict, latest, latestFailure }: Checker): void {
    this.verdict = verdict;
    this.latest = latest;
    this.latestFailure = latestFailure;
  }
}
