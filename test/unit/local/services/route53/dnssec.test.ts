import {
  ActivateKeySigningKeyCommand,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  CreateKeySigningKeyCommand,
  DeactivateKeySigningKeyCommand,
  DeleteHostedZoneCommand,
  DeleteKeySigningKeyCommand,
  DisableHostedZoneDNSSECCommand,
  EnableHostedZoneDNSSECCommand,
  GetChangeCommand,
  GetDNSSECCommand,
  GetHostedZoneCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyRecords } from "../../../../../src/dns/dnssec-keys.ts";
import { publicKeyOf } from "../../../../../src/dns/dnssec-signing.ts";
import { domainName } from "../../../../../src/route53/names.ts";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { ACCOUNT, type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

const arn = (n: number, region = "us-east-1") =>
  `arn:aws:kms:${region}:${ACCOUNT}:key/00000000-0000-4000-8000-00000000000${n}`;

let r53: LocalRoute53;
let zone: string;
beforeEach(async () => {
  r53 = await localRoute53();
  zone = await createZone("myapp.com");
});
afterEach(() => r53.close());

let references = 0;
async function createZone(Name: string, more: object = {}): Promise<string> {
  const made = await r53.client.send(
    new CreateHostedZoneCommand({ Name, CallerReference: `reference-${references++}`, ...more }),
  );
  return bareId(made.HostedZone?.Id ?? "");
}
const createKey = (more: object = {}) =>
  r53.client.send(
    new CreateKeySigningKeyCommand({
      HostedZoneId: zone,
      CallerReference: `reference-${references++}`,
      KeyManagementServiceArn: arn(1),
      Name: "ksk_1",
      Status: "ACTIVE",
      ...more,
    }),
  );
const target = (Name: string) => ({ HostedZoneId: zone, Name });
const activate = (name = "ksk_1") => r53.client.send(new ActivateKeySigningKeyCommand(target(name)));
const deactivate = (name = "ksk_1") => r53.client.send(new DeactivateKeySigningKeyCommand(target(name)));
const remove = (name = "ksk_1") => r53.client.send(new DeleteKeySigningKeyCommand(target(name)));
const enable = (HostedZoneId = zone) => r53.client.send(new EnableHostedZoneDNSSECCommand({ HostedZoneId }));
const disable = (HostedZoneId = zone) => r53.client.send(new DisableHostedZoneDNSSECCommand({ HostedZoneId }));
const get = (HostedZoneId = zone) => r53.client.send(new GetDNSSECCommand({ HostedZoneId }));

describe("key-signing keys", () => {
  it("are P-256 keys with the records that a parent needs, status 201 and a pending change", async () => {
    const made = await createKey();
    expect(made.$metadata.httpStatusCode).toBe(201);
    expect(made.ChangeInfo?.Status).toBe("PENDING");
    expect(made.Location).toBe(`https://route53.amazonaws.com/2013-04-01/keysigningkey/${zone}/ksk_1`);
    const publicKey = Buffer.from(made.KeySigningKey?.PublicKey ?? "", "base64");
    expect(publicKey).toHaveLength(64);
    const records = keyRecords(domainName("myapp.com"), publicKey);
    expect(made.KeySigningKey).toEqual({
      Name: "ksk_1",
      KmsArn: arn(1),
      Flag: 257,
      SigningAlgorithmMnemonic: "ECDSAP256SHA256",
      SigningAlgorithmType: 13,
      DigestAlgorithmMnemonic: "SHA-256",
      DigestAlgorithmType: 2,
      KeyTag: records.keyTag,
      DigestValue: records.digest,
      PublicKey: publicKey.toString("base64"),
      DSRecord: `${records.keyTag} 13 2 ${records.digest}`,
      DNSKEYRecord: `257 3 13 ${publicKey.toString("base64")}`,
      Status: "ACTIVE",
      CreatedDate: new Date(r53.clock.now()),
      LastModifiedDate: new Date(r53.clock.now()),
    });
    await r53.clock.advance(PROPAGATION_MS);
    expect((await r53.client.send(new GetChangeCommand({ Id: made.ChangeInfo?.Id }))).ChangeInfo?.Status).toBe(
      "INSYNC",
    );
    expect((await get()).KeySigningKeys).toEqual([made.KeySigningKey]);
  });

  it("are the same for the same KMS key, in another zone, after deletion and after a restart", async () => {
    const first = await createKey({ Status: "INACTIVE" });
    await remove();
    const second = await createKey();
    expect(second.KeySigningKey?.PublicKey).toBe(first.KeySigningKey?.PublicKey);
    const other = await createKey({ HostedZoneId: await createZone("other.org") });
    expect(other.KeySigningKey?.PublicKey).toBe(first.KeySigningKey?.PublicKey);
    expect(other.KeySigningKey?.DSRecord).not.toBe(first.KeySigningKey?.DSRecord);
    const again = await localRoute53({ store: r53.store });
    const { KeySigningKeys } = await again.client.send(new GetDNSSECCommand({ HostedZoneId: zone }));
    expect(KeySigningKeys).toEqual([second.KeySigningKey]);
    await again.close();
  });

  it.each([
    ["arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000001", "must be in the us-east-1 region"],
    ["arn:aws:kms:us-east-1:123456789012:alias/dnssec", "is not that of a customer managed key"],
    ["a key", "is not that of a customer managed key"],
  ])("refuse %s", async (KeyManagementServiceArn, why) => {
    const refusal = await refused(createKey({ KeyManagementServiceArn }));
    expect(refusal).toMatchObject({ code: "InvalidKMSArn", status: 400 });
    expect(refusal.message).toContain(why);
  });

  it("are unique by name and KMS key, and two at most", async () => {
    await createKey();
    const again = { code: "KeySigningKeyAlreadyExists", status: 409 };
    expect(await refused(createKey({ KeyManagementServiceArn: arn(2) }))).toMatchObject(again);
    expect(await refused(createKey({ Name: "ksk_2" }))).toMatchObject(again);
    await createKey({ Name: "ksk_2", KeyManagementServiceArn: arn(2) });
    expect(await refused(createKey({ Name: "ksk_3", KeyManagementServiceArn: arn(3) }))).toMatchObject({
      code: "TooManyKeySigningKeys",
      status: 400,
    });
  });

  it("refuse names and states that are none, and zones that are not public", async () => {
    expect(await refused(createKey({ Name: "my-key" }))).toMatchObject({ code: "InvalidKeySigningKeyName" });
    expect(await refused(createKey({ Status: "DELETING" }))).toMatchObject({ code: "InvalidKeySigningKeyStatus" });
    expect(await refused(createKey({ HostedZoneId: "ZNONE" }))).toMatchObject({ code: "NoSuchHostedZone" });
    const inside = await createZone("corp.internal", { VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" } });
    const unsupported = {
      code: "InvalidArgument",
      status: 400,
      message: "Operation is unsupported for private hosted zones.",
    };
    expect(await refused(createKey({ HostedZoneId: inside }))).toEqual(unsupported);
    expect(await refused(get(inside))).toEqual(unsupported);
    expect(await refused(enable(inside))).toEqual(unsupported);
  });

  it("must be inactive to be deleted, and must exist", async () => {
    await createKey();
    expect(await refused(remove())).toEqual({
      code: "InvalidKeySigningKeyStatus",
      status: 400,
      message: "Key Signing Key with name ksk_1 cannot be deleted because current status is not INACTIVE.",
    });
    await r53.clock.advance(1000);
    await deactivate();
    const [key] = (await get()).KeySigningKeys ?? [];
    expect(key).toMatchObject({ Status: "INACTIVE", LastModifiedDate: new Date(r53.clock.now()) });
    await remove();
    const missing = { code: "NoSuchKeySigningKey", status: 404 };
    for (const call of [remove, activate, deactivate]) expect(await refused(call())).toMatchObject(missing);
    expect((await get()).KeySigningKeys).toEqual([]);
  });

  it("keep their zone from being deleted", async () => {
    await createKey();
    expect(await refused(r53.client.send(new DeleteHostedZoneCommand({ Id: zone })))).toEqual({
      code: "HostedZoneNotEmpty",
      status: 400,
      message: "The specified hosted zone contains DNSSEC Key Signing Keys and so cannot be deleted.",
    });
  });
});

describe("signing", () => {
  it("needs an active key", async () => {
    expect((await get()).Status).toEqual({ ServeSignature: "NOT_SIGNING" });
    const none = {
      code: "KeySigningKeyWithActiveStatusNotFound",
      status: 400,
      message: `Hosted zone with ID '${zone}' does not have a Key Signing Key in ACTIVE status.`,
    };
    expect(await refused(enable())).toEqual(none);
    await createKey({ Status: "INACTIVE" });
    expect(await refused(enable())).toEqual(none);
    await activate();
    expect((await enable()).ChangeInfo?.Status).toBe("PENDING");
  });

  it("gives the name servers the active keys and one of the zone's own, and takes them back", async () => {
    const made = await createKey();
    await createKey({ Name: "ksk_2", KeyManagementServiceArn: arn(2), Status: "INACTIVE" });
    await r53.clock.advance(PROPAGATION_MS);
    expect(r53.published.get(zone)?.keys).toBeUndefined();
    await enable();
    await r53.clock.advance(PROPAGATION_MS);
    expect((await get()).Status).toEqual({ ServeSignature: "SIGNING" });
    const first = r53.published.get(zone)?.keys;
    const publicKeys = first?.keySigningKeys.map((key) => publicKeyOf(key).toString("base64"));
    expect(publicKeys).toEqual([made.KeySigningKey?.PublicKey]);
    await activate("ksk_2");
    await r53.clock.advance(PROPAGATION_MS);
    const second = r53.published.get(zone)?.keys;
    expect(second?.keySigningKeys).toHaveLength(2);
    expect(second?.zoneSigningKey).toBe(first?.zoneSigningKey);
    await disable();
    await r53.clock.advance(PROPAGATION_MS);
    expect((await get()).Status).toEqual({ ServeSignature: "NOT_SIGNING" });
    expect(r53.published.get(zone)?.keys).toBeUndefined();
  });

  it("goes on with the same keys after a restart", async () => {
    await createKey();
    await enable();
    await r53.clock.advance(PROPAGATION_MS);
    const again = await localRoute53({ store: r53.store });
    again.service.restore();
    expect(again.published.get(zone)?.keys).toEqual(r53.published.get(zone)?.keys);
    await again.close();
  });

  it("begins after a restart where it was asked for before there were keys to sign with", async () => {
    await createKey();
    await enable();
    r53.store.write(() => r53.store.table("route53.zone-signing-keys").remove(zone));
    const again = await localRoute53({ store: r53.store });
    again.service.restore();
    expect(again.published.get(zone)?.keys?.zoneSigningKey).toBeDefined();
    await again.close();
  });

  it("goes on while the registry vouches for a key", async () => {
    const made = await createKey();
    await enable();
    r53.delegationSigners.set("myapp.com.", [made.KeySigningKey?.DSRecord ?? ""]);
    expect(await refused(disable())).toMatchObject({ code: "KeySigningKeyInParentDSRecord", status: 400 });
    r53.delegationSigners.clear();
    await disable();
  });

  it("keeps its last active key, and gives up the others", async () => {
    await createKey();
    await createKey({ Name: "ksk_2", KeyManagementServiceArn: arn(2) });
    await enable();
    await deactivate("ksk_2");
    expect(await refused(deactivate())).toMatchObject({ code: "KeySigningKeyInUse", status: 400 });
    await activate("ksk_2");
    await deactivate();
    await disable();
    await deactivate("ksk_2");
  });

  it("ends only where it was, or where there are keys", async () => {
    expect(await refused(disable())).toMatchObject({ code: "DNSSECNotFound", status: 400 });
    await createKey();
    await disable();
  });

  it("goes on while the parent zone vouches for a key", async () => {
    zone = await createZone("dev.myapp.com");
    const made = await createKey();
    await enable();
    const parent = await createZone("myapp.com");
    const ds = (Action: "CREATE" | "DELETE") =>
      r53.client.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId: parent,
          ChangeBatch: {
            Changes: [
              {
                Action,
                ResourceRecordSet: {
                  Name: "dev.myapp.com",
                  Type: "DS",
                  TTL: 300,
                  ResourceRecords: [{ Value: made.KeySigningKey?.DSRecord?.toLowerCase() }],
                },
              },
            ],
          },
        }),
      );
    await ds("CREATE");
    expect(await refused(disable())).toMatchObject({ code: "KeySigningKeyInParentDSRecord", status: 400 });
    await createKey({ Name: "ksk_2", KeyManagementServiceArn: arn(2) });
    expect(await refused(deactivate())).toMatchObject({ code: "KeySigningKeyInParentDSRecord" });
    await deactivate("ksk_2");
    await ds("DELETE");
    await disable();
    await deactivate();
  });
});

