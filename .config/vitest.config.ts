import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  root,
  test: {
    root,
    pool: "forks",
    maxWorkers: 2,
    // Nothing here is about speed: what ends a wait is what was waited for, and these are for machines that have much else to do.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.{ts,tsx}"],
          // Ink draws otherwise in CI; the program shows live views elsewhere only, so that is what the tests look at.
          env: { CI: "false" },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          // The examples have fixed endpoint addresses, so one file at a time.
          fileParallelism: false,
          globalSetup: "./.config/build-first.ts",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: "crash",
          globalSetup: "./.config/build-first.ts",
          include: ["test/crash/**/*.test.ts"],
          testTimeout: 7_200_000,
        },
      },
      {
        extends: true,
        test: {
          name: "interop",
          fileParallelism: false,
          globalSetup: "./.config/build-first.ts",
          include: ["test/interop/**/*.test.ts"],
          testTimeout: 300_000,
        },
      },
    ],
  },
});
