/** Zones, records and health checks by hand, on docs/examples/myapp: every command as a process. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHome, type CliResult, cliHome } from "../support/cli.ts";
import { copyExample } from "../support/example-copy.ts";

let home: CliHome;
let zoneId: string;

interface Applied {
  readonly outcome: string;
  readonly summary: { readonly add: number; readonly change: number; readonly remove: number };
}

interface Listed {
  readonly recordSets: readonly {
    readonly name: string;
    readonly type: string;
    readonly setIdentifier?: string;
    readonly answer: { readonly ttlSeconds?: number; readonly values?: readonly string[] };
  }[];
}

beforeAll(async () => {
  home = await cliHome();
  const started = await home.run(["local", "start", "--api-port", "0", "--dns-port", "0", "--speed", "2"]);
  if (started.code !== 0) throw new Error(started.stderr);
  const applied = await home.run(["setup", "apply", "--yes", "--config", copyExample("myapp", home.folder)]);
  if (applied.code !== 0) throw new Error(applied.stderr);
  const zones = await home.json<{ id: string }[]>(["zones", "list"]);
  zoneId = zones[0]?.id ?? "";
});
afterAll(() => home.dispose());

/** What a name and type answers, as `records list` has it. */
async function answers(name: string, type: string): Promise<Listed["recordSets"]> {
  const listed = await home.json<Listed>(["records", "list", "myapp.com", "--name", name, "--type", type]);
  return listed.recordSets;
}

/** The plan's last lines on stderr and the result on stdout, without what differs from run to run. */
function shown({ stdout, stderr }: CliResult): string {
  return `${stderr}${stdout}`.replace(/after \d+ ms/, "after N ms").replace(/http:\S+/g, "URL");
}

async function refused(args: readonly string[], ...says: readonly RegExp[]): Promise<void> {
  const { code, stdout, stderr } = await home.run(args);
  expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
  for (const pattern of says) expect(stderr).toMatch(pattern);
}

