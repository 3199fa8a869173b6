/** The ledger of a run: read once, kept in memory, and every patch on the disk before the step that it is about. */

import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { copyOf, type LedgerPatch, patchInPlace, readLedger, writeLedger } from "./ledger.ts";

export interface LedgerKeeper {
  /** By record set key, as of now. */
  recordSetsOf(zoneId: string): Readonly<Record<string, string>>;
  /** On the disk when it returns. */
  update(patch: LedgerPatch): void;
}

/**
 * The first patch writes the file anew, so that nothing is ever put behind a line that was cut; those that follow are added
 * to it. `close` leaves one whole line.
 */
export function keepLedger(file: string): LedgerKeeper & { close(): void } {
  const ledger = copyOf(readLedger(file));
  let handle: number | undefined;
  let added = 0;
  return {
    recordSetsOf: (zoneId) => ledger.recordSets[zoneId] ?? {},
    update(patch) {
      patchInPlace(ledger, patch);
      if (handle === undefined) {
        writeLedger(file, ledger);
        handle = openSync(file, "a");
        return;
      }
      writeSync(handle, `${JSON.stringify(patch)}\n`);
      fsyncSync(handle);
      added++;
    },
    close() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
      if (added > 0) writeLedger(file, ledger);
      added = 0;
    },
  };
}

/** What is made by hand is nobody's to remove later, so nothing is written down. */
export function keepNoLedger(): LedgerKeeper & { close(): void } {
  return { recordSetsOf: () => ({}), update() {}, close() {} };
}
