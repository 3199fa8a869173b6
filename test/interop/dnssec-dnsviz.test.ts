/** DNSViz judges every signed shape, as it judges the public DNS: in a network of its own, from the local root down. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { inOwnNetwork, OwnNetwork } from "./own-network.ts";
import { describeWith } from "./peers.ts";
import { publishEveryShape, QUESTIONS, rootAnchors, Signer, type Verdict } from "./signed-zones.ts";
import { AnchorFolder } from "./validators.ts";

/** DS, DNSKEY, NS and SOA of zones are always looked at. */
const TYPES = ["A", "AAAA", "MX", "TXT", "CAA", "HTTPS", "SRV", "SOA", "NS"];

/** What it says of name servers on loopback addresses, here as everywhere. */
const ACCEPTED = ["NS_NAME_PRIVATE_IP", "GLUE_PRIVATE_IP"];

/** The zone that is wrong on purpose: no key of it is the one that the parent vouches for. */
const WRONG = { zone: "wrong.co.uk", complaints: ["NO_SEP", "MISSING_SEP_FOR_ALG"] };

interface Finding {
  /** `.` for secure, `-` for insecure, `!` for bogus, `?` for what could not be looked at. */
  readonly status: string;
  /** `NODATA`, `NXDOMAIN`, `CNAME target.`, or the data. */
  readonly data: string;
}

interface Assessment {
  /** By `name TYPE`. */
  readonly findings: ReadonlyMap<string, Finding>;
  /** `zone: CODE`, errors and warnings alike. */
  readonly complaints: readonly string[];
}

/** What `dnsviz print` writes: a line a name, below it indented its record sets, below those what signs and proves them. */
function readAssessment(text: string): Assessment {
  const findings = new Map<string, Finding>();
  const complaints: string[] = [];
  let name = "";
  for (const line of text.split("\n")) {
    const [, heading] = /^(\S+)(?: \[|$)/.exec(line) ?? [];
    if (heading !== undefined) name = heading;
    const [, complaint] = /^\s+[EW]:(\S+)/.exec(line) ?? [];
    if (complaint !== undefined) complaints.push(`${name}: ${complaint}`);
    const [, status, type, data] = /^ {2}\[(\S+)\] {2}([A-Z0-9]+): (.*)$/.exec(line) ?? [];
    if (status === undefined || type === undefined || data === undefined) continue;
    const key = `${name} ${type}`;
    if (!findings.has(key)) findings.set(key, { status, data });
  }
  return { findings, complaints };
}

function verdictOf({ findings }: Assessment, name: string, type: string): Verdict | string {
  const found = findings.get(`${name} ${type}`);
  if (found === undefined) return `nothing is said of ${name} ${type}`;
  const { status, data } = found;
  if (status === "!") return "bogus";
  if (status === "-") return "insecure";
  if (status !== ".") return `${status} ${data}`;
  const [, target] = /^CNAME (\S+)\.$/.exec(data) ?? [];
  if (target !== undefined) return verdictOf({ findings, complaints: [] }, target, type);
  return data === "NODATA" ? "secure, nothing there" : "secure";
}

/** It writes names in lower case and a slash as it is. It asks for DS records at zone cuts alone. */
const JUDGED = QUESTIONS.map(
  ([what, name, type, verdict]) => [what, name.toLowerCase().replace("\\047", "/"), type, verdict] as const,
).filter(([, name, type]) => type !== "DS" || name !== "www.myapp.com");

/** Zones go first: once a name was looked at as what is above another one, it is not asked for more. */
const NAMES = [...new Set(JUDGED.map(([, name]) => name))].sort((a, b) => a.length - b.length);

describeWith(inOwnNetwork("dnsviz", "dnsviz help"), () => {
  let folder: AnchorFolder | undefined;
  let network: OwnNetwork | undefined;
  let assessment: Assessment;
  let said: string;

  beforeAll(async () => {
    const backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0, propagationDelayMs: 1 });
    const signer = new Signer(backend);
    await publishEveryShape(signer);
    signer.close();
    folder = new AnchorFolder(await rootAnchors(backend));
    network = await OwnNetwork.start(folder, await backend.saveSnapshot());
    await backend.stop();
    const [probed, anchor] = [folder.file("probed.json"), folder.file("anchor.dnskey")];
    const from = ["-A", "-4", "-a", ".", "-x", ".:a.root-servers.net=127.53.0.1", "-R", TYPES.join(), "-o", probed];
    // One after the other: several threads would not keep the order.
    await network.run("dnsviz", "probe", ...from, "-t", "1", ...NAMES);
    said = await network.run("dnsviz", "print", "-P", "-t", anchor, "-r", probed);
    assessment = readAssessment(said);
  }, 180_000);
  afterAll(async () => {
    await network?.stop();
    folder?.remove();
  });

  it.each(JUDGED)("finds %s: %s %s %s", (_, name, type, verdict) => {
    expect(verdictOf(assessment, name, type), said).toBe(verdict);
  });

  it("complains of nothing but loopback addresses and the zone that is wrong on purpose", () => {
    const accepted = (complaint: string) =>
      ACCEPTED.some((code) => complaint.endsWith(`: ${code}`)) ||
      WRONG.complaints.some((code) => complaint === `${WRONG.zone}: ${code}`);
    expect(assessment.complaints.filter((complaint) => !accepted(complaint))).toEqual([]);
    expect(assessment.complaints).toContain(`${WRONG.zone}: NO_SEP`);
  });
});
