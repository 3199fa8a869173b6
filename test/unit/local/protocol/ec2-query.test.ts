import { EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AwsError } from "../../../../src/local/protocol/aws-error.ts";
import { ec2Query } from "../../../../src/local/protocol/ec2-query.ts";
import { operationsOf } from "../../../../src/local/protocol/operation.ts";
import type { WireRequest } from "../../../../src/local/protocol/request.ts";
import { EC2_SDK } from "../../../../src/local/services/ec2/ec2-sdk.ts";

const protocol = ec2Query({ version: "2016-11-15", namespace: "http://ec2.amazonaws.com/doc/2016-11-15/" })(
  operationsOf(EC2_SDK),
);

function requestOf(form: string): WireRequest {
  return {
    method: "POST",
    path: "/",
    query: new URLSearchParams(),
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    body: Buffer.from(form),
    scope: undefined,
  };
}

function read(form: string): Record<string, unknown> {
  const request = requestOf(`${form}&Version=2016-11-15`);
  const match = protocol.match(request);
  if (match?.kind !== "operation") throw new Error("no operation was found");
  return protocol.read(request, match);
}

describe("ec2Query", () => {
  it("is the protocol, version and namespace of the SDK's own client", () => {
    const { config } = new EC2Client({ region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    const { options, getShapeId } = config.protocol as unknown as { options: object; getShapeId(): string };
    expect(getShapeId()).toBe("aws.protocols#ec2Query");
    expect(options).toMatchObject({
      version: "2016-11-15",
      // The client writes it without the slash that the service answers with.
      xmlNamespace: "http://ec2.amazonaws.com/doc/2016-11-15",
    });
  });

  it("reads flat lists of structures by EC2's own names", () => {
    expect(
      read(
        "Action=DescribeVpcs&VpcId.1=vpc-1&VpcId.2=vpc-2&Filter.1.Name=state&Filter.1.Value.1=available&Filter.1.Value.2=pending&MaxResults=5&DryRun=false",
      ),
    ).toEqual({
      VpcIds: ["vpc-1", "vpc-2"],
      Filters: [{ Name: "state", Values: ["available", "pending"] }],
      MaxResults: 5,
      DryRun: false,
    });
    expect(read("Action=ModifyVpcAttribute&VpcId=vpc-1&EnableDnsSupport.Value=true")).toEqual({
      VpcId: "vpc-1",
      EnableDnsSupport: { Value: true },
    });
  });

  it.each([
    ["Action=DescribeVpcs&Colour=red", "UnknownParameter", "The parameter Colour is not recognized"],
    ["Action=DescribeVpcs&Filter.1.Colour=red", "UnknownParameter", "The parameter Filter.1.Colour is not recognized"],
    ["Action=DescribeVpcs&VpcId=vpc-1", "UnknownParameter", "The parameter VpcId is not recognized"],
    ["Action=StopInstances", "MissingParameter", "The request must contain the parameter InstanceId"],
    ["Action=DescribeVpcAttribute&VpcId=vpc-1", "MissingParameter", "The request must contain the parameter Attribute"],
  ])("answers %s with %s", (form, code, message) => {
    let thrown: unknown;
    try {
      read(form);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AwsError);
    expect(thrown).toMatchObject({ code, message });
  });

  it("lets through what older clients put beside the operation's parameters", () => {
    expect(read("Action=DescribeRegions&AWSAccessKeyId=A&Timestamp=x&SignatureVersion=2&X-Amz-Date=1")).toEqual({});
  });

  it("takes an operation whose schema it has not for one that is not implemented, and a word that is none for unknown", () => {
    expect(protocol.match(requestOf("Action=DescribeImages&Version=2016-11-15"))).toMatchObject({
      kind: "operation",
      operation: { name: "DescribeImages" },
    });
    expect(protocol.match(requestOf("Action=<script>&Version=2016-11-15"))).toMatchObject({ kind: "unknown" });
    expect(protocol.match(requestOf("Action=DescribeImages&Version=2011-06-15"))).toBeUndefined();
  });

  it("writes the request id beside the members, and true where there are none", () => {
    const match = protocol.match(requestOf("Action=DeleteVpc&Version=2016-11-15"));
    if (match?.kind !== "operation") throw new Error("no operation was found");
    expect(protocol.write(match.operation, {}, "id-1").body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<DeleteVpcResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id-1</requestId><return>true</return></DeleteVpcResponse>',
    );
  });

  it("writes errors in EC2's own document", () => {
    const error = new AwsError({ code: "InvalidVpcID.NotFound", message: "The vpc ID '<x>' does not exist" });
    const { status, body } = protocol.writeError(error, "id-2");
    expect(status).toBe(400);
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>The vpc ID \'&#60;x&#62;\' does not exist</Message></Error></Errors><RequestID>id-2</RequestID></Response>',
    );
  });
});
