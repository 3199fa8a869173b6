/** A local backend in a network that has only loopback, so that everything in it has port 53 and reaches nobody else. */

import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { eventually } from "../support/cli.ts";
import type { Peer } from "./peers.ts";
import { type AnchorFolder, ended, run, type Within } from "./validators.ts";

const CLI = resolve(import.meta.dirname, "../../bin/r53kit.js");
const OWN_NETWORK = "unshare -n ip link set lo up && command -v nsenter";

/** Programs that are to run in such a network; machines where that is not allowed do without. */
export function inOwnNetwork(name: string, probe: string): Peer {
  return { name: `${name} in a network of its own`, probe: ["sh", "-c", `${OWN_NETWORK} && ${probe}`], optional: true };
}

export class OwnNetwork {
  readonly #daemon: ChildProcess;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(daemon: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#daemon = daemon;
    this.#env = env;
  }

  /** With the state of a snapshot, keys included, so that its zones and their trust anchor are the same. */
  static async start(folder: AnchorFolder, snapshot: Uint8Array): Promise<OwnNetwork> {
    const env = { ...process.env, R53KIT_HOME: folder.file("home"), R53KIT_BACKEND: "local" };
    const start = `ip link set lo up && exec ${process.execPath} ${CLI} local start --foreground --in-memory --dns-port 53`;
    const daemon = spawn("unshare", ["-n", "sh", "-c", start], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    }
    const network = new OwnNetwork(daemon, env);
    try {
      await eventually("the backend's start", () => {
        if (daemon.exitCode !== null) throw new Error(`the backend did not start: ${said}`);
        return said.includes("DNS port 53") ? true : undefined;
      });
      const file = folder.write("everything.snapshot", snapshot);
      const loaded = await network.r53kit("--yes", "local", "snapshot", "load", file);
      if (!loaded.includes("state is that of")) throw new Error(`the snapshot was not loaded: ${loaded}`);
    } catch (error) {
      await network.stop();
      throw error;
    }
    return network;
  }

  readonly within: Within = (command) => ["nsenter", "-t", `${this.#daemon.pid}`, "-n", ...command];

  run(...command: [string, ...string[]]): Promise<string> {
    const [program, ...args] = this.within(command);
    return run(program, args, this.#env);
  }

  r53kit(...args: string[]): Promise<string> {
    return this.run(process.execPath, CLI, ...args);
  }

  stop(): Promise<void> {
    return ended(this.#daemon);
  }
}
