/** Other people's validators, how to run them against a local backend, and what they say in four words. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ServerAddress } from "../../src/dns/client.ts";
import type { TrustAnchor } from "../../src/dns/trust-anchor.ts";
import { renderAnchors } from "../../src/render/anchor.ts";
import { eventually } from "../support/cli.ts";
import type { Peer } from "./peers.ts";
import type { Verdict } from "./signed-zones.ts";

export const DELV: Peer = { name: "delv", probe: ["delv", "-v"] };
export const UNBOUND_AND_DIG: Peer = { name: "unbound and dig", probe: ["sh", "-c", "unbound -V && dig -v"] };

/** Standard output and error of a program that ends by itself. */
export async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 170_000, env });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return stdout + stderr;
}

export async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

/** A folder with the trust anchors in the forms that validators read: `anchor.ds`, `anchor.dnskey`, `anchor.bind`. */
export class AnchorFolder {
  readonly path = mkdtempSync(join(tmpdir(), "r53kit-dnssec-"));

  constructor(anchors: readonly TrustAnchor[]) {
    for (const form of ["ds", "dnskey", "bind"] as const) {
      this.write(`anchor.${form}`, `${renderAnchors(anchors, form)}\n`);
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(this.file(name), content);
    return this.file(name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function delv(folder: AnchorFolder, { address, port }: ServerAddress, name: string, type: string) {
  return run("delv", [`@${address}`, "-p", `${port}`, "-a", folder.file("anchor.bind"), "-q", name, "-t", type]);
}

/** The verdict, or all of the output where there is none. */
export function delvVerdict(output: string): Verdict | string {
  if (output.includes("; unsigned answer") || output.includes("; negative response, unsigned")) return "insecure";
  if (output.includes("; negative response, fully validated")) return "secure, nothing there";
  // A chain that ends in nothing: the CNAME is validated, then what is not there.
  if (output.startsWith("; fully validated")) {
    return output.includes(";; resolution failed: ncache") ? "secure, nothing there" : "secure";
  }
  return /resolution failed: (broken trust chain|no valid|insecurity proof failed|SERVFAIL|RRSIG|failure)/.test(output)
    ? "bogus"
    : output;
}

export function digCommand({ address, port }: ServerAddress, name: string, type: string): [string, ...string[]] {
  return [
    "dig",
    ...[`@${address}`, "-p", `${port}`, "+dnssec", "+tries=3", "+time=5", "+noall", "+comments", "+answer"],
    ...["-q", name, "-t", type],
  ];
}

/** Of what dig says with +dnssec: a validating resolver sets AD, or refuses to answer. */
export function digVerdict(output: string, type: string): Verdict | string {
  const status = /status: ([A-Z]+)/.exec(output)?.[1];
  if (status === "SERVFAIL") return "bogus";
  if (status !== "NOERROR" && status !== "NXDOMAIN") return output;
  if (!/flags:[^;]* ad[ ;]/.test(output)) return "insecure";
  if (status !== "NOERROR") return output;
  const found = output.split("\n").some((line) => !line.startsWith(";") && line.split(/\s+/)[3] === type);
  return found ? "secure" : "secure, nothing there";
}

function unboundConfig(folder: AnchorFolder, { address, port }: ServerAddress, upstream: string): string {
  return `server:
  directory: "${folder.path}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  ede: yes
  module-config: "validator iterator"
  trust-anchor-file: "${folder.file("anchor.ds")}"
  interface: ${address}
  port: ${port}
${upstream}
remote-control:
  control-enable: no
`;
}

/** Everything goes to one resolver. */
export const forwardTo = ({ address, port }: ServerAddress) => `forward-zone:
  name: "."
  forward-addr: ${address}@${port}`;

/** Every answer is asked of the name servers, from the root down. */
export function iterateFrom(folder: AnchorFolder, rootAddress: string): string {
  const hints = `. 3600 NS a.root-servers.net.\na.root-servers.net. 3600 A ${rootAddress}\n`;
  return `  root-hints: "${folder.write("root.hints", hints)}"`;
}

/** A command as it is, or as another one runs it, e.g. in another network. */
export type Within = (command: readonly [string, ...string[]]) => [string, ...string[]];

/** A validating unbound on an address of its own, asked with dig. */
export class Unbound {
  readonly #server: ServerAddress;
  readonly #within: Within;
  readonly #process: ChildProcess;

  private constructor(folder: AnchorFolder, server: ServerAddress, upstream: string, within: Within) {
    this.#server = server;
    this.#within = within;
    const config = folder.write(`unbound-${server.port}.conf`, unboundConfig(folder, server, upstream));
    const [program, ...args] = within(["unbound", "-d", "-c", config]);
    this.#process = spawn(program, args, { stdio: "ignore" });
  }

  /** Answers when this returns. */
  static async start(
    folder: AnchorFolder,
    server: ServerAddress,
    upstream: string,
    within: Within = ([...command]) => command as [string, ...string[]],
  ): Promise<Unbound> {
    const unbound = new Unbound(folder, server, upstream, within);
    try {
      await eventually("unbound's answer", async () =>
        (await unbound.ask(".", "SOA")).includes("status: ") ? true : undefined,
      );
      return unbound;
    } catch (error) {
      await unbound.stop();
      throw error;
    }
  }

  async ask(name: string, type: string): Promise<string> {
    const [program, ...args] = this.#within(digCommand(this.#server, name, type));
    return run(program, args);
  }

  async verdict(name: string, type: string): Promise<Verdict | string> {
    return digVerdict(await this.ask(name, type), type);
  }

  stop(): Promise<void> {
    return ended(this.#process);
  }
}
