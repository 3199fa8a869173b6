/** One case of the battery: a zone set up one way, then another. Every `example.com` in it becomes a zone of its own. */

export interface SetupCase {
  readonly what: string;
  /** Below `version: 1` and `zone: { name: example.com }`. */
  readonly before: string;
  readonly after: string;
  /**
   * The calls that change something, from `before` to `after`, in their order; none where the second file says the same.
   * A batch of record sets is its changes joined by ` + `, names without the zone.
   */
  readonly calls: readonly string[];
  /** What an import of `after` leaves out of the file. */
  readonly unsaid?: readonly string[];
}

/** `[what, before, after, ...calls]` */
export type CaseRow = readonly [what: string, before: string, after: string, ...calls: string[]];

export function caseOf([what, before, after, ...calls]: CaseRow): SetupCase {
  return { what, before, after, calls };
}

/** A file with these simple records, in YAML's flow style without the braces. */
export function records(...entries: string[]): string {
  return entries.length === 0 ? "" : `records:\n${entries.map((entry) => `  - { ${entry} }\n`).join("")}`;
}

/** A routing group `api A`. */
export function group(policy: string, answers: readonly string[], more = "ttl: 60"): string {
  const list = answers.map((answer) => `      ${answer}\n`).join("");
  return `routing:\n  - name: api\n    type: A\n    policy: ${policy}\n${more === "" ? "" : `    ${more}\n`}    answers:\n${list}`;
}

/** Health checks that nobody probes. */
export function checks(...keys: string[]): string {
  const lines = keys.map((key, i) => `  ${key}: { type: TCP, address: 127.53.0.${i + 1}, port: 9, disabled: true }\n`);
  return `healthChecks:\n${lines.join("")}`;
}
