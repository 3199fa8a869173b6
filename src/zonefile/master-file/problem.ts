/** What is wrong with a zone file, and where. */

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ZoneFileProblem extends Position {
  /** Stable, e.g. `zonefile.bad-ttl`. */
  readonly code: string;
  /** A sentence without its full stop. */
  readonly message: string;
  readonly next: string;
}

/** Thrown while an entry is read; the reader notes it and goes on with the next entry. */
export class ZoneFileError extends Error {
  override readonly name = "ZoneFileError";
  readonly problem: ZoneFileProblem;

  constructor(at: Position, problem: Omit<ZoneFileProblem, keyof Position>) {
    super(problem.message);
    this.problem = { ...problem, line: at.line, column: at.column };
  }
}
