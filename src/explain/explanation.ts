/** An explanation as plain data: what `--json` prints and what the text shows. */

import type { ClientLocation } from "../routing/client.ts";
import type { SelectionReason } from "../routing/policies/selection.ts";
import type { Criterion } from "../routing/reason.ts";
import type { PolicyNode } from "../routing/tree.ts";
import type { JudgedCheck } from "./health.ts";

/** A probability: `fraction` is exact (`4/5`), `value` the nearest number. */
export interface Chance {
  readonly fraction: string;
  readonly value: number;
}

export interface ShownHealthCause {
  /** A health check, or the health of what an alias leads to. */
  readonly kind: "check" | "target";
  readonly id?: string;
  readonly name?: string;
  readonly healthy: boolean;
}

/** One record set of a group, or one element of a rule. */
export interface ShownBranch {
  /** The set identifier, or the element's place in its rule, e.g. `Items[0]`. */
  readonly label: string;
  readonly criterion: Criterion;
  readonly healthy: boolean;
  /** Empty when nothing checks the branch. */
  readonly healthCauses: readonly ShownHealthCause[];
  /** May be chosen. */
  readonly chosen: boolean;
  /** Of those who come to the policy. */
  readonly share: Chance;
  readonly next: ShownNode;
}

export type ShownNode =
  | {
      readonly kind: "policy";
      readonly policy: PolicyNode["kind"];
      /** e.g. `www.example.com A`, or `rule by_country`. */
      readonly of: string;
      readonly why: SelectionReason;
      /** Nothing was healthy, so everything counted as healthy. */
      readonly noneHealthy: boolean;
      readonly branches: readonly ShownBranch[];
    }
  | { readonly kind: "records"; readonly ttlSeconds: number; readonly values: readonly string[] }
  /** `next` is missing where the target is not here, and below branches that are not chosen. */
  | {
      readonly kind: "alias";
      readonly target: string;
      readonly type: string;
      readonly found: boolean;
      readonly next?: ShownNode;
    }
  /** A policy that the tree has already shown. */
  | { readonly kind: "again"; readonly of: string }
  /** A policy behind a branch that is not chosen. */
  | { readonly kind: "unvisited"; readonly of: string; readonly policy: PolicyNode["kind"] };

/** What the zone says about a name: the states of RFC 1034 section 4.3.2. */
export type LookupStep =
  | {
      readonly state: "hit";
      readonly name: string;
      readonly type: string;
      /** Another name than the one asked for where a wildcard answers. */
      readonly owner: string;
      readonly tree: ShownNode;
    }
  | {
      readonly state: "follow";
      readonly name: string;
      readonly owner: string;
      readonly tree: ShownNode;
      /** Each name that the CNAME may give, and what is said about that. */
      readonly targets: readonly { readonly target: string; readonly next: LookupStep }[];
    }
  | { readonly state: "no-data"; readonly name: string; readonly owner: string; readonly types: readonly string[] }
  | { readonly state: "name-error"; readonly name: string }
  | {
      readonly state: "delegation";
      readonly name: string;
      readonly cut: string;
      readonly nameServers: readonly string[];
    }
  /** A CNAME leads out of the zone: resolvers ask elsewhere next. */
  | { readonly state: "outside"; readonly name: string }
  /** CNAMEs lead in a circle, or on and on. */
  | { readonly state: "chain-ends"; readonly name: string };

export type AnswerContent =
  | {
      readonly kind: "records";
      readonly name: string;
      readonly type: string;
      readonly ttlSeconds: number;
      readonly values: readonly string[];
    }
  /** `size` of these, drawn at random; each has its chance to be among them. */
  | {
      readonly kind: "sample";
      readonly name: string;
      readonly type: string;
      readonly ttlSeconds: number;
      readonly size: number;
      readonly values: readonly { readonly value: string; readonly probability: Chance }[];
    }
  /** What a name has that is in no zone here, such as an AWS resource's. */
  | { readonly kind: "elsewhere"; readonly target: string; readonly type: string }
  | { readonly kind: "nothing"; readonly why: "no-data" | "name-error" | "no-match" | "alias-loop" }
  | { readonly kind: "referral"; readonly cut: string; readonly nameServers: readonly string[] }
  /** The answer is the CNAME alone. */
  | { readonly kind: "cname"; readonly target: string }
  | { readonly kind: "uncounted" };

