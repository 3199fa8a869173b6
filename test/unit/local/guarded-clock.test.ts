import { expect, it } from "vitest";
import { guardedClock } from "../../../src/local/guarded-clock.ts";
import { fakeClock } from "../../support/fake-clock.ts";

it("tells what a callback throws, as on a full disk, and lets the others have their turn", async () => {
  const inner = fakeClock({ speed: 10 });
  const defects: unknown[] = [];
  const clock = guardedClock(inner, (error) => defects.push(error));
  const full = new Error("No space left on device");
  let called = false;
  clock.after(100, () => {
    throw full;
  });
  clock.after(100, () => {
    called = true;
  });
  const cancelled = clock.after(100, () => defects.push("not cancelled"));
  cancelled.cancel();
  await inner.advance(100);
  expect(defects).toEqual([full]);
  expect(called).toBe(true);
  expect([clock.speed, clock.elapsedMs()]).toEqual([10, 100]);
});
