/** The local backend as a whole before clients that mean harm, are broken, or are many: each gets AWS's error, and nothing is half-applied. */

import { connect, type Socket } from "node:net";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTestBackend, type TestBackend } from "../../../support/backend.ts";

const NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";
/** What no request here may take: each is refused for its form, long before a server gives up waiting for the rest. */
const QUICK_MS = 20_000;

let test: TestBackend;
let client: Route53Client;
const sockets: Socket[] = [];

beforeAll(async () => {
  test = await startTestBackend();
  client = new Route53Client({
    endpoint: test.apiUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  // Whatever came before: it still answers, and met nothing that it did not foresee.
  await client.send(new ListHostedZonesCommand({}));
  expect(test.defects).toEqual([]);
});

afterAll(async () => {
  client.destroy();
  await test.stop();
});

function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const startedAt = performance.now();
  return fetch(`${test.apiUrl}${path}`, { method: "POST", body, headers }).then(async (response) => {
    expect(performance.now() - startedAt).toBeLessThan(QUICK_MS);
    return { status: response.status, text: await response.text() };
  });
}

const postXml = (body: string) => post("/2013-04-01/hostedzone", body, { "content-type": "application/xml" });
const postLogs = (operation: string, body: string) =>
  post("/", body, { "content-type": "application/x-amz-json-1.1", "x-amz-target": `Logs_20140328.${operation}` });

const createZone = (name: string, before = "") =>
  `${before}<CreateHostedZoneRequest xmlns="${NAMESPACE}"><Name>${name}</Name><CallerReference>${name}</CallerReference></CreateHostedZoneRequest>`;

function open(): Socket {
  const socket = connect(new URL(test.apiUrl).port as unknown as number, "127.0.0.1");
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

/** Writes text, ends its side, and gives what the server says until it closes. */
function exchange(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = open();
    let answer = "";
    socket.setEncoding("latin1").on("data", (data) => {
      answer += data;
    });
    socket.on("close", () => resolve(answer));
    socket.end(text);
  });
}

async function zoneNames(): Promise<string[]> {
  const { HostedZones = [] } = await client.send(new ListHostedZonesCommand({}));
  return HostedZones.map((zone) => zone.Name ?? "");
}

async function newZone(name: string): Promise<string> {
  const { HostedZone } = await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: name }));
  return HostedZone?.Id ?? "";
}

async function recordNames(zoneId: string): Promise<string[]> {
  const { ResourceRecordSets = [] } = await client.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: 300 }),
  );
  return ResourceRecordSets.filter((set) => set.Type === "A").map((set) => set.Name ?? "");
}

const a = (name: string, value = "127.0.0.1"): ResourceRecordSet => ({
  Name: name,
  Type: "A",
  TTL: 60,
  ResourceRecords: [{ Value: value }],
});

function change(zoneId: string, action: "CREATE" | "UPSERT" | "DELETE", ...sets: ResourceRecordSet[]) {
  return client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      ChangeBatch: { Changes: sets.map((set) => ({ Action: action, ResourceRecordSet: set })) },
    }),
  );
}

