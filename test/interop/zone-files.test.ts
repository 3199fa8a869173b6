/** Zone files between r53kit and other people's programs: BIND's own reader of them, Terraform, octoDNS. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { domainName } from "../../src/route53/names.ts";
import { readMasterFile } from "../../src/zonefile/master-file/read.ts";
import { writeMasterFile } from "../../src/zonefile/master-file/write.ts";
import { type CliHome, cliHome } from "../support/cli.ts";
import { copyExample } from "../support/example-copy.ts";
import { EVERY_TYPE } from "./every-type.ts";
import { describeWith, type Peer, type ProcessResult, runProcess } from "./peers.ts";
import { TERRAFORM, terraformIn } from "./terraform-peer.ts";

const COMPILEZONE: Peer = { name: "named-compilezone", probe: ["named-compilezone", "-v"], optional: true };
const OCTODNS: Peer = { name: "octoDNS", probe: ["python3", "-c", "import octodns, octodns_route53"], optional: true };

const ZONE = domainName("example.com");
const APEX = "@ 3600 IN SOA ns1.example.net. hostmaster 1 7200 900 1209600 86400\n@ 3600 IN NS ns1.example.net.\n";

/** All that a zone file may do, in the spellings that readers get wrong. */
const TRICKY = String.raw`; every trick
$TTL 1h30m
@	3600 IN SOA ns1.example.net. hostmaster (
		1	; serial
		2h	; refresh
		15m 2w 1d )
	NS	ns1.example.net.
www 60 IN A 192.0.2.1
    IN 60 A 192.0.2.2
    AAAA 2001:DB8:0:0::1
WWW2.Example.Com. CNAME www
txt TXT "one; (two)" three\;four "\195\164\"\092" ""
    TXT v=spf1
a\.b A 192.0.2.3
\@ A 192.0.2.4
\$x A 192.0.2.5
a\032\;b A 192.0.2.6
5m A 192.0.2.7
mx MX 10 @
*.wild A 192.0.2.8
$ORIGIN sub
@ A 192.0.2.9
_sip._tcp SRV 1 2 5060 @
$ORIGIN deep.sub.example.com.
x CNAME y
$ORIGIN example.com.
caa CAA 0 issue "ca.example.net; policy=ev"
naptr NAPTR 100 50 "s" SIP+D2U "" _sip._udp
sshfp SSHFP 4 2 ( 0011223344556677889900112233445566778899
  001122334455667788990011 )
tlsa TLSA 3 1 1 00112233445566778899001122334455667788990011223344556677889900 11
https HTTPS 1 . alpn="h2,h3" port=8443
svcb SVCB 0 www
ptr PTR www
generic TYPE1 \# 4 C0 00 02 0A
$GENERATE 1-3 host$ A 192.0.2.$
$GENERATE 10-12/2 h${"$"}{-8,3,d} 60 A 192.0.3.${"$"}{1}
$GENERATE 10-11 x${"$"}{0,3,x} CNAME o${"$"}{0,4,o}
$GENERATE 18-19 n${"$"}{0,3,n}.rev CNAME host$
$GENERATE 5-300/295 ${"$"}{0,1,n}.one.rev CNAME host$
$GENERATE 5-300/295 ${"$"}{0,2,n}two.rev CNAME host$
$GENERATE 170-171 ${"$"}{0,8,N}eight.rev CNAME host$
`;

