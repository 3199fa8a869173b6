/** What carrying out a plan passes along: clients, what is known by now, and who wants to hear of it. */

import type { Backend } from "../backend/backend.ts";
import type { DomainName } from "../route53/names.ts";
import type { Emit } from "./events.ts";
import type { LedgerKeeper } from "./ledger-keeper.ts";
import type { KnownIds } from "./references.ts";
import type { ZoneKey } from "./zone-key.ts";

/** Calls are not aborted half-way: what was sent is waited for, and Ctrl-C takes effect between the steps. */
export interface Run {
  readonly backend: Backend;
  readonly project: string;
  /** Id of the account. */
  readonly account: string;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** What was told of so far is on the disk when it returns. */
  beforeEffect(): void;
  readonly known: KnownIds;
  readonly ledger: LedgerKeeper;
  /** Of every zone of the plan that exists by now. */
  readonly nameServers: Map<ZoneKey, readonly DomainName[]>;
}

/** What came of a change: worth a word, or not done. */
export type Outcome =
  | { readonly kind: "done"; readonly detail?: string }
  | { readonly kind: "skipped"; readonly reason: string };

export const DONE: Outcome = { kind: "done" };
