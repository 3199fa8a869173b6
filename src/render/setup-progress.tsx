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

function PhaseLine({ phase, look }: { phase: PhaseProgress; look: Look }) {
  const verified = phase.expectations > 0 ? `, ${phase.verified}/${phase.expectations} checks` : "";
  return (
    <Box flexDirection="column">
      <Text>
        <Sign phase={phase} look={look} /> {phase.phase.padEnd(14)} {phase.done}/{phase.changes} changes
        {phase.state === "waiting" ? "" : verified}
      </Text>
      {phase.troubles.map((one) => (
        <Text key={`${one.check} ${one.subject}`}>
          {"    "}
          <Colored color={one.status === "failed" ? "red" : "yellow"} look={look}>
            {one.status}
          </Colored>{" "}
          {safeText(one.subject)}: {safeText(one.says)}
        </Text>
      ))}
    </Box>
  );
}

export function SetupView({ progress, look }: { progress: SetupProgress; look: Look }) {
  return (
    <Box flexDirection="column">
      {progress.phases.map((phase) => (
        <PhaseLine key={phase.phase} phase={phase} look={look} />
      ))}
      {progress.notes.map((note) => (
        <Text key={note}>note: {safeText(note)}</Text>
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
