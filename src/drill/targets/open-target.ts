/** From a description, of the file or of a journal, to the thing itself. */

import type { Backend } from "../../backend/backend.ts";
import { Failure, unreachable } from "../../errors.ts";
import type { TargetDescription } from "../scenario.ts";
import { processEndpointTarget } from "./process-endpoint.ts";
import type { Target } from "./target.ts";

/** Whether this backend has that kind of target. */
export function canOpenTarget(description: TargetDescription, backend: Pick<Backend, "endpoints">): boolean {
  switch (description.type) {
    case "process":
      return backend.endpoints !== undefined;
    default:
      return unreachable(description.type);
  }
}

/** Throws a Failure when this backend has no such kind of target. */
export function openTarget(description: TargetDescription, backend: Pick<Backend, "endpoints" | "label">): Target {
  switch (description.type) {
    case "process":
      if (backend.endpoints === undefined) {
        throw new Failure({
          kind: "usage",
          code: "drill.target-not-here",
          message: `endpoint '${description.key}' is a process of the local backend; ${backend.label} has none`,
          next: "run the drill with --backend local",
        });
      }
      return processEndpointTarget(description, backend.endpoints);
    default:
      return unreachable(description.type);
  }
}

/** For people, e.g. `primary (process 127.0.10.1:8081)`. */
export function targetLabel(description: TargetDescription): string {
  switch (description.type) {
    case "process":
      return `${description.key} (${description.type} ${description.address}:${description.port})`;
    default:
      return unreachable(description.type);
  }
}
