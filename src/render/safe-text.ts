/** Makes text from outside (names, TXT values, error bodies) safe to show: it cannot move the cursor, recolour or reorder the terminal. */

/** C0, DEL and C1 controls; line and paragraph separators; the bidirectional controls that make text read in another order. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const BREAKS = /[\t\r\n\u2028\u2029]+/g;

/** One line of text without control characters; tabs and line breaks become a space. */
export function safeText(text: string): string {
  return text.replace(BREAKS, " ").replace(UNSAFE, "");
}
