/** What was seen when a phase was checked, and who said so. */

import type { Expectation } from "./expectations.ts";

export interface Evidence {
  /** e.g. `ns-1.awsdns-01.com (127.53.1.1)`, `us-east-1`. */
  readonly source: string;
  readonly says: string;
  readonly ok: boolean;
}

export interface Verification {
  readonly check: Expectation["check"];
  readonly subject: string;
  /** A warning is what setup cannot put right itself, e.g. an endpoint that is down. */
  readonly status: "ok" | "warning" | "failed";
  readonly says: string;
  readonly evidence: readonly Evidence[];
}
