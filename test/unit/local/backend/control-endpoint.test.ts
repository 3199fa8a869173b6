/** The control endpoint is an interface for other people's test suites: what is documented is there, and the other way round. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTROL_PREFIX, CONTROL_ROUTES, findRoute, SNAPSHOT_TYPE } from "../../../../src/local/control-routes.ts";
import { startTestBackend, type TestBackend } from "../../../support/backend.ts";

const page = readFileSync("docs/reference/control-endpoint.md", "utf8");

describe("the control endpoint's page", () => {
  it("has a section for every route, and for nothing else", () => {
    const documented = [...page.matchAll(/^### `([A-Z]+ \S+)`$/gm)].map((match) => match[1]);
    const routes = CONTROL_ROUTES.map(({ method, path }) => `${method} ${CONTROL_PREFIX}${path}`);
    expect(new Set(documented)).toEqual(new Set(routes));
    expect(documented).toHaveLength(routes.length);
  });
});

describe("the control endpoint's routes", () => {
  let backend: TestBackend;
  beforeAll(async () => {
    backend = await startTestBackend();
  });
  afterAll(async () => {
    await backend.stop();
    expect(backend.defects).toEqual([]);
  });

  const ask = (method: string, path: string, body?: string | ArrayBuffer) =>
    fetch(`${backend.apiUrl}${CONTROL_PREFIX}${path}`, {
      method,
      headers: { Connection: "close" },
      ...(body === undefined ? {} : { body }),
    });

  it("are found by method and path, with what stands for the id", () => {
    expect(findRoute("POST", "endpoints/127.0.10.1%3A8081/stop")).toMatchObject({ id: "127.0.10.1:8081" });
    expect(findRoute("GET", "endpoints/127.0.10.1%3A8081/stop")).toBeUndefined();
    expect(findRoute("GET", "health/")).toBeUndefined();
    expect(findRoute("GET", "")).toBeUndefined();
    expect(() => findRoute("DELETE", "instances/%zz")).toThrow(URIError);
  });

  it("answer JSON that nobody caches", async () => {
    const response = await ask("GET", "health");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ ok: true, pid: process.pid });
  });

  it("take a KMS key out of reach, and give it back", async () => {
    const arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000001";
    const put = (body: object) => ask("PUT", "kms-keys", JSON.stringify(body));
    expect(await (await put({ arn, reachable: false })).json()).toEqual({ arn, reachable: false });
    expect(await (await ask("GET", "kms-keys")).json()).toEqual({ kmsKeys: [{ arn, reachable: false }] });
    await put({ arn, reachable: true });
    expect(await (await ask("GET", "kms-keys")).json()).toEqual({ kmsKeys: [] });
    for (const wrong of [{ arn }, { arn, reachable: "no" }, { arn: "a key", reachable: false }, {}]) {
      const refused = await put(wrong);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ error: { code: "kms.invalid" } });
    }
  });

  it("take a snapshot and bring it back over plain HTTP", async () => {
    const saved = await ask("GET", "snapshot");
    expect(saved.headers.get("content-type")).toBe(SNAPSHOT_TYPE);
    const file = await saved.arrayBuffer();
    expect(await (await ask("PUT", "snapshot", file)).json()).toEqual({});
    const cut = await ask("PUT", "snapshot", file.slice(0, 40));
    expect(cut.status).toBe(400);
    expect(await cut.json()).toMatchObject({ error: { code: "snapshot.damaged" } });
  });

  it("remember API calls, and not the control endpoint's own", async () => {
    const signed = { Authorization: "AWS4-HMAC-SHA256 Credential=A/20261120/us-east-1/route53/aws4_request, ..." };
    await fetch(`${backend.apiUrl}/2013-04-01/hostedzone`, { headers: { ...signed, Connection: "close" } });
    await fetch(`${backend.apiUrl}/nothing`, { headers: { Connection: "close" } });
    await ask("GET", "status");
    const { calls } = (await (await ask("GET", "calls?limit=10")).json()) as { calls: object[] };
    expect(calls).toMatchObject([
      { service: "route53", operation: "ListHostedZones", status: 200, errorCode: null },
      { service: null, operation: null, status: 404, errorCode: "UnknownOperationException" },
    ]);
  });

  it.each([
    ["GET", "calls?limit=1001"],
    ["GET", "calls?limit=x"],
    ["GET", "calls?follow=perhaps"],
    ["PUT", "snapshot"],
    ["PUT", "instances"],
  ])("refuse %s %s", async (method, path) => {
    const response = await ask(method, path, method === "PUT" ? "{}" : undefined);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { kind: "usage", message: expect.stringMatching(/\w/) } });
  });
});
