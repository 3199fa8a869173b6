import * as route53 from "@aws-sdk/client-route-53";
import { NormalizedSchema } from "@smithy/core/schema";
import { describe, expect, it } from "vitest";
import { HttpRoutes } from "../../../../src/local/protocol/http-routes.ts";
import { type Operation, operationsOf } from "../../../../src/local/protocol/operation.ts";
import { restXml } from "../../../../src/local/protocol/rest-xml.ts";

const none = new URLSearchParams();
const unit = NormalizedSchema.of("unit");

function operation(name: string, method: string, uri: string): Operation {
  return { name, input: unit, output: unit, http: { method, uri, status: 200 } };
}

describe("finding the operation of a path", () => {
  const operations = operationsOf(route53);
  const routes = new HttpRoutes(operations.values());

  it.each([...operations.values()].map((one) => [one.name, one] as const))(
    "finds %s at its own address, with and without a slash at the end",
    (name, one) => {
      const path = (one.http?.uri ?? "").replace(/\{[^}]+\}/g, "X1");
      expect(routes.find(one.http?.method ?? "", path, none)?.operation.name).toBe(name);
      expect(routes.find(one.http?.method ?? "", `${path}/`, none)?.operation.name).toBe(name);
    },
  );

  it("gives labels decoded", () => {
    const found = routes.find("GET", "/2013-04-01/trafficpolicy/a%2Fb%20c/7", none);
    expect(found?.labels).toEqual({ Id: "a/b c", Version: "7" });
  });

  it("finds nothing for a wrong method, an unknown path or an empty label", () => {
    expect(routes.find("PUT", "/2013-04-01/hostedzone", none)).toBeUndefined();
    expect(routes.find("GET", "/2013-04-01/nonsense", none)).toBeUndefined();
    expect(routes.find("GET", "/2013-04-01/hostedzone//rrset", none)).toBeUndefined();
  });

  it("refuses a malformed percent-encoding", () => {
    expect(() => routes.find("GET", "/2013-04-01/hostedzone/%zz", none)).toThrow("percent-encoding");
  });

  it("prefers the template that fixes more", () => {
    const some = new HttpRoutes([operation("Any", "GET", "/a/{Id}"), operation("Fixed", "GET", "/a/b")]);
    expect(some.find("GET", "/a/b", none)?.operation.name).toBe("Fixed");
    expect(some.find("GET", "/a/c", none)?.operation.name).toBe("Any");
  });

  it("tells operations apart by the query parameters of their templates", () => {
    const some = new HttpRoutes([
      operation("Create", "POST", "/d"),
      operation("CreateWithTags", "POST", "/d?WithTags"),
      operation("ListV2", "GET", "/d?list-type=2"),
    ]);
    expect(some.find("POST", "/d", none)?.operation.name).toBe("Create");
    expect(some.find("POST", "/d", new URLSearchParams("WithTags"))?.operation.name).toBe("CreateWithTags");
    expect(some.find("GET", "/d", new URLSearchParams("list-type=2"))?.operation.name).toBe("ListV2");
    expect(some.find("GET", "/d", new URLSearchParams("list-type=1"))).toBeUndefined();
  });

  it("lets a greedy label take slashes, up to the literals after it", () => {
    const some = new HttpRoutes([
      operation("Object", "GET", "/{Bucket}/{Key+}"),
      operation("Policy", "GET", "/x/{Arn+}/policy"),
    ]);
    expect(some.find("GET", "/b/k/l%2Fm/n", none)?.labels).toEqual({ Bucket: "b", Key: "k/l/m/n" });
    expect(some.find("GET", "/x/a/b/policy", none)?.labels).toEqual({ Arn: "a/b" });
  });
});

describe("ids that carry their resource type", () => {
  const bound = restXml({
    namespace: "u",
    pathPrefix: "/2013-04-01/",
    idPrefixes: ["hostedzone", "change", "delegationset"],
  })(operationsOf(route53));

  it.each([
    ["GET", "/2013-04-01/hostedzone/Z1"],
    ["GET", "/2013-04-01/hostedzone/%2Fhostedzone%2FZ1"],
    ["GET", "/2013-04-01/hostedzone//hostedzone/Z1"],
    ["GET", "/2013-04-01/hostedzone/hostedzone%2FZ1"],
  ])("%s %s is the zone Z1", (method, path) => {
    const match = bound.match({ method, path, query: none, headers: {}, body: Buffer.alloc(0), scope: undefined });
    expect(match).toMatchObject({ kind: "operation", operation: { name: "GetHostedZone" }, labels: { Id: "Z1" } });
  });

  it("is what ChangeResourceRecordSets gets too, with its slash at the end", () => {
    const path = "/2013-04-01/hostedzone//hostedzone/Z1/rrset/";
    const match = bound.match({
      method: "POST",
      path,
      query: none,
      headers: {},
      body: Buffer.alloc(0),
      scope: undefined,
    });
    expect(match).toMatchObject({ operation: { name: "ChangeResourceRecordSets" }, labels: { HostedZoneId: "Z1" } });
  });
});
