/** A latency matrix from a file, or a Failure with every mistake in it, each at its line. */

import { readFile } from "node:fs/promises";
import { Failure } from "../errors.ts";
import { type LatencyMatrix, type MatrixProblem, readLatencyMatrix } from "../routing/latency-matrix.ts";
import { unreadable } from "./unreadable.ts";

/** Throws a Failure: `geo.unreadable` or `latency-matrix.*`. */
export async function openLatencyMatrix(path: string): Promise<LatencyMatrix> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unreadable("latency matrix", path, cause);
  });
  const { matrix, problems } = readLatencyMatrix(text);
  if (matrix !== undefined) return matrix;
  const failure = ({ code, message, next, line, column }: MatrixProblem, others: readonly Failure[]) =>
    new Failure({
      kind: "usage",
      code: `latency-matrix.${code}`,
      message,
      where: { file: path, line, column },
      next,
      others,
    });
  const [first, ...others] = problems;
  throw failure(
    first,
    others.map((problem) => failure(problem, [])),
  );
}
