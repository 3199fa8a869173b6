import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openWorkbench, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(() => bench.close());

/** Counts the Route 53 calls from here on, by name. */
async function countCalls(): Promise<Map<string, number>> {
  const client = await bench.test.backend.clients.route53();
  const counts = new Map<string, number>();
  client.middlewareStack.add(
    (next, context) => (args) => {
      const name = (context.commandName ?? "").replace(/Command$/, "");
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return next(args);
    },
    { step: "initialize", name: "countCalls", override: true },
  );
  return counts;
}

const file = (records: readonly string[]) =>
  readText(`zone: { name: example.com }\nrecords:\n${records.map((record) => `  - { ${record} }\n`).join("")}`);
const addresses = (count: number, ttl: number) =>
  file(Array.from({ length: count }, (_, i) => `name: n${i}, type: A, ttl: ${ttl}, values: [192.0.2.1]`));

describe("a zone of more than a batch", () => {
  it("takes the fewest calls there are, to make, to change and to take away", async () => {
    const counts = await countCalls();
    const steps = [
      // 1,250 CREATEs, then as many UPSERTs, which count twice, then as many DELETEs.
      [addresses(1250, 60), 2, 1],
      [addresses(1250, 30), 3, 5],
      [file(["name: last, type: A, ttl: 60, values: [192.0.2.1]"]), 2, 5],
    ] as const;
    for (const [config, changes, reads] of steps) {
      counts.clear();
      const { error, result, plan } = await bench.apply(config);
      expect(error).toBeUndefined();
      expect(result.phases.flatMap(({ verifications }) => verifications).filter((one) => one.status !== "ok")).toEqual(
        [],
      );
      const batches = plan.phases.flatMap((phase) => phase.batches);
      expect(counts.get("ChangeResourceRecordSets")).toBe(batches.length);
      expect(batches).toHaveLength(changes);
      // The first zone is not there to be read.
      expect(counts.get("ListResourceRecordSets") ?? 1).toBe(reads);
    }
    counts.clear();
    const { plan } = await bench.plan(file(["name: last, type: A, ttl: 60, values: [192.0.2.1]"]));
    expect(plan.summary).toEqual({ add: 0, change: 0, remove: 0 });
    expect([...counts.keys()].filter((name) => !/^(List|Get)/.test(name))).toEqual([]);
  });

  // The apex NS and SOA are listed with the rest, in pages of 300.
  it.each([
    [298, 1],
    [299, 2],
    [1000, 4],
  ])(
    "of %i new record sets is one batch and nothing else but polls, and read in %i pages",
    { timeout: 30_000 },
    async (records, pages) => {
      await bench.apply(readText("zone: { name: example.com }\n"));
      const counts = await countCalls();
      expect((await bench.apply(addresses(records, 60))).error).toBeUndefined();
      expect([...counts.keys()].filter((name) => !/^(List|Get)/.test(name))).toEqual(["ChangeResourceRecordSets"]);
      expect(counts.get("ChangeResourceRecordSets")).toBe(1);
      counts.clear();
      expect((await bench.plan(addresses(records, 60))).plan.summary).toEqual({ add: 0, change: 0, remove: 0 });
      expect(counts.get("ListResourceRecordSets")).toBe(pages);
      expect(counts.get("GetChange")).toBeUndefined();
    },
  );

  it("keeps within the characters of a request, where an UPSERT counts twice too", async () => {
    const texts = (letter: string) =>
      file(Array.from({ length: 12 }, (_, i) => `name: t${i}, type: TXT, ttl: 60, values: ["${letter.repeat(3900)}"]`));
    for (const [letter, batches] of [
      ["a", 2],
      ["b", 3],
    ] as const) {
      const { error, plan } = await bench.apply(texts(letter));
      expect(error).toBeUndefined();
      expect(plan.phases.flatMap((phase) => phase.batches)).toHaveLength(batches);
    }
    expect((await bench.plan(texts("b"))).plan.summary).toEqual({ add: 0, change: 0, remove: 0 });
  });
});