describe("zones show", () => {
  it("shows name servers, record sets by type, logging and DNSSEC", async () => {
    const { code, stdout } = await home.run(["zones", "show", "MyApp.com."]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^myapp\\.com public ${zoneId}$`, "m"));
    expect(stdout).toMatch(/name servers {3,}ns-\d+\.awsdns/);
    expect(stdout).toMatch(
      /record sets +29 \(21 A, 1 AAAA.*; 3 aliases, 13 with a routing policy, .* 1 of Traffic Flow/,
    );
    expect(stdout).toMatch(/query logging +to arn:.*\/aws\/route53\/myapp\.com$/m);
    expect(stdout).toMatch(/DNSSEC +NOT_SIGNING$/m);
  });

  it("takes the id, in both of its forms, and prints the same as JSON", async () => {
    const byName = await home.json(["zones", "show", "myapp.com"]);
    expect(await home.json(["zones", "show", zoneId])).toEqual(byName);
    expect(await home.json(["zones", "show", `/hostedzone/${zoneId}`])).toEqual(byName);
    expect(byName).toMatchObject({ id: zoneId, name: "myapp.com.", private: false, recordSets: { total: 29 } });
  });

  it("names a zone that is near when there is none of the name", async () => {
    await refused(["zones", "show", "myap.com"], /there is no hosted zone myap\.com here/, /did you mean myapp\.com\?/);
  });
});

describe("records set and delete", () => {
  it("make a record, change what is said, and take it away, each waited for", async () => {
    const made = await home.run(["records", "set", "new.myapp.com", "a", "192.0.2.9", "192.0.2.10"]);
    expect(made.code, made.stderr).toBe(0);
    expect(shown(made)).toMatch(/\+ new\.myapp\.com A {2}not there yet: 192\.0\.2\.9, 192\.0\.2\.10, TTL \d+/);
    expect(shown(made)).toMatch(
      /1 to add, 0 to change, 0 to remove\n\nrecords: 1 change\n {2}\+ new\.myapp\.com A\n {2}in sync on every name server after N ms\ndone: 1 added, 0 changed, 0 removed\n$/,
    );
    expect((await answers("new", "A"))[0]?.answer).toMatchObject({ ttlSeconds: 300 });

    const changed = await home.json<Applied>([
      "records",
      "set",
      "new",
      "A",
      "192.0.2.9",
      "--ttl",
      "1m",
      "--zone",
      "myapp.com",
    ]);
    expect(changed.summary).toEqual({ add: 0, change: 1, remove: 0 });
    expect((await answers("new.myapp.com", "A"))[0]?.answer).toMatchObject({ ttlSeconds: 60, values: ["192.0.2.9"] });

    const same = await home.run(["records", "set", "new.myapp.com", "A", "192.0.2.9"]);
    expect(same.stdout).toBe("nothing to do: the zone is as it should be\n");

    const gone = await home.json<Applied>(["records", "delete", "new.myapp.com"]);
    expect(gone.summary).toEqual({ add: 0, change: 0, remove: 1 });
    expect(await answers("new.myapp.com", "A")).toEqual([]);
  });

  it("take a text without its quotation marks, and a wildcard", async () => {
    await home.json(["records", "set", "*.t", "TXT", 'v=x "quoted"; y', "--zone", zoneId]);
    expect((await answers("*.t", "TXT"))[0]?.answer.values).toEqual(['"v=x \\"quoted\\"; y"']);
    await home.json(["records", "delete", "*.t.myapp.com", "TXT"]);
  });

  it("only show the plan with --dry-run, with what it does to aliases", async () => {
    const { code, stdout } = await home.run(["records", "delete", "www.myapp.com", "A", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/- www\.myapp\.com A {2}was 192\.0\.2\.1, 192\.0\.2\.2/);
    expect(stdout).toMatch(/note: myapp\.com A is an alias of www\.myapp\.com A, and will answer nothing without it/);
    expect(await answers("www", "A")).toHaveLength(1);
  });

  it("ask before they change anything on AWS", async () => {
    const { apiPort } = await home.json<{ apiPort: number }>(["local", "status"]);
    const aws = ["--backend", "aws", "--endpoint-url", `http://127.0.0.1:${apiPort}`];
    const env = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };
    const args = ["records", "set", "asked.myapp.com", "A", "192.0.2.1", ...aws];
    const unasked = await home.run(args, { env });
    expect(unasked.code).toBe(64);
    expect(unasked.stderr).toMatch(/1 to add, 0 to change, 0 to remove\?[\s\S]*add --yes/);
    expect(await answers("asked", "A")).toEqual([]);
    const agreed = await home.run([...args, "--yes"], { env });
    expect(agreed.code, agreed.stderr).toBe(0);
    await home.json(["records", "delete", "asked.myapp.com"]);
  });

  it("take away one answer of a policy by its identifier", async () => {
    await refused(["records", "delete", "pool.myapp.com"], /is 3 record sets: .*one.*three.*two/, /--all/);
    await home.json(["records", "delete", "pool.myapp.com", "A", "--set-identifier", "three"]);
    expect((await answers("pool", "A")).map((set) => set.setIdentifier)).toEqual(["one", "two"]);
    await home.json(["records", "delete", "pool.myapp.com", "--all"]);
    expect(await answers("pool", "A")).toEqual([]);
  });

  it.each<[what: string, args: string[], says: RegExp]>([
    [
      "a routing policy",
      ["set", "api.myapp.com", "A", "192.0.2.1"],
      /has a weighted policy with 2 answers: blue, green/,
    ],
    [
      "Traffic Flow's record set",
      ["set", "global.myapp.com", "A", "192.0.2.1"],
      /belongs to the traffic policy instance/,
    ],
    ["Traffic Flow's record set, to go", ["delete", "global.myapp.com"], /belongs to the traffic policy instance/],
    [
      "a neighbour of a CNAME",
      ["set", "docs.myapp.com", "A", "192.0.2.1"],
      /docs\.myapp\.com CNAME is there and stays/,
    ],
    ["a CNAME at the apex", ["set", "@", "CNAME", "x.net", "--zone", "myapp.com"], /CNAME/],
    ["the zone's own NS", ["set", "myapp.com", "NS", "ns.example.net"], /makes the zone a zone[\s\S]*--force/],
    ["the zone's own SOA, to go", ["delete", "myapp.com", "SOA"], /comes with the zone/],
    ["an SOA below the apex", ["set", "x.myapp.com", "SOA", "a. b. 1 2 3 4 5"], /Route 53 would refuse this: .*SOA/],
    ["two targets of a CNAME", ["set", "x.myapp.com", "CNAME", "a.net", "b.net"], /exactly one resource record/],
    [
      "a value of another type",
      ["set", "x.myapp.com", "A", "2001:db8::1"],
      /is no A value: Value is not a valid IPv4 address/,
    ],
    ["a type that Route 53 does not host", ["set", "x.myapp.com", "LOC", "1"], /hosts no LOC records/],
    ["a TTL that is none", ["set", "x.myapp.com", "A", "192.0.2.1", "--ttl", "soon"], /'soon' is no time/],
    [
      "a name in no zone",
      ["set", "www.example.net", "A", "192.0.2.1"],
      /no hosted zone here encloses www\.example\.net/,
    ],
    [
      "a name outside of the zone",
      ["set", "www.example.net.", "A", "192.0.2.1", "--zone", "myapp.com"],
      /lies outside/,
    ],
    [
      "a record that is not there",
      ["delete", "ap.myapp.com"],
      /there is no ap\.myapp\.com[\s\S]*did you mean api\.myapp\.com\?/,
    ],
    [
      "a type that is not there",
      ["delete", "www.myapp.com", "TXT"],
      /there is www\.myapp\.com A, www\.myapp\.com AAAA/,
    ],
  ])("refuse, before any change: %s", async (_, args, says) => {
    await refused(["records", ...args], says);
  });
});