export interface PossibleAnswer {
  readonly probability: Chance;
  readonly rcode: "NOERROR" | "NXDOMAIN";
  /** CNAMEs that come before the answer. */
  readonly chain: readonly { readonly name: string; readonly ttlSeconds: number; readonly target: string }[];
  readonly content: AnswerContent;
}

export interface ShownClient {
  /** e.g. `clients in DE`, or `nobody in particular`. */
  readonly text: string;
  readonly subnet?: string;
  readonly location?: ClientLocation;
}

export interface ExplanationHead {
  readonly source: { readonly kind: "live" | "planned"; readonly label: string };
  readonly zone: { readonly id: string; readonly name: string; readonly private: boolean };
  /** Those that have a part in it. */
  readonly healthChecks: readonly JudgedCheck[];
  /** Names of those taken as down. */
  readonly down: readonly string[];
  /** What is simplified or could not be read, in sentences. */
  readonly notes: readonly string[];
}

export const EXPLAIN_FORMAT = "r53kit.explain/1";

export interface Explanation extends ExplanationHead {
  readonly format: typeof EXPLAIN_FORMAT;
  readonly kind: "answer";
  readonly question: { readonly name: string; readonly type: string };
  readonly client: ShownClient;
  /** Another client may get another answer. */
  readonly dependsOnClient: boolean;
  readonly lookup: LookupStep;
  /** The likeliest first; their probabilities add up to one. */
  readonly answers: readonly PossibleAnswer[];
  /** The way to the answer in words. */
  readonly sentences: readonly string[];
}

export interface WorldRow {
  readonly group: "region" | "continent" | "country" | "cidr-location" | "nobody";
  /** e.g. `eu-west-1`, `EU`, `US-CA`; the block for a CIDR location. */
  readonly code: string;
  readonly text: string;
  readonly answers: readonly PossibleAnswer[];
}

export interface WorldExplanation extends ExplanationHead {
  readonly format: typeof EXPLAIN_FORMAT;
  readonly kind: "world";
  readonly question: { readonly name: string; readonly type: string };
  readonly dependsOnClient: boolean;
  readonly rows: readonly WorldRow[];
}

/** What a failure makes of a name for some clients. */
export interface MatrixEffect {
  /** Who of those that were looked at; empty for all of them. */
  readonly clients: readonly string[];
  readonly before: readonly PossibleAnswer[];
  readonly after: readonly PossibleAnswer[];
  /** Nothing healthy was left somewhere on the way, so everything counted as healthy. */
  readonly allUnhealthy: boolean;
}

export interface MatrixCell {
  /** Id and name of the check that fails. */
  readonly check: { readonly id: string; readonly name?: string };
  /** Empty when the answers stay as they are. */
  readonly effects: readonly MatrixEffect[];
}

export interface MatrixRow {
  readonly name: string;
  readonly type: string;
  readonly policy: PolicyNode["kind"] | "alias" | "cname";
  /** Of the clients that were looked at, where the answers depend on them. */
  readonly clients: number;
  /** One for each check that has a part in the name's answers. */
  readonly cells: readonly MatrixCell[];
}

export interface MatrixExplanation extends ExplanationHead {
  readonly format: typeof EXPLAIN_FORMAT;
  readonly kind: "matrix";
  /** Undefined for everybody whom the policies tell apart. */
  readonly client?: ShownClient;
  readonly rows: readonly MatrixRow[];
  /** Names and checks whose single failure leaves nothing healthy to answer with. */
  readonly singlePoints: readonly { readonly name: string; readonly type: string; readonly check: string }[];
}
