/** What is wrong with a record's value, in the words Route 53 uses inside `Invalid Resource Record: 'FATAL problem: CODE (DETAIL) ...'`. */

export class RecordDataError extends Error {
  override readonly name = "RecordDataError";
  /** e.g. `ARRDATAIllegalIPv4Address` */
  readonly code: string;
  /** e.g. `Value is not a valid IPv4 address` */
  readonly detail: string;

  constructor(code: string, detail: string) {
    super(`${code} (${detail})`);
    this.code = code;
    this.detail = detail;
  }
}
