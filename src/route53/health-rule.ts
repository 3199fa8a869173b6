/**
 * When an endpoint's check and a calculated one are healthy.
 * Source: Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy".
 */

/** AWS chose 18 % so that one region's trouble, or its partition from the others, does not decide. */
const HEALTHY_SHARE_PERCENT = 18;

/** More than 18 % of the checkers must find the endpoint healthy; one that nobody checks is. */
export function endpointIsHealthy(checkers: readonly { readonly healthy: boolean }[]): boolean {
  if (checkers.length === 0) return true;
  const healthy = checkers.filter((checker) => checker.healthy).length;
  return healthy * 100 > checkers.length * HEALTHY_SHARE_PERCENT;
}

/** A threshold of 0 is always met; one above the number of children never is. */
export function calculatedIsHealthy(children: readonly boolean[], healthThreshold: number): boolean {
  return children.filter(Boolean).length >= healthThreshold;
}
