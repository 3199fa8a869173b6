/** The live view of an apply: one line a phase, what is going on now, and what is not as wanted. */

import { Box, render, Text } from "ink";
import type { PhaseProgress, SetupProgress } from "../setup/progress.ts";
import { safeText } from "./safe-text.ts";

export interface LiveSetup {
  show(progress: SetupProgress): void;
  /** Leaves the last frame standing. */
  close(): void;
}

const REDRAW_MS = 80;
const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

interface Look {
  readonly color: boolean;
  /** Which frame of the spinner. */
  readonly tick: number;
}

function Colored({ color, look, children }: { color: string; look: Look; children: string }) {
  return look.color ? <Text color={color}>{children}</Text> : <Text>{children}</Text>;
}

function Sign({ phase, look }: { phase: PhaseProgress; look: Look }) {
  switch (phase.state) {
    case "waiting":
      return <Text> </Text>;
    case "working":
    case "verifying":
      return (
        <Colored color="cyan" look={look}>
          {SPINNER[look.tick % SPINNER.length] ?? ""}
        </Colored>
      );
    case "done":
      return phase.troubles.some((one) => one.status === "failed") ? (
        <Colored color="red" look={look}>
          ✗
        </Colored>
      ) : (
        <Colored color="green" look={look}>
          ✓
        </Colored>
      );
  }
}

/** Every line is cut at the edge, so that the height is known: Ink clears the whole screen when a view does not fit. */
function PhaseLine({ phase, look }: { phase: PhaseProgress; look: Look }) {
  const verified = phase.expectations > 0 ? `, ${phase.verified}/${phase.expectations} checks` : "";
  return (
    <Text wrap="truncate">
      <Sign phase={phase} look={look} /> {phase.phase.padEnd(14)} {phase.done}/{phase.changes} changes
      {phase.state === "waiting" ? "" : verified}
    </Text>
  );
}

/** How many lines of what is not as wanted, and of notes, are shown; the result has all of them. */
const MOST_TROUBLES = 3;
const MOST_NOTES = 2;

/** Lines of the tallest view, and one for the cursor: six phases, troubles, notes, what is going on. */
export const LIVE_SETUP_ROWS = 6 + MOST_TROUBLES + 1 + MOST_NOTES + 1 + 1;

function SetupView({ progress, look }: { progress: SetupProgress; look: Look }) {
  const troubles = progress.phases.flatMap((phase) => phase.troubles);
  return (
    <Box flexDirection="column">
      {progress.phases.map((phase) => (
        <PhaseLine key={phase.phase} phase={phase} look={look} />
      ))}
      {troubles.slice(0, MOST_TROUBLES).map((one) => (
        <Text key={`${one.check} ${one.subject}`} wrap="truncate">
          {"    "}
          <Colored color={one.status === "failed" ? "red" : "yellow"} look={look}>
            {one.status}
          </Colored>{" "}
          {safeText(one.subject)}: {safeText(one.says)}
        </Text>
      ))}
      {troubles.length > MOST_TROUBLES ? <Text> and {troubles.length - MOST_TROUBLES} more</Text> : undefined}
      {progress.notes.slice(-MOST_NOTES).map((note) => (
        <Text key={note} wrap="truncate">
          note: {safeText(note)}
        </Text>
      ))}
      <Text dimColor={look.color} wrap="truncate">
        {safeText(progress.current ?? "")}
      </Text>
    </Box>
  );
}

export function showLiveSetup(options: {
  readonly stream: NodeJS.WriteStream;
  readonly color: boolean;
  readonly first: SetupProgress;
}): LiveSetup {
  let progress = options.first;
  let tick = 0;
  const frame = () => <SetupView progress={progress} look={{ color: options.color, tick }} />;
  const ink = render(frame(), { stdout: options.stream, exitOnCtrlC: false, patchConsole: false });
  const redraw = setInterval(() => {
    tick += 1;
    ink.rerender(frame());
  }, REDRAW_MS);
  return {
    show(next) {
      progress = next;
    },
    close() {
      clearInterval(redraw);
      progress = { ...progress, current: undefined };
      ink.rerender(frame());
      ink.unmount();
    },
  };
}
