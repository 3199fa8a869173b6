/**
 * Set-ups that are killed while they are made and taken away: rounds of random `kill -9`, each brought to its end, and what
 * is there then compared with what an undisturbed apply leaves.
 */

import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeResourcePoliciesCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  GetTrafficPolicyCommand,
  ListHealthChecksCommand,
  ListHostedZonesCommand,
  ListQueryLoggingConfigsCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourcesCommand,
  ListTrafficPoliciesCommand,
  ListTrafficPolicyInstancesCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { LOCAL_CREDENTIALS } from "../../src/backend/local-connection.ts";
import type { RunFile } from "../../src/local/daemon-run-file.ts";
import { ledgerFile, readLedger } from "../../src/setup/ledger.ts";
import type { Plan } from "../../src/setup/plan.ts";
import { type CliHome, type CliResult, cliHome, eventually, ROOT } from "../support/cli.ts";

export interface CrashFigures {
  kills: number;
  rounds: number;
  /** Kills by the moment: `journal`, `ledger`, `request`, `answer`, `time`... */
  readonly byMoment: Record<string, number>;
  daemonKills: number;
  /** Runs that came to their end before their moment did. */
  survived: number;
  resumes: number;
  destroys: number;
}

export interface CrashOptions {
  /** At least this many. */
  readonly kills: number;
  readonly seed: number;
  /** Third octet of the example's endpoints, so that runs side by side do not meet. */
  readonly block: number;
  /** Told after every round. */
  progress?(figures: CrashFigures): void;
}

/** A little generator, so that a run that fails can be had again by its seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const DIE_AT = pathToFileURL(join(import.meta.dirname, "die-at.mjs")).href;

/** How far a moment is drawn: about as many as an undisturbed apply of the example has. */
const MOMENTS: Readonly<Record<string, number>> = {
  journal: 80,
  "before-ledger": 6,
  ledger: 6,
  request: 50,
  answer: 50,
  time: 1500,
};

/** Throws an Error that says what is wrong and the seed to have it again. */
export async function crashAndConverge(options: CrashOptions): Promise<CrashFigures> {
  const { kills, seed, block, progress } = options;
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const figures: CrashFigures = {
    kills: 0,
    rounds: 0,
    byMoment: {},
    daemonKills: 0,
    survived: 0,
    resumes: 0,
    destroys: 0,
  };
  const home = await cliHome();
  try {
    const bench = await openBench(home, block);
    const check = (what: string, result: CliResult) => {
      if (result.code === 0) return;
      throw new Error(`${what} exited with ${result.code} (seed ${seed}, round ${figures.rounds})\n${result.stderr}`);
    };
    const same = (what: string, found: unknown, wanted: unknown) => {
      const [a, b] = [JSON.stringify(found, null, 1), JSON.stringify(wanted, null, 1)];
      if (a === b) return;
      throw new Error(`${what} (seed ${seed}, round ${figures.rounds})\nfound ${a}\nwanted ${b}`);
    };
    await bench.reset();
    const empty = await bench.everything();
    check("the undisturbed apply", await bench.setup(["apply", "--yes"]));
    const wanted = await bench.everything();

    /** Runs it and kills it somewhere; sometimes the backend dies in the same moment. */
    const killed = async (command: readonly string[]): Promise<void> => {
      const moment = pick(Object.keys(MOMENTS));
      const at = 1 + Math.floor(random() * (MOMENTS[moment] ?? 1));
      const daemonToo = random() < 0.15;
      const run = bench.start(command, moment === "time" ? {} : { R53KIT_TEST_DIE_AT: `${moment}:${at}` });
      const timer = moment === "time" ? setTimeout(() => run.child.kill("SIGKILL"), at) : undefined;
      const { signal, code, stderr } = await run.ended;
      clearTimeout(timer);
      if (signal !== "SIGKILL") {
        if (code !== 0) throw new Error(`${command.join(" ")} exited with ${code} (seed ${seed})\n${stderr}`);
        figures.survived++;
        return;
      }
      figures.kills++;
      figures.byMoment[moment] = (figures.byMoment[moment] ?? 0) + 1;
      if (daemonToo) {
        figures.daemonKills++;
        await bench.killDaemon();
      }
    };
    const finish = async (command: "apply" | "destroy") => {
      if (random() < 0.5) {
        figures.resumes++;
        check("setup resume", await bench.setup(["resume", "--yes"]));
      }
      check(`setup ${command}`, await bench.setup([command, "--yes"]));
    };

    while (figures.kills < kills) {
      figures.rounds++;
      await bench.reset();
      for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
        await killed(random() < 0.25 ? ["resume", "--yes"] : ["apply", "--yes"]);
      }
      await finish("apply");
      const plan = await home.json<Plan>(["setup", "plan"], { cwd: bench.folder });
      same("the second plan is not empty", plan.summary, { add: 0, change: 0, remove: 0 });
      same("what is there is not what an undisturbed apply leaves", await bench.everything(), wanted);
      if (random() < 0.3) {
        figures.destroys++;
        await killed(["destroy", "--yes"]);
        await finish("destroy");
        same("destroy left something", await bench.everything(), { ...empty, logGroups: wanted.logGroups });
      }
      progress?.(figures);
    }
    return figures;
  } finally {
    await home.dispose();
  }
}

