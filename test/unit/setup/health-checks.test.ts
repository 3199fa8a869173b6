import {
  GetHealthCheckCommand,
  ListHealthChecksCommand,
  ListResourceRecordSetsCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changesOf, openWorkbench, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
beforeEach(async () => {
  bench = await openWorkbench();
});
afterEach(async () => {
  const { defects } = bench.test;
  await bench.close();
  expect(defects).toEqual([]);
});

/** Nobody is asked: a disabled check counts as healthy. */
const ASKED = "address: 127.53.0.1, disabled: true";
const CONTROL =
  "arn:aws:route53-recovery-control::123456789012:controlpanel/0123456789abcdef/routingcontrol/0123456789abcdef";
const FILE = (check: string, more = "") =>
  readText(
    `project: p\nzone: { name: a.com }\nhealthChecks:\n  c: { ${check} }\n${more}routing: [ { name: www, type: A, ttl: 60, policy: failover, answers: { one: { failover: PRIMARY, values: [192.0.2.1], healthCheck: c }, two: { failover: SECONDARY, values: [192.0.2.2] } } } ]\n`,
  );
const HTTP = (more: string) => `type: HTTP, ${ASKED}${more}`;
const HTTPS = (more: string) => `type: HTTPS, ${ASKED}${more}`;
const ALARM = (more: string) => `type: CLOUDWATCH_METRIC, alarm: errors, region: eu-west-1, disabled: true${more}`;

/** What the second file changes of the first one's check, and how: `replace` makes a new one, repoints, and deletes the old one. */
const STEPS: readonly (readonly [what: string, before: string, after: string, how: "same" | "update" | "replace"])[] = [
  [
    "the defaults, written out",
    HTTP(""),
    HTTP(", port: 80, interval: 30, failureThreshold: 3, inverted: false, measureLatency: false"),
    "same",
  ],
  [
    "all regions, and none named",
    HTTP(""),
    HTTP(
      ", regions: [us-east-1, us-west-1, us-west-2, eu-west-1, ap-southeast-1, ap-southeast-2, ap-northeast-1, sa-east-1]",
    ),
    "same",
  ],
  ["the port", HTTP(""), HTTP(", port: 8080"), "update"],
  ["the path", HTTP(", path: /a"), HTTP(", path: /b"), "update"],
  ["the path, taken away", HTTP(", path: /a"), HTTP(""), "update"],
  ["the host", HTTP(", host: x.example.com"), HTTP(", host: y.example.com"), "update"],
  ["the failure threshold", HTTP(""), HTTP(", failureThreshold: 1"), "update"],
  [
    "the regions",
    HTTP(", regions: [us-east-1, eu-west-1, sa-east-1]"),
    HTTP(", regions: [us-east-1, eu-west-1, us-west-2]"),
    "update",
  ],
  ["the regions, taken away", HTTP(", regions: [us-east-1, eu-west-1, sa-east-1]"), HTTP(""), "update"],
  ["inverted", HTTP(""), HTTP(", inverted: true"), "update"],
  ["the search string", HTTP(", search: ok"), HTTP(", search: fine"), "update"],
  ["SNI", HTTPS(""), HTTPS(", sni: false"), "update"],
  ["the interval", HTTP(""), HTTP(", interval: 10"), "replace"],
  ["latency measuring", HTTP(""), HTTP(", measureLatency: true"), "replace"],
  ["a search string where there was none", HTTP(""), HTTP(", search: ok"), "replace"],
  ["HTTPS for HTTP", HTTP(""), HTTPS(""), "replace"],
  ["TCP for HTTP", HTTP(""), `type: TCP, port: 80, ${ASKED}`, "replace"],
  ["a name in place of an address", HTTP(""), "type: HTTP, host: x.example.com, disabled: true", "replace"],
  ["an alarm for HTTP", HTTP(""), ALARM(""), "replace"],
  ["the default of an alarm, written out", ALARM(""), ALARM(", insufficientData: LastKnownStatus"), "same"],
  ["what an alarm without data is", ALARM(""), ALARM(", insufficientData: Healthy"), "update"],
  ["another alarm", ALARM(""), "type: CLOUDWATCH_METRIC, alarm: latency, region: us-east-1, disabled: true", "update"],
  ["an inverted alarm", ALARM(""), ALARM(", inverted: true"), "update"],
  [
    "a routing control for an alarm",
    ALARM(""),
    `type: RECOVERY_CONTROL, routingControl: "${CONTROL}", disabled: true`,
    "replace",
  ],
  [
    "another routing control",
    `type: RECOVERY_CONTROL, routingControl: "${CONTROL}", disabled: true`,
    `type: RECOVERY_CONTROL, routingControl: "${CONTROL}0", disabled: true`,
    "replace",
  ],
  [
    "an inverted routing control",
    `type: RECOVERY_CONTROL, routingControl: "${CONTROL}", disabled: true`,
    `type: RECOVERY_CONTROL, routingControl: "${CONTROL}", disabled: true, inverted: true`,
    "update",
  ],
];

async function checks() {
  const client = await bench.test.backend.clients.route53();
  const { HealthChecks = [] } = await client.send(new ListHealthChecksCommand({}));
  return HealthChecks;
}

async function usedByRecord(zoneId: string): Promise<string | undefined> {
  const client = await bench.test.backend.clients.route53();
  const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }));
  return ResourceRecordSets.find((set) => set.SetIdentifier === "one")?.HealthCheckId;
}

