/** What an apply tells while it works. The live view, the plain lines and the journal read the same events. */

import type { ChangeAction, PhaseName } from "./plan.ts";
import type { Verification } from "./verification.ts";

export type SetupEvent =
  | { readonly event: "phase-started"; readonly phase: PhaseName; readonly changes: number }
  /** About to happen; the journal has it before the first call goes out. */
  | {
      readonly event: "change-started";
      readonly phase: PhaseName;
      readonly action: ChangeAction;
      readonly subject: string;
    }
  | {
      readonly event: "change-done";
      readonly phase: PhaseName;
      readonly action: ChangeAction;
      readonly subject: string;
      /** What is worth knowing of it, e.g. the id it got. */
      readonly detail?: string;
    }
  /** Something turned out to need no doing, or not to be safe to do. */
  | { readonly event: "change-skipped"; readonly phase: PhaseName; readonly subject: string; readonly reason: string }
  | { readonly event: "waiting"; readonly phase: PhaseName; readonly what: string }
  | { readonly event: "in-sync"; readonly phase: PhaseName; readonly changeId: string; readonly waitedMs: number }
  | { readonly event: "verifying"; readonly phase: PhaseName; readonly expectations: number }
  | { readonly event: "verified"; readonly phase: PhaseName; readonly verification: Verification }
  | { readonly event: "phase-done"; readonly phase: PhaseName }
  | { readonly event: "note"; readonly message: string };

export type Emit = (event: SetupEvent) => void;
