/**
 * How long a failover may take at worst, from the settings alone. Pure.
 *
 * Worst case of detection: the endpoint dies just after a checker's successful probe. That checker's next probe is a whole
 * interval away (the probe phase), the one that reaches the threshold `failureThreshold - 1` intervals later, and each probe
 * may hang until its time limit. The checkers are not synchronised, and the check turns when 18 % or fewer still say
 * healthy; since every checker keeps within this bound, so does the check.
 * The answers change with the check. A resolver that cached the old answer just before keeps it for its TTL, and so does a client.
 * Source: Developer Guide, "How Route 53 determines whether a health check is healthy".
 */

/** The health check types that probe an endpoint themselves; calculated and alarm checks have no checkers to watch. */
export type ProbeType = "HTTP" | "HTTPS" | "HTTP_STR_MATCH" | "HTTPS_STR_MATCH" | "TCP";

export interface BoundTerm {
  readonly name: string;
  readonly ms: number;
}

export interface Bound {
  readonly ms: number;
  /** The sum in words, e.g. `probe phase + interval x (threshold - 1) + probe time limit`. */
  readonly formula: string;
  readonly terms: readonly BoundTerm[];
}

export interface BoundInput {
  readonly probeType: ProbeType;
  readonly intervalSeconds: number;
  readonly failureThreshold: number;
  readonly ttlSeconds: number;
}

export interface FailoverBounds {
  /** Endpoint stopped to check unhealthy. */
  readonly detection: Bound;
  /** Endpoint stopped to the last authoritative server answering the secondary. */
  readonly authoritative: Bound;
  /** Endpoint stopped to a caching resolver answering the secondary. */
  readonly resolver: Bound;
  /** The longest outage of a client that honours TTLs. */
  readonly client: Bound;
  /** Endpoint back to the last authoritative server answering the primary. */
  readonly failbackAuthoritative: Bound;
  /** Endpoint back to every resolver and client using the primary. */
  readonly failback: Bound;
}

/**
 * How long one probe may take before it counts as failed, in seconds: 4 to connect and 2 to answer for HTTP and HTTPS,
 * 2 more to read the body where a string is searched, 10 to connect for TCP.
 */
export function probeTimeLimitSeconds(type: ProbeType): number {
  switch (type) {
    case "HTTP":
    case "HTTPS":
      return 4 + 2;
    case "HTTP_STR_MATCH":
    case "HTTPS_STR_MATCH":
      return 4 + 2 + 2;
    case "TCP":
      return 10;
  }
}

function bound(terms: readonly BoundTerm[]): Bound {
  return {
    ms: terms.reduce((sum, term) => sum + term.ms, 0),
    formula: terms.map((term) => term.name).join(" + "),
    terms,
  };
}

export function failoverBounds(input: BoundInput): FailoverBounds {
  const intervalMs = input.intervalSeconds * 1000;
  const judged: BoundTerm[] = [
    { name: "probe phase (at most one interval)", ms: intervalMs },
    { name: "interval x (threshold - 1)", ms: intervalMs * (input.failureThreshold - 1) },
    { name: "probe time limit", ms: probeTimeLimitSeconds(input.probeType) * 1000 },
  ];
  const cached: BoundTerm = { name: "TTL", ms: input.ttlSeconds * 1000 };
  const server = bound(judged);
  const cache = bound([...judged, cached]);
  return {
    detection: server,
    authoritative: server,
    resolver: cache,
    client: cache,
    failbackAuthoritative: server,
    failback: cache,
  };
}
