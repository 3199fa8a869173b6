/** What verifications share: where to look, what is known, and how long to wait. */

import type { Backend } from "../../backend/backend.ts";
import type { DomainName } from "../../route53/names.ts";
import type { KnownIds } from "../references.ts";
import type { Verification } from "../verification.ts";
import type { ZoneKey } from "../zone-key.ts";
import type { PrivateZones } from "./private-zones.ts";

export interface VerificationContext {
  readonly backend: Backend;
  readonly known: Pick<KnownIds, "get">;
  readonly nameServers: ReadonlyMap<ZoneKey, readonly DomainName[]>;
  readonly signal: AbortSignal;
  /** How long a health check is waited for, of the backend's clock: a new one has not been asked about yet. */
  readonly healthPatienceMs: number;
  onVerified(verification: Verification): void;
}

export interface Looking extends VerificationContext {
  readonly privateZones: PrivateZones;
}
