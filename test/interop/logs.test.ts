/** CloudWatch Logs, Route 53 Domains and STS of a local backend, as boto3 and the AWS CLI see them. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CloudWatchLogsClient, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LOCAL_CREDENTIALS } from "../../src/backend/local-connection.ts";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { AWS_CLI, awsEnvironment, BOTO3, describeWith, runProcess } from "./peers.ts";

describeWith(BOTO3, () => {
  let backend: LocalBackend;
  beforeAll(async () => {
    backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0 });
  });
  afterAll(() => backend?.stop());

  it("reads and writes logs, delegates a domain and learns who it is", async () => {
    const script = join(import.meta.dirname, "boto3/logs.py");
    const { code, stdout, stderr } = await runProcess("python3", [script], { env: awsEnvironment(backend) });
    expect(code, stderr).toBe(0);
    const rcode = (i: number) => (i % 5 === 0 ? "NXDOMAIN" : "NOERROR");
    expect(JSON.parse(stdout)).toEqual({
      caller: "123456789012",
      "no group": ["ResourceNotFoundException", 400, "The specified log group does not exist."],
      "group again": ["ResourceAlreadyExistsException", 400, "The specified log group already exists"],
      retention: ["InvalidParameterException", 400],
      rejected: { tooOldLogEventEndIndex: 1 },
      pages: [4, 4, 2],
      messages: Array.from({ length: 10 }, (_, i) => `${i} ${rcode(i)}`),
      filtered: ["0 NXDOMAIN", "5 NXDOMAIN"],
      pattern: "Invalid filter pattern: Invalid character(s) in term 'a.b'",
      latest: [2, 4, 6, 8].map((i) => `${i} ${rcode(i)}`),
      end: true,
      group: ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/boto3.org:*", 30, { team: "dns" }],
      "by field": true,
      tried: [0, 2],
      queried: [
        ["NOERROR", "2"],
        ["SERVFAIL", "1"],
      ],
      "no query": [
        "MalformedQueryException",
        400,
        "unexpected symbol found count at line 1 and position 18, expecting a command",
      ],
      subscriptions: ["f"],
      tailed: [["Z1/FRA6", "live 1"]],
      domains: ["boto3.org"],
      operation: "SUCCESSFUL",
      "name servers": ["ns-0.awsdns-00.com"],
      "not ours": ["InvalidInput", 400, "Domain example.net not found in 123456789012 account."],
      "not implemented": [
        "NotImplemented",
        501,
        "Route 53 Domains operation ListPrices is not implemented by this server.",
      ],
    });
  });
});

describeWith(AWS_CLI, () => {
  let backend: LocalBackend;
  beforeAll(async () => {
    backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0 });
  });
  afterAll(() => backend?.stop());

  const aws = (...args: string[]) => runProcess("aws", [...args, "--output", "json"], { env: awsEnvironment(backend) });

  it("knows the account", async () => {
    expect(JSON.parse((await aws("sts", "get-caller-identity")).stdout)).toMatchObject({ Account: "123456789012" });
  });

  it("puts events and filters them", async () => {
    const group = ["--log-group-name", "/g"];
    expect(await aws("logs", "create-log-group", ...group)).toEqual({ code: 0, stdout: "", stderr: "" });
    await aws("logs", "create-log-stream", ...group, "--log-stream-name", "s");
    const event = JSON.stringify([{ timestamp: Date.now(), message: 'a <b> & "c" é' }]);
    await aws("logs", "put-log-events", ...group, "--log-stream-name", "s", "--log-events", event);
    const { events } = JSON.parse((await aws("logs", "filter-log-events", ...group)).stdout);
    expect(events).toMatchObject([
      { logStreamName: "s", message: 'a <b> & "c" é', eventId: expect.stringMatching(/^\d{56}$/) },
    ]);
  });

  it("tries patterns and runs queries", async () => {
    const group = ["--log-group-name", "/q"];
    await aws("logs", "create-log-group", ...group);
    await aws("logs", "create-log-stream", ...group, "--log-stream-name", "s");
    const events = [1, 2, 3].map((n) => ({ timestamp: Date.now(), message: JSON.stringify({ n, even: n % 2 === 0 }) }));
    await aws("logs", "put-log-events", ...group, "--log-stream-name", "s", "--log-events", JSON.stringify(events));
    const filtered = await aws(
      "logs",
      "filter-log-events",
      ...group,
      "--filter-pattern",
      "{ $.n >= 2 && $.even IS FALSE }",
    );
    expect(JSON.parse(filtered.stdout).events).toMatchObject([{ message: '{"n":3,"even":false}' }]);
    const seconds = Math.floor(Date.now() / 1000);
    const range = ["--start-time", String(seconds - 60), "--end-time", String(seconds + 60)];
    const started = await aws(
      "logs",
      "start-query",
      ...group,
      ...range,
      "--query-string",
      "stats sum(n) by even | sort even",
    );
    const { queryId } = JSON.parse(started.stdout);
    const answer = await aws("logs", "get-query-results", "--query-id", queryId);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      status: "Complete",
      results: [
        [
          { field: "even", value: "0" },
          { field: "sum(n)", value: "4" },
        ],
        [
          { field: "even", value: "1" },
          { field: "sum(n)", value: "2" },
        ],
      ],
    });
  });

  it("tails live", async () => {
    const group = ["--log-group-name", "/live"];
    await aws("logs", "create-log-group", ...group);
    await aws("logs", "create-log-stream", ...group, "--log-stream-name", "s");
    const arn = "arn:aws:logs:us-east-1:123456789012:log-group:/live";
    const tail = spawn("aws", ["logs", "start-live-tail", "--log-group-identifiers", arn], {
      env: awsEnvironment(backend),
    });
    let printed = "";
    tail.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const ended = once(tail, "exit");
    try {
      // It does not say when it listens, so events come until it prints one.
      const client = new CloudWatchLogsClient({
        endpoint: backend.apiUrl,
        region: "us-east-1",
        credentials: LOCAL_CREDENTIALS,
      });
      const put = () =>
        client.send(
          new PutLogEventsCommand({
            logGroupName: "/live",
            logStreamName: "s",
            logEvents: [{ timestamp: Date.now(), message: "a live event" }],
          }),
        );
      await expect.poll(() => put().then(() => printed), { timeout: 60_000, interval: 250 }).toContain("a live event");
      client.destroy();
    } finally {
      tail.kill("SIGINT");
      await ended;
    }
  });

  it("is told which service is not there", async () => {
    const { code, stderr } = await aws("sns", "list-topics");
    expect(code).not.toBe(0);
    expect(stderr).toContain("(NotImplemented)");
    expect(stderr).toContain("Service 'sns' is not implemented by this server.");
  });
});
