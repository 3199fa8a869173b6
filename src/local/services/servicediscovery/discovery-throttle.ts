/** Cloud Map's request quotas on finding instances, enforced (Developer Guide, "Service quotas"). */

import type { Clock } from "../../../clock.ts";
import { TokenBucket } from "../../../route53/token-bucket.ts";
import { cloudMapError } from "./errors.ts";

const QUOTAS = {
  DiscoverInstances: { burst: 2000, perSecond: 1000 },
  DiscoverInstancesRevision: { burst: 3000, perSecond: 3000 },
} as const;

export type ThrottledAction = keyof typeof QUOTAS;

/** Throws RequestLimitExceeded for a request beyond the quota. */
export type Admit = (action: ThrottledAction, region: string) => void;

/** There is one bucket per Region. They refill by the clock's own ms, so that a faster backend takes requests faster. */
export function discoveryThrottle(clock: Pick<Clock, "elapsedMs">): Admit {
  const buckets = new Map<string, TokenBucket>();
  return (action, region) => {
    const now = clock.elapsedMs();
    const key = `${action} ${region}`;
    const bucket = buckets.get(key) ?? new TokenBucket(QUOTAS[action], now);
    buckets.set(key, bucket);
    if (!bucket.hasToken(now)) throw cloudMapError("RequestLimitExceeded", "Rate exceeded");
    bucket.take(now);
  };
}