/** Every record of a master file as one line. */
function recordsIn(text: string): string[] {
  const { records, problems } = readMasterFile(text, ZONE);
  expect(problems).toEqual([]);
  return records.map(({ name, ttlSeconds, type, value }) => `${name} ${ttlSeconds} ${type} ${value}`).sort();
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "r53kit-zone-files-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Looks nothing up: addresses of names outside of the zone are not asked for. */
function compile(zone: string, text: string): Promise<ProcessResult> {
  const file = join(folder, "in.zone");
  writeFileSync(file, text);
  return runProcess("named-compilezone", ["-i", "none", "-k", "ignore", "-s", "full", "-o", "-", zone, file], {
    env: process.env,
  });
}

describeWith(COMPILEZONE, () => {
  it("reads a zone file to the same records as r53kit does", async () => {
    const { code, stdout, stderr } = await compile("example.com", TRICKY);
    expect(code, stderr).toBe(0);
    expect(recordsIn(TRICKY)).toEqual(recordsIn(stdout));
  });

  it("takes what r53kit exports of every type, and means the same by it", async () => {
    const exported = writeMasterFile({ id: "Z1", name: ZONE, recordSets: EVERY_TYPE });
    expect(exported.unsaid).toEqual([]);
    const records = exported.text.split("\n").filter((line) => !/ IN SOA |^@ .* IN NS /.test(line));
    const text = records.join("\n").replace("$ORIGIN example.com.\n", `$ORIGIN example.com.\n${APEX}`);
    const { code, stdout, stderr } = await compile("example.com", text);
    expect(code, stderr).toBe(0);
    expect(recordsIn(stdout)).toEqual(recordsIn(text));
  });
});

let home: CliHome;
let apiUrl: string;
beforeAll(async () => {
  home = await cliHome();
  const started = await home.run(["local", "start", "--api-port", "0", "--dns-port", "0", "--speed", "2"]);
  if (started.code !== 0) throw new Error(started.stderr);
  const applied = await home.run(["setup", "apply", "--yes", "--config", copyExample("myapp", folder)]);
  if (applied.code !== 0) throw new Error(applied.stderr);
  apiUrl = `http://127.0.0.1:${(await home.json<{ apiPort: number }>(["local", "status"])).apiPort}`;
});
afterAll(() => home?.dispose());

/** docs/examples/myapp in another tool's format. */
async function exported(format: string): Promise<string> {
  const { code, stdout, stderr } = await home.run(["zones", "export", "myapp.com", "--format", format]);
  expect(code, stderr).toBe(0);
  return stdout;
}

describeWith(COMPILEZONE, () => {
  it("takes the export of a zone with aliases and routing policies", async () => {
    const { code, stdout, stderr } = await compile("myapp.com", await exported("bind"));
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^www\.myapp\.com\.\s+300 IN A\s+192\.0\.2\.1$/m);
  });
});

describeWith(TERRAFORM, () => {
  it("imports the export of a zone with every policy and finds nothing to change", async () => {
    const own = mkdtempSync(join(folder, "terraform-"));
    const main = readFileSync(join(import.meta.dirname, "terraform/main.tf"), "utf8");
    // The variable, the provider and its endpoint, without the resources after them.
    writeFileSync(join(own, "provider.tf"), main.slice(0, main.indexOf("\nresource ")));
    writeFileSync(join(own, "zone.tf"), await exported("terraform"));
    const terraform = terraformIn(own, { apiUrl });
    const init = await terraform("init");
    expect(init.code, init.stderr).toBe(0);
    const formatted = await terraform("fmt", "-check");
    expect(formatted.code, formatted.stdout).toBe(0);
    const plan = await terraform("plan", "-parallelism=30");
    expect(plan.code, plan.stderr).toBe(0);
    expect(plan.stdout).toMatch(/^Plan: 31 to import, 0 to add, 0 to change, 0 to destroy\.$/m);
  });
});

describeWith(OCTODNS, () => {
  it("takes the export of a zone with aliases and routing policies, strictly", async () => {
    writeFileSync(join(folder, "myapp.com.yaml"), await exported("octodns"));
    const script = `
import sys
from octodns.provider.yaml import YamlProvider
from octodns.zone import Zone
import octodns_route53
zone = Zone("myapp.com.", [])
YamlProvider("export", sys.argv[1], escaped_semicolons=True).populate(zone)
print(len(zone.records))
`;
    const { code, stdout, stderr } = await runProcess("python3", ["-c", script, folder], { env: process.env });
    expect(code, stderr).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(15);
  });
});
