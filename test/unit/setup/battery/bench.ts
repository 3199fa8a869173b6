/** Carries cases of the battery out against one implementation of the API, and notes every call that changes something. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChangeResourceRecordSetsCommandInput,
  DeleteHostedZoneCommand,
  ListHostedZonesByNameCommand,
} from "@aws-sdk/client-route-53";
import type { AwsClients, Backend } from "../../../../src/backend/backend.ts";
import { type LoadedConfig, readConfig } from "../../../../src/config/load.ts";
import { type DomainName, displayName, domainName } from "../../../../src/route53/names.ts";
import { bareId } from "../../../../src/route53/record-set.ts";
import { importSetup } from "../../../../src/setup/import/import.ts";
import { readImportSource } from "../../../../src/setup/import/read.ts";
import { ledgerFile, readLedger } from "../../../../src/setup/ledger.ts";
import { readRecordSets } from "../../../../src/setup/live/read-zones.ts";
import type { Plan } from "../../../../src/setup/plan.ts";
import { recordSetText } from "../../../../src/setup/record-set-diff.ts";
import { carryOut, type Planned, planSetup } from "../../../../src/setup/setup.ts";
import { changesOf } from "../workbench.ts";
import type { SetupCase } from "./case.ts";

export interface CaseOutcome {
  readonly calls: readonly string[];
  /** What a second plan would change, after each of the two files; none is right. */
  readonly again: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** The same of the file that an import writes. */
  readonly imported: { readonly before: readonly string[]; readonly after: readonly string[] };
  readonly unsaid: readonly string[];
  /** What is left in the zone when its file names nothing more. */
  readonly left: readonly string[];
}

const READING = /^(Get|List|Describe)/;

function callText(name: string, input: object, zone: string): string {
  if (name !== "ChangeResourceRecordSets") return name;
  const { ChangeBatch } = input as ChangeResourceRecordSetsCommandInput;
  return (ChangeBatch?.Changes ?? [])
    .map(({ Action, ResourceRecordSet: set }) => {
      const full = displayName(domainName(set?.Name ?? ""));
      const owner = full === zone ? "@" : full.slice(0, -zone.length - 1).replaceAll(zone, "example.com");
      return [Action, owner, set?.Type, set?.SetIdentifier].filter((part) => part !== undefined).join(" ");
    })
    .join(" + ");
}

type Hook = { middlewareStack: { add(...args: unknown[]): void } };

/** Tells of every call of a client that changes something. */
function recordCalls(clients: AwsClients, told: (name: string, input: object) => void): Promise<void> {
  return Promise.all([clients.route53(), clients.logs(), clients.domains()]).then((all) => {
    for (const client of all as unknown as Hook[]) {
      client.middlewareStack.add(
        (next: (args: unknown) => unknown, context: { commandName?: string }) => (args: { input: object }) => {
          const name = (context.commandName ?? "").replace(/Command$/, "");
          if (!READING.test(name)) told(name, args.input);
          return next(args);
        },
        { step: "initialize", name: "recordCalls", override: true },
      );
    }
  });
}

export class BatteryBench {
  readonly home = mkdtempSync(join(tmpdir(), "r53kit-battery-"));
  readonly #connect: () => Backend;
  readonly #imports: boolean;
  readonly #looked = new Set<string>();

  /** `connect` makes a connection of its own for each case. */
  constructor(connect: () => Backend, { imports }: { readonly imports: boolean }) {
    this.#connect = connect;
    this.#imports = imports;
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  /** `zoneName` is the case's alone. Whatever the case makes is gone in the end, but for the zone. */
  async run(one: SetupCase, zoneName: string): Promise<CaseOutcome> {
    const backend = this.#connect();
    try {
      const calls: string[] = [];
      await recordCalls(backend.clients, (name, input) => calls.push(callText(name, input, zoneName)));
      const file = (text: string) =>
        readConfig(
          "r53kit.yaml",
          `version: 1\n${/^zones?:/m.test(text) ? "" : "zone: { name: example.com }\n"}${text}`.replaceAll(
            "example.com",
            zoneName,
          ),
          {},
        );
      const steps = this.#steps(backend, domainName(zoneName));
      await steps.apply(file(one.before));
      // What a file leads to has been looked at once when it was another case's `after`.
      const before = this.#looked.has(one.before) ? NOTHING : await steps.look(file(one.before));
      calls.length = 0;
      await steps.apply(file(one.after));
      const made = [...calls];
      const after = await steps.look(file(one.after));
      this.#looked.add(one.before).add(one.after);
      await steps.apply(file(""));
      const outcome = {
        calls: made,
        again: { before: before.again, after: after.again },
        imported: { before: before.imported, after: after.imported },
        unsaid: after.unsaid.map((text) => text.replaceAll(zoneName, "example.com")),
        left: await steps.remove(),
      };
      return outcome;
    } finally {
      backend.close();
    }
  }

  #steps(backend: Backend, zone: DomainName) {
    const { signal } = new AbortController();
    const options = { backend, home: this.home, signal };
    const planned = (config: LoadedConfig): Promise<Planned> => planSetup(config, options);
    return {
      apply: async (config: LoadedConfig) => {
        const { plan, live } = await planned(config);
        const { error } = await carryOut({ plan: withoutVerifying(plan), live }, { ...options, emit: () => {} });
        if (error !== undefined) throw error;
      },
      /** What a second plan of the file would change, and what the plan of an import would. */
      look: async (config: LoadedConfig): Promise<Look> => {
        const { plan } = await planned(config);
        if (!this.#imports) return { ...NOTHING, again: changesOf(plan) };
        const id = plan.zones[0]?.id ?? "";
        const ledger = readLedger(ledgerFile(this.home, plan.project));
        const { text, unsaid } = importSetup(
          await readImportSource(backend, [{ id, name: zone }], ledger, signal),
          "inline",
        );
        const imported = await planned(readConfig("r53kit.yaml", text, {}));
        return {
          again: changesOf(plan),
          imported: changesOf(imported.plan),
          unsaid: unsaid.map(({ subject, why }) => `${subject}: ${why}`),
        };
      },
      /** Removes the zone, and tells what was still in it: Route 53 deletes empty zones only. */
      remove: async (): Promise<string[]> => {
        const client = await backend.clients.route53();
        const { HostedZones = [] } = await client.send(new ListHostedZonesByNameCommand({ DNSName: zone }));
        const found = HostedZones.find(({ Name }) => domainName(Name ?? "") === zone);
        const sets = await readRecordSets(client, bareId(found?.Id ?? ""), signal);
        const left = sets.filter(({ set }) => !(set.name === zone && ["NS", "SOA"].includes(set.type)));
        if (left.length === 0) await client.send(new DeleteHostedZoneCommand({ Id: found?.Id }));
        return left.map(({ set }) => recordSetText(set));
      },
    };
  }
}

interface Look {
  readonly again: readonly string[];
  readonly imported: readonly string[];
  readonly unsaid: readonly string[];
}

const NOTHING: Look = { again: [], imported: [], unsaid: [] };

/** Name servers and checkers have suites of their own; here it is about calls and what they leave behind. */
function withoutVerifying(plan: Plan): Plan {
  return { ...plan, phases: plan.phases.map((phase) => ({ ...phase, expectations: [] })) };
}
