/**
 * What Route 53 costs: a table with its date and its source. `--prices FILE` puts other figures in their place.
 * A tier's price holds for what lies above the tier before and at most `upTo`; the last one has no end.
 */

export interface Tier {
  /** Null: without end. */
  readonly upTo: number | null;
  /** US dollars in decimal. */
  readonly price: string;
}

/** Queries are priced by what decides the answer. */
export const QUERY_KINDS = ["standard", "latency", "geo", "ip"] as const;
export type QueryKind = (typeof QUERY_KINDS)[number];

/** Where a health check's endpoint is: in AWS, in the same account, or anywhere else. */
export const ENDPOINT_PLACES = ["aws", "other"] as const;
export type EndpointPlace = (typeof ENDPOINT_PLACES)[number];

/** Everything by the month. */
export interface PriceTable {
  /** When the figures were read, ISO 8601. */
  readonly date: string;
  readonly source: string;
  readonly hostedZone: readonly Tier[];
  /** Of a zone, each of its record sets; the first tier is what the zone's own price covers. */
  readonly recordSet: readonly Tier[];
  /** A health check without any optional feature. */
  readonly healthCheck: Readonly<Record<EndpointPlace, readonly Tier[]>>;
  /** Each of HTTPS, string matching, the interval of 10 seconds, latency measurement. */
  readonly healthCheckFeature: Readonly<Record<EndpointPlace, string>>;
  /** A traffic policy instance. */
  readonly trafficPolicyRecord: string;
  /** For a million. */
  readonly millionQueries: Readonly<Record<QueryKind, readonly Tier[]>>;
}

const BILLION = 1_000_000_000;

/** The AWS price list of the service AmazonRoute53 and its pricing page, which agree. */
export const AWS_PRICES: PriceTable = {
  date: "2026-10-01",
  source: "https://aws.amazon.com/route53/pricing/",
  hostedZone: [
    { upTo: 25, price: "0.50" },
    { upTo: null, price: "0.10" },
  ],
  recordSet: [
    { upTo: 10_000, price: "0" },
    { upTo: null, price: "0.0015" },
  ],
  healthCheck: {
    aws: [
      { upTo: 50, price: "0" },
      { upTo: null, price: "0.50" },
    ],
    other: [{ upTo: null, price: "0.75" }],
  },
  healthCheckFeature: { aws: "1.00", other: "2.00" },
  trafficPolicyRecord: "50.00",
  millionQueries: {
    standard: [
      { upTo: BILLION, price: "0.40" },
      { upTo: null, price: "0.20" },
    ],
    latency: [
      { upTo: BILLION, price: "0.60" },
      { upTo: null, price: "0.30" },
    ],
    geo: [
      { upTo: BILLION, price: "0.70" },
      { upTo: null, price: "0.35" },
    ],
    ip: [
      { upTo: BILLION, price: "0.80" },
      { upTo: null, price: "0.40" },
    ],
  },
};

export interface TierShare {
  readonly quantity: number;
  readonly price: string;
}

/** How a quantity falls into tiers; tiers that nothing falls into are left out. */
export function sharesOf(quantity: number, tiers: readonly Tier[]): TierShare[] {
  const shares: TierShare[] = [];
  let below = 0;
  for (const { upTo, price } of tiers) {
    const end = upTo === null ? quantity : Math.min(quantity, upTo);
    if (end > below) shares.push({ quantity: end - below, price });
    below = Math.max(below, end);
  }
  return shares;
}