describe("zones export and records import", () => {
  it("leave a zone as it is when one follows the other, also with --replace", async () => {
    const file = join(home.folder, "myapp.zone");
    const exported = await home.run(["zones", "export", "myapp.com", "--output", file]);
    expect(exported.stdout).toMatch(/^\d+ record sets of myapp\.com written to /);
    expect(exported.stderr).toMatch(/things that a zone file cannot say as Route 53 does:\n/);
    expect(exported.stderr).toMatch(/3 x a zone file has no aliases/);
    for (const more of [[], ["--replace"]]) {
      const { code, stdout, stderr } = await home.run(["records", "import", file, "--zone", "myapp.com", ...more]);
      expect(code, stderr).toBe(0);
      expect(stdout).toBe("nothing to do: the zone is as it should be\n");
    }
  });

  it("add and change what the file has, and remove the rest only with --replace", async () => {
    const file = join(home.folder, "changed.zone");
    const { stdout } = await home.run(["zones", "export", "myapp.com", "--quiet"]);
    const changed = stdout.replace("192.0.2.25", "192.0.2.125").replace(/^mail2 .*\n/m, "");
    writeFileSync(file, `${changed}$GENERATE 1-3 pool-$ 60 A 192.0.2.$\n`);
    const merged = await home.json<{ summary: unknown }>(["records", "import", file, "--zone", zoneId, "--dry-run"]);
    expect(merged.summary).toEqual({ add: 3, change: 1, remove: 0 });
    const plan = await home.run([
      "records",
      "import",
      file,
      "--zone",
      zoneId,
      "--replace",
      "--dry-run",
      "--detailed-exitcode",
    ]);
    expect(plan.code).toBe(2);
    expect(plan.stdout).toMatch(/- mail2\.myapp\.com A +was 192\.0\.2\.26/);
    expect(plan.stdout).toMatch(/record sets stay that a zone file cannot name/);
    expect(plan.stdout).toMatch(/3 to add, 1 to change, 1 to remove\n$/);
    const applied = await home.json<Applied>(["records", "import", "-", "--zone", zoneId, "--replace"], {
      input: readFileSync(file, "utf8"),
    });
    expect(applied).toMatchObject({ outcome: "applied", summary: { add: 3, change: 1, remove: 1 } });
    const again = await home.run(["records", "import", file, "--zone", zoneId, "--replace"]);
    expect(again.stdout).toBe("nothing to do: the zone is as it should be\n");
  });

  it("tell every mistake of a file with its line and column, before any change", async () => {
    const file = join(home.folder, "wrong.zone");
    writeFileSync(file, "$TTL 60\na A 192.0.2\nb LOC 1\nc.example.net. A 192.0.2.1\n");
    await refused(
      ["records", "import", file, "--zone", "myapp.com"],
      /wrong\.zone:2:5/,
      /wrong\.zone:3:3[\s\S]*hosts no LOC records/,
      /wrong\.zone:4:1[\s\S]*outside of the zone/,
    );
  });

  it("put no plain record in the place of an alias or a policy, unless asked to", async () => {
    const file = join(home.folder, "routed.zone");
    writeFileSync(file, "$TTL 60\napi A 192.0.2.1\n@ A 192.0.2.2\n");
    await refused(
      ["records", "import", file, "--zone", "myapp.com"],
      /routed\.zone:2:1[\s\S]*has a weighted policy in the zone/,
      /routed\.zone:3:1[\s\S]*has an alias in the zone/,
    );
    const plan = await home.json<{ summary: unknown }>([
      "records",
      "import",
      file,
      "--zone",
      "myapp.com",
      "--replace",
      "--dry-run",
    ]);
    expect(plan.summary).toMatchObject({ add: 1, change: 1 });
  });

  it("write octoDNS's and Terraform's formats, and JSON that says what is not in them", async () => {
    const octodns = await home.run(["zones", "export", "myapp.com", "--format", "octodns", "--quiet"]);
    expect(octodns.stdout).toMatch(/^---\n[\s\S]*^www:\n/m);
    const terraform = await home.json<{ text: string; recordSets: number; unsaid: { why: string }[] }>([
      "zones",
      "export",
      "myapp.com",
      "--format",
      "terraform",
    ]);
    expect(terraform.text.match(/^resource "aws_route53_record"/gm)).toHaveLength(terraform.recordSets);
    expect(terraform.unsaid.map(({ why }) => why)).toEqual(["belongs to a traffic policy instance"]);
  });
});

