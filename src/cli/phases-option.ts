/** `--phase`: given several times, several at once, or joined by commas. */

import { Failure } from "../errors.ts";
import { PHASES, type PhaseName } from "../setup/plan.ts";

/** Undefined for all of them. In the order in which phases are carried out. */
export function phasesOf(given: readonly string[] | undefined): readonly PhaseName[] | undefined {
  if (given === undefined) return undefined;
  const names = given.flatMap((one) => one.split(",")).map((name) => name.trim());
  const unknown = names.find((name) => !(PHASES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Failure({
      kind: "usage",
      code: "setup.unknown-phase",
      message: `there is no phase '${unknown}'`,
      next: `the phases are ${PHASES.join(", ")}`,
    });
  }
  return PHASES.filter((phase) => names.includes(phase));
}
