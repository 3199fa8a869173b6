/** Snapshots of a home's state, whether its backend runs or not. */

import { controlClient } from "./control-client.ts";
import type { DaemonHome } from "./daemon-home.ts";
import { runningBackend } from "./daemon-run-file.ts";
import { decodeSnapshot, encodeSnapshot, entriesOf, replaceContent } from "./snapshot.ts";
import type { Store } from "./store/store.ts";

/** With the store of a home whose backend does not run, held as a backend would hold it. */
async function withStore<Result>(home: DaemonHome, work: (store: Store) => Result | Promise<Result>): Promise<Result> {
  const { openStore } = await import("./store/lmdb-store.ts");
  const store = openStore({ directory: home.stateDirectory });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The content of a snapshot file. Throws a Failure when the state cannot be read. */
export async function snapshotOfHome(home: DaemonHome): Promise<Uint8Array> {
  const running = runningBackend(home);
  if (running !== undefined) return controlClient(running.apiPort).saveSnapshot();
  return withStore(home, (store) => encodeSnapshot(entriesOf(store), new Date()));
}

/** Makes the snapshot the home's whole state. Throws a Failure `snapshot.*`, with everything as it was. */
export async function loadIntoHome(home: DaemonHome, file: Uint8Array): Promise<void> {
  const running = runningBackend(home);
  if (running !== undefined) return controlClient(running.apiPort).loadSnapshot(file);
  const entries = await decodeSnapshot(file);
  await withStore(home, (store) => replaceContent(store, entries));
}
