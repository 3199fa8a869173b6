/** Sets up files against a local backend in this process: apply, plan again, look at what is there. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Backend } from "../../../src/backend/backend.ts";
import { type LoadedConfig, readConfig } from "../../../src/config/load.ts";
import type { Applied } from "../../../src/setup/apply.ts";
import type { Emit, SetupEvent } from "../../../src/setup/events.ts";
import { isEmptyPlan, type PhaseName, type Plan } from "../../../src/setup/plan.ts";
import {
  carryOut,
  type Planned,
  planSetup,
  reviewPlan,
  type SetupOptions,
  verifySetup,
} from "../../../src/setup/setup.ts";
import { startTestBackend, type TestBackend } from "../../support/backend.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../../docs/examples");

/** Endpoints of this process: the examples' addresses may be in use by another one. */
const OWN_PREFIX = `127.${64 + (process.pid % 150)}.${(process.pid >> 8) % 200}`;

/** An example's file and traffic policies, on addresses of this process's own. */
export function readExample(name: string): LoadedConfig {
  const own = (text: string) =>
    text.replace(/127\.0\.([123])0\.(\d)/g, (_, block: string, host: string) => `${OWN_PREFIX}.${block}${host}`);
  const text = readFileSync(join(EXAMPLES, name, "r53kit.yaml"), "utf8").replace(
    /document: (traffic\/\S+\.json)/g,
    (_, file: string) => `document: ${JSON.stringify(JSON.parse(readFileSync(join(EXAMPLES, name, file), "utf8")))}`,
  );
  return readConfig(`${name}/r53kit.yaml`, own(text));
}

export function readText(text: string): LoadedConfig {
  return readConfig("r53kit.yaml", `version: 1\n${text}`);
}

export interface Workbench {
  readonly test: TestBackend;
  readonly home: string;
  options(signal?: AbortSignal): SetupOptions;
  plan(config: LoadedConfig, only?: readonly PhaseName[]): Promise<Planned>;
  /** Plans and carries out; the plan goes through JSON, as a saved one does. */
  apply(
    config: LoadedConfig,
    more?: { readonly emit?: Emit; readonly signal?: AbortSignal },
  ): Promise<Applied & { plan: Plan; events: SetupEvent[] }>;
  carryOutSaved(plan: Plan): Promise<Applied>;
  /** With the test's own backend unless another one is given. */
  verify(config: LoadedConfig, backend?: Backend): ReturnType<typeof verifySetup>;
  close(): Promise<void>;
}

export async function openWorkbench(): Promise<Workbench> {
  const test = await startTestBackend({ speed: 100 });
  const home = mkdtempSync(join(tmpdir(), "r53kit-setup-"));
  const options = (signal = new AbortController().signal): SetupOptions => ({ backend: test.backend, home, signal });
  return {
    test,
    home,
    options,
    plan: (config, only) => planSetup(config, { ...options(), ...(only && { only }) }),
    async apply(config, more = {}) {
      const planned = await planSetup(config, options());
      const plan = JSON.parse(JSON.stringify(planned.plan)) as Plan;
      const events: SetupEvent[] = [];
      const applied = await carryOut(
        { plan, live: planned.live },
        {
          ...options(more.signal),
          emit: (event) => {
            events.push(event);
            more.emit?.(event);
          },
        },
      );
      return { ...applied, plan, events };
    },
    async carryOutSaved(plan) {
      const live = await reviewPlan(plan, options());
      return carryOut({ plan, live }, { ...options(), emit: () => {} });
    },
    verify: (config, backend = test.backend) => verifySetup(config, { ...options(), backend, emit: () => {} }),
    async close() {
      await test.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** `phase action subject` of every change. */
export function changesOf(plan: Plan): string[] {
  return plan.phases.flatMap(({ phase, changes }) =>
    changes.map((change) => `${phase} ${change.action} ${change.subject}`),
  );
}

export { isEmptyPlan };
