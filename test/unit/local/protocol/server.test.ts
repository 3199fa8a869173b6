import { connect } from "node:net";
import * as route53 from "@aws-sdk/client-route-53";
import * as sts from "@aws-sdk/client-sts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { awsJson } from "../../../../src/local/protocol/aws-json.ts";
import { awsQuery } from "../../../../src/local/protocol/aws-query.ts";
import { restXml } from "../../../../src/local/protocol/rest-xml.ts";
import type { Call, ProtocolServerSettings } from "../../../../src/local/protocol/server.ts";
import { defineService, errorsOf, type Handlers, type RequestContext } from "../../../../src/local/protocol/service.ts";
import { type RunningServer, serve } from "../../../support/http-server.ts";

const NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";
const fault = errorsOf(route53);

type Route53Handlers = Partial<Handlers<typeof route53>>;

function route53Service(handlers: Route53Handlers) {
  return defineService({
    sdk: route53,
    title: "Route 53",
    signingName: "route53",
    protocols: [restXml({ namespace: NAMESPACE, pathPrefix: "/2013-04-01/" })],
    requestErrors: { malformed: "MalformedInput", invalid: "InvalidInput" },
    handlers,
  });
}

const stsService = defineService({
  sdk: sts,
  title: "STS",
  signingName: "sts",
  protocols: [
    awsQuery({ version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" }),
    awsJson({ version: "1.1", target: "Sts" }),
  ],
  requestErrors: { malformed: "MalformedInput", invalid: "ValidationError" },
  handlers: {
    GetCallerIdentity(_input, { account, region }) {
      return { Account: account, Arn: region };
    },
    AssumeRole(input) {
      return { SourceIdentity: JSON.stringify(input) };
    },
  },
});

const running: RunningServer[] = [];
const clients: { destroy(): void }[] = [];

async function start(
  handlers: Route53Handlers,
  settings: Partial<ProtocolServerSettings> = {},
): Promise<RunningServer> {
  const server = await serve({ services: [route53Service(handlers), stsService], ...settings });
  running.push(server);
  return server;
}

function clientOf(server: RunningServer): route53.Route53Client {
  const client = new route53.Route53Client({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** Writes bytes to the server and gives what it answers until it closes the connection. */
function exchange(server: RunningServer, ...chunks: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("end", () => resolve(answer)).on("error", reject);
    for (const chunk of chunks) socket.write(chunk);
  });
}

const createZone = (name: string) =>
  `<CreateHostedZoneRequest xmlns="${NAMESPACE}"><Name>${name}</Name><CallerReference>r</CallerReference></CreateHostedZoneRequest>`;

async function post(server: RunningServer, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/2013-04-01/hostedzone`, { method: "POST", body, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe("errors", () => {
  it("reach a client with code, message, status and request id", async () => {
    const server = await start({
      GetHostedZone(input) {
        throw fault("NoSuchHostedZone", `No hosted zone found with ID: ${input.Id}`);
      },
    });
    const error = await clientOf(server)
      .send(new route53.GetHostedZoneCommand({ Id: "Z404" }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(route53.NoSuchHostedZone);
    expect(error).toMatchObject({
      message: "No hosted zone found with ID: Z404",
      $metadata: { httpStatusCode: 404, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it("are written as Route 53 writes them", async () => {
    const server = await start({
      CreateHostedZone() {
        throw fault("InvalidChangeBatch", "[Tried to create <x> & failed, again]");
      },
    });
    const { status, text, headers } = await post(server, createZone("example.com"));
    const requestId = headers.get("x-amzn-requestid");
    expect(status).toBe(400);
    expect(headers.get("content-type")).toBe("text/xml");
    expect(text).toBe(
      `<?xml version="1.0"?>\n<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>InvalidChangeBatch</Code>` +
        `<Message>[Tried to create &#60;x&#62; &#38; failed, again]</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    );
  });

  it("stay well-formed when they quote what XML cannot hold", async () => {
    const server = await start({
      GetHostedZone(input) {
        throw fault("NoSuchHostedZone", input.Id);
      },
    });
    const response = await fetch(`${server.url}/2013-04-01/hostedzone/%01%00x`);
    expect(await response.text()).toContain("<Message>\ufffd\ufffdx</Message>");
  });

  it("name the operation that is not implemented, and never succeed", async () => {
    const server = await start({});
    const error = await clientOf(server)
      .send(new route53.GetHostedZoneCountCommand({}))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: "NotImplemented",
      message: "Route 53 operation GetHostedZoneCount is not implemented by this server.",
      $metadata: { httpStatusCode: 501 },
    });
  });

  it("hide what went wrong inside, but tell whoever runs the server", async () => {
    const onDefect = vi.fn();
    const defect = new Error("secret detail");
    const server = await start(
      {
        CreateHostedZone() {
          throw defect;
        },
      },
      { onDefect },
    );
    const { status, text } = await post(server, createZone("example.com"));
    expect(status).toBe(500);
    expect(text).toContain("<Code>InternalFailure</Code>");
    expect(text).toContain("<Type>Receiver</Type>");
    expect(text).not.toContain("secret");
    expect(onDefect).toHaveBeenCalledWith(defect, { service: "route53", operation: "CreateHostedZone" });
  });
});

