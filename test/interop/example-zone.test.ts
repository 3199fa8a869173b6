/** docs/examples/myapp, set up by the program on a daemon, as dig, the AWS CLI, boto3 and unbound see it. */

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHome, cliHome, eventually } from "../support/cli.ts";
import { copyExample, OWN_PREFIX } from "../support/example-copy.ts";
import { freePort } from "../support/free-port.ts";
import { AWS_CLI, awsEnvironment, BOTO3, DIG, describeWith, runProcess, UNBOUND } from "./peers.ts";

/** The example's endpoints, in this process's copy. */
const endpoint = (number: number) => `${OWN_PREFIX}${number}`;

const BOTO3_RECORD_SETS = join(import.meta.dirname, "boto3/record_sets.py");

/** Every name of the example with what may be answered when all endpoints are healthy; the policies choose among these. */
const ANSWERS: readonly (readonly [name: string, type: string, among: readonly string[]])[] = [
  ["myapp.com", "A", ["192.0.2.1", "192.0.2.2"]],
  ["myapp.com", "MX", ["10 mail.myapp.com.", "20 mail2.myapp.com."]],
  ["myapp.com", "TXT", ['"v=spf1 mx -all"']],
  ["myapp.com", "CAA", ['0 issue "letsencrypt.org"']],
  ["www.myapp.com", "A", ["192.0.2.1", "192.0.2.2"]],
  ["www.myapp.com", "AAAA", ["2001:db8::1"]],
  ["mail.myapp.com", "A", ["192.0.2.25"]],
  ["mail2.myapp.com", "A", ["192.0.2.26"]],
  ["docs.myapp.com", "A", ["www.myapp.com.", "192.0.2.1", "192.0.2.2"]],
  ["anything.preview.myapp.com", "A", ["192.0.2.80"]],
  ["_sip._tcp.myapp.com", "SRV", ["10 60 5060 www.myapp.com."]],
  ["orders.myapp.com", "A", [endpoint(1)]],
  ["status.myapp.com", "A", [endpoint(1)]],
  ["api.myapp.com", "A", [endpoint(1), endpoint(2)]],
  ["pool.myapp.com", "A", [endpoint(1), endpoint(2), endpoint(3)]],
  ["fast.myapp.com", "A", [endpoint(1), endpoint(2), endpoint(3)]],
  ["shop.myapp.com", "A", [endpoint(1), endpoint(2), endpoint(3)]],
  ["global.myapp.com", "A", [endpoint(1), endpoint(2), endpoint(3)]],
];

interface Status {
  readonly apiPort: number;
  readonly dnsPort: number;
}

let home: CliHome;
let ports: Status;
/** Of a copy of the example. */
let config: string;

/** Starts a daemon and applies the example. */
async function applied(dnsPort: number): Promise<void> {
  home = await cliHome();
  config = copyExample("myapp", home.folder);
  const started = await home.run(["local", "start", "--api-port", "0", "--dns-port", String(dnsPort), "--speed", "2"]);
  if (started.code !== 0) throw new Error(started.stderr);
  const { code, stderr } = await home.run(["setup", "apply", "--yes", "--config", config]);
  if (code !== 0) throw new Error(stderr);
  ports = await home.json<Status>(["local", "status"]);
}

async function dig(server: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout } = await runProcess(
    "dig",
    [`@${server}`, "-p", String(ports.dnsPort), "+time=5", "+tries=3", ...args],
    { env: process.env },
  );
  expect(code, `dig @${server} ${args.join(" ")}\n${stdout}`).toBe(0);
  return stdout;
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

