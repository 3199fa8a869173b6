import { expect, it } from "vitest";
import { crashAndConverge } from "./crashes.ts";

/** `npm run test:crash`; CRASH_KILLS and CRASH_SEED change how many, and which. */
const KILLS = Number(process.env.CRASH_KILLS ?? 200);
const SEED = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

it(`comes to the same end over ${KILLS} random kills -9 of setup apply, resume and destroy`, async () => {
  const startedAt = performance.now();
  const figures = await crashAndConverge({
    kills: KILLS,
    seed: SEED,
    block: 132,
    progress: ({ kills, rounds }) => process.stdout.write(`${kills} kills, ${rounds} rounds\n`),
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`${JSON.stringify({ ...figures, seed: SEED, seconds })}\n`);
  expect(figures.kills).toBeGreaterThanOrEqual(KILLS);
});
