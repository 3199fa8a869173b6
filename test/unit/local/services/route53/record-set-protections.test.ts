import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  CreateResourceRecordSetProtectionsCommand,
  DeleteHostedZoneCommand,
  DeleteResourceRecordSetProtectionsCommand,
  InvalidResourceRecordSetProtectionBatch,
  ListResourceRecordSetProtectionsCommand,
  ProtectionAlreadyExists,
  type RRType,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { type LocalRoute53, localRoute53, refused } from "./fixture.ts";

let r53: LocalRoute53;
let zone: string;
beforeEach(async () => {
  r53 = await localRoute53();
  const made = await r53.client.send(new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: "z" }));
  zone = bareId(made.HostedZone?.Id ?? "");
});
afterEach(() => r53.close());

type Entry = readonly [RecordName: string, RecordType: RRType, Comment?: string];
const toApi = ([RecordName, RecordType, Comment]: Entry) => ({ RecordName, RecordType, Comment });
const protect = (...entries: Entry[]) =>
  r53.client.send(
    new CreateResourceRecordSetProtectionsCommand({ HostedZoneId: zone, Protections: entries.map(toApi) }),
  );
const release = (...entries: Entry[]) =>
  r53.client.send(
    new DeleteResourceRecordSetProtectionsCommand({ HostedZoneId: zone, Protections: entries.map(toApi) }),
  );
const list = (more: object = {}) =>
  r53.client.send(new ListResourceRecordSetProtectionsCommand({ HostedZoneId: zone, ...more }));
const change = (Action: ChangeAction, Name: string, more: object = {}) =>
  r53.client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zone,
      ChangeBatch: {
        Changes: [
          {
            Action,
            ResourceRecordSet: { Name, Type: "A", TTL: 60, ResourceRecords: [{ Value: "192.0.2.1" }], ...more },
          },
        ],
      },
    }),
  );
async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a resource record set protection", () => {
  it("keeps record sets of its name and type as they are, of every set identifier, and says why", async () => {
    const weighted = { SetIdentifier: "blue", Weight: 1 };
    await change("CREATE", "www.myapp.com", weighted);
    await protect(["WWW.myapp.com", "A", "Ask the on-call engineer"]);
    const protectedWww = {
      code: "InvalidChangeBatch",
      status: 400,
      message:
        "[RRSet with DNS name www.myapp.com., type A is protected from changes by a resource record set protection (Ask the on-call engineer)]",
    };
    expect(await refused(change("DELETE", "www.myapp.com", weighted))).toEqual(protectedWww);
    expect(await refused(change("UPSERT", "www.myapp.com", { ...weighted, TTL: 30 }))).toEqual(protectedWww);
    expect(await refused(change("CREATE", "www.myapp.com", { SetIdentifier: "green", Weight: 1 }))).toEqual(
      protectedWww,
    );
    await change("CREATE", "api.myapp.com");
    await release(["www.myapp.com", "A"]);
    await change("DELETE", "www.myapp.com", weighted);
  });

  it("reserves a name that has no records yet", async () => {
    await protect(["new.myapp.com", "A"]);
    expect((await refused(change("CREATE", "new.myapp.com"))).message).toBe(
      "[RRSet with DNS name new.myapp.com., type A is protected from changes by a resource record set protection]",
    );
  });

  it("keeps its zone from being deleted", async () => {
    await protect(["myapp.com", "NS"]);
    expect(await refused(r53.client.send(new DeleteHostedZoneCommand({ Id: zone })))).toMatchObject({
      code: "HostedZoneNotEmpty",
    });
    await release(["myapp.com", "NS"]);
    await r53.client.send(new DeleteHostedZoneCommand({ Id: zone }));
  });
});

