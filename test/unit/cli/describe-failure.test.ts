import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { describeFailure } from "../../../src/cli/describe-failure.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

it("names a file as what could not be used, not the service", () => {
  for (const error of [
    thrownBy(() => readFileSync("/no/such/file")),
    thrownBy(() => readdirSync(import.meta.filename)),
    // Says neither path nor more than "read".
    thrownBy(() => readFileSync(import.meta.dirname)),
    Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" }),
  ]) {
    const failure = describeFailure(error);
    expect(failure.code).toMatch(/^file\.e/);
    expect(failure.message).toContain((error as Error).message);
    expect(failure.message).not.toContain("service");
  }
});

it("names the service when a connection was refused", async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  const error = await new Promise<Error>((done) => connect(port, "127.0.0.1").once("error", done));
  expect(describeFailure(error).code).toBe("network.econnrefused");
});
