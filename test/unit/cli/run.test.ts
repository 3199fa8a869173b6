import { PassThrough } from "node:stream";
import { Command } from "commander";
import { expect, it } from "vitest";
import type { CommandHost } from "../../../src/cli/command.ts";
import type { CommandContext } from "../../../src/cli/context.ts";
import { EXIT, type ExitCode } from "../../../src/cli/exit-codes.ts";
import { addGlobalOptions } from "../../../src/cli/global-options.ts";
import { type ProcessHost, runProgram } from "../../../src/cli/run.ts";

type Terminal = NodeJS.WriteStream & NodeJS.ReadStream;

/** A stream that says it is a terminal; what is written to it can be read again. */
function terminal(): Terminal {
  return Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} }) as unknown as Terminal;
}

function machine() {
  const host = {
    stdin: terminal(),
    stdout: terminal(),
    stderr: terminal(),
    env: { CI: "true" },
    cwd: () => "/",
    on: () => {},
    off: () => {},
    exit: () => {
      throw new Error("left without an end");
    },
  } satisfies Record<keyof ProcessHost, unknown> as unknown as ProcessHost &
    Record<"stdin" | "stdout" | "stderr", Terminal>;
  const said = () => String((host.stderr as unknown as PassThrough).read() ?? "");
  return { host, said };
}

function run(host: ProcessHost, work: (context: CommandContext) => Promise<ExitCode>): Promise<number> {
  const program = (commands: CommandHost) => {
    const root = new Command("r53kit").exitOverride();
    root.command("work").action(commands.action(work));
    addGlobalOptions(root);
    return root;
  };
  return runProgram(program, ["work"], host);
}

/** As a drill does: waits for the signal, then puts things back and returns. */
const untilInterrupted = (restored: () => void) => async (context: CommandContext) => {
  await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve(), { once: true }));
  context.note("starting the endpoint again");
  restored();
  return EXIT.interrupted;
};

it.each(["EPIPE", "EIO"])("lets a command put things back when its terminal or reader is gone (%s)", async (code) => {
  const { host } = machine();
  let restored = false;
  const ended = run(
    host,
    untilInterrupted(() => {
      restored = true;
    }),
  );
  setImmediate(() => host.stderr.emit("error", Object.assign(new Error(`write ${code}`), { code })));
  expect(await ended).toBe(EXIT.interrupted);
  expect(restored).toBe(true);
});

it("puts things back and then fails when the output cannot be written, as on a full disk", async () => {
  const { host, said } = machine();
  let restored = false;
  const ended = run(
    host,
    untilInterrupted(() => {
      restored = true;
    }),
  );
  setImmediate(() =>
    host.stdout.emit("error", Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })),
  );
  expect(await ended).toBe(EXIT.failed);
  expect(restored).toBe(true);
  expect(said()).toContain("the output could not be written: ENOSPC: no space left on device");
});

it("goes on when only its notes cannot be written", async () => {
  const { host } = machine();
  const ended = run(host, async (context) => {
    host.stderr.emit("error", Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
    expect(context.signal.aborted).toBe(false);
    return EXIT.ok;
  });
  expect(await ended).toBe(EXIT.ok);
});

it.each([
  { keys: "\u0003", name: "Ctrl-C", answer: undefined, code: EXIT.interrupted },
  { keys: "\u0004", name: "Ctrl-D", answer: false, code: EXIT.ok },
  { keys: "n\r", name: "n", answer: false, code: EXIT.ok },
  { keys: "yes\r", name: "yes", answer: true, code: EXIT.ok },
])("takes $name at a question for what it means", async ({ keys, answer, code }) => {
  const { host, said } = machine();
  let heard: boolean | undefined;
  const ended = run(host, async (context) => {
    const asking = context.confirm("Stop it?");
    host.stdin.push(keys);
    heard = await asking;
    return EXIT.ok;
  });
  expect(await ended).toBe(code);
  expect(heard).toBe(answer);
  expect(said()).not.toContain("internal error");
});
