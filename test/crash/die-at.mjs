/**
 * Loaded before r53kit (`node --import`): kills its process with SIGKILL at an exact moment, which no watcher from outside can
 * hit. `R53KIT_TEST_DIE_AT` is `MOMENT:N`, the Nth journal line written, ledger replaced or added to, request sent or answer come.
 */
import fs from "node:fs";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";

const [moment, nth] = (process.env.R53KIT_TEST_DIE_AT ?? "").split(":");
// The backend that a command starts has the same environment, and its own moments.
if (moment && process.argv.includes("setup")) {
  let left = Number(nth);
  const passed = (at) => {
    if (at === moment && --left === 0) process.kill(process.pid, "SIGKILL");
  };
  const { writeSync, renameSync } = fs;
  fs.writeSync = (...args) => {
    const has = (part) => typeof args[1] === "string" && args[1].includes(part);
    if (has('"patch":')) passed("before-ledger");
    const written = writeSync(...args);
    if (has('"entry":')) passed("journal");
    if (has('"patch":')) passed("ledger");
    return written;
  };
  fs.renameSync = (from, to) => {
    if (String(to).endsWith(".ledger.json")) passed("before-ledger");
    renameSync(from, to);
    if (String(to).endsWith(".ledger.json")) passed("ledger");
  };
  syncBuiltinESMExports();
  const { end, emit } = http.ClientRequest.prototype;
  http.ClientRequest.prototype.end = function (...args) {
    const result = end.apply(this, args);
    // It leaves the process with this turn.
    setImmediate(() => passed("request"));
    return result;
  };
  http.ClientRequest.prototype.emit = function (name, ...args) {
    if (name === "response") passed("answer");
    return emit.call(this, name, ...args);
  };
}
