import { describe, expect, it } from "vitest";
import type { LocalStatus } from "../../../src/local/status.ts";
import { renderCall, renderEnvironment, renderLocalStatus } from "../../../src/render/local.ts";
import { domainName } from "../../../src/route53/names.ts";

const NOW = Date.UTC(2026, 10, 20, 8);

const status: LocalStatus = {
  pid: 4711,
  home: "/home/ops/.r53kit",
  inMemory: false,
  settings: { account: "123456789012", propagationDelayMs: 200, throttle: true, lenient: false },
  diskBytes: 3_254_000,
  apiPort: 5350,
  dnsPort: 5300,
  speed: 10,
  startedAt: NOW - 3_725_000,
  uptimeMs: 3_725_000,
  zones: [
    {
      id: "Z1",
      name: domainName("example.com"),
      private: false,
      recordSetCount: 12,
      nameServers: [domainName("ns-1.awsdns-01.com")],
    },
  ],
  vpcs: [
    {
      id: "vpc-1",
      region: "us-east-1",
      dnsSupport: true,
      dnsHostnames: true,
      address: "127.53.2.1",
      zones: [
        { id: "Z2", name: domainName("corp.example.com") },
        { id: "Z3", name: domainName("db.internal") },
      ],
    },
    {
      id: "vpc-2",
      region: "eu-west-1",
      dnsSupport: false,
      dnsHostnames: false,
      address: "127.53.2.2",
      zones: [{ id: "Z3", name: domainName("db.internal") }],
    },
    { id: "vpc-3", region: "eu-west-1", dnsSupport: true, dnsHostnames: false, zones: [] },
  ],
  healthChecks: [
    { healthCheckId: "a", type: "HTTP", target: "http://127.0.10.1:8081/health", healthy: true },
    {
      healthCheckId: "b",
      type: "HTTP",
      target: "http://127.0.10.2:8081/health",
      healthy: false,
      reason: "Failure: HTTP Status Code 503, \u001b[2Jgone",
    },
  ],
  endpoints: [
    {
      id: "127.0.10.1:8081",
      name: "primary",
      address: "127.0.10.1",
      port: 8081,
      pid: 12,
      state: "running",
      leaseUntil: null,
    },
    {
      id: "127.0.10.2:8081",
      name: "secondary",
      address: "127.0.10.2",
      port: 8081,
      pid: null,
      state: "stopped",
      leaseUntil: NOW + 14_000,
    },
  ],
  instances: [
    {
      instanceId: "i-0123456789abcdef0",
      region: "us-east-1",
      name: "third",
      state: "stopping",
      endpoint: "127.0.10.3:8081",
    },
  ],
};

describe("the status of the local backend", () => {
  const text = renderLocalStatus(status, { color: false, now: NOW });

  it("says where it is, how fast its clock runs and how long it is up", () => {
    expect(text).toContain(
      "local backend (process 4711), up 1 h 2 min: API http://127.0.0.1:5350, DNS port 5300, clock 10 times faster",
    );
    expect(text).toContain("state: /home/ops/.r53kit (3.1 MiB); account 123456789012; rate limits hold\n");
  });

  it("sums the health up in one line, what is unhealthy or down counted", () => {
    expect(text).toContain("health: 1 of 2 checks healthy, 1 of 2 endpoints running");
  });

  it("lists zones, checks with their state and endpoints with their lease", () => {
    expect(text).toMatch(/example\.com +Z1 +12 +public +ns-1\.awsdns-01\.com/);
    expect(text).toMatch(/a +HTTP +http:\/\/127\.0\.10\.1:8081\/health +healthy/);
    expect(text).toMatch(/b +HTTP +\S+ +unhealthy {2}Failure: HTTP Status Code 503, /);
    expect(text).toMatch(/primary +127\.0\.10\.1:8081 +running \(process 12\)/);
    expect(text).toMatch(/secondary +127\.0\.10\.2:8081 +stopped, back in 14 s/);
    expect(text).toMatch(/third +i-0123456789abcdef0 +us-east-1 +127\.0\.10\.3:8081 +stopping/);
  });

  it("tells where each VPC is answered, which private zones it sees, and why it does not", () => {
    expect(text).toMatch(/vpc-1 +us-east-1 +127\.53\.2\.1 +corp\.example\.com db\.internal\n/);
    expect(text).toMatch(
      /vpc-2 +eu-west-1 +127\.53\.2\.2 {2}silent: enableDnsSupport is off +db\.internal {2}unseen: enableDnsHostnames is off\n/,
    );
    expect(text).toMatch(/vpc-3 +eu-west-1 +none, every address is taken/);
  });

  it("lets nothing through that could drive a terminal", () => {
    expect(text).not.toContain("\u001b");
  });

  it("says what there is none of", () => {
    const empty = renderLocalStatus(
      { ...status, inMemory: true, zones: [], vpcs: [], healthChecks: [], endpoints: [], instances: [] },
      { color: false, now: NOW },
    );
    expect(empty).toContain("state: in memory");
    for (const what of ["no hosted zones", "no health checks", "no endpoints"]) expect(empty).toContain(what);
  });
});

describe("an API call", () => {
  const call = {
    sequence: 7,
    time: "2026-11-20T08:16:02.130Z",
    service: "route53",
    operation: "CreateHostedZone",
    status: 201,
    errorCode: null,
    durationMs: 3.25,
    requestId: "id",
  };

  it("is one line: when, what, how long, and how it went", () => {
    expect(renderCall(call, { color: false })).toBe(
      "2026-11-20T08:16:02.130Z  route53         CreateHostedZone                   3.3 ms  201",
    );
    expect(renderCall({ ...call, status: 404, errorCode: "NoSuchHostedZone" }, { color: false })).toMatch(
      / 404 NoSuchHostedZone$/,
    );
  });

  it("that no service recognised has its place all the same, and drives no terminal", () => {
    const stray = { ...call, service: null, operation: "\u001b[2JX", status: 404, errorCode: null };
    expect(renderCall(stray, { color: false })).toMatch(/ {2}- +\[2JX +3\.3 ms {2}404$/);
  });
});

describe("the environment", () => {
  const environment = { set: { AWS_ENDPOINT_URL: "http://127.0.0.1:5350" }, unset: ["AWS_PROFILE"] };

  it.each([
    ["sh", "unset AWS_PROFILE\nexport AWS_ENDPOINT_URL='http://127.0.0.1:5350'"],
    ["fish", "set -e AWS_PROFILE\nset -gx AWS_ENDPOINT_URL 'http://127.0.0.1:5350'"],
    [
      "powershell",
      "Remove-Item Env:AWS_PROFILE -ErrorAction SilentlyContinue\n$Env:AWS_ENDPOINT_URL = 'http://127.0.0.1:5350'",
    ],
  ] as const)("is lines of %s", (shell, lines) => {
    expect(renderEnvironment(environment, shell)).toBe(lines);
  });
});