describe("documents made to hurt", () => {
  it("that expand entities in entities are refused for having any", async () => {
    const entities = Array.from(
      { length: 10 },
      (_, i) => `<!ENTITY e${i} "${i === 0 ? "lol" : `&e${i - 1};`.repeat(10)}">`,
    );
    const { status, text } = await postXml(createZone("&e9;", `<!DOCTYPE x [${entities.join("")}]>`));
    expect(status).toBe(400);
    expect(text).toContain("<Code>MalformedInput</Code>");
    expect(text).toContain("a document type declaration is not allowed");
  });

  it("that read files or fetch URLs are refused likewise", async () => {
    for (const entity of [
      'SYSTEM "file:///etc/passwd"',
      `SYSTEM "${test.apiUrl}/"`,
      'PUBLIC "x" "http://127.0.0.1/"',
    ]) {
      const { text } = await postXml(createZone("&e;", `<!DOCTYPE x [<!ENTITY e ${entity}>]>`));
      expect(text).toContain("<Code>MalformedInput</Code>");
    }
  });

  it("that are nested a hundred thousand deep are refused at the depth that is allowed", async () => {
    const deep = await postXml(createZone("<a>".repeat(100_000)));
    expect(deep.text).toContain("nested deeper than 64");
    for (const open of ["[", '{"a":']) {
      const { status, text } = await postLogs("CreateLogGroup", `{"logGroupName":${open.repeat(100_000)}`);
      expect(status).toBe(400);
      expect(text).toContain("SerializationException");
    }
  });

  it("with attributes, comments or text by the hundred thousand take no longer than their size", async () => {
    const many = (unit: (i: number) => string) => Array.from({ length: 100_000 }, (_, i) => unit(i)).join("");
    expect((await postXml(createZone("x").replace("<Name>", `<Name ${many((i) => `a${i}="b" `)}>`))).status).toBe(400);
    expect((await postXml(`${many(() => "<!--x-->")}<x/>`)).status).toBe(400);
    expect((await postXml(createZone(many(() => "&amp;")))).status).toBe(400);
    expect((await postXml(createZone(many(() => "\\052")))).status).toBe(400);
  });

  it("cannot reach the prototypes of the server's objects", async () => {
    const members = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
    await postLogs(
      "CreateLogGroup",
      `{"logGroupName":"/proto","tags":{${'"__proto__":"x","constructor":"y"'}},${members}}`,
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const { status, text } = await postLogs("__proto__", "{}");
    expect(status).toBe(404);
    expect(text).toContain("UnknownOperationException");
  });

  it("leave nothing behind", async () => expect(await zoneNames()).toEqual([]));
});

describe("connections made to hurt", () => {
  const head = (headers: string) => `POST /2013-04-01/hostedzone HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;

  it("get 431 for headers without end", async () => {
    expect(await exchange(head(`X-Filler: ${"x".repeat(20_000)}\r\n`))).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("cannot smuggle a second request behind two lengths", async () => {
    const smuggled = head(`Content-Length: ${createZone("smuggled.org").length}\r\n`) + createZone("smuggled.org");
    const answer = await exchange(
      `${head(`Content-Length: ${smuggled.length + 5}\r\nTransfer-Encoding: chunked\r\n`)}0\r\n\r\n${smuggled}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(await zoneNames()).not.toContain("smuggled.org.");
  });

  it("that are cut off in the middle of a change leave the zone as it was", async () => {
    const zoneId = await newZone("cut.org");
    const body = `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>a.cut.org</Name><Type>A</Type><TTL>1</TTL><ResourceRecords><ResourceRecord><Value>127.0.0.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;
    const path = `/2013-04-01${zoneId}/rrset/`;
    const request = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    for (let at = request.length - body.length; at < request.length; at += 50) await exchange(request.slice(0, at));
    expect(await recordNames(zoneId)).toEqual([]);
    // Whole, the same request does its work.
    expect(await exchange(request)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await recordNames(zoneId)).toEqual(["a.cut.org."]);
  });

  it("that are many and say nothing do not keep others waiting", async () => {
    const idle = Array.from({ length: 200 }, () => open());
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
    for (const socket of idle) socket.write("POST /2013-04-01/hostedzone HTTP/1.1\r\nHost: loc");
    const startedAt = performance.now();
    await client.send(new ListHostedZonesCommand({}));
    expect(performance.now() - startedAt).toBeLessThan(QUICK_MS);
  });
});

describe("many writers at once", () => {
  it("create one record set once: the others are told that it is there", async () => {
    const zoneId = await newZone("race.org");
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) => change(zoneId, "CREATE", a("a.race.org", `127.0.0.${i + 1}`))),
    );
    const refused = results.filter((result) => result.status === "rejected");
    expect(refused).toHaveLength(39);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({
        name: "InvalidChangeBatch",
        message: "[Tried to create resource record set [name='a.race.org.', type='A'] but it already exists]",
      });
    }
    expect(await recordNames(zoneId)).toEqual(["a.race.org."]);
  });

  it("have each batch applied whole or not at all", async () => {
    const zoneId = await newZone("atomic.org");
    // Every batch takes three names, and two batches share one: of any such two only one can have been applied.
    const batches = Array.from({ length: 30 }, (_, i) => [`h${i}`, `h${i}x`, `h${i + 1}`]);
    const results = await Promise.allSettled(
      batches.map((names) => change(zoneId, "CREATE", ...names.map((name) => a(`${name}.atomic.org`)))),
    );
    const applied = batches.filter((_, i) => results[i]?.status === "fulfilled");
    const expected = [...new Set(applied.flat())].map((name) => `${name}.atomic.org.`).sort();
    expect(applied.length).toBeGreaterThanOrEqual(15);
    expect((await recordNames(zoneId)).sort()).toEqual(expected);
    expect(expected).toHaveLength(3 * applied.length);
    const { HostedZone } = await client.send(new GetHostedZoneCommand({ Id: zoneId }));
    expect(HostedZone?.ResourceRecordSetCount).toBe(2 + expected.length);
  });

  it("upsert one record set, and leave one", async () => {
    const zoneId = await newZone("last.org");
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => change(zoneId, "UPSERT", a("a.last.org", `127.0.1.${i + 1}`))),
    );
    const { ResourceRecordSets = [] } = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }));
    const sets = ResourceRecordSets.filter((set) => set.Type === "A");
    expect(sets).toHaveLength(1);
    expect(sets[0]?.ResourceRecords).toHaveLength(1);
  });

  it("make one zone of a caller reference", async () => {
    const create = () => client.send(new CreateHostedZoneCommand({ Name: "once.org", CallerReference: "once" }));
    const results = await Promise.allSettled(Array.from({ length: 20 }, create));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    expect((await zoneNames()).filter((name) => name === "once.org.")).toHaveLength(1);
  });
});
