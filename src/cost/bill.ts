/** A month's bill: lines that add up to the total exactly, and what was taken for granted to make it. Pure. */

import { displayName } from "../route53/names.ts";
import { CHECK_FEATURES, type Holdings } from "./holdings.ts";
import { dollars, type Money, sum, times } from "./money.ts";
import { ENDPOINT_PLACES, type PriceTable, QUERY_KINDS, type QueryKind, sharesOf, type Tier } from "./prices.ts";
import { type QueryAssumption, queriesByName } from "./queries.ts";

export type BillItem =
  | "hosted-zones"
  | "record-sets"
  | "health-checks"
  | "health-check-features"
  | "traffic-policy-records"
  | "queries";

export interface BillLine {
  readonly item: BillItem;
  /** What it is, for people: `health checks of endpoints outside AWS`. */
  readonly text: string;
  readonly quantity: number;
  /** US dollars in decimal for `per` of them. */
  readonly price: string;
  readonly per: number;
  readonly amount: Money;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly total: Money;
}

const QUERY_TEXT: Readonly<Record<QueryKind, string>> = {
  standard: "standard queries",
  latency: "latency-based routing queries",
  geo: "geolocation and geoproximity queries",
  ip: "IP-based routing queries",
};

const PLACE_TEXT = { aws: "in AWS", other: "outside AWS" } as const;
const MILLION = 1_000_000;

export function billOf(holdings: Holdings, prices: PriceTable, assumption: QueryAssumption): Bill {
  const lines: BillLine[] = [];
  const add = (item: BillItem, text: string, quantity: number, price: string, per = 1) => {
    if (quantity > 0) lines.push({ item, text, quantity, price, per, amount: times(dollars(price), quantity, per) });
  };
  const addTiers = (item: BillItem, text: string, quantity: number, tiers: readonly Tier[], per = 1) => {
    const shares = sharesOf(quantity, tiers);
    for (const [i, share] of shares.entries()) {
      const which = shares.length === 1 ? "" : i === 0 ? firstText(tiers) : beyondText(tiers, share.price);
      add(item, `${text}${which}`, share.quantity, share.price, per);
    }
  };
  addTiers("hosted-zones", "hosted zones", holdings.zones.length, prices.hostedZone);
  for (const zone of holdings.zones) {
    for (const share of sharesOf(zone.recordSets, prices.recordSet)) {
      if (dollars(share.price) === 0n) continue;
      const included = prices.recordSet[0]?.upTo ?? 0;
      add(
        "record-sets",
        `record sets of ${displayName(zone.name)} beyond ${countText(included)}`,
        share.quantity,
        share.price,
      );
    }
  }
  for (const place of ENDPOINT_PLACES) {
    const checks = holdings.healthChecks.filter((one) => one.place === place);
    addTiers("health-checks", `health checks ${PLACE_TEXT[place]}`, checks.length, prices.healthCheck[place]);
    for (const feature of CHECK_FEATURES) {
      const count = checks.filter(({ features }) => features.includes(feature)).length;
      add(
        "health-check-features",
        `${feature}, of health checks ${PLACE_TEXT[place]}`,
        count,
        prices.healthCheckFeature[place],
      );
    }
  }
  add("traffic-policy-records", "traffic policy records", holdings.policyRecords.length, prices.trafficPolicyRecord);
  const queries = queriesByName(holdings.names, assumption);
  const shared = [...queries.values()].reduce((total, one) => total + one, 0);
  // When the file says of each of its names, what is left is asked of others: of those that there are not, too.
  const ofOthers = holdings.names.some(({ kind }) => kind !== "free") ? Math.max(0, assumption.total - shared) : 0;
  for (const kind of QUERY_KINDS) {
    const count = holdings.names
      .filter((one) => one.kind === kind)
      .reduce((total, { key }) => total + (queries.get(key) ?? 0), kind === "standard" ? ofOthers : 0);
    addTiers("queries", QUERY_TEXT[kind], count, prices.millionQueries[kind], MILLION);
  }
  const free = holdings.names
    .filter((one) => one.kind === "free")
    .reduce((total, { key }) => total + (queries.get(key) ?? 0), 0);
  add("queries", "queries for aliases of AWS resources, and of private zones", free, "0", MILLION);
  return { lines, total: sum(lines.map(({ amount }) => amount)) };
}

function firstText([first]: readonly Tier[]): string {
  return first?.upTo === null || first === undefined ? "" : `, the first ${countText(first.upTo)}`;
}

function beyondText(tiers: readonly Tier[], price: string): string {
  const at = tiers.findIndex((one) => one.price === price);
  const before = tiers[at - 1]?.upTo;
  return before === null || before === undefined ? "" : `, beyond ${countText(before)}`;
}

/** `1,000,000`, whatever the machine's language. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
