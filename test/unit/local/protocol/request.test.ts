import { describe, expect, it } from "vitest";
import { credentialScopeOf } from "../../../../src/local/protocol/request.ts";

const none = new URLSearchParams();

describe("what a signature says", () => {
  it("names the key, the region and the service", () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/eu-west-1/route53/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc";
    expect(credentialScopeOf({ authorization }, none)).toEqual({
      accessKeyId: "AKIDEXAMPLE",
      region: "eu-west-1",
      service: "route53",
    });
  });

  it("may stand in the query", () => {
    const query = new URLSearchParams({ "X-Amz-Credential": "test/20261120/us-east-1/sts/aws4_request" });
    expect(credentialScopeOf({}, query)).toEqual({ accessKeyId: "test", region: "us-east-1", service: "sts" });
  });

  it.each([undefined, "Basic dGVzdA==", "AWS4-HMAC-SHA256 Credential=short/scope, Signature=x", "AWS4-HMAC-SHA256"])(
    "is absent from %s",
    (authorization) => {
      expect(credentialScopeOf(authorization === undefined ? {} : { authorization }, none)).toBeUndefined();
    },
  );
});
