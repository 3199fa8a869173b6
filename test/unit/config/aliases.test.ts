import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config/load.ts";
import { Failure } from "../../../src/errors.ts";
import * as tables from "../../../src/route53/alias-zone-ids.ts";

const read = (alias: string, { type = "A", zone = "zone: { name: a.com }" } = {}) =>
  readConfig("r53kit.yaml", `version: 1\n${zone}\nrecords: [ { name: x, type: ${type}, alias: { ${alias} } } ]\n`, {});

function answerOf(alias: string, type?: string) {
  const answer = read(alias, type === undefined ? {} : { type }).config.zones[0]?.recordSets[0]?.answer;
  if (answer?.kind !== "alias") throw new Error("no alias");
  return `${answer.target} ${answer.zone.kind === "id" ? answer.zone.id : "own"} ${answer.evaluateTargetHealth}`;
}

function mistakesOf(alias: string, more?: { readonly type?: string; readonly zone?: string }): string[] {
  try {
    read(alias, more);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error, ...error.others].map(
      ({ code, message, next }) => `${code.replace("config.", "")}: ${message}; ${next}`,
    );
  }
  return [];
}

describe("alias targets by what they are", () => {
  it.each([
    ["cloudfront: D111111ABCDEF8.cloudfront.net", "d111111abcdef8.cloudfront.net. Z2FDTNDATAQYW2 false"],
    ["s3Website: eu-west-1", "s3-website-eu-west-1.amazonaws.com. Z1BKCTXD74EZPE false"],
    ["s3Website: eu-central-1", "s3-website.eu-central-1.amazonaws.com. Z21DNDUVLTQW6Q false"],
    ["s3Website: s3-website-us-east-1.amazonaws.com", "s3-website-us-east-1.amazonaws.com. Z3AQBSTGFYJSTF false"],
    ["s3Website: af-south-1, zone: Z111111QQQQQQQ", "s3-website.af-south-1.amazonaws.com. Z111111QQQQQQQ false"],
    [
      "elb: My-LB-123.eu-west-1.elb.amazonaws.com, evaluateTargetHealth: true",
      "my-lb-123.eu-west-1.elb.amazonaws.com. Z32O12XQLNTSW2 true",
    ],
    [
      "elb: dualstack.my-lb-123.us-east-1.elb.amazonaws.com.",
      "dualstack.my-lb-123.us-east-1.elb.amazonaws.com. Z35SXDOTRQ7X7K false",
    ],
    [
      "elb: my-nlb-0123456789abcdef.elb.eu-west-1.amazonaws.com",
      "my-nlb-0123456789abcdef.elb.eu-west-1.amazonaws.com. Z2IFOLAFXWLO4F false",
    ],
    ["elb: my-lb-1.cn-north-1.elb.amazonaws.com.cn", "my-lb-1.cn-north-1.elb.amazonaws.com.cn. Z1GDH35T77C1KE false"],
    [
      "apiGateway: d-abc123.execute-api.eu-west-1.amazonaws.com",
      "d-abc123.execute-api.eu-west-1.amazonaws.com. ZLY8HYME6SFDD false",
    ],
    ["apiGateway: d111.cloudfront.net", "d111.cloudfront.net. Z2FDTNDATAQYW2 false"],
    [
      "globalAccelerator: a1234567890abcdef.awsglobalaccelerator.com, evaluateTargetHealth: true",
      "a1234567890abcdef.awsglobalaccelerator.com. Z2BJ6XQ5FK7U4H true",
    ],
    [
      "vpcEndpoint: vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com, zone: Z7HUB22UULQXV",
      "vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com. Z7HUB22UULQXV false",
    ],
    ["appRunner: abc.eu-west-1.awsapprunner.com", "abc.eu-west-1.awsapprunner.com. Z087551914Z2PCAU0QHMW false"],
    [
      "elasticBeanstalk: my-env.eu-west-1.elasticbeanstalk.com",
      "my-env.eu-west-1.elasticbeanstalk.com. Z2NYPWQ7DFZAZH false",
    ],
    ["record: www", "www.a.com. own false"],
    ["record: '@'", "a.com. own false"],
    ["record: www.shop, evaluateTargetHealth: true", "www.shop.a.com. own true"],
    ["record: www.a.com", "www.a.com. own false"],
    ["target: my-lb-1.eu-west-1.elb.amazonaws.com", "my-lb-1.eu-west-1.elb.amazonaws.com. Z32O12XQLNTSW2 false"],
    ["target: lb.example.net, zone: Z32O12XQLNTSW2", "lb.example.net. Z32O12XQLNTSW2 false"],
  ])("{ %s } is %s", (alias, expected) => {
    expect(answerOf(alias)).toBe(expected);
  });

  it("may be AAAA, and HTTPS at CloudFront", () => {
    expect(answerOf("cloudfront: d1.cloudfront.net", "HTTPS")).toContain("Z2FDTNDATAQYW2");
    expect(answerOf("elb: a.eu-west-1.elb.amazonaws.com", "AAAA")).toContain("Z32O12XQLNTSW2");
  });

  it.each([
    [
      "elb: d111.cloudfront.net",
      "alias-name: 'd111.cloudfront.net' is no name of a load balancer; write it like my-lb-1234567890.eu-west-1.elb.amazonaws.com; this is the name of a CloudFront distribution (cloudfront:)",
    ],
    [
      "cloudfront: www",
      "alias-name: 'www' is no name of a CloudFront distribution; write it like d111111abcdef8.cloudfront.net",
    ],
    [
      "elasticBeanstalk: my-env.elasticbeanstalk.com",
      "alias-name: 'my-env.elasticbeanstalk.com' is no name of an Elastic Beanstalk environment",
    ],
    [
      "s3Website: eu-west-11",
      "alias-zone: the hosted zone of an S3 website there is not known here; did you mean 'eu-west-1'?; or add zone: with its id",
    ],
    ["elb: a.eu-west-9.elb.amazonaws.com", "alias-zone: the hosted zone of a load balancer there is not known here"],
    [
      "vpcEndpoint: vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com",
      "alias-zone: the hosted zone of a VPC endpoint is in no table of AWS's; add zone: with the HostedZoneId that aws ec2 describe-vpc-endpoints shows",
    ],
    [
      "cloudfront: d1.cloudfront.net, evaluateTargetHealth: true",
      "bad-alias: Route 53 cannot evaluate the health of a CloudFront distribution",
    ],
    [
      "apiGateway: d1.cloudfront.net, evaluateTargetHealth: true",
      "bad-alias: Route 53 cannot evaluate the health of a CloudFront distribution",
    ],
    [
      "elb: a.eu-west-1.elb.amazonaws.com, record: www",
      "two-targets: an alias stands for one thing, and here are 'record' and 'elb'",
    ],
    [
      "evaluateTargetHealth: true",
      "missing: records[0].alias does not say what it stands for; add one of target, record, cloudfront",
    ],
    ["record: www, zone: Z2FDTNDATAQYW2", "alias-zone: a record is in the alias's own zone"],
  ])("{ %s } is a mistake: %s", (alias, expected) => {
    const [first, ...others] = mistakesOf(alias);
    expect(first).toContain(expected);
    expect(others).toEqual([]);
  });

  it("have the types that Route 53 lets them have", () => {
    expect(mistakesOf("elb: a.eu-west-1.elb.amazonaws.com", { type: "TXT" })).toEqual([
      "alias-type: an alias to a load balancer cannot have type TXT; make it A or AAAA",
    ]);
  });

  it("are records of their own zone: another one of the file is out of reach", () => {
    const zone =
      "zones: [ { name: b.com }, { name: a.com, records: [ { name: y, type: A, alias: { record: www.b.com } } ] } ]\nproject: p";
    const text = `version: 1\n${zone}\n`;
    expect(() => readConfig("r53kit.yaml", text, {})).toThrow(
      "lies in the zone b.com; an alias reaches records of its own zone only",
    );
  });

  it("are no distributions in a private zone", () => {
    const zone = "zone: { name: a.com, private: true, vpcs: [ { id: vpc-1, region: eu-west-1 } ] }";
    expect(mistakesOf("cloudfront: d1.cloudfront.net", { zone })).toEqual([expect.stringContaining("private-zone: ")]);
    expect(mistakesOf("elb: a.eu-west-1.elb.amazonaws.com", { zone })).toEqual([]);
  });
});

describe("the tables of hosted zone ids", () => {
  it("have one id a Region and service, and no id twice", () => {
    const ids = Object.values(tables).flatMap((table) => (typeof table === "string" ? [table] : Object.values(table)));
    expect(ids.length).toBeGreaterThan(180);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^Z[A-Z0-9]{11,20}$/);
  });

  it("know the Regions that every service has", () => {
    const regional = Object.values(tables).filter((table) => typeof table === "object");
    for (const region of ["us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1"]) {
      for (const table of regional) expect(Object.keys(table)).toContain(region);
    }
  });
});