describe("a KMS key out of reach", () => {
  const reach = (reachable: boolean, key = arn(1)) => r53.service.kmsKeys.setReachable(key, reachable);
  const keysServed = () => r53.published.get(zone)?.keys;
  const DENIED = {
    code: "InvalidKMSArn",
    status: 400,
    message: `The CMK with ARN '${arn(1)}' did not grant all required permissions for DNSSEC usage. Please review your key-policy, and verify that you and Route 53 have permissions to perform the following actions: DescribeKey, GetPublicKey, and Sign.`,
  };

  it("makes no key-signing key", async () => {
    expect(reach(false)).toEqual({ arn: arn(1), reachable: false });
    expect(await refused(createKey())).toEqual(DENIED);
    expect(r53.service.kmsKeys.list()).toEqual([{ arn: arn(1), reachable: false }]);
    reach(true);
    await createKey();
    expect(r53.service.kmsKeys.list()).toEqual([{ arn: arn(1), reachable: true }]);
  });

  it("leaves a zone in need of action, with what was signed last, until it is back and activated", async () => {
    await createKey();
    await enable();
    await r53.clock.advance(PROPAGATION_MS);
    const lostAt = r53.clock.now();
    reach(false);
    await r53.clock.advance(PROPAGATION_MS);
    const { Status, KeySigningKeys } = await get();
    expect(Status).toEqual({ ServeSignature: "ACTION_NEEDED" });
    expect(KeySigningKeys?.[0]).toMatchObject({ Status: "ACTION_NEEDED", LastModifiedDate: new Date(lostAt) });
    expect(KeySigningKeys?.[0]?.StatusMessage).toContain("activate this key-signing key again");
    expect([...(keysServed()?.outOfReach?.values() ?? [])]).toEqual([lostAt]);
    expect(await refused(activate())).toEqual(DENIED);
    reach(true);
    // As on AWS, that the key is back is not noticed by itself.
    expect((await get()).Status).toEqual({ ServeSignature: "ACTION_NEEDED" });
    await activate();
    await r53.clock.advance(PROPAGATION_MS);
    const healed = await get();
    expect(healed.Status).toEqual({ ServeSignature: "SIGNING" });
    expect(healed.KeySigningKeys?.[0]).toMatchObject({ Status: "ACTIVE" });
    expect(healed.KeySigningKeys?.[0]).not.toHaveProperty("StatusMessage");
    expect(keysServed()).not.toHaveProperty("outOfReach");
  });

  it("is in the way of enabling, not of disabling, and another key takes its place", async () => {
    await createKey();
    reach(false);
    expect(await refused(enable())).toMatchObject({ code: "KeySigningKeyWithActiveStatusNotFound" });
    await createKey({ Name: "ksk_2", KeyManagementServiceArn: arn(2) });
    await enable();
    expect((await get()).Status).toEqual({ ServeSignature: "ACTION_NEEDED" });
    await deactivate();
    expect((await get()).Status).toEqual({ ServeSignature: "SIGNING" });
    expect(await refused(deactivate("ksk_2"))).toMatchObject({ code: "KeySigningKeyInUse" });
    await remove();
    reach(false, arn(2));
    expect(await refused(deactivate("ksk_2"))).toMatchObject({ code: "KeySigningKeyInUse" });
    await disable();
    expect((await get()).Status).toEqual({ ServeSignature: "NOT_SIGNING" });
  });

  it("stays so after a restart", async () => {
    await createKey();
    await enable();
    reach(false);
    const again = await localRoute53({ store: r53.store });
    again.service.restore();
    expect(again.published.get(zone)?.keys?.outOfReach?.size).toBe(1);
    await again.close();
  });

  it("is a KMS key", () => {
    expect(() => reach(false, "a key")).toThrowError("'a key' is not the ARN of a KMS key");
  });
});

