import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config/load.ts";
import { chooseFailover, type Wanted } from "../../../src/drill/choose.ts";
import { Failure } from "../../../src/errors.ts";

interface Parts {
  readonly checks?: string;
  readonly routing?: string;
  readonly endpoints?: string;
}

const CHECKS = `
  primary:   { type: HTTP, address: 127.0.10.1, port: 8081, path: /health, interval: 10, failureThreshold: 3 }
  secondary: { type: HTTP, address: 127.0.10.2, port: 8081, path: /health, interval: 10, failureThreshold: 3 }
  both:      { type: CALCULATED, children: [primary, secondary], healthThreshold: 2 }
  upside:    { type: HTTP, address: 127.0.10.1, port: 8081, path: /health, interval: 10, failureThreshold: 3, inverted: true }`;

function failover(name: string, primary = "primary", more = ""): string {
  return `
  - name: ${name}
    type: A
    ttl: 60
    policy: failover
    answers:
      one: { failover: PRIMARY, values: [127.0.10.1], healthCheck: ${primary} }
      two: { failover: SECONDARY, values: [127.0.10.2] }${more}`;
}

const ENDPOINTS = `
  web:    { type: process, address: 127.0.10.1, port: 8081, healthCheck: primary }
  backup: { type: process, address: 127.0.10.2, port: 8081, healthCheck: secondary }`;

function choose(parts: Parts = {}, wanted: Partial<Wanted> = {}) {
  const text = `
version: 1
zone: { name: cafe.com }
healthChecks:${parts.checks ?? CHECKS}
routing:${parts.routing ?? failover("orders")}
endpoints:${parts.endpoints ?? ENDPOINTS}
`;
  const { config, places } = readConfig("r53kit.yaml", text);
  return chooseFailover(config, { name: undefined, endpoint: undefined, ...wanted }, (path) => places.of(path));
}

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("chooseFailover", () => {
  it("takes the file's only failover and the endpoint behind its primary", () => {
    const choice = choose();
    expect(choice.name).toBe("orders.cafe.com.");
    expect(choice.primary.setIdentifier).toBe("one");
    expect(choice.secondary.answer.values).toEqual(["127.0.10.2"]);
    expect(choice.endpoint.key).toBe("web");
    expect(choice.endpointCheck.key).toBe("primary");
  });

  it("understands a name with its zone, with the trailing dot, or without the zone", () => {
    const routing = failover("orders") + failover("shop");
    for (const name of ["shop", "shop.cafe.com", "shop.cafe.com.", "SHOP.cafe.com"]) {
      expect(choose({ routing }, { name }).name).toBe("shop.cafe.com.");
    }
  });

  it("asks which one when there are several", () => {
    const failure = failureOf(() => choose({ routing: failover("orders") + failover("shop") }));
    expect(failure).toMatchObject({ kind: "usage", code: "drill.which-name" });
    expect(failure.next).toContain("orders.cafe.com, shop.cafe.com");
  });

  it("names the choices when the name is unknown, whatever was typed", () => {
    for (const name of ["nothing", "a..b", "\\999"]) {
      expect(failureOf(() => choose({}, { name }))).toMatchObject({ code: "drill.unknown-name" });
    }
  });

  it("refuses to stop an endpoint that the primary does not depend on", () => {
    expect(failureOf(() => choose({}, { endpoint: "backup" }))).toMatchObject({
      code: "drill.wrong-target",
      next: "take one of: web",
    });
    expect(failureOf(() => choose({}, { endpoint: "nobody" })).message).toContain("no endpoint 'nobody'");
  });

  it("finds the endpoint of a calculated check among its children", () => {
    const parts = { routing: failover("orders", "both") };
    expect(failureOf(() => choose(parts))).toMatchObject({ code: "drill.which-target" });
    const choice = choose(parts, { endpoint: "web" });
    expect([choice.endpoint.key, choice.endpointCheck.key]).toEqual(["web", "primary"]);
  });

  it("finds an endpoint that names no check by its address and port", () => {
    const endpoints = "\n  web: { type: process, address: 127.0.10.1, port: 8081 }";
    expect(choose({ endpoints }).endpoint.key).toBe("web");
  });

  it("says where the file has nothing that could be stopped", () => {
    const failure = failureOf(() =>
      choose({ endpoints: "\n  backup: { type: process, address: 127.0.10.2, port: 8081, healthCheck: secondary }" }),
    );
    expect(failure.code).toBe("drill.no-target");
    expect(failure.where).toMatchObject({ file: "r53kit.yaml" });
    expect(failure.where?.line).toBeGreaterThan(1);
  });

  it("refuses a check that the stop cannot turn", () => {
    expect(
      failureOf(() =>
        choose({
          routing: failover("orders", "upside"),
          endpoints: "\n  web: { type: process, address: 127.0.10.1, port: 8081, healthCheck: upside }",
        }),
      ),
    ).toMatchObject({ code: "drill.blind-check" });
  });
});
