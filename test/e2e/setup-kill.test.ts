import { expect, it } from "vitest";
import { crashAndConverge } from "../crash/crashes.ts";

const KILLS = 8;

it(`comes to the same end over ${KILLS} random kills -9 of setup apply, resume and destroy`, async () => {
  const figures = await crashAndConverge({ kills: KILLS, seed: Date.now() % 1_000_000, block: 131 });
  expect(figures.kills).toBeGreaterThanOrEqual(KILLS);
});
