/** `r53kit explain` as a process: the example applied, the file alone, and what the name servers say to the same client. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange } from "../../src/dns/client.ts";
import { makeQuery, parseClientSubnet } from "../../src/dns/message.ts";
import { rdataToText } from "../../src/dns/rdata.ts";
import { TYPE } from "../../src/dns/types.ts";
import type { Explanation, MatrixExplanation, WorldExplanation } from "../../src/explain/explanation.ts";
import { domainName } from "../../src/route53/names.ts";
import { type CliHome, cliHome } from "../support/cli.ts";
import { copyExample } from "../support/example-copy.ts";

let home: CliHome;
let config: string;
let dnsPort: number;

beforeAll(async () => {
  home = await cliHome();
  config = copyExample("myapp", home.folder);
});
afterAll(() => home?.dispose());

async function addressesFor(name: string, subnet: string): Promise<string[]> {
  const ecs = parseClientSubnet(subnet);
  if (ecs === undefined) throw new Error(`${subnet} is no network`);
  const { response } = await exchange({
    server: { address: "127.53.1.1", port: dnsPort },
    query: makeQuery({
      name: domainName(name),
      type: TYPE.A,
      edns: { version: 0, udpSize: 1232, dnssecOk: false, options: [ecs] },
    }),
    transport: "auto",
    timeoutMs: 5000,
    tries: 2,
  });
  return response.answers
    .filter(({ type }) => type === TYPE.A)
    .map(({ type, rdata }) => rdataToText(type, rdata))
    .sort();
}

function addressesIn({ answers }: Explanation): string[][] {
  return answers.map(({ content }) => (content.kind === "records" ? [...content.values] : []));
}

describe("r53kit explain of a file", () => {
  it("needs no backend, and starts none", async () => {
    const { code, stdout, stderr } = await home.run(["explain", "api.myapp.com", "--planned", "--config", config]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^api\.myapp\.com A {2}weighted$/m);
    expect(stdout).toMatch(/● {2}blue {3}80 %/);
    expect((await home.run(["local", "status"])).code).not.toBe(0);
  });

  it("takes --region after the command as the client's", async () => {
    const fast = ["explain", "fast.myapp.com", "--planned", "--config", config];
    const [asClient, asAccount] = await Promise.all([
      home.json<Explanation>([...fast, "--region", "eu-west-1"]),
      home.json<Explanation>(["--region", "eu-west-1", ...fast]),
    ]);
    expect(asClient.client.text).toBe("clients at eu-west-1");
    expect(asAccount.client.text).toBe("nobody in particular");
    expect(addressesIn(asClient)).not.toEqual(addressesIn(asAccount));
  });

  it("refuses what makes no sense with 64", async () => {
    const planned = ["--planned", "--config", config];
    const results = await Promise.all([
      home.run(["explain", "api.myapp.com", ...planned, "--down", "nothing"]),
      home.run(["explain", "api.myapp.com", ...planned, "--world", "--matrix"]),
      home.run(["explain", "api.example.net", ...planned]),
      home.run(["explain", "a..b", ...planned]),
      home.run(["explain", "api.myapp.com", "AXFR", ...planned]),
    ]);
    expect(results.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      results.map(() => ({ code: 64, stdout: "" })),
    );
    expect(results[0]?.stderr).toContain("the health checks are");
  });
});

describe("r53kit explain of what is live", () => {
  beforeAll(async () => {
    const started = await home.json<{ dnsPort: number }>([
      "local",
      "start",
      "--api-port",
      "0",
      "--dns-port",
      "0",
      "--speed",
      "2",
    ]);
    dnsPort = started.dnsPort;
    const applied = await home.run(["setup", "apply", "--yes", "--config", config]);
    expect(applied.code, applied.stderr).toBe(0);
  });

  it.each([
    ["orders.myapp.com", "192.0.2.0/26"],
    ["pool.myapp.com", "192.0.2.0/26"],
    ["docs.myapp.com", "192.0.2.0/26"],
    ["nothing.myapp.com", "192.0.2.0/26"],
    ["fast.myapp.com", "203.0.113.64/26"],
    ["shop.myapp.com", "198.51.100.0/26"],
    ["global.myapp.com", "198.51.100.64/26"],
    // A public address: the same database tells both where it is.
    ["shop.myapp.com", "193.0.6.0/24"],
  ])("agrees on %s with the name server for clients in %s", async (name, subnet) => {
    const explained = await home.json<Explanation>(["explain", name, "--subnet", subnet]);
    expect(explained.answers).toHaveLength(1);
    expect(addressesIn(explained)).toEqual([await addressesFor(name, subnet)]);
  });

  it("says how likely each answer of a draw is, and the name server gives no other", async () => {
    const explained = await home.json<Explanation>(["explain", "api.myapp.com"]);
    expect(explained.answers.map(({ probability }) => probability.fraction)).toEqual(["4/5", "1/5"]);
    for (let asked = 0; asked < 10; asked++) {
      expect(addressesIn(explained)).toContainEqual(await addressesFor("api.myapp.com", "192.0.2.0/26"));
    }
  });

  it("prints the tables of the world and of failures", async () => {
    const [world, matrix, table] = await Promise.all([
      home.json<WorldExplanation>(["explain", "global.myapp.com", "--world"]),
      home.json<MatrixExplanation>(["explain", "myapp.com", "--matrix"]),
      home.run(["explain", "myapp.com", "--matrix", "--from", "DE", "--down", "primary"]),
    ]);
    expect(world.rows.find(({ code }) => code === "DE")?.group).toBe("country");
    expect(matrix.rows.map(({ name }) => name)).toContain("orders.myapp.com");
    expect(table.code, table.stderr).toBe(0);
    expect(table.stdout).toMatch(/when one health check fails, for clients in Germany, with primary down already/);
  });

  it("fails with 1 for a name that no zone has", async () => {
    const { code, stderr } = await home.run(["explain", "www.example.net"]);
    expect(code).toBe(1);
    expect(stderr).toContain("no hosted zone here has www.example.net in it");
  });
});