interface Bench {
  readonly folder: string;
  start(command: readonly string[], env: Record<string, string>): ReturnType<CliHome["start"]>;
  setup(command: readonly string[]): Promise<CliResult>;
  reset(): Promise<void>;
  killDaemon(): Promise<void>;
  everything(): Promise<Everything>;
}

async function openBench(home: CliHome, block: number): Promise<Bench> {
  const folder = join(home.folder, "myapp");
  await cp(join(ROOT, "docs/examples/myapp"), folder, { recursive: true });
  for (const file of ["r53kit.yaml", "traffic/global.json"]) {
    const text = await readFile(join(folder, file), "utf8");
    await writeFile(join(folder, file), text.replaceAll("127.0.10.", `127.0.${block}.`));
  }
  const startLocal = () =>
    home.json<RunFile>([
      "local",
      "start",
      ...["--speed", "50", "--api-port", "0", "--dns-port", "0", "--propagation-delay", "20ms"],
    ]);
  await startLocal();
  const start: Bench["start"] = (command, env) =>
    home.start(["setup", ...command], {
      cwd: folder,
      env: { ...env, ...(Object.keys(env).length > 0 && { NODE_OPTIONS: `--import ${DIE_AT}` }) },
    });
  return {
    folder,
    start,
    setup: (command) => home.run(["setup", ...command], { cwd: folder }),
    async reset() {
      await home.run(["local", "reset", "--yes"]);
      await startLocal();
    },
    async killDaemon() {
      const { process: victim } = JSON.parse(await readFile(join(home.folder, "run.json"), "utf8")) as RunFile;
      process.kill(victim.pid, "SIGKILL");
      await eventually("the end of the backend", async () => {
        const { code } = await home.run(["local", "status"]);
        return code === 0 ? undefined : true;
      });
      await home.json<RunFile>(["local", "start"]);
    },
    async everything() {
      const { apiPort } = await home.json<{ apiPort: number }>(["local", "status"]);
      return readEverything(apiPort, home.folder);
    },
  };
}

interface Everything {
  readonly zones: unknown;
  readonly recordSets: unknown;
  readonly healthChecks: unknown;
  readonly trafficPolicies: unknown;
  readonly instances: unknown;
  readonly queryLogging: number;
  readonly logGroups: unknown;
  readonly resourcePolicies: unknown;
  /** Keys of the record sets that the ledger knows in zones that are there. */
  readonly ledger: readonly string[];
  readonly unfinished: number;
}

