import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { domainName } from "../../../src/route53/names.ts";
import { type RecordSet, toApi } from "../../../src/route53/record-set.ts";
import type { LiveZone } from "../../../src/setup/live/live-state.ts";
import type { Plan } from "../../../src/setup/plan.ts";
import { deleteRecords } from "../../../src/setup/record-edits/delete.ts";
import { type ImportMode, importRecords } from "../../../src/setup/record-edits/import.ts";
import { planRecordEdits, type RecordEdits } from "../../../src/setup/record-edits/plan.ts";
import { setRecords } from "../../../src/setup/record-edits/set.ts";

const ZONE = domainName("example.com");

function set(name: string, type: RecordSet["type"], ...values: string[]): RecordSet {
  return {
    name: domainName(name),
    type,
    policy: { kind: "simple" },
    answer: { kind: "records", ttlSeconds: 300, values },
  };
}

const ALIAS: RecordSet = {
  ...set("alias.example.com", "A"),
  answer: { kind: "alias", hostedZoneId: "Z1", target: domainName("www.example.com"), evaluateTargetHealth: false },
};
const BLUE: RecordSet = {
  ...set("api.example.com", "A", "192.0.2.1"),
  policy: { kind: "weighted", weight: 1 },
  setIdentifier: "blue",
};
const GREEN: RecordSet = { ...BLUE, setIdentifier: "green" };
const FLOW: RecordSet = { ...set("flow.example.com", "A", "?"), trafficPolicyInstanceId: "instance-1" };
const APEX = [
  set("example.com", "NS", "ns-1.awsdns-01.com."),
  set("example.com", "SOA", "ns-1.awsdns-01.com. hostmaster.example.com. 1 2 3 4 5"),
];
const WWW: RecordSet = { ...set("www.example.com", "A", "192.0.2.1"), healthCheckId: "check-1" };

function zone(...recordSets: RecordSet[]): LiveZone {
  return {
    id: "Z1",
    name: ZONE,
    comment: "",
    callerReference: "",
    nameServers: [],
    recordSets: recordSets.map((one) => ({ set: one, asRead: toApi(one) })),
    trafficPolicyInstances: [],
    queryLogging: undefined,
  };
}

const LIVE = zone(...APEX, WWW, ALIAS, BLUE, GREEN, FLOW, set("old.example.com", "TXT", '"old"'));

function planOf(edits: RecordEdits, live: LiveZone = LIVE): Plan {
  return planRecordEdits({
    edits,
    zone: live,
    private: false,
    source: "test",
    account: "123456789012",
    backend: { label: "test", confirmsChanges: false },
    now: 0,
  }).plan;
}

/** `CREATE www.example.com. A`, batch by batch. */
function calls(plan: Plan): string[][] {
  return plan.phases.flatMap(({ batches, changes }) =>
    batches.map((batch) =>
      batch.calls.map(({ action, change }) => {
        const one = changes[change];
        const subject = one?.kind === "record-set" ? (one.after ?? one.before) : undefined;
        return `${action} ${subject?.Name} ${subject?.Type}`;
      }),
    ),
  );
}

function importing(mode: ImportMode, ...sets: RecordSet[]): RecordEdits {
  return importRecords(
    sets.map((one, i) => ({ set: one, place: { file: "test.zone", line: i + 1, column: 1 } })),
    LIVE,
    mode,
  );
}

