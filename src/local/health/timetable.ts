/**
 * When checkers probe. A check's place in its interval comes from its id, so that thousands of checks spread evenly however
 * they began (one by one, or all at once as a backend starts) and keep their places over a restart. Pure.
 */

/** 0 up to 1, evenly over ids: FNV-1a, mixed once more since the ids differ little. */
function placeOf(healthCheckId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < healthCheckId.length; i++) hash = Math.imul(hash ^ healthCheckId.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** How far into every interval the checker `index` of `checkers` probes, in ms: they share the interval evenly. */
export function phaseOf(healthCheckId: string, index: number, checkers: number, intervalMs: number): number {
  return ((placeOf(healthCheckId) + index / checkers) % 1) * intervalMs;
}

/** The first turn of a phase that is not before `fromMs`; both count from the clock's fixed moment. */
export function turnFrom(fromMs: number, phaseMs: number, intervalMs: number): number {
  return phaseMs + Math.ceil((fromMs - phaseMs) / intervalMs) * intervalMs;
}
