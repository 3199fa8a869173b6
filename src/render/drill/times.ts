/** How a drill's times read. */

/** Up to here seconds alone compare better at a glance. */
const SECONDS_UP_TO_MS = 600_000;

/** e.g. `36.4 s`, `156.0 s`, `12 min 36.0 s`; `never` for what did not happen. */
export function duration(ms: number | null): string {
  if (ms === null) return "never";
  const tenths = Math.round(Math.abs(ms) / 100);
  const sign = ms < 0 && tenths > 0 ? "-" : "";
  const minutes = tenths < SECONDS_UP_TO_MS / 100 ? 0 : Math.floor(tenths / 600);
  const seconds = ((tenths - minutes * 600) / 10).toFixed(1);
  return minutes === 0 ? `${sign}${seconds} s` : `${sign}${minutes} min ${seconds} s`;
}

/** A place on the timeline, e.g. `+36.4 s`. */
export function sinceStop(ms: number): string {
  const text = duration(ms);
  return text.startsWith("-") ? text : `+${text}`;
}