describe("an import", () => {
  it("creates what is new and writes over what is known, and nothing else", () => {
    const plan = planOf(
      importing("merge", set("new.example.com", "A", "192.0.2.9"), set("www.example.com", "A", "192.0.2.2")),
    );
    expect(calls(plan)).toEqual([["CREATE new.example.com. A", "UPSERT www.example.com. A"]]);
    expect(plan.summary).toEqual({ add: 1, change: 1, remove: 0 });
  });

  it("leaves the health check of what it changes where it is", () => {
    const plan = planOf(importing("merge", set("www.example.com", "A", "192.0.2.1")));
    expect(plan.summary).toEqual({ add: 0, change: 0, remove: 0 });
  });

  it("removes with --replace only what a zone file can say, and tells the rest", () => {
    const plan = planOf(importing("replace", set("www.example.com", "A", "192.0.2.1")));
    expect(calls(plan)).toEqual([["DELETE old.example.com. TXT"]]);
    expect(plan.notes).toEqual([
      "4 record sets stay that a zone file cannot name (aliases, routing policies, Traffic Flow): alias.example.com A, api.example.com A, flow.example.com A",
    ]);
  });

  it("leaves what other programs keep, and asks before it empties a zone", () => {
    const theirs = [
      set("_acme-challenge.example.com", "TXT", '"token"'),
      set("_x.www.example.com", "CNAME", "_y.acm-validations.aws."),
      set("ext.example.com", "A", "192.0.2.1"),
      set("ext.example.com", "TXT", '"heritage=external-dns,external-dns/owner=me"'),
    ];
    const ours = Array.from({ length: 7 }, (_, i) => set(`h${i}.example.com`, "A", "192.0.2.1"));
    const live = zone(...APEX, ...theirs, ...ours);
    const plan = planOf(importRecords([], live, "replace"), live);
    expect(plan.summary).toEqual({ add: 0, change: 0, remove: 7 });
    expect(plan.notes).toEqual([
      "4 record sets stay that other programs keep (ownership records and what they speak of, proofs for certificates): _acme-challenge.example.com TXT, _x.www.example.com CNAME, ext.example.com A and 1 more",
      "of the 11 record sets of example.com, which is exclusively this file's, 7 removed (at most 30 %) would be more than its thresholds allow: it needs --force",
    ]);
  });

  it("replaces a routing policy in one batch, and only with --replace", () => {
    const api = set("api.example.com", "A", "192.0.2.7");
    expect(() => importing("merge", api)).toThrow(/has a weighted policy in the zone/);
    const plan = planOf(
      importRecords([{ set: api, place: { file: "f", line: 1 } }], zone(...APEX, BLUE, GREEN), "replace"),
      zone(...APEX, BLUE, GREEN),
    );
    expect(calls(plan)).toEqual([
      ["DELETE api.example.com. A", "DELETE api.example.com. A", "CREATE api.example.com. A"],
    ]);
  });

  it("takes as few requests as the limits allow: 1,000 records each", () => {
    const many = Array.from({ length: 2500 }, (_, i) => set(`h${i}.example.com`, "A", "192.0.2.1"));
    expect(calls(planOf(importing("merge", ...many))).map((batch) => batch.length)).toEqual([1000, 1000, 500]);
  });

  it("is refused with the file's line where a neighbour in the zone is in the way", () => {
    const run = () =>
      planOf(importing("merge", set("ok.example.com", "A", "192.0.2.1"), set("www.example.com", "CNAME", "x.net.")));
    expect(run).toThrow(
      expect.objectContaining({ code: "records.conflict", where: { file: "test.zone", line: 2, column: 1 } }),
    );
  });
});

describe("a record that is set", () => {
  const request = { name: WWW.name, type: "A", ttlSeconds: undefined, force: false } as const;

  it("keeps its TTL and its health check", () => {
    const plan = planOf(setRecords({ ...request, values: ["192.0.2.2"] }, LIVE));
    const [change] = plan.phases.flatMap(({ changes }) => changes);
    expect(change).toMatchObject({ action: "change", after: { TTL: 300, HealthCheckId: "check-1" } });
  });

  it("counts a value that is typed twice once", () => {
    const { wanted } = setRecords({ ...request, type: "AAAA", values: ["2001:db8::1", "2001:DB8:0::1"] }, LIVE);
    expect(wanted[0]?.set.answer).toMatchObject({ values: ["2001:db8::1"] });
  });

  it("touches the zone's own NS only when it is meant", () => {
    const apex = { ...request, name: ZONE, type: "NS", values: ["ns.example.net."] } as const;
    expect(() => setRecords(apex, LIVE)).toThrow(Failure);
    expect(calls(planOf(setRecords({ ...apex, force: true }, LIVE)))).toEqual([["UPSERT example.com. NS"]]);
  });

  it("is refused before any call when Route 53 would refuse it", () => {
    const run = () =>
      planOf(setRecords({ ...request, name: domainName("*.x.example.com"), type: "NS", values: ["ns.net."] }, LIVE));
    expect(run).toThrow(/Route 53 would refuse this: .*wildcard/);
  });
});

describe("a record that is deleted", () => {
  const request = { name: WWW.name, type: undefined, setIdentifier: undefined, all: false } as const;

  it("is echoed as it was read", () => {
    const plan = planOf(deleteRecords(request, LIVE));
    const [change] = plan.phases.flatMap(({ changes }) => changes);
    expect(change?.before).toBe(LIVE.recordSets[2]?.asRead);
    expect(plan.notes).toEqual([
      "alias.example.com A is an alias of www.example.com A, and will answer nothing without it",
    ]);
  });

  it("with --all at the apex leaves the NS and SOA", () => {
    const live = zone(...APEX, set("example.com", "MX", "10 m."), set("example.com", "TXT", '"x"'));
    expect(
      calls(planOf(deleteRecords({ ...request, name: ZONE, all: true }, live), live))
        .flat()
        .sort(),
    ).toEqual(["DELETE example.com. MX", "DELETE example.com. TXT"]);
  });

  it("is never Traffic Flow's", () => {
    expect(() => deleteRecords({ ...request, name: FLOW.name }, LIVE)).toThrow(
      /belongs to the traffic policy instance instance-1/,
    );
  });
});
