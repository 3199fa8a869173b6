// A test of your own against a Route 53 of its own: `node --test zone.test.mjs`.
import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { after, before, beforeEach, test } from "node:test";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
  TestDNSAnswerCommand,
  waitUntilResourceRecordSetsChanged,
} from "@aws-sdk/client-route-53";
import { startLocalBackend } from "r53kit/local";

let backend;
let route53;

before(async () => {
  backend = await startLocalBackend();
  // What your own program reads: AWS_ENDPOINT_URL, credentials, region.
  Object.assign(process.env, backend.env);
  route53 = new Route53Client({});
});
after(async () => {
  route53.destroy();
  await backend.stop();
});
beforeEach(() => backend.reset());

test("www answers what was written", async () => {
  const { HostedZone, DelegationSet } = await route53.send(
    new CreateHostedZoneCommand({ Name: "shop.example", CallerReference: "test" }),
  );
  const { ChangeInfo } = await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone.Id,
      ChangeBatch: {
        Changes: [
          {
            Action: "CREATE",
            ResourceRecordSet: {
              Name: "www.shop.example",
              Type: "A",
              TTL: 60,
              ResourceRecords: [{ Value: "192.0.2.1" }],
            },
          },
        ],
      },
    }),
  );
  await waitUntilResourceRecordSetsChanged(
    { client: route53, maxWaitTime: 10, minDelay: 1, maxDelay: 1 },
    { Id: ChangeInfo.Id },
  );

  const { RecordData } = await route53.send(
    new TestDNSAnswerCommand({ HostedZoneId: HostedZone.Id, RecordName: "www.shop.example", RecordType: "A" }),
  );
  assert.deepEqual(RecordData, ["192.0.2.1"]);
  assert.equal(DelegationSet.NameServers.length, 4);
});

test("nothing is left of the test before", async () => {
  const resolver = new Resolver();
  resolver.setServers([`${backend.resolver.address}:${backend.resolver.port}`]);
  await assert.rejects(resolver.resolve4("www.shop.example"), { code: "ENOTFOUND" });
});
