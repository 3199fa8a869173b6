import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterReports,
  type CheckerReport,
  type CheckerVerdicts,
  healthVerdict,
} from "../../../src/drill/health-rule.ts";

const OK = "Success: HTTP Status Code 200, OK";
const DOWN = "Failure: Connection timed out.";

function report(checker: number, status: string, checkedAt: number): CheckerReport {
  return { region: "eu-west-1", checkerAddress: `192.0.2.${checker}`, status, checkedAt };
}

function verdictAfter(rounds: readonly (readonly CheckerReport[])[], threshold: number) {
  let verdicts: CheckerVerdicts = new Map();
  for (const reports of rounds) verdicts = afterReports(verdicts, reports, threshold);
  return healthVerdict(verdicts, rounds.at(-1) ?? []);
}

describe("the health rule", () => {
  it("knows nothing while no checker has reported", () => {
    expect(verdictAfter([[]], 3)).toBeUndefined();
  });

  it("turns a checker at the threshold, not at the first failed probe", () => {
    const rounds = [OK, DOWN, DOWN, DOWN].map((status, turn) => [report(1, status, turn * 10)]);
    expect(verdictAfter(rounds.slice(0, 3), 3)).toMatchObject({ healthy: true, failingProbes: 1 });
    expect(verdictAfter(rounds, 3)).toMatchObject({ healthy: false });
  });

  it("counts a probe once, however often it is read", () => {
    const once = [report(1, DOWN, 10)];
    expect(verdictAfter([[report(1, OK, 0)], once, once, once, once], 3)).toMatchObject({ healthy: true });
  });

  it("starts over when a probe in between succeeds", () => {
    const rounds = [OK, DOWN, DOWN, OK, DOWN, DOWN].map((status, turn) => [report(1, status, turn * 10)]);
    expect(verdictAfter(rounds, 3)).toMatchObject({ healthy: true });
  });

  it("holds the endpoint healthy above 18 % of the checkers, and not at it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.nat(), (checkers, pick) => {
        const well = pick % (checkers + 1);
        const reports = Array.from({ length: checkers }, (_, i) => report(i, i < well ? OK : DOWN, 1));
        const verdict = verdictAfter([reports], 3);
        expect(verdict?.healthyCheckers).toBe(well);
        expect(verdict?.healthy).toBe(well / checkers > 0.18);
      }),
    );
  });

  it("arrives where the checkers themselves do, for any probes and any reading times", () => {
    const probes = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        probes,
        fc.integer({ min: 1, max: 10 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
        (results, threshold, reads) => {
          // The model: a checker's verdict is that of the latest `threshold` equal probes in a row.
          let expected = results[0] as boolean;
          for (let i = 0; i < results.length; i++) {
            const latest = results.slice(Math.max(0, i - threshold + 1), i + 1);
            if (latest.length === threshold && latest.every((one) => one === latest[0]))
              expected = latest[0] as boolean;
          }
          const rounds = results.flatMap((passed, turn) =>
            Array.from({ length: reads.next().value as number }, () => [
              report(1, passed ? OK : DOWN, (turn + 1) * 10),
            ]),
          );
          expect(verdictAfter(rounds, threshold)?.healthy).toBe(expected);
        },
      ),
    );
  });
});