describe("a request that does not fit the model", () => {
  const handler = vi.fn(() => ({
    HostedZone: undefined,
    ChangeInfo: undefined,
    DelegationSet: undefined,
    Location: "x",
  }));

  afterEach(() => handler.mockClear());

  it.each([
    ["no XML", "nonsense", "MalformedInput", "there is text outside the root element"],
    ["a cut-off document", createZone("example.com").slice(0, -10), "MalformedInput", "malformed"],
    [
      "another root element",
      "<DeleteHostedZoneRequest/>",
      "MalformedInput",
      "the root element is 'CreateHostedZoneRequest'",
    ],
    [
      "an unknown element",
      createZone("x</Name><Nmae>y</Nmae>").replace("</Nmae></Name>", "</Nmae>"),
      "MalformedInput",
      "'Nmae' is not expected",
    ],
    ["an element given twice", createZone("x</Name><Name>y"), "MalformedInput", "occurs more than once"],
    ["an element where text should be", createZone("<b/>"), "MalformedInput", "'b' is not expected at 'name'"],
    ["a document type", `<!DOCTYPE x [<!ENTITY e "f">]>${createZone("&e;")}`, "MalformedInput", "not allowed"],
    [
      "nothing",
      "",
      "InvalidInput",
      "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; ",
    ],
    [
      "a required member missing",
      `<CreateHostedZoneRequest xmlns="${NAMESPACE}"><Name>x</Name></CreateHostedZoneRequest>`,
      "InvalidInput",
      "1 validation error detected: Value null at 'callerReference' failed to satisfy constraint: Member must not be null",
    ],
    [
      "a word where true or false should be",
      `<CreateHostedZoneRequest><HostedZoneConfig><PrivateZone>maybe</PrivateZone></HostedZoneConfig></CreateHostedZoneRequest>`,
      "MalformedInput",
      "'maybe' at 'hostedZoneConfig.privateZone' is not true or false",
    ],
  ])("is refused before the handler: %s", async (_what, body, code, message) => {
    const server = await start({ CreateHostedZone: handler });
    const { status, text } = await post(server, body);
    expect(status).toBe(400);
    expect(text).toContain(`<Code>${code}</Code>`);
    expect(text).toContain(message);
    expect(handler).not.toHaveBeenCalled();
  });

  it("is refused when its body is not UTF-8", async () => {
    const server = await start({ CreateHostedZone: handler });
    const response = await fetch(`${server.url}/2013-04-01/hostedzone`, {
      method: "POST",
      body: new Uint8Array([0x3c, 0xff]),
    });
    expect(await response.text()).toContain("the body is not UTF-8");
  });

  it("names nested members by their path, items counted from one", async () => {
    const handled = vi.fn();
    const error = await clientOf(await start({ ChangeResourceRecordSets: handled }))
      .send(
        new route53.ChangeResourceRecordSetsCommand({
          HostedZoneId: "Z1",
          ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: { Type: "A" } as never }] },
        }),
      )
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: "InvalidInput",
      message:
        "1 validation error detected: Value null at 'changeBatch.changes.1.member.resourceRecordSet.name' failed to satisfy constraint: Member must not be null",
    });
    expect(handled).not.toHaveBeenCalled();
  });
});

