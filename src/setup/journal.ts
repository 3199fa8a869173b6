/** An apply's journal: one JSON line a step, on the disk before the step is taken, so that nothing happens unrecorded. */

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SetupEvent } from "./events.ts";

export type JournalEntry =
  | { readonly at: string; readonly entry: "apply-started"; readonly backend: string; readonly fingerprint: string }
  | { readonly at: string; readonly entry: "apply-ended"; readonly outcome: string }
  | ({ readonly at: string; readonly entry: "event" } & SetupEvent);

export interface Journal {
  started(backend: string, fingerprint: string): void;
  event(event: SetupEvent): void;
  ended(outcome: string): void;
}

export function journalFile(home: string, project: string): string {
  return join(home, "setup", `${encodeURIComponent(project)}.journal.ndjson`);
}

/** Events that record an effect; the others are only for people who watch. */
const KEPT = new Set<SetupEvent["event"]>([
  "phase-started",
  "change-started",
  "change-done",
  "change-skipped",
  "phase-done",
]);

/** Starts a new journal in place of the last one; each line is synced. `now` gives epoch ms. */
export function openJournal(file: string, now: () => number): Journal & { close(): void } {
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(file, "w");
  const write = (entry: Record<string, unknown>) => {
    writeSync(handle, `${JSON.stringify({ at: new Date(now()).toISOString(), ...entry })}\n`);
    fsyncSync(handle);
  };
  return {
    started: (backend, fingerprint) => write({ entry: "apply-started", backend, fingerprint }),
    event: (event) => {
      if (KEPT.has(event.event)) write({ entry: "event", ...event });
    },
    ended: (outcome) => write({ entry: "apply-ended", outcome }),
    close: () => closeSync(handle),
  };
}

/** The changes that an apply had started when it was killed; empty when the last one came to its end. */
export function unfinishedChanges(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  const open = new Set<string>();
  for (const line of text.split("\n")) {
    let entry: JournalEntry;
    try {
      entry = JSON.parse(line) as JournalEntry;
    } catch {
      continue; // The last line of a killed run may be cut.
    }
    if (entry.entry === "apply-ended") return [];
    if (entry.entry !== "event") continue;
    if (entry.event === "change-started") open.add(entry.subject);
    if (entry.event === "change-done" || entry.event === "change-skipped") open.delete(entry.subject);
  }
  return [...open];
}
