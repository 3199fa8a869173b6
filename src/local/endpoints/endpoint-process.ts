/** One run of an endpoint's process: started until it listens, killed until it is gone. */

import { type ChildProcess, spawn } from "node:child_process";
import type { EndpointSpecification } from "../../backend/backend.ts";
import { Failure } from "../../errors.ts";
import { ENDPOINT_PROGRAM, type EndpointProgramMessage, type EndpointProgramSettings } from "./endpoint-program.ts";

export interface EndpointProcess {
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** SIGKILL, as a machine that dies; resolves when it is gone. */
  kill(): Promise<void>;
}

function cannotListen({ address, port }: EndpointSpecification, code: string, message: string): Failure {
  if (code === "EADDRINUSE") {
    return new Failure({
      kind: "failed",
      code: "endpoint.port-busy",
      message: `Port ${port} of ${address} is in use by another process`,
      next: "Stop that process, or give the endpoint another port",
    });
  }
  if (code === "EADDRNOTAVAIL") {
    return new Failure({
      kind: "failed",
      code: "endpoint.no-such-address",
      message: `This machine has no address ${address}`,
      next: `On macOS add it to the loopback interface: sudo ifconfig lo0 alias ${address} up`,
    });
  }
  return new Failure({
    kind: "failed",
    code: "endpoint.cannot-listen",
    message: `The endpoint cannot listen on ${address}:${port}: ${message}`,
    ...(code === "EACCES" ? { next: "Ports below 1024 need privileges; give it a higher one" } : {}),
  });
}

/** Resolves when the endpoint answers; rejects with a Failure when it cannot listen. */
export async function startEndpointProcess(specification: EndpointSpecification): Promise<EndpointProcess> {
  const { name, address, port } = specification;
  const child: ChildProcess = spawn(
    process.execPath,
    ["-e", ENDPOINT_PROGRAM, JSON.stringify({ name, address, port } satisfies EndpointProgramSettings)],
    { stdio: ["ignore", "ignore", "ignore", "ipc"], env: { PATH: process.env.PATH ?? "" } },
  );
  // It must not keep its keeper alive.
  child.unref();
  child.channel?.unref();
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const message = await new Promise<EndpointProgramMessage>((resolve) => {
    child.once("message", (said) => resolve(said as EndpointProgramMessage));
    child.once("error", (error) => resolve({ listening: false, code: "spawn", message: error.message }));
    child.once("exit", (code, signal) =>
      resolve({ listening: false, code: "exit", message: `its process ended at once (${signal ?? code})` }),
    );
  });
  if (!message.listening) {
    await ended;
    throw cannotListen(specification, message.code, message.message);
  }
  return {
    pid: child.pid as number,
    ended,
    async kill() {
      // Who waits for its end must live to see it: at the keeper's own end nothing else may be left to wait for.
      child.ref();
      child.kill("SIGKILL");
      await ended;
    },
  };
}
