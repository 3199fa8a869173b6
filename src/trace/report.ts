/** What a trace sees and says, as plain data: the events while it runs and the report at its end. Both go to JSON as they are. */

import type { ExchangeFailure } from "../dns/client.ts";
import type { IterationFailure } from "../dns/iterate.ts";
import type { Finding } from "../findings/finding.ts";

/** A record as people read it; `name` absolute, `value` in presentation format. */
export interface ShownRecord {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly type: string;
  readonly value: string;
}

export interface ShownServer {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** What came back from a server, in the terms of resolving. */
export type ShownResult =
  | { readonly kind: "answer"; readonly chain: readonly ShownRecord[]; readonly records: readonly ShownRecord[] }
  | { readonly kind: "alias"; readonly chain: readonly ShownRecord[]; readonly target: string }
  | {
      readonly kind: "referral";
      readonly zone: string;
      readonly nameServers: readonly { readonly name: string; readonly glue: readonly string[] }[];
      readonly ttlSeconds: number;
      /** Hosts whose addresses came along although the server has no say about them. */
      readonly ignoredGlue: readonly string[];
    }
  | {
      readonly kind: "no-data" | "no-such-name";
      /** How long resolvers remember it; undefined without an SOA, when they need not. */
      readonly negativeTtlSeconds?: number;
      readonly soaOwner?: string;
    }
  | { readonly kind: "lame"; readonly why: "points-up" | "points-to-itself" | "points-aside" | "empty" }
  | { readonly kind: "error" }
  | { readonly kind: "failure"; readonly reason: ExchangeFailure; readonly detail: string };

/** How the answer came; absent when none did. */
export interface ShownExchange {
  readonly rttMs: number;
  readonly transport: "udp" | "tcp";
  readonly sizeBytes: number;
  /** UDP gave a truncated answer first. */
  readonly truncatedOverUdp: boolean;
  /** The server could not read EDNS and was asked again without, or passed it over. */
  readonly withoutEdns: boolean;
  readonly rcode: string;
  readonly authoritative: boolean;
  /** Only resolvers offer recursion; name servers of the root and of registries never do. */
  readonly recursionAvailable: boolean;
  readonly extendedErrors: readonly string[];
  /** Bits of the client subnet that the answer depends on; absent when none was sent or none came back. */
  readonly clientSubnetScope?: number;
}

/** Level 0 resolves the name asked for; deeper ones look for name servers' addresses on the way. */
export type TraceStep =
  | {
      readonly kind: "query";
      /** From 1. */
      readonly number: number;
      readonly level: number;
      /** The zone whose server is asked. */
      readonly zone: string;
      readonly server: ShownServer;
      readonly question: { readonly name: string; readonly type: string };
      /** Queries sent. */
      readonly tries: number;
      readonly exchange?: ShownExchange;
      readonly result: ShownResult;
      /** What it means, in a sentence. */
      readonly meaning: string;
    }
  | {
      readonly kind: "alias" | "server-lookup" | "server-unknown";
      readonly level: number;
      /** The alias, or the name server. */
      readonly name: string;
      readonly meaning: string;
    };

/** One address of one name server of the last delegation, asked everything that is compared. */
export interface ServerProbe {
  readonly address: string;
  /** To the question traced. */
  readonly result: ShownResult;
  readonly exchange?: ShownExchange;
  /** Of the zone's SOA there; undefined when it did not give one with authority. */
  readonly serial?: number;
  /** Whether it serves the zone with authority. */
  readonly serves: boolean;
  /** The name servers it says the zone has; undefined when it does not say. */
  readonly nameServers?: readonly string[];
}

export interface ServerCheck {
  readonly name: string;
  /** Who names it as a server of the zone. */
  readonly listedBy: "both" | "parent" | "child";
  /** How its addresses were found. */
  readonly addressesFrom: "glue" | "lookup";
  /** What the zone itself says its addresses are; only for servers that lie in the zone and came with glue. */
  readonly addressesInZone?: readonly string[];
  /** Empty when it has no address. */
  readonly probes: readonly ServerProbe[];
}

/** What a zone's parent says about its keys, and what keys the zone shows. */
export interface TrustLink {
  readonly zone: string;
  readonly parent: string;
  /** Key tags of the parent's DS records. */
  readonly vouchedFor: readonly number[];
  /** Key tags of the zone's DNSKEY records. */
  readonly keys: readonly number[];
  /** `broken` when no DS record fits a key, `not-vouched-for` when there are keys alone. */
  readonly state: "linked" | "broken" | "not-vouched-for" | "unsigned";
}

export type TraceOutcome =
  | {
      readonly status: "answer";
      readonly finalName: string;
      readonly authoritative: boolean;
      readonly chain: readonly ShownRecord[];
      readonly records: readonly ShownRecord[];
    }
  | {
      readonly status: "no-data" | "no-such-name";
      readonly finalName: string;
      readonly authoritative: boolean;
      readonly chain: readonly ShownRecord[];
      readonly negativeTtlSeconds?: number;
    }
  | {
      readonly status: "failed";
      readonly finalName: string;
      readonly chain: readonly ShownRecord[];
      /** `no-root-answered` when the trace did not get past the root hints. */
      readonly failure: IterationFailure | "no-root-answered";
    };

export interface TraceStart {
  readonly name: string;
  readonly type: string;
  /** For people: which roots, e.g. `the public root servers`. */
  readonly roots: string;
  readonly rootServers: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly port: number;
  /** e.g. `192.0.2.0/24` */
  readonly clientSubnet?: string;
  /** ISO 8601 */
  readonly startedAt: string;
}

export interface TraceReport extends TraceStart {
  readonly durationMs: number;
  readonly steps: readonly TraceStep[];
  readonly outcome: TraceOutcome;
  /** The zone that answered for the name (at the end of its aliases), or should have. */
  readonly zone: string;
  /** Every name server of that zone; empty for the root and top-level domains, whose servers are not ours to judge. */
  readonly servers: readonly ServerCheck[];
  /** From the registry down; empty where no server serves the zone. */
  readonly chainOfTrust: readonly TrustLink[];
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** What happens, as it happens. */
export type TraceEvent =
  | { readonly code: "trace.start"; readonly start: TraceStart }
  | { readonly code: "trace.step"; readonly step: TraceStep }
  | { readonly code: "trace.outcome"; readonly outcome: TraceOutcome }
  | { readonly code: "trace.checking"; readonly zone: string; readonly servers: readonly string[] }
  | { readonly code: "trace.checked"; readonly servers: readonly ServerCheck[] };