describe("which service a request is for", () => {
  it("is what its signature says, with the region", async () => {
    const server = await start({});
    const client = new sts.STSClient({
      endpoint: server.url,
      region: "eu-central-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    clients.push(client);
    expect(await client.send(new sts.GetCallerIdentityCommand({}))).toMatchObject({
      Account: "123456789012",
      Arn: "eu-central-1",
    });
  });

  it("is seen in an unsigned request's form, in the body or in the query", async () => {
    const server = await start({});
    const form = "Action=GetCallerIdentity&Version=2011-06-15";
    const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    const posted = await fetch(server.url, { method: "POST", body: form, headers });
    expect(await posted.text()).toContain("<GetCallerIdentityResult><Account>123456789012</Account>");
    const got = await fetch(`${server.url}/?${form}`);
    expect(await got.text()).toContain("<GetCallerIdentityResult><Account>123456789012</Account>");
  });

  it("is seen in the target header, and errors are then JSON", async () => {
    const server = await start({});
    const response = await fetch(server.url, {
      method: "POST",
      body: "[1",
      headers: { "x-amz-target": "Sts.AssumeRole" },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get("x-amzn-errortype")).toBe("MalformedInput");
    expect(await response.json()).toEqual({ __type: "MalformedInput", message: "the body is not JSON" });
  });

  it("is said when it is not served", async () => {
    const server = await start({});
    const authorization =
      "AWS4-HMAC-SHA256 Credential=a/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x";
    const response = await fetch(`${server.url}/bucket`, { headers: { authorization } });
    expect(response.status).toBe(501);
    expect(await response.text()).toContain("Service 's3' is not implemented by this server. It serves: route53, sts.");
  });

  it("may not be found at all", async () => {
    const server = await start({});
    expect((await fetch(`${server.url}/nothing/here`)).status).toBe(404);
    const unknown = await fetch(`${server.url}/2013-04-01/nothing`);
    expect(unknown.status).toBe(404);
    expect(await unknown.text()).toContain("<Code>UnknownOperationException</Code>");
  });
});

describe("the awsQuery protocol", () => {
  it("reads lists and structures from flat parameters, in the order of their numbers", async () => {
    const server = await start({});
    const parameters = new URLSearchParams({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: "arn:aws:iam::1:role/r",
      RoleSessionName: "s",
      DurationSeconds: "900",
      "Tags.member.2.Key": "b",
      "Tags.member.2.Value": "2",
      "Tags.member.1.Key": "a",
      "Tags.member.1.Value": "1",
      "Tags.member.10.Key": "c",
      "Tags.member.10.Value": "3",
    });
    const text = await (await fetch(`${server.url}/?${parameters}`)).text();
    const input = /<SourceIdentity>(.*)<\/SourceIdentity>/.exec(text)?.[1]?.replaceAll("&quot;", '"');
    expect(JSON.parse(input ?? "")).toMatchObject({
      DurationSeconds: 900,
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
        { Key: "c", Value: "3" },
      ],
    });
  });

  it.each([
    ["Action=AssumeRole&Version=2011-06-15&RoleArn.x=1&RoleSessionName=s", "MalformedInput"],
    ["Action=AssumeRole&Version=2011-06-15", "ValidationError"],
    [`Action=AssumeRole&Version=2011-06-15&${"a.".repeat(100)}=1`, "MalformedInput"],
    ["Action=Nonsense&Version=2011-06-15", "UnknownOperationException"],
    ["Action=GetFederationToken&Version=2011-06-15&Name=x", "NotImplemented"],
  ])("refuses %s", async (query, code) => {
    const server = await start({});
    expect(await (await fetch(`${server.url}/?${query}`)).text()).toContain(`<Code>${code}</Code>`);
  });
});

describe("hostile and broken clients", () => {
  it("are turned away when they come through a name that is not loopback", async () => {
    const handler = vi.fn();
    const server = await start({ CreateHostedZone: handler });
    const body = createZone("example.com");
    const answer = await exchange(
      server,
      `POST /2013-04-01/hostedzone HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain("<Code>AccessDenied</Code>");
    expect(handler).not.toHaveBeenCalled();
  });

  it("get 413 for a body that is too large, and the answer reaches them", async () => {
    const server = await start({}, { maxBodyBytes: 1000 });
    const { status, text } = await post(server, "x".repeat(200_000));
    expect(status).toBe(413);
    expect(text).toContain("<Code>RequestEntityTooLarge</Code>");
  });

  it("get 413 for a chunked body that grows too large, too", async () => {
    const server = await start({}, { maxBodyBytes: 1000 });
    const chunk = `400\r\n${"x".repeat(0x400)}\r\n`;
    const head =
      "POST /2013-04-01/hostedzone HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    expect(await exchange(server, head, chunk, chunk, chunk, "0\r\n\r\n")).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("get 408 when their body does not come in time", async () => {
    const server = await start({}, { bodyTimeoutMs: 20 });
    const head = "POST /2013-04-01/hostedzone HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n<a";
    const answer = await exchange(server, head);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain("Connection: close");
  });

  it("that hang up in the middle of a request leave nothing behind", async () => {
    const calls: Call[] = [];
    const onDefect = vi.fn();
    const server = await start({}, { onCall: (call) => calls.push(call), onDefect });
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => {
        socket.write("POST /2013-04-01/hostedzone HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n<a", () =>
          socket.destroy(),
        );
      });
      socket.on("close", () => resolve());
    });
    await fetch(`${server.url}/2013-04-01/nothing`);
    expect(calls.map(({ status }) => status)).toEqual([404]);
    expect(onDefect).not.toHaveBeenCalled();
  });

  it("that hang up while a handler works are told to it", async () => {
    let context: RequestContext | undefined;
    const aborted = new Promise<void>((resolve) => {
      void start({
        CreateHostedZone(_input, given) {
          context = given;
          return new Promise((_, reject) => {
            given.signal.addEventListener("abort", () => {
              resolve();
              reject(given.signal.reason);
            });
          });
        },
      }).then((server) => {
        const abort = new AbortController();
        const request = fetch(`${server.url}/2013-04-01/hostedzone`, {
          method: "POST",
          body: createZone("example.com"),
          signal: abort.signal,
        }).catch(() => undefined);
        void vi.waitFor(() => expect(context).toBeDefined(), 20_000).then(() => abort.abort());
        return request;
      });
    });
    await aborted;
    expect(context?.signal.aborted).toBe(true);
  });

  it("with a malformed percent-encoding get an AWS error", async () => {
    const server = await start({});
    const answer = await exchange(
      server,
      "GET /2013-04-01/hostedzone/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("percent-encoding");
  });
});

describe("the hook for calls", () => {
  it("sees service, operation, status, error code and duration of each", async () => {
    const calls: Call[] = [];
    const server = await start(
      {
        GetHostedZoneCount() {
          return { HostedZoneCount: 3 };
        },
        GetHostedZone() {
          throw fault("NoSuchHostedZone", "x");
        },
      },
      { onCall: (call) => calls.push(call) },
    );
    const client = clientOf(server);
    await client.send(new route53.GetHostedZoneCountCommand({}));
    await client.send(new route53.GetHostedZoneCommand({ Id: "Z1" })).catch(() => undefined);
    await fetch(`${server.url}/nothing`);
    expect(calls).toMatchObject([
      { service: "route53", operation: "GetHostedZoneCount", status: 200, errorCode: undefined },
      { service: "route53", operation: "GetHostedZone", status: 404, errorCode: "NoSuchHostedZone" },
      { service: undefined, operation: undefined, status: 404, errorCode: "UnknownOperationException" },
    ]);
    for (const { durationMs } of calls) expect(durationMs).toBeGreaterThanOrEqual(0);
  });
});

describe("the handler table", () => {
  it("is checked by the compiler: misspelt, missing and mistyped operations do not compile", () => {
    // @ts-expect-error there is no such operation
    const misspelt: Handlers<typeof route53, "CreateHostedZoen"> = {};
    // @ts-expect-error GetChange is missing
    const missing: Handlers<typeof route53, "GetChange"> = {};
    const mistyped: Handlers<typeof route53, "GetHostedZoneCount"> = {
      // @ts-expect-error the count is a number
      GetHostedZoneCount() {
        return { HostedZoneCount: "three" };
      },
    };
    // @ts-expect-error there is no such error
    const wrongCode = () => fault("NoSuchHostedZoen", "x");
    expect([misspelt, missing, mistyped, wrongCode]).toHaveLength(4);
  });
});