describe("health checks", () => {
  it.each(STEPS)("have one setting after another: %s", async (_, before, after, how) => {
    const first = await bench.apply(FILE(before));
    expect(first.error).toBeUndefined();
    const [old] = await checks();
    const second = await bench.apply(FILE(after));
    expect(second.error).toBeUndefined();
    expect(changesOf(second.plan)).toEqual(
      {
        same: [],
        update: ["health-checks change c"],
        replace: ["health-checks change c", `health-checks remove c (${old?.Id})`, "routing change www.a.com A one"],
      }[how],
    );
    const [now, ...others] = await checks();
    expect(others).toEqual([]);
    expect(now?.Id === old?.Id).toBe(how !== "replace");
    expect(await usedByRecord(second.result.zones[0]?.id ?? "")).toBe(now?.Id);
    expect(changesOf((await bench.plan(FILE(after))).plan)).toEqual([]);
  });

  it("have every setting that the API has", async () => {
    const file = FILE(
      'type: HTTPS, address: "2001:db8::1", host: x.example.com, port: 8443, path: "/a?b=c", search: "all is well", interval: 10, failureThreshold: 10, regions: [us-east-1, eu-west-1, sa-east-1], measureLatency: true, inverted: true, disabled: true, sni: false',
    );
    expect((await bench.apply(file)).error).toBeUndefined();
    const client = await bench.test.backend.clients.route53();
    const [check] = await checks();
    const { HealthCheck } = await client.send(new GetHealthCheckCommand({ HealthCheckId: check?.Id }));
    expect(HealthCheck?.HealthCheckConfig).toEqual({
      Type: "HTTPS_STR_MATCH",
      IPAddress: "2001:db8::1",
      FullyQualifiedDomainName: "x.example.com",
      Port: 8443,
      ResourcePath: "/a?b=c",
      SearchString: "all is well",
      RequestInterval: 10,
      FailureThreshold: 10,
      Regions: ["eu-west-1", "sa-east-1", "us-east-1"],
      MeasureLatency: true,
      Inverted: true,
      Disabled: true,
      EnableSNI: false,
    });
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
  });

  it("are counted by calculated ones, alarms and controls among them; replacing a child repoints its parent", {
    timeout: 60_000,
  }, async () => {
    const more = `  alarm: { ${ALARM("")} }\n  both: { type: CALCULATED, children: [c, alarm], healthThreshold: 1, inverted: true }\n`;
    expect((await bench.apply(FILE(HTTP(""), more))).error).toBeUndefined();
    const { plan, error } = await bench.apply(FILE(HTTP(", interval: 10"), more));
    expect(error).toBeUndefined();
    expect(changesOf(plan).filter((one) => one.startsWith("health-checks change"))).toEqual([
      "health-checks change c",
      "health-checks change both",
    ]);
    const all = await checks();
    expect(all).toHaveLength(3);
    const ids = all.map(({ Id }) => Id);
    const both = all.find(({ HealthCheckConfig }) => HealthCheckConfig?.Type === "CALCULATED");
    for (const child of both?.HealthCheckConfig?.ChildHealthChecks ?? []) expect(ids).toContain(child);
    expect(changesOf((await bench.plan(FILE(HTTP(", interval: 10"), more))).plan)).toEqual([]);
  });
});
