/** Colours, or none: the decision is the caller's, never chalk's own guess (it does not know NO_COLOR). */

import { Chalk, type ChalkInstance } from "chalk";

export interface Look {
  readonly color: boolean;
}

const COLOURED = new Chalk({ level: 1 });
const PLAIN = new Chalk({ level: 0 });

export function paintOf(look: Look): ChalkInstance {
  return look.color ? COLOURED : PLAIN;
}
