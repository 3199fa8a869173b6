/** What a command tells a person when it cannot go on: a code, a sentence, where, and the next step. */

/**
 * - `usage`: the command line or a file is wrong (exit 64)
 * - `failed`: something outside went wrong (exit 1)
 * - `interrupted`: the person stopped it (exit 130)
 */
export type FailureKind = "usage" | "failed" | "interrupted";

/** A place in a file; line and column count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface FailureDetails {
  readonly kind: FailureKind;
  /** Stable, machine-readable, e.g. `plan.stale`. */
  readonly code: string;
  /** One sentence: what happened. */
  readonly message: string;
  readonly where?: SourcePlace | undefined;
  /** What to do about it. */
  readonly next?: string | undefined;
  /** Further failures of the same kind, e.g. every mistake in a file. */
  readonly others?: readonly Failure[];
  readonly cause?: unknown;
}

/** The one error class that reaches the command line on purpose. Anything else is a defect of ours. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly kind: FailureKind;
  readonly code: string;
  readonly where: SourcePlace | undefined;
  readonly next: string | undefined;
  readonly others: readonly Failure[];

  constructor(details: FailureDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.code = details.code;
    this.where = details.where;
    this.next = details.next;
    this.others = details.others ?? [];
  }
}

/** For the default branch of a switch over a union: the compiler objects when a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
