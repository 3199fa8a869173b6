/** Which health checks are healthy: as they were read, and with the named ones down. Pure. */

import { Failure } from "../errors.ts";
import { calculatedIsHealthy } from "../route53/health-rule.ts";
import type { SourceCheck } from "./source.ts";

export interface JudgedCheck {
  readonly id: string;
  readonly name: string | undefined;
  readonly healthy: boolean;
  /** Why, in a few words. */
  readonly says: string;
}

export type JudgedChecks = ReadonlyMap<string, JudgedCheck>;

/** `down` are ids: those checks are unhealthy, whatever else is known of them, and calculated ones count with that. */
export function judgeChecks(checks: readonly SourceCheck[], down: ReadonlySet<string>): JudgedChecks {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const judged = new Map<string, JudgedCheck>();
  const judge = (id: string): boolean => {
    const known = judged.get(id);
    if (known !== undefined) return known.healthy;
    const check = byId.get(id);
    if (check === undefined) return true;
    // Route 53 refuses circles of calculated checks; should there be one all the same, this ends it.
    judged.set(id, { id, name: check.name, healthy: true, says: "" });
    const { healthy, says } = verdict(check);
    judged.set(id, { id, name: check.name, healthy, says });
    return healthy;
  };
  const verdict = ({ id, basis, disabled, inverted }: SourceCheck): Pick<JudgedCheck, "healthy" | "says"> => {
    if (down.has(id)) return { healthy: false, says: "taken as down" };
    const turned = (healthy: boolean) => healthy !== inverted;
    const suffix = inverted ? ", inverted" : "";
    // A disabled check counts as healthy, or the other way round when it is inverted (API reference, HealthCheckConfig).
    if (disabled) return { healthy: turned(true), says: `disabled${suffix}` };
    switch (basis.kind) {
      case "observed":
        return { healthy: turned(basis.healthy), says: `${basis.says}${suffix}` };
      case "assumed":
        return { healthy: true, says: basis.says };
      case "calculated": {
        const children = basis.children.map(judge);
        const healthy = children.filter(Boolean).length;
        const says = `${healthy} of ${children.length} children healthy, ${basis.healthThreshold} needed${suffix}`;
        return { healthy: turned(calculatedIsHealthy(children, basis.healthThreshold)), says };
      }
    }
  };
  for (const { id } of checks) judge(id);
  return judged;
}

/** The ids that people mean. Throws a usage Failure when a name is nobody's, or several checks'. */
export function findChecks(checks: readonly SourceCheck[], names: readonly string[]): Set<string> {
  return new Set(names.map((name) => findCheck(checks, name)));
}

/** How many names a hint gives. */
const MOST_NAMED = 10;

function findCheck(checks: readonly SourceCheck[], name: string): string {
  const exact = checks.find(({ id }) => id === name);
  if (exact !== undefined) return exact.id;
  const found = checks.filter((check) => check.name === name || check.aliases.includes(name));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only.id;
  const known = checks.map((check) => check.name ?? check.id).sort();
  const listed = known.slice(0, MOST_NAMED).join(", ") + (known.length > MOST_NAMED ? ", ..." : "");
  throw new Failure({
    kind: "usage",
    code: only === undefined ? "explain.unknown-check" : "explain.ambiguous-check",
    message:
      only === undefined
        ? `'${name}' is no health check that has a part in this`
        : `'${name}' names ${found.length} health checks: ${found.map(({ id }) => id).join(", ")}`,
    next:
      only !== undefined
        ? "give the id"
        : known.length === 0
          ? "leave --down out: no health check has a part in this"
          : `the health checks are ${listed}`,
  });
}
