import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { describe, expect, it } from "vitest";
import {
  healthCheckProblem,
  healthCheckUpdateProblem,
  updatedHealthCheck,
  withHealthCheckDefaults,
} from "../../../src/route53/health-check.ts";

const http: HealthCheckConfig = { Type: "HTTP", IPAddress: "192.0.2.1" };

describe("healthCheckProblem", () => {
  it.each<[string, HealthCheckConfig]>([
    ["an address", http],
    ["a name", { Type: "HTTPS", FullyQualifiedDomainName: "www.example.com" }],
    ["both", { ...http, FullyQualifiedDomainName: "www.example.com" }],
    ["TCP with a port", { Type: "TCP", IPAddress: "192.0.2.1", Port: 22 }],
    ["a search string", { ...http, Type: "HTTP_STR_MATCH", SearchString: "ok" }],
    ["a threshold of zero", { Type: "CALCULATED", HealthThreshold: 0 }],
    ["an alarm", { Type: "CLOUDWATCH_METRIC", AlarmIdentifier: { Region: "us-east-1", Name: "a" } }],
  ])("has nothing against %s", (_, config) => {
    expect(healthCheckProblem(config)).toBeUndefined();
  });

  it.each<[string, HealthCheckConfig]>([
    [
      "Invalid parameter : Basic health checks must not have an metric region specified.",
      { ...http, AlarmIdentifier: { Region: "us-east-2", Name: "something" } },
    ],
    [
      "TCP health checks that have IP address must not have a fully qualified domain name specified.",
      { Type: "TCP", IPAddress: "192.0.2.1", FullyQualifiedDomainName: "www.example.com", Port: 22 },
    ],
    [
      "Invalid parameter : Calculated health checks must have a health threshold specified.",
      { Type: "CALCULATED", ChildHealthChecks: ["x"] },
    ],
    [
      "Invalid parameter : Calculated health checks must not have a request interval specified.",
      { Type: "CALCULATED", HealthThreshold: 1, RequestInterval: 30 },
    ],
    [
      "Invalid parameter : Basic health checks must have an IP address or a fully qualified domain name specified.",
      { Type: "HTTP" },
    ],
    ["Invalid parameter : TCP health checks must have a port specified.", { Type: "TCP", IPAddress: "192.0.2.1" }],
    [
      "Invalid parameter : String match health checks must have a search string specified.",
      { ...http, Type: "HTTP_STR_MATCH" },
    ],
    ["Invalid parameter : HTTP health checks must not have a search string specified.", { ...http, SearchString: "x" }],
    ["Invalid parameter : The request interval must be 10 or 30 seconds.", { ...http, RequestInterval: 20 }],
  ])("says: %s", (message, config) => {
    expect(healthCheckProblem(config)).toBe(message);
  });
});

describe("withHealthCheckDefaults", () => {
  it("fills in what Route 53 fills in", () => {
    expect(withHealthCheckDefaults(http)).toEqual({
      ...http,
      Port: 80,
      RequestInterval: 30,
      FailureThreshold: 3,
      MeasureLatency: false,
      EnableSNI: false,
      Inverted: false,
      Disabled: false,
    });
    expect(withHealthCheckDefaults({ ...http, Type: "HTTPS_STR_MATCH" })).toMatchObject({ Port: 443, EnableSNI: true });
  });
});

describe("updatedHealthCheck", () => {
  it("changes what is given, resets what is named, keeps the rest", () => {
    const before: HealthCheckConfig = { ...http, ResourcePath: "/a", FullyQualifiedDomainName: "www.example.com" };
    expect(
      updatedHealthCheck(before, {
        HealthCheckId: "id",
        Disabled: false,
        FailureThreshold: 1,
        ResetElements: ["ResourcePath", "FullyQualifiedDomainName"],
      }),
    ).toEqual({ ...http, Disabled: false, FailureThreshold: 1 });
  });

  it("does not add an address to a check that asks by name", () => {
    const byName: HealthCheckConfig = { Type: "HTTP", FullyQualifiedDomainName: "www.example.com" };
    expect(healthCheckUpdateProblem(byName, { HealthCheckId: "id", IPAddress: "192.0.2.1" })).toMatch(/IP address/);
    expect(healthCheckUpdateProblem(http, { HealthCheckId: "id", IPAddress: "192.0.2.2" })).toBeUndefined();
  });
});
