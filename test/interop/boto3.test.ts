/** boto3 against a local backend: paginators, waiters, exact values and exact error texts. */

import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { awsEnvironment, BOTO3, describeWith, runProcess } from "./peers.ts";

describeWith(BOTO3, () => {
  let backend: LocalBackend;
  beforeAll(async () => {
    backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0 });
  });
  afterAll(() => backend?.stop());

  it("goes through the life of a zone and sees Route 53 in every answer", async () => {
    const script = join(import.meta.dirname, "boto3/scenario.py");
    const { code, stdout, stderr } = await runProcess("python3", [script], { env: awsEnvironment(backend) });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      zone: [201, "boto3.org.", 2],
      "reference again": [
        "HostedZoneAlreadyExists",
        409,
        "A hosted zone has already been created with the specified caller reference.",
      ],
      status: "PENDING",
      pages: [100, 100, 100, 100, 100, 2],
      "distinct names": 501,
      wildcard: true,
      text: '"a \\"quoted\\" word" "second"',
      weight: 0,
      alias: "h001.boto3.org.",
      atomic: [
        "InvalidChangeBatch",
        400,
        "[Tried to delete resource record set [name='never.boto3.org.', type='A'] but it was not found]",
      ],
      count: 506,
      "too many": ["InvalidChangeBatch", 400, "[Number of records limit of 1000 exceeded.]"],
      "two ttls": [
        "InvalidChangeBatch",
        400,
        "[RRSet with DNS name zero.boto3.org. and type A, SetIdentifier other cannot be created as weighted sets must contain the same TTL.]",
      ],
      "not empty": [
        "HostedZoneNotEmpty",
        400,
        "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
      ],
      "same check": true,
      sni: true,
      "other check": [
        "HealthCheckAlreadyExists",
        409,
        "A different health check has already been created with the specified caller reference.",
      ],
      "metric region": [
        "InvalidInput",
        400,
        "Invalid parameter : Basic health checks must not have an metric region specified.",
      ],
      "no check": [
        "NoSuchHealthCheck",
        404,
        expect.stringMatching(/^A health check with id [0-9a-f-]{36} does not exist\.$/),
      ],
      zones: 0,
    });
  });
});
