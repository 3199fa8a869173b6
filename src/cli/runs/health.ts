/** `r53kit health list | status`. */

import { HealthStatuses, type ListedHealthCheck, listNamedHealthChecks } from "../../backend/health-status.ts";
import { suggest } from "../../config/suggestion.ts";
import { Failure } from "../../errors.ts";
import { renderHealthChecks, renderHealthStatus } from "../../render/health.ts";
import { TAG_KEY } from "../../setup/ownership.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

export async function healthList(context: CommandContext): Promise<ExitCode> {
  const backend = await context.connect();
  try {
    const checks = await listNamedHealthChecks(await backend.clients.route53(), context.signal);
    context.result(checks, () => renderHealthChecks(checks, { color: context.color.stdout }));
    return EXIT.ok;
  } finally {
    backend.close();
  }
}

/** More of them take so long that it has to be said: AWS allows one GetHealthCheckStatus a second. */
const MANY_CHECKS = 5;

export async function healthStatus(context: CommandContext, asked: string | undefined): Promise<ExitCode> {
  const backend = await context.connect();
  try {
    const client = await backend.clients.route53();
    const checks = await listNamedHealthChecks(client, context.signal);
    const wanted = asked === undefined ? checks : [checkNamed(checks, asked)];
    if (backend.confirmsChanges && wanted.length > MANY_CHECKS) {
      context.note(`asking for ${wanted.length} health checks, one a second`);
    }
    const reader = new HealthStatuses(client, checks, context.signal);
    const statuses = await Promise.all(wanted.map((check) => reader.of(check)));
    context.result(statuses, () => renderHealthStatus(statuses, { color: context.color.stdout }));
    return statuses.some(({ state }) => state === "unhealthy") ? EXIT.findings : EXIT.ok;
  } finally {
    backend.close();
  }
}

/** By id, by `Name` tag, or by the key that r53kit gave it in its set-up file. */
function checkNamed(checks: readonly ListedHealthCheck[], asked: string): ListedHealthCheck {
  const byId = checks.find(({ id }) => id === asked);
  if (byId !== undefined) return byId;
  const found = checks.filter(({ name, tags }) => name === asked || tags[TAG_KEY] === asked);
  const [check, other] = found;
  if (check !== undefined && other === undefined) return check;
  throw new Failure({
    kind: "usage",
    code: check === undefined ? "health.not-found" : "health.ambiguous",
    message:
      check === undefined
        ? `there is no health check ${asked} here`
        : `${asked} is the name of ${found.length} health checks: ${found.map(({ id }) => id).join(", ")}`,
    next:
      check === undefined
        ? suggest(
            asked,
            checks.flatMap(({ name }) => name ?? []),
          )
        : "say which one by its id",
  });
}
