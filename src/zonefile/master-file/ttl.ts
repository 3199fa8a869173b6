/** Times as master files write them: seconds, or BIND's units as in `1h30m`. */

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** RFC 2181 section 8. */
export const MAX_TTL_SECONDS = 2 ** 31 - 1;

/** Whether a word can only be a time: it starts with a digit. */
export function looksLikeTtl(text: string): boolean {
  return /^[0-9]+([smhdw]|$)/i.test(text);
}

/** In seconds; undefined when it is none, or more than {@link MAX_TTL_SECONDS}. */
export function parseTtl(text: string): number | undefined {
  if (!/^([0-9]{1,10}|([0-9]{1,10}[smhdw])+)$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/([0-9]+)([smhdw]?)/gi)) {
    seconds += Number(count) * (SECONDS[(unit ?? "").toLowerCase()] ?? 1);
  }
  return seconds <= MAX_TTL_SECONDS ? seconds : undefined;
}
