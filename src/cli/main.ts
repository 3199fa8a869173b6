/** Entry chunk: parses the command line. Must not statically import Ink, React, the SDK or a command's implementation. */

import { createProgram } from "./program.ts";
import { runProgram } from "./run.ts";

export async function main(argv: readonly string[]): Promise<number> {
  return runProgram(createProgram, argv, process);
}