describe("the myapp example on a daemon", () => {
  beforeAll(() => applied(0));
  afterAll(() => home?.dispose());

  it("needs nothing more: the plan is empty", async () => {
    const { code, stdout } = await home.run(["setup", "plan", "--detailed-exitcode", "--config", config]);
    expect(stdout).toContain("0 to add, 0 to change, 0 to remove");
    expect(code).toBe(0);
  });

  describeWith(DIG, () => {
    it.each(["127.53.1.1", "127.53.0.53"])("gets every name from %s", async (server) => {
      for (const [name, type, among] of ANSWERS) {
        const answers = lines(await dig(server, "+short", name, type));
        expect(answers.length, `${name} ${type}`).toBeGreaterThan(0);
        expect(
          answers.filter((answer) => !among.includes(answer)),
          `${name} ${type}`,
        ).toEqual([]);
      }
    });

    it("gets the same over TCP", async () => {
      expect(lines(await dig("127.53.1.1", "+tcp", "+short", "pool.myapp.com")).sort()).toEqual([
        endpoint(1),
        endpoint(2),
        endpoint(3),
      ]);
    });

    it("walks from the root to the answer, referral by referral", async () => {
      const root = await dig("127.53.0.1", "+norecurse", "orders.myapp.com");
      expect(root).toMatch(/com\.\s+\d+\s+IN\s+NS\s+a\.gtld-servers\.net\./);
      expect(root).toMatch(/a\.gtld-servers\.net\.\s+\d+\s+IN\s+A\s+127\.53\.0\.2/);
      expect(root).not.toMatch(/flags:[^;]* aa/);

      const tld = await dig("127.53.0.2", "+norecurse", "orders.myapp.com");
      const delegated = [...tld.matchAll(/myapp\.com\.\s+\d+\s+IN\s+NS\s+(\S+)/g)].map((match) => match[1]);
      expect(delegated).toHaveLength(4);
      expect(tld).toMatch(/\sIN\s+A\s+127\.53\.1\.1/);

      const answer = await dig("127.53.1.1", "+norecurse", "orders.myapp.com");
      expect(answer).toMatch(/flags: qr aa;/);
      expect(answer).toMatch(new RegExp(`orders\\.myapp\\.com\\.\\s+60\\s+IN\\s+A\\s+${endpoint(1)}`));
    });

    it("is told by place where the client subnet says so", async () => {
      const from = async (subnet: string) =>
        lines(await dig("127.53.1.1", "+short", `+subnet=${subnet}`, "shop.myapp.com"));
      expect(await from("198.51.100.0/26")).toEqual([endpoint(3)]); // Germany
      expect(await from("198.51.100.64/26")).toEqual([endpoint(2)]); // France: Europe
      expect(await from("203.0.113.0/26")).toEqual([endpoint(1)]); // Japan: the default
    });

    it("is refused by a server outside of the delegation set, and told apart NXDOMAIN and NODATA", async () => {
      const nothing = await dig("127.53.1.1", "nope.myapp.com");
      expect(nothing).toMatch(/status: NXDOMAIN/);
      expect(nothing).toMatch(/myapp\.com\.\s+900\s+IN\s+SOA/);
      const noData = await dig("127.53.1.1", "mail.myapp.com", "AAAA");
      expect(noData).toMatch(/status: NOERROR/);
      expect(noData).toMatch(/ANSWER: 0, AUTHORITY: 1/);
      expect(await dig("127.53.1.1", "www.somebody-else.com")).toMatch(/status: REFUSED/);
    });
  });

  describeWith(AWS_CLI, () => {
    it("and boto3 list the same record sets", async () => {
      const env = awsEnvironment({ apiUrl: `http://127.0.0.1:${ports.apiPort}` });
      const zones = await home.json<{ id: string }[]>(["zones", "list"]);
      const cli = await runProcess(
        "aws",
        ["route53", "list-resource-record-sets", "--hosted-zone-id", zones[0]?.id ?? "", "--output", "json"],
        { env },
      );
      expect(cli.code, cli.stderr).toBe(0);
      const listed = JSON.parse(cli.stdout).ResourceRecordSets;
      // NS and SOA, 12 simple ones, 14 of policies, one of the traffic policy instance.
      expect(listed).toHaveLength(29);

      const boto3 = await runProcess("python3", [BOTO3_RECORD_SETS, "myapp.com"], { env });
      expect(boto3.code, boto3.stderr).toBe(0);
      expect(JSON.parse(boto3.stdout)).toEqual(listed);
    });
  });

  describeWith(BOTO3, () => {
    it("reads what the file asks for", async () => {
      const env = awsEnvironment({ apiUrl: `http://127.0.0.1:${ports.apiPort}` });
      const { stdout } = await runProcess("python3", [BOTO3_RECORD_SETS, "myapp.com"], { env });
      expect(JSON.parse(stdout)).toContainEqual(
        expect.objectContaining({
          Name: "api.myapp.com.",
          Type: "A",
          SetIdentifier: "blue",
          Weight: 80,
          TTL: 60,
          ResourceRecords: [{ Value: endpoint(1) }],
        }),
      );
    });
  });
});

/** unbound asks name servers on port 53 only, so the daemon must have it, on its own loopback addresses. */
function canBindPort53(): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen({ host: "127.53.0.1", port: 53 }, () => server.close(() => done(true)));
  });
}

const port53 = await canBindPort53();

describe.skipIf(!port53)("the myapp example on port 53", () => {
  beforeAll(() => applied(53));
  afterAll(() => home?.dispose());

  describeWith(UNBOUND, () => {
    it("resolves every name from the local root, as it would from the real one", async () => {
      const folder = await mkdtemp(join(tmpdir(), "r53kit-unbound-"));
      const port = await freePort("127.0.0.1");
      await writeFile(
        join(folder, "root.hints"),
        ". 3600000 NS a.root-servers.net.\na.root-servers.net. 3600000 A 127.53.0.1\n",
      );
      await writeFile(
        join(folder, "unbound.conf"),
        `server:
  interface: 127.0.0.1@${port}
  port: ${port}
  username: ""
  chroot: ""
  pidfile: ""
  directory: "${folder}"
  use-syslog: no
  do-ip6: no
  do-not-query-localhost: no
  root-hints: "root.hints"
  module-config: "iterator"
  qname-minimisation: yes
  qname-minimisation-strict: yes
  use-caps-for-id: yes
  harden-glue: yes
  harden-below-nxdomain: yes
  access-control: 127.0.0.0/8 allow
remote-control:
  control-enable: no
`,
      );
      const unbound = spawn("unbound", ["-d", "-c", join(folder, "unbound.conf")], { stdio: "ignore" });
      try {
        const ask = (...args: readonly string[]) =>
          runProcess("dig", ["@127.0.0.1", "-p", String(port), "+time=5", "+tries=1", ...args], { env: process.env });
        await eventually("unbound", async () => ((await ask("+short", "www.myapp.com")).code === 0 ? true : undefined));
        for (const [name, type, among] of ANSWERS) {
          const { stdout } = await ask("+short", name, type);
          expect(lines(stdout).length, `${name} ${type}`).toBeGreaterThan(0);
          expect(
            lines(stdout).filter((answer) => !among.includes(answer)),
            `${name} ${type}`,
          ).toEqual([]);
        }
        expect((await ask("nope.myapp.com")).stdout).toMatch(/status: NXDOMAIN/);
      } finally {
        unbound.kill("SIGKILL");
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
});