/** Whatever the example makes, ids in names: two that are equal were made alike. */
async function readEverything(apiPort: number, home: string): Promise<Everything> {
  const settings = { endpoint: `http://127.0.0.1:${apiPort}`, region: "us-east-1", credentials: LOCAL_CREDENTIALS };
  const client = new Route53Client(settings);
  const logs = new CloudWatchLogsClient(settings);
  try {
    const { HostedZones = [] } = await client.send(new ListHostedZonesCommand({}));
    const { HealthChecks = [] } = await client.send(new ListHealthChecksCommand({}));
    const { TrafficPolicySummaries = [] } = await client.send(new ListTrafficPoliciesCommand({}));
    const { TrafficPolicyInstances = [] } = await client.send(new ListTrafficPolicyInstancesCommand({}));
    const names = new Map<string, string>();
    for (const { Id = "", Name = "" } of HostedZones) names.set(Id.replace("/hostedzone/", ""), `zone of ${Name}`);
    for (const { Id = "", Name = "" } of TrafficPolicyInstances) names.set(Id, `instance at ${Name}`);
    for (const { Id = "", Name = "" } of TrafficPolicySummaries) names.set(Id, `policy ${Name}`);
    const ids = HealthChecks.flatMap(({ Id }) => Id ?? []);
    const tags =
      ids.length === 0
        ? []
        : ((await client.send(new ListTagsForResourcesCommand({ ResourceType: "healthcheck", ResourceIds: ids })))
            .ResourceTagSets ?? []);
    for (const { ResourceId = "", Tags = [] } of tags) {
      names.set(ResourceId, `check ${Tags.find(({ Key }) => Key === "r53kit:key")?.Value}`);
    }
    const named = (value: unknown): unknown => {
      let text = JSON.stringify(value ?? null);
      for (const [id, name] of names) text = text.replaceAll(id, name);
      return JSON.parse(text) as unknown;
    };
    const sorted = (values: readonly unknown[]) => values.map((one) => JSON.stringify(named(one))).sort();
    const recordSets: unknown[] = [];
    let queryLogging = 0;
    for (const { Id } of HostedZones) {
      const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: Id }));
      // Which name servers a zone got is the pool's turn.
      recordSets.push(...ResourceRecordSets.filter(({ Type }) => Type !== "NS" && Type !== "SOA"));
      const { QueryLoggingConfigs = [] } = await client.send(new ListQueryLoggingConfigsCommand({ HostedZoneId: Id }));
      queryLogging += QueryLoggingConfigs.length;
    }
    const documents = await Promise.all(
      TrafficPolicySummaries.map(({ Id, LatestVersion }) =>
        client.send(new GetTrafficPolicyCommand({ Id, Version: LatestVersion })),
      ),
    );
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const { resourcePolicies = [] } = await logs.send(new DescribeResourcePoliciesCommand({}));
    return {
      zones: sorted(HostedZones.map(({ Name, Config }) => ({ Name, Config }))),
      recordSets: sorted(recordSets),
      healthChecks: sorted(HealthChecks.map(({ Id, HealthCheckConfig }) => ({ Id, HealthCheckConfig }))),
      trafficPolicies: sorted(
        documents.map(({ TrafficPolicy: one }) => ({
          name: one?.Name,
          version: one?.Version,
          document: one?.Document,
        })),
      ),
      instances: sorted(
        TrafficPolicyInstances.map(({ Name, TTL, State, TrafficPolicyVersion: version }) => ({
          Name,
          TTL,
          State,
          version,
        })),
      ),
      queryLogging,
      logGroups: sorted(logGroups.map(({ logGroupName, retentionInDays }) => ({ logGroupName, retentionInDays }))),
      resourcePolicies: sorted(
        resourcePolicies.map(({ policyName, policyDocument }) => ({ policyName, policyDocument })),
      ),
      ledger: ledgerKeys(home, [...names.keys()]),
      unfinished: await unfinishedJournals(home),
    };
  } finally {
    client.destroy();
    logs.destroy();
  }
}

function ledgerKeys(home: string, zoneIds: readonly string[]): string[] {
  const { recordSets } = readLedger(ledgerFile(home, "myapp.com"));
  return Object.entries(recordSets)
    .filter(([zone]) => zoneIds.includes(zone))
    .flatMap(([, sets]) => Object.keys(sets))
    .sort();
}

/** Journals that neither say that their run was carried out nor that another took it over. */
async function unfinishedJournals(home: string): Promise<number> {
  const folder = join(home, "setup", "journals", "myapp.com");
  const files = await readdir(folder).catch(() => []);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return texts.filter((text) => text.includes('"started"') && !/"outcome":"applied"|"entry":"superseded"/.test(text))
    .length;
}