describe("creating protections", () => {
  it("makes all or none, and lists the entries that are invalid", async () => {
    const error = await failure(
      protect(["www.myapp.com", "A"], ["www.other.org", "A"], ["a..myapp.com", "A"], ["www.myapp.com", "A"]),
    );
    expect(error).toBeInstanceOf(InvalidResourceRecordSetProtectionBatch);
    expect((error as InvalidResourceRecordSetProtectionBatch).Errors).toEqual([
      {
        RecordName: "www.other.org",
        RecordType: "A",
        Code: "InvalidInput",
        Message: "RRSet with DNS name www.other.org. is not permitted in zone myapp.com.",
      },
      {
        RecordName: "a..myapp.com",
        RecordType: "A",
        Code: "InvalidInput",
        Message: "FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..myapp.com'",
      },
      {
        RecordName: "www.myapp.com",
        RecordType: "A",
        Code: "InvalidInput",
        Message: "The same name and type appear more than once in the request.",
      },
    ]);
    expect((await list()).ResourceRecordSetProtections).toEqual([]);
  });

  it("tells whether all of them exist, or some", async () => {
    await protect(["www.myapp.com", "A"]);
    const all = await failure(protect(["www.myapp.com", "A"]));
    expect(all).toBeInstanceOf(ProtectionAlreadyExists);
    expect((all as ProtectionAlreadyExists).Errors).toMatchObject([{ Code: "ProtectionAlreadyExists" }]);
    const some = await failure(protect(["www.myapp.com", "A"], ["www.myapp.com", "AAAA"]));
    expect(some).toBeInstanceOf(InvalidResourceRecordSetProtectionBatch);
    expect((some as InvalidResourceRecordSetProtectionBatch).Errors).toMatchObject([
      { RecordName: "www.myapp.com", RecordType: "A", Code: "ProtectionAlreadyExists" },
    ]);
    expect((await list()).ResourceRecordSetProtections).toHaveLength(1);
  });

  it("takes comments of 256 characters", async () => {
    await protect(["www.myapp.com", "A", "x".repeat(256)]);
    expect(await failure(protect(["www.myapp.com", "TXT", "x".repeat(257)]))).toMatchObject({
      name: "InvalidResourceRecordSetProtectionBatch",
      Errors: [{ RecordType: "TXT", Code: "InvalidInput" }],
    });
  });

  it("takes between 1 and 100 entries", async () => {
    expect(await refused(protect())).toMatchObject({ code: "InvalidInput" });
    const many = Array.from({ length: 101 }, (_, i): Entry => [`n${i}.myapp.com`, "A"]);
    expect(await refused(protect(...many))).toMatchObject({ code: "InvalidInput" });
    await protect(...many.slice(1));
  });
});

describe("deleting protections", () => {
  it("takes all or none", async () => {
    await protect(["www.myapp.com", "A"]);
    const error = await failure(release(["www.myapp.com", "A"], ["www.myapp.com", "TXT"]));
    expect(error).toBeInstanceOf(InvalidResourceRecordSetProtectionBatch);
    expect((error as InvalidResourceRecordSetProtectionBatch).Errors).toMatchObject([
      { RecordType: "TXT", Code: "ProtectionNotFound" },
    ]);
    expect((await list()).ResourceRecordSetProtections).toHaveLength(1);
  });
});

describe("listing protections", () => {
  it("goes by reversed name and type, in pages, from any place", async () => {
    await protect(
      ["www.myapp.com", "TXT"],
      ["*.myapp.com", "A", "all of it"],
      ["myapp.com", "MX"],
      ["www.myapp.com", "A"],
    );
    const shown = (page: Awaited<ReturnType<typeof list>>) =>
      page.ResourceRecordSetProtections?.map((one) => `${one.RecordName} ${one.RecordType}`);
    const first = await list({ MaxResults: 3 });
    expect(shown(first)).toEqual(["myapp.com. MX", "\\052.myapp.com. A", "www.myapp.com. A"]);
    expect(first.ResourceRecordSetProtections?.[1]?.Comment).toBe("all of it");
    expect(shown(await list({ NextToken: first.NextToken, StartRecordName: "ignored" }))).toEqual([
      "www.myapp.com. TXT",
    ]);
    expect(shown(await list({ StartRecordName: "www.myapp.com", StartRecordType: "TXT" }))).toEqual([
      "www.myapp.com. TXT",
    ]);
    expect(await refused(list({ StartRecordType: "TXT" }))).toMatchObject({ code: "InvalidInput" });
    expect(await refused(list({ NextToken: "tampered" }))).toMatchObject({ code: "InvalidPaginationToken" });
  });
});
