/**
 * The journals of runs that change things: one file a run, one JSON line a step. The plan comes first, whole, so that a run
 * that was killed can be finished without the file it was made from; a step is on the disk before it is taken.
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
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SetupEvent } from "./events.ts";
import type { Plan } from "./plan.ts";

const JOURNAL_FORMAT = "r53kit.setup-journal/1";

/** What was run, as people type it. */
export type RunCommand = "setup apply" | "setup destroy" | "setup resume" | "records";

export interface RunStart {
  readonly command: RunCommand;
  readonly plan: Plan;
  /** Whether what it makes goes into the project's ledger; edits by hand are nobody's to remove later. */
  readonly keepsLedger: boolean;
}

type JournalEntry = { readonly at: string } & (
  | ({ readonly entry: "started"; readonly format: typeof JOURNAL_FORMAT } & RunStart)
  | { readonly entry: "ended"; readonly outcome: string }
  /** Another run has taken over what this one left. */
  | { readonly entry: "superseded"; readonly by: string }
  | ({ readonly entry: "event" } & SetupEvent)
);

export interface Journal {
  event(event: SetupEvent): void;
  /** What was written is on the disk when it returns: called before every effect. */
  sync(): void;
  ended(outcome: string): void;
}

/** A run that did not come to its end: killed, interrupted, or stopped by a failure. */
export interface UnfinishedRun extends RunStart {
  readonly file: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Changes that it had started; whether they landed only the live state tells. */
  readonly begun: readonly string[];
}

/** This many runs of a project that came to their end are kept to be looked at; unfinished ones are kept all. */
const KEPT_RUNS = 10;

function journalDirectory(home: string, project: string): string {
  return join(home, "setup", "journals", encodeURIComponent(project));
}

/** Events that record an effect; the others are only for people who watch. */
const KEPT_EVENTS = new Set<SetupEvent["event"]>([
  "phase-started",
  "change-started",
  "change-done",
  "change-skipped",
  "phase-done",
]);

/**
 * Starts a journal. What earlier runs of the project on this backend left unfinished is this run's from now on: it was
 * planned from what they left. `now` gives epoch ms.
 */
export function openJournal(home: string, start: RunStart, now: () => number): Journal & { close(): void } {
  const directory = journalDirectory(home, start.plan.project);
  mkdirSync(directory, { recursive: true });
  const stamp = new Date(now()).toISOString().replace(/[-:]/g, "");
  const file = join(directory, `${stamp}-${process.pid}.ndjson`);
  const left = unfinishedIn(directory).filter((run) => isSamePlace(run.plan, start.plan));
  const handle = openSync(file, "a");
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) writeSync(handle, lines.join(""));
    lines = [];
  };
  // A batch tells of a thousand changes at once: what comes in one turn is written in one go.
  const write = (entry: Record<string, unknown>) => {
    if (lines.length === 0) queueMicrotask(flush);
    lines.push(lineOf(now(), entry));
  };
  write({ entry: "started", format: JOURNAL_FORMAT, ...start });
  flush();
  fsyncSync(handle);
  for (const run of left) supersede(run.file, file, now());
  prune(directory, file);
  return {
    event: (event) => {
      if (KEPT_EVENTS.has(event.event)) write({ entry: "event", ...event });
    },
    sync: () => {
      flush();
      fsyncSync(handle);
    },
    ended: (outcome) => {
      write({ entry: "ended", outcome });
      flush();
      fsyncSync(handle);
    },
    close: () => {
      flush();
      closeSync(handle);
    },
  };
}

function lineOf(at: number, entry: Record<string, unknown>): string {
  return `${JSON.stringify({ at: new Date(at).toISOString(), ...entry })}\n`;
}

function supersede(file: string, by: string, at: number): void {
  // Its last line may be cut.
  appendFileSync(file, `\n${lineOf(at, { entry: "superseded", by: basename(by) })}`);
}

function isSamePlace({ backend: a }: Plan, { backend: b }: Plan): boolean {
  return a.account === b.account && a.confirmsChanges === b.confirmsChanges;
}

/** The newest of each project and backend; what came before it was its to finish. Newest first. */
export function unfinishedRuns(home: string): UnfinishedRun[] {
  const all = namesIn(join(home, "setup", "journals")).flatMap((project) =>
    unfinishedIn(join(home, "setup", "journals", project)),
  );
  const newestFirst = all.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return newestFirst.filter(
    (run, i) =>
      newestFirst.findIndex(
        (other) => dirname(other.file) === dirname(run.file) && isSamePlace(other.plan, run.plan),
      ) === i,
  );
}

function unfinishedIn(directory: string): UnfinishedRun[] {
  return journalsIn(directory).flatMap((file) => {
    const reading = readJournal(file);
    return reading.state === "unfinished" ? [reading.run] : [];
  });
}

/** Oldest first. */
function journalsIn(directory: string): string[] {
  return namesIn(directory)
    .filter((name) => name.endsWith(".ndjson"))
    .sort()
    .map((name) => join(directory, name));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

type Reading = { readonly state: "finished" } | { readonly state: "unfinished"; readonly run: UnfinishedRun };

/** A run that was killed before its first line was whole has begun nothing, and so is finished. */
function readJournal(file: string): Reading {
  // How it ended stands last, and most of them have: a plan of many thousand changes before it need not be read.
  if (tailOf(file).split("\n").map(readLine).some(isEnd)) return { state: "finished" };
  const entries = readFileSync(file, "utf8").split("\n").map(readLine);
  const started = entries.find((entry) => entry?.entry === "started");
  if (started?.entry !== "started" || started.format !== JOURNAL_FORMAT || entries.some(isEnd)) {
    return { state: "finished" };
  }
  const open = new Set<string>();
  for (const entry of entries) {
    if (entry?.entry !== "event") continue;
    if (entry.event === "change-started") open.add(entry.subject);
    if (entry.event === "change-done" || entry.event === "change-skipped") open.delete(entry.subject);
  }
  const { command, plan, keepsLedger, at } = started;
  return { state: "unfinished", run: { file, startedAt: at, command, plan, keepsLedger, begun: [...open] } };
}

/** Holds the last lines of a journal that came to its end. */
const TAIL_BYTES = 4096;

function tailOf(file: string): string {
  const handle = openSync(file, "r");
  try {
    const tail = Buffer.alloc(TAIL_BYTES);
    const read = readSync(handle, tail, 0, TAIL_BYTES, Math.max(0, fstatSync(handle).size - TAIL_BYTES));
    return tail.toString("utf8", 0, read);
  } finally {
    closeSync(handle);
  }
}

/** Undefined for a line that a killed run left cut. */
function readLine(line: string): JournalEntry | undefined {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return undefined;
  }
}

function isEnd(entry: JournalEntry | undefined): boolean {
  return entry?.entry === "superseded" || (entry?.entry === "ended" && entry.outcome === "applied");
}

function prune(directory: string, current: string): void {
  const finished = journalsIn(directory).filter((file) => file !== current && readJournal(file).state === "finished");
  for (const file of finished.slice(0, Math.max(0, finished.length - KEPT_RUNS))) rmSync(file, { force: true });
}
