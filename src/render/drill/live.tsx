/** Keeps the live view of a drill on the terminal: redraws it when something happened, and as time goes on. */

import { render } from "ink";
import type { DrillProgress } from "../../drill/progress.ts";
import { DrillView } from "./view.tsx";

export interface LiveDrill {
  show(progress: DrillProgress): void;
  /** Leaves the last frame standing. */
  close(): void;
}

export interface LiveDrillOptions {
  readonly stream: NodeJS.WriteStream;
  readonly color: boolean;
  /** The backend's clock, ms. */
  clockMs(): number;
  readonly first: DrillProgress;
}

const REDRAW_MS = 200;

export function showLiveDrill(options: LiveDrillOptions): LiveDrill {
  let progress = options.first;
  const frame = () => (
    <DrillView
      progress={progress}
      clockMs={options.clockMs()}
      columns={options.stream.columns ?? 80}
      rows={options.stream.rows ?? 24}
      color={options.color}
    />
  );
  const ink = render(frame(), { stdout: options.stream, exitOnCtrlC: false, patchConsole: false });
  const redraw = setInterval(() => ink.rerender(frame()), REDRAW_MS);
  return {
    show(next) {
      progress = next;
      // Observations come many times a second; the redraw picks them up.
    },
    close() {
      clearInterval(redraw);
      ink.rerender(frame());
      ink.unmount();
    },
  };
}