describe("zone-signing keys", () => {
  const DAY_MS = 24 * 3600 * 1000;
  const keysServed = () => r53.published.get(zone)?.keys;
  const days = (n: number) => r53.clock.advance(n * DAY_MS);

  beforeEach(async () => {
    r53.service.restore();
    await createKey();
    await enable();
    await r53.clock.advance(PROPAGATION_MS);
  });

  it("follow each other by themselves, shown before they sign and after", async () => {
    const first = keysServed();
    expect(first).not.toHaveProperty("otherZoneSigningKeys");
    await days(13);
    const second = keysServed()?.otherZoneSigningKeys?.[0];
    expect(keysServed()).toMatchObject({ zoneSigningKey: first?.zoneSigningKey, otherZoneSigningKeys: [second] });
    await days(1);
    expect(keysServed()).toMatchObject({ zoneSigningKey: second, otherZoneSigningKeys: [first?.zoneSigningKey] });
    await days(8);
    expect(keysServed()).toEqual({ ...first, zoneSigningKey: second });
    // A zone is published when its keys change, and no more often.
    expect(r53.publications.filter((id) => id === zone)).toHaveLength(2 + 3);
  });

  it("are after a restart what they would have been without one", async () => {
    await days(20);
    const again = await localRoute53({ store: r53.store });
    await again.clock.advance(20 * DAY_MS);
    again.service.restore();
    expect(again.published.get(zone)?.keys).toEqual(keysServed());
    await again.close();
  });

  it("do not follow each other while a key-signing key cannot sign them, and go on where they stood", async () => {
    const first = keysServed();
    await days(10);
    r53.service.kmsKeys.setReachable(arn(1), false);
    await days(50);
    expect(keysServed()).toMatchObject({ zoneSigningKey: first?.zoneSigningKey });
    expect(keysServed()).not.toHaveProperty("otherZoneSigningKeys");
    r53.service.kmsKeys.setReachable(arn(1), true);
    await activate();
    await days(2.9);
    expect(keysServed()).not.toHaveProperty("otherZoneSigningKeys");
    await days(0.2);
    expect(keysServed()?.otherZoneSigningKeys).toHaveLength(1);
  });

  it("begin with the first again where signing begins again", async () => {
    const first = keysServed()?.zoneSigningKey;
    await days(20);
    expect(keysServed()?.zoneSigningKey).not.toBe(first);
    await disable();
    await enable();
    await r53.clock.advance(PROPAGATION_MS);
    expect(keysServed()?.zoneSigningKey).toBe(first);
    await enable();
    await days(20);
    expect(keysServed()?.zoneSigningKey).not.toBe(first);
  });
});

