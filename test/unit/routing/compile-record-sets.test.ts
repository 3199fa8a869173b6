import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import { domainName } from "../../../src/route53/names.ts";
import type { RecordSet, RoutingPolicy } from "../../../src/route53/record-set.ts";
import { compileRecordSets } from "../../../src/routing/compile-record-sets.ts";

const POLICIES: readonly RoutingPolicy[] = [
  { kind: "simple" },
  { kind: "multivalue" },
  { kind: "weighted", weight: 1 },
  { kind: "failover", role: "PRIMARY" },
  { kind: "latency", region: "eu-west-1" },
  { kind: "geolocation", place: { countryCode: "DE" } },
  { kind: "geoproximity", place: { awsRegion: "eu-west-1", bias: 0 } },
  { kind: "cidr", collectionId: "c", locationName: "home" },
];

const set = (policy: RoutingPolicy, index: number): RecordSet => ({
  name: domainName(`n${index}.example.com`),
  type: "A",
  setIdentifier: "a",
  policy,
  ...(index % 2 === 0 ? {} : { healthCheckId: `check ${index}` }),
  answer: { kind: "records", ttlSeconds: 60, values: ["192.0.2.1"] },
});

describe("compiled record sets", () => {
  setFlagsFromString("--allow-natives-syntax");
  const haveSameShape: (one: object, other: object) => boolean = new Function(
    "a",
    "b",
    "return %HaveSameMap(a, b)",
  ) as never;

  it.each(POLICIES.map((policy) => [policy.kind, policy] as const))(
    "have branches of one shape in V8 where they are %s: a name server looks at thousands of them in one place",
    (_kind, policy) => {
      const compiled = compileRecordSets(Array.from({ length: 100 }, (_, index) => set(policy, index)));
      const branches = [...compiled.values()].flatMap((types) =>
        [...types.values()].flatMap((tree) => [...tree.branches]),
      );
      expect(branches).toHaveLength(100);
      for (const branch of branches) expect(haveSameShape(branch, branches[0] as object)).toBe(true);
    },
  );
});
