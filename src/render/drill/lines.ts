/** The drill's progress as plain lines, for when no live view is wanted. */

import type { DrillEvent } from "../../drill/events.ts";
import type { DrillProgress } from "../../drill/progress.ts";
import { type Look, paintOf } from "../paint.ts";
import { sinceStop } from "./times.ts";
import { happeningWords } from "./words.ts";

/** The line of an event, given how the drill stands after it; undefined for what is not worth one. */
export function renderDrillLine(event: DrillEvent, progress: DrillProgress, look: Look): string | undefined {
  const paint = paintOf(look);
  const words = happeningWords(
    event,
    (id) => progress.observers.find((observer) => observer.identity.id === id)?.identity,
  );
  if (words === undefined) return undefined;
  if (progress.stoppedAtMs === undefined) return words;
  return `${paint.dim(sinceStop(event.clockMs - progress.stoppedAtMs).padStart(9))}  ${words}`;
}
