/**
 * The drill's journal: one NDJSON file a drill, opened and synced before the endpoint is touched, so that whoever comes
 * after a `kill -9` knows what to restore. It holds the drill's events, but for the stream of observations.
 */

import {
  appendFileSync,
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { Failure } from "../errors.ts";
import type { DrillEvent, DrillEventCode } from "./events.ts";
import type { TargetDescription } from "./scenario.ts";

/** After these the file is synced: what they say decides what a later run has to do. */
const DECISIVE: ReadonlySet<DrillEventCode> = new Set([
  "stop.intended",
  "stop.withdrawn",
  "stop.done",
  "start.intended",
  "start.done",
  "recovery.done",
  "drill.ended",
]);

export interface Journal {
  readonly file: string;
  /** Throws a Failure `drill.journal` when the disk does not take the whole event. */
  append(event: DrillEvent): void;
  close(): void;
}

function journalFile(directory: string, drillId: string): string {
  return join(directory, `${drillId}.ndjson`);
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Whether a kill cut off the last line, so that the next one must not join it. */
function endsTorn(handle: number): boolean {
  const { size } = fstatSync(handle);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(handle, last, 0, 1, size - 1);
  return last.toString("latin1") !== "\n";
}

function cannotWrite(file: string, cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Failure({
    kind: "failed",
    code: "drill.journal",
    message: `the drill's journal ${file} cannot be written: ${why}`,
    next: "a drill stops nothing without its journal: make that directory writable, with room on its disk, and drill again",
    cause,
  });
}

/**
 * Opens the journal of `drillId`, a new one or that of a drill to be finished, for appending. Throws a Failure
 * `drill.journal` when that cannot be done.
 */
export function openJournal(directory: string, drillId: string): Journal {
  const file = journalFile(directory, drillId);
  let handle: number;
  let torn: boolean;
  try {
    mkdirSync(directory, { recursive: true });
    handle = openSync(file, "a+", 0o600);
    syncDirectory(directory);
    torn = endsTorn(handle);
  } catch (cause) {
    throw cannotWrite(file, cause);
  }
  return {
    file,
    append(event) {
      if (event.code === "observer.saw") return;
      const line = `${torn ? "\n" : ""}${JSON.stringify(event)}\n`;
      // A disk that fills up may take the first half of a line.
      torn = true;
      try {
        // All of it or an error: a single write may stop half-way and not say so.
        appendFileSync(handle, line);
        if (DECISIVE.has(event.code)) fsyncSync(handle);
      } catch (cause) {
        throw cannotWrite(file, cause);
      }
      torn = false;
    },
    close: () => closeSync(handle),
  };
}

/** A drill that stopped something and never said that it runs again. */
export interface UnfinishedDrill {
  readonly drillId: string;
  readonly target: TargetDescription;
  readonly backend: string;
  /** The drill still runs, in another process. */
  readonly alive: boolean;
  readonly pid: number;
}

export interface JournalReading {
  /** Whether a process of that id exists. */
  processExists(pid: number): boolean;
  /** Wall time, epoch ms. */
  now(): number;
}

/** A living drill writes at every lease renewal; a file older than this, in real ms, is a dead drill's, even if its pid is in use again. */
const SILENCE_MS = 30_000;

/** Events of a journal; a torn last line, or any line that is no event, is left out. */
export function readJournal(text: string): DrillEvent[] {
  const events: DrillEvent[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "object" && value !== null && "code" in value) events.push(value as DrillEvent);
    } catch {
      // The write was cut off by the kill; nothing after the last synced record is needed.
    }
  }
  return events;
}

/** After these nothing is stopped by the drill any more. */
const FINISHING: ReadonlySet<DrillEventCode> = new Set(["stop.withdrawn", "start.done", "recovery.done"]);

/** What the events leave undone: the target that may still be stopped. */
export function leftStopped(events: readonly DrillEvent[]): TargetDescription | undefined {
  let target: TargetDescription | undefined;
  for (const event of events) {
    if (event.code === "stop.intended") target = event.target;
    else if (FINISHING.has(event.code)) target = undefined;
  }
  return target;
}

function journalNames(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(".ndjson"))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** When the latest drill's endpoint was started again, epoch ms: for a while after that nothing is steady. */
export function lastRestoredAt(directory: string): number | undefined {
  const latest = journalNames(directory).at(-1);
  if (latest === undefined) return undefined;
  return readJournal(readFileSync(join(directory, latest), "utf8")).findLast(
    (event) => event.code === "start.done" || event.code === "recovery.done",
  )?.at;
}

/** The unfinished drills of a folder, oldest first. A folder that is not there holds none. */
export function unfinishedDrills(directory: string, reading: JournalReading): UnfinishedDrill[] {
  const found: UnfinishedDrill[] = [];
  for (const name of journalNames(directory)) {
    const file = join(directory, name);
    const events = readJournal(readFileSync(file, "utf8"));
    const target = leftStopped(events);
    const began = events.find((event) => event.code === "drill.began");
    if (target === undefined || began === undefined) continue;
    const silentMs = reading.now() - statSync(file).mtimeMs;
    found.push({
      drillId: name.slice(0, -".ndjson".length),
      target,
      backend: began.backend,
      pid: began.pid,
      alive: silentMs < SILENCE_MS && reading.processExists(began.pid),
    });
  }
  return found;
}

/** Sorts by time, e.g. `20261120T221530Z-4f2a`. */
export function drillIdAt(epochMs: number, random: () => number): string {
  const stamp = new Date(epochMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const tail = Math.floor(random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  return `${stamp}-${tail}`;
}
