/** What a drill can stop and start again; one file of this folder a kind of target. */

import type { TargetDescription } from "../scenario.ts";

export type TargetState = "running" | "stopped" | "gone";

export interface Target {
  /** Enough to make the same target again in a later run. */
  describe(): TargetDescription;
  /**
   * Stops it; resolves when it is stopped, with the epoch ms at which it comes back by itself, or null where nothing
   * brings it back. Stopping a stopped one renews that lease.
   */
  stop(): Promise<number | null>;
  /** Starts it; resolves when it runs. Starting a running one does nothing. */
  start(): Promise<void>;
  state(): Promise<TargetState>;
  /** How often, in real ms, a stop is to be repeated so that its lease does not end; undefined where there is none. */
  readonly renewEveryMs: number | undefined;
}