describe("health list and status", () => {
  it("list every check by name", async () => {
    const { code, stdout } = await home.run(["health", "list"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^myapp\.com primary +[0-9a-f-]{36} +HTTP +127\.[\d.]+\.1:8081\/health +10 s +3$/m);
    expect(stdout).toMatch(/^myapp\.com both .* CALCULATED +1 of 2 children/m);
  });

  it("show the verdict and text of each region, by name, key or id", async () => {
    const { code, stdout, stderr } = await home.run(["health", "status", "primary"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^myapp\.com primary \S+ HTTP: healthy, (\d+) of \1 checkers succeed$/m);
    expect(stdout).toMatch(/^ {2}eu-west-1 +\S+ +ok +\S+Z +Success: HTTP Status Code 200, OK$/m);
    const [status] = await home.json<{ id: string; state: string; checkers: unknown[] }[]>([
      "health",
      "status",
      "myapp.com primary",
    ]);
    expect(status).toMatchObject({ state: "healthy" });
    expect(await home.json(["health", "status", status?.id ?? ""])).toMatchObject([{ id: status?.id }]);
  });

  it("work out a calculated check from its children, and know near names", async () => {
    const { stdout } = await home.run(["health", "status", "both"]);
    expect(stdout).toMatch(/CALCULATED: healthy, 2 of 2 children are healthy; 1 must be/);
    await refused(
      ["health", "status", "myapp.com primry"],
      /there is no health check/,
      /did you mean 'myapp\.com primary'\?/,
    );
  });
});
