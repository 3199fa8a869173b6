/** The live view of a drill: what each observer sees now, when it turned, and what happened so far. Props in, a frame out. */

import { Box, Text } from "ink";
import type { DrillProgress, ObserverProgress } from "../../drill/progress.ts";
import { displayName } from "../../route53/names.ts";
import { safeText } from "../safe-text.ts";
import { duration, sinceStop } from "./times.ts";
import { happeningWords, outcomeWords, phaseWords, sightWords, targetWords } from "./words.ts";

export interface DrillViewProps {
  readonly progress: DrillProgress;
  /** The backend's clock now, ms. */
  readonly clockMs: number;
  /** Of the terminal. */
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

/** A frame higher than the terminal would flicker, so the timeline gets what the rest leaves. */
const MOST_TIMELINE_LINES = 8;
const LEAST_TIMELINE_LINES = 2;
const OTHER_LINES = 11;
const BAR_COLUMNS = 30;

type Colour = "green" | "yellow" | "red" | "gray";

function colourOf(observer: ObserverProgress): Colour {
  switch (observer.sees) {
    case "primary":
      return "green";
    case "secondary":
      return "yellow";
    case undefined:
      return "gray";
    default:
      return "red";
  }
}

/** Ink draws colours whenever it thinks it can; NO_COLOR is ours to keep. */
function tint(color: boolean, name: Colour): { color?: Colour } {
  return color ? { color: name } : {};
}

function Header({ progress, color }: DrillViewProps) {
  const { scenario, speed, backend } = progress;
  if (scenario === undefined) return null;
  return (
    <Box flexDirection="column">
      <Text bold={color} wrap="truncate">
        Failover drill of {displayName(scenario.name)} {scenario.type}: {targetWords(scenario.target)}
      </Text>
      <Text dimColor={color} wrap="truncate">
        {safeText(backend)}
        {speed === 1 ? "" : `, its clock ${speed} times as fast as life; times are simulated`}
      </Text>
    </Box>
  );
}

function after(ms: number | undefined): string {
  return ms === undefined ? "-" : duration(ms);
}

function Observers({ progress, color, columns }: DrillViewProps) {
  const name = Math.min(38, Math.max(16, ...progress.observers.map((one) => one.identity.label.length + 2)));
  const rest = Math.max(8, columns - name - 14 - 12 - 12 - 2);
  return (
    <Box flexDirection="column">
      <Box>
        <Box width={name}>
          <Text dimColor={color}>observer</Text>
        </Box>
        <Box width={14}>
          <Text dimColor={color}>sees</Text>
        </Box>
        <Box width={12}>
          <Text dimColor={color}>over after</Text>
        </Box>
        <Box width={12}>
          <Text dimColor={color}>back after</Text>
        </Box>
        <Text dimColor={color}>latest</Text>
      </Box>
      {progress.observers.map((observer) => (
        <Box key={observer.identity.id}>
          <Box width={name}>
            <Text wrap="truncate">{safeText(observer.identity.label)}</Text>
          </Box>
          <Box width={14}>
            <Text {...tint(color, colourOf(observer))}>
              {observer.sees === undefined ? "..." : sightWords(observer.identity.kind, observer.sees)}
            </Text>
          </Box>
          <Box width={12}>
            <Text>{after(observer.secondaryAfterMs)}</Text>
          </Box>
          <Box width={12}>
            <Text>{after(observer.primaryAfterMs)}</Text>
          </Box>
          <Box width={rest}>
            <Text dimColor={color} wrap="truncate">
              {safeText(observer.detail)}
            </Text>
          </Box>
        </Box>
      ))}
    </Box>
  );
}

/** How much of the bound has passed: of the failover's while it lasts, then of the failback's. */
function Progress({ progress, clockMs, color }: DrillViewProps) {
  const { stoppedAtMs, runningAtMs, bounds, outcome } = progress;
  if (stoppedAtMs === undefined || bounds === undefined) return <Text>{phaseWords(progress.phase)}</Text>;
  if (outcome !== undefined) return <Text>{outcomeWords(outcome)}</Text>;
  const [fromMs, boundMs] =
    runningAtMs === undefined ? [stoppedAtMs, bounds.client.ms] : [runningAtMs, bounds.failback.ms];
  const passedMs = Math.max(0, clockMs - fromMs);
  const filled = Math.min(BAR_COLUMNS, Math.round((passedMs / boundMs) * BAR_COLUMNS));
  return (
    <Text wrap="truncate">
      <Text {...tint(color, passedMs > boundMs ? "red" : "green")}>
        {"#".repeat(filled)}
        {".".repeat(BAR_COLUMNS - filled)}
      </Text>{" "}
      {duration(passedMs)} of at most {duration(boundMs)}: {phaseWords(progress.phase)}
    </Text>
  );
}

function Timeline({ progress, color, rows }: DrillViewProps) {
  const { stoppedAtMs, observers } = progress;
  const room = rows - OTHER_LINES - observers.length;
  const shown = Math.min(MOST_TIMELINE_LINES, Math.max(LEAST_TIMELINE_LINES, room));
  if (stoppedAtMs === undefined) return null;
  const identityOf = (id: string) => observers.find((one) => one.identity.id === id)?.identity;
  const lines = progress.events
    .map((event) => ({
      key: `${event.clockMs} ${event.code} ${"observer" in event ? event.observer : ""}`,
      at: sinceStop(event.clockMs - stoppedAtMs),
      words: happeningWords(event, identityOf),
    }))
    .filter((line) => line.words !== undefined)
    .slice(-shown);
  return (
    <Box flexDirection="column">
      {lines.map((line) => (
        <Text key={line.key} wrap="truncate">
          <Text dimColor={color}>{line.at.padStart(9)}</Text> {line.words}
        </Text>
      ))}
    </Box>
  );
}

export function DrillView(props: DrillViewProps) {
  return (
    <Box flexDirection="column" gap={1} width={props.columns}>
      <Header {...props} />
      <Observers {...props} />
      <Progress {...props} />
      <Timeline {...props} />
      {props.progress.outcome === undefined ? (
        <Text dimColor={props.color} wrap="truncate">
          Ctrl-C starts the endpoint again and ends the drill.
        </Text>
      ) : null}
    </Box>
  );
}
