/** What must be seen after a phase: data in a plan, so that a saved one verifies itself too. */

import type { DomainName } from "../route53/names.ts";
import type { RecordType } from "../route53/record-set.ts";
import type { ZoneKey } from "./zone-key.ts";

export type Expectation =
  /** Every name server of the zone answers for it, and the parent delegates to exactly them. */
  | {
      readonly check: "delegation";
      readonly zone: DomainName;
      /** The file leaves the delegation as it is, so that wherever it leads is no failure. */
      readonly leavesRegistrar?: true;
    }
  /** Exactly these VPCs see the private zone. */
  | { readonly check: "vpcs"; readonly zone: ZoneKey; readonly vpcs: readonly string[] }
  /** The check exists and its checkers report. */
  | { readonly check: "health"; readonly key: string }
  | AnswerExpectation
  /** The traffic policy instance is applied. */
  | { readonly check: "instance"; readonly zone: ZoneKey; readonly name: DomainName; readonly type: RecordType }
  /** Queries of the zone go to the log group. */
  | { readonly check: "query-log"; readonly zone: ZoneKey; readonly logGroup: string };

/** Every name server of the zone answers this name and type like this. */
export interface AnswerExpectation {
  readonly check: "answer";
  readonly zone: ZoneKey;
  readonly name: DomainName;
  readonly type: RecordType;
  readonly answer: /** Exactly these, in any order. */
    | { readonly kind: "all"; readonly values: readonly string[]; readonly ttlSeconds: number }
    /** Some of these: a routing policy chooses. `maybeNone`: it may have no answer for this client. */
    | { readonly kind: "some"; readonly values: readonly string[]; readonly maybeNone: boolean }
    /** Whatever an alias target elsewhere answers. */
    | { readonly kind: "any" }
    | { readonly kind: "none" };
}
