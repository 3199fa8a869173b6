/** Texts that many objects name: kept whole and once, so that the engine tells by the address that two are the same. */

/**
 * The same text as V8 keeps names of properties. What comes out of a request or a database is otherwise a piece of it: slow to
 * compare, and it keeps the whole alive.
 */
export function interned(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}
