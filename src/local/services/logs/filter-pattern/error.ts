/** Why a filter pattern is none. */

/** Its message begins with what AWS says: `Invalid filter pattern`. */
export class FilterPatternError extends Error {
  override readonly name = "FilterPatternError";

  constructor(reason: string) {
    super(`Invalid filter pattern: ${reason}`);
  }
}
