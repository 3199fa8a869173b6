/**
 * How many requests Route 53 takes from an account.
 * Source: Route 53 Developer Guide, "Throttling for Amazon Route 53 API requests" (limits since 2026-07-30).
 */

import type { BucketSize } from "./token-bucket.ts";

export interface RateLimits {
  /** All actions of the account together. */
  readonly account: BucketSize;
  /** Those with limits of their own, by action, e.g. `CreateHealthCheck`. */
  readonly actions: Readonly<Record<string, BucketSize>>;
  /** Each action that is not among those. */
  readonly otherAction: BucketSize;
}

export const ROUTE53_LIMITS: RateLimits = {
  account: { burst: 50, perSecond: 10 },
  otherAction: { burst: 50, perSecond: 10 },
  actions: {
    AssociateVPCWithHostedZone: { burst: 20, perSecond: 5 },
    CreateHostedZone: { burst: 40, perSecond: 2 },
    CreateReusableDelegationSet: { burst: 40, perSecond: 2 },
    DeleteHostedZone: { burst: 40, perSecond: 5 },
    DeleteReusableDelegationSet: { burst: 40, perSecond: 5 },
    CreateCidrCollection: { burst: 40, perSecond: 5 },
    ChangeCidrCollection: { burst: 40, perSecond: 5 },
    DeleteCidrCollection: { burst: 40, perSecond: 5 },
    DisassociateVPCFromHostedZone: { burst: 10, perSecond: 5 },
    CreateHealthCheck: { burst: 50, perSecond: 0.5 },
    DeleteHealthCheck: { burst: 15, perSecond: 3 },
    GetHealthCheckStatus: { burst: 4, perSecond: 1 },
    GetHealthCheckLastFailureReason: { burst: 4, perSecond: 1 },
    CreateTrafficPolicyInstance: { burst: 1, perSecond: 1 },
    DeleteTrafficPolicyInstance: { burst: 1, perSecond: 1 },
  },
};
