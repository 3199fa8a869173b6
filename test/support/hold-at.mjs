/**
 * Loaded before r53kit (`node --import`): once its process has said `R53KIT_TEST_HOLD_AT` on stderr, it does nothing more for as
 * long as the file `R53KIT_TEST_HOLD_WHILE` is there. Whoever waits for that text then has all the time there is.
 */
import { existsSync } from "node:fs";

const { R53KIT_TEST_HOLD_AT: text, R53KIT_TEST_HOLD_WHILE: file } = process.env;
if (text && file) {
  const still = new Int32Array(new SharedArrayBuffer(4));
  const write = process.stderr.write.bind(process.stderr);
  // Writing to a pipe is synchronous, so that the text is out before this stands still.
  process.stderr.write = (chunk, ...rest) => {
    const written = write(chunk, ...rest);
    if (String(chunk).includes(text)) while (existsSync(file)) Atomics.wait(still, 0, 0, 20);
    return written;
  };
}