describe("a delegation", () => {
  const SIGNED = { ChangeInfo: { Status: "PENDING" } };
  const PARTIAL = {
    code: "HostedZonePartiallyDelegated",
    status: 400,
    message:
      "The hosted zone nameservers don't match the parent nameservers. The hosted zone and parent must have the same nameservers.",
  };
  const servers = async () => {
    const made = await r53.client.send(new GetHostedZoneCommand({ Id: zone }));
    return (made.DelegationSet?.NameServers ?? []).map((name) => domainName(name));
  };
  beforeEach(() => createKey());

  it("to all of a zone's name servers, or to none, is no reason not to sign", async () => {
    expect(await enable()).toMatchObject(SIGNED);
    r53.delegations.set("myapp.com.", [domainName("ns1.elsewhere.net")]);
    expect(await enable()).toMatchObject(SIGNED);
    r53.delegations.set("myapp.com.", await servers());
    expect(await enable()).toMatchObject(SIGNED);
  });

  it("to some of them, or to others beside them, is one", async () => {
    const [one, ...others] = await servers();
    r53.delegations.set("myapp.com.", others);
    expect(await refused(enable())).toEqual(PARTIAL);
    r53.delegations.set("myapp.com.", [...others, domainName("ns1.elsewhere.net")]);
    expect(await refused(enable())).toEqual(PARTIAL);
    r53.delegations.set("myapp.com.", [
      ...others,
      ...(one === undefined ? [] : [one]),
      domainName("ns1.elsewhere.net"),
    ]);
    expect(await refused(enable())).toEqual(PARTIAL);
  });
});

describe("a lenient backend", () => {
  it("takes KMS keys of any Region, but nothing that is no key", async () => {
    await r53.close();
    r53 = await localRoute53({ lenient: true });
    zone = await createZone("myapp.com");
    await createKey({ KeyManagementServiceArn: arn(1, "eu-west-1") });
    expect(await refused(createKey({ Name: "other", KeyManagementServiceArn: "a key" }))).toMatchObject({
      code: "InvalidKMSArn",
    });
  });
});
