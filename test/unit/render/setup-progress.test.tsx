import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { showLiveSetup } from "../../../src/render/setup-progress.tsx";
import type { SetupProgress } from "../../../src/setup/progress.ts";

/** A terminal that keeps what is written to it. */
class FakeTerminal extends Writable {
  readonly columns = 100;
  readonly rows = 30;
  readonly isTTY = true;
  written = "";
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
}

describe("the live view of an apply", () => {
  it("shows how far each phase is and what is not as wanted, and leaves its last frame", () => {
    const phase = { phase: "zone", state: "done", changes: 2, done: 2, expectations: 1, verified: 1 } as const;
    const first: SetupProgress = { phases: [], current: undefined, notes: [] };
    const terminal = new FakeTerminal();
    const live = showLiveSetup({ stream: terminal as unknown as NodeJS.WriteStream, color: false, first });
    live.show({
      phases: [
        {
          ...phase,
          troubles: [
            {
              check: "delegation",
              subject: "example.com",
              status: "failed",
              says: "not\u001b[2J delegated",
              evidence: [],
            },
          ],
        },
        { ...phase, phase: "records", state: "working", done: 1, troubles: [] },
        { ...phase, phase: "logging", state: "waiting", done: 0, verified: 0, troubles: [] },
      ],
      current: "+ www.example.com A",
      notes: ["the registrar has them already"],
    });
    live.close();
    expect(terminal.written).not.toContain("\u001b[2J delegated");
    const last = stripVTControlCharacters(terminal.written);
    expect(last).toContain("✗ zone           2/2 changes, 1/1 checks");
    expect(last).toContain("failed example.com: not[2J delegated");
    expect(last).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] records {8}1\/2 changes/);
    expect(last).toMatch(/ {2}logging {8}0\/2 changes\n/);
    expect(last).toContain("note: the registrar has them already");
  });
});
