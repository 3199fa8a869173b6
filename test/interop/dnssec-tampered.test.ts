/** Whatever is altered on the way from our servers to a validator is noticed; and what is not altered is not. */

import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ZONE_SIGNING_KEY_FLAGS } from "../../src/dns/dnssec-keys.ts";
import { newPrivateKey, type SigningKey, signingKey, signSet } from "../../src/dns/dnssec-signing.ts";
import type { Message, ResourceRecord } from "../../src/dns/message.ts";
import { CLASS, RCODE, TYPE } from "../../src/dns/types.ts";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { domainName } from "../../src/route53/names.ts";
import { resourceRecord, type ScriptedServer } from "../support/scripted-dns-server.ts";
import { covers, flipped, startTamperingProxy, type Tamper } from "../support/tampering-proxy.ts";
import { describeWith } from "./peers.ts";
import { type MadeZone, rootAnchors, Signer, set, type Verdict } from "./signed-zones.ts";
import {
  AnchorFolder,
  DELV,
  delv,
  delvVerdict,
  digVerdict,
  forwardTo,
  UNBOUND_AND_DIG,
  Unbound,
} from "./validators.ts";

const ZONE = "tampered.net";
const DAY_SECONDS = 24 * 3600;
const FORGED = "192.0.2.66";

/** Asked as well, and altered in the same way, under every zone that is altered at its cut. */
const ALTERED_ZONES = ["ds-swapped", "ds-stripped", "ds-denied", "keys-replaced", "keys-unsigned", "keys-halved"].map(
  (name) => `${name}.net`,
);

/** The zone-signing key of the zone, as only its server has it. */
let zoneKey: SigningKey;
/** Somebody else's. */
const strangerKey = signingKey(newPrivateKey(), ZONE_SIGNING_KEY_FLAGS);

const inAnswers =
  (change: (record: ResourceRecord) => ResourceRecord | readonly ResourceRecord[]): Tamper =>
  (genuine) => ({ ...genuine, answers: genuine.answers.flatMap(change) });

const inAuthorities =
  (change: (record: ResourceRecord) => ResourceRecord | readonly ResourceRecord[]): Tamper =>
  (genuine) => ({ ...genuine, authorities: genuine.authorities.flatMap(change) });

const forged = (record: ResourceRecord) => (record.type === TYPE.A ? { ...record, rdata: addressOf(FORGED) } : record);

function addressOf(text: string): Uint8Array {
  return resourceRecord(`x. 0 A ${text}`).rdata;
}

/** Signed anew, with a window that begins and ends so many days from now. */
function resigned({ answers, ...genuine }: Message, key: SigningKey, beginDays: number, endDays: number): Message {
  const records = answers.filter(({ type }) => type !== TYPE.RRSIG);
  const [first] = records;
  if (first === undefined) throw new Error("there is nothing to sign");
  const now = Math.floor(Date.now() / 1000);
  const validity = { inception: now + beginDays * DAY_SECONDS, expiration: now + endDays * DAY_SECONDS };
  const unsigned = {
    owner: first.name,
    type: first.type,
    class: CLASS.IN,
    ttlSeconds: 300,
    rdata: records.map(({ rdata }) => rdata),
  };
  const rdata = signSet(unsigned, domainName(ZONE), key, validity);
  const signature = { ...first, type: TYPE.RRSIG, rdata };
  return { ...genuine, answers: [...records.map((record) => ({ ...record, ttlSeconds: 300 })), signature] };
}

/** Another name's genuine records, under this name. */
const renamed = (records: readonly ResourceRecord[], name: string) =>
  records.map((record) => ({ ...record, name: domainName(name) }));

const NO_DATA = { answers: [], rcode: RCODE.NOERROR } as const;

type Case = readonly [what: string, name: string, type: string, verdict: Verdict, tamper: Tamper];

const CASES: readonly Case[] = [
  ["a bit of the data is turned over", "bit", "A", "bogus", inAnswers((r) => (r.type === TYPE.A ? flipped(r) : r))],
  [
    "a bit of the signature is turned over",
    "signature",
    "A",
    "bogus",
    inAnswers((r) => (r.type === TYPE.RRSIG ? flipped(r) : r)),
  ],
  [
    "the signature's key tag is another's",
    "tag",
    "A",
    "bogus",
    inAnswers((r) => (r.type === TYPE.RRSIG ? flipped(r, 17) : r)),
  ],
  [
    "the signature's time is stretched",
    "stretched",
    "A",
    "bogus",
    inAnswers((r) => (r.type === TYPE.RRSIG ? flipped(r, 8) : r)),
  ],
  [
    "the signature's TTL is raised",
    "original",
    "A",
    "bogus",
    inAnswers((r) => (r.type === TYPE.RRSIG ? flipped(r, 6) : r)),
  ],
  ["a record is replaced", "replaced", "A", "bogus", inAnswers(forged)],
  ["a record is added", "added", "A", "bogus", inAnswers((r) => (r.type === TYPE.A ? [r, forged(r)] : r))],
  [
    "a record of a set is left out",
    "two",
    "TXT",
    "bogus",
    ({ answers, ...genuine }) => ({ ...genuine, answers: answers.slice(1) }),
  ],
  ["signatures are stripped", "stripped", "A", "bogus", inAnswers((r) => (r.type === TYPE.RRSIG ? [] : r))],
  [
    "records are replaced and signatures stripped",
    "both",
    "A",
    "bogus",
    inAnswers((r) => (r.type === TYPE.RRSIG ? [] : forged(r))),
  ],
  ["it is signed with a stranger's key", "stranger", "A", "bogus", (genuine) => resigned(genuine, strangerKey, -1, 1)],
  ["an expired signature is replayed", "expired", "A", "bogus", (genuine) => resigned(genuine, zoneKey, -9, -2)],
  ["a signature is of the future", "future", "A", "bogus", (genuine) => resigned(genuine, zoneKey, 2, 9)],
  [
    "another name's answer is given",
    "copied",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      answers: renamed((await replay(`bit.${ZONE}`, "A")).answers, `copied.${ZONE}`),
    }),
  ],
  [
    "a wildcard's answer for one name is given for another",
    "expanded.wild",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      answers: renamed((await replay(`other.wild.${ZONE}`, "A")).answers, `expanded.wild.${ZONE}`),
    }),
  ],
  [
    // Signed with fewer labels than this name has, so that it stands for any; but nothing says that this name is not there.
    "the wildcard itself is given for a name that is there",
    "there.wild",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      answers: renamed((await replay(`*.wild.${ZONE}`, "A")).answers, `there.wild.${ZONE}`),
    }),
  ],
  [
    "a CNAME leads away",
    "hijacked",
    "A",
    "bogus",
    (genuine) => ({ ...genuine, answers: [resourceRecord(`hijacked.${ZONE} 300 CNAME bit.${ZONE}`)] }),
  ],
  [
    "a CNAME leads elsewhere",
    "link",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      answers: [
        resourceRecord(`link.${ZONE} 300 CNAME bit.${ZONE}`),
        ...genuine.answers.filter((r) => covers(r, TYPE.CNAME)),
        ...(await replay(`bit.${ZONE}`, "A")).answers,
      ],
    }),
  ],
  [
    "a name that is there is said not to be",
    "denied",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      answers: [],
      rcode: RCODE.NXDOMAIN,
      authorities: (await replay(`nowhere.${ZONE}`, "A")).authorities,
    }),
  ],
  [
    "it is denied with another name's proof",
    "elsewhere",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      ...NO_DATA,
      authorities: (await replay(`nowhere.${ZONE}`, "A")).authorities,
    }),
  ],
  [
    "it is denied with its own proof of another type",
    "othertype",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      ...NO_DATA,
      authorities: (await replay(`othertype.${ZONE}`, "AAAA")).authorities,
    }),
  ],
  [
    "it is denied with the proof of a name that is nowhere, renamed",
    "proof",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      ...NO_DATA,
      authorities: renamed((await replay(`nowhere.${ZONE}`, "A")).authorities, `proof.${ZONE}`),
    }),
  ],
  [
    "it is denied without any proof",
    "unproven",
    "A",
    "bogus",
    async (genuine, replay) => ({
      ...genuine,
      ...NO_DATA,
      authorities: (await replay(`nowhere.${ZONE}`, "A")).authorities.filter((r) => r.type === TYPE.SOA),
    }),
  ],
  [
    "the proof of a denial is stripped",
    "noproof",
    "AAAA",
    "bogus",
    inAuthorities((r) => (r.type === TYPE.NSEC || covers(r, TYPE.NSEC) ? [] : r)),
  ],
  [
    "the signature of a proof is stripped",
    "barenproof",
    "AAAA",
    "bogus",
    inAuthorities((r) => (covers(r, TYPE.NSEC) ? [] : r)),
  ],
  [
    "the types of a proof are changed",
    "bitmap",
    "AAAA",
    "bogus",
    inAuthorities((r) => (r.type === TYPE.NSEC ? flipped(r) : r)),
  ],
  [
    "a record is made up where there is none",
    "madeup",
    "AAAA",
    "bogus",
    (genuine) => ({
      ...genuine,
      authorities: [],
      answers: [resourceRecord(`madeup.${ZONE} 300 AAAA 2001:db8::66`)],
    }),
  ],
  [
    "the DS record vouches for another key",
    "ds-swapped.net",
    "DS",
    "bogus",
    inAnswers((r) => (r.type === TYPE.DS ? flipped(r) : r)),
  ],
  ["the DS record is stripped", "ds-stripped.net", "DS", "bogus", (genuine) => ({ ...genuine, answers: [] })],
  [
    "the DS record is denied as for a domain that is not signed",
    "ds-denied.net",
    "DS",
    "bogus",
    async (genuine, replay) => ({ ...genuine, ...NO_DATA, authorities: (await replay("plain.net", "DS")).authorities }),
  ],
  [
    "the zone's keys are replaced",
    "keys-replaced.net",
    "DNSKEY",
    "bogus",
    inAnswers((r) => (r.type === TYPE.DNSKEY ? { ...r, rdata: strangerKey.dnskey } : r)),
  ],
  [
    "the zone's keys are not signed",
    "keys-unsigned.net",
    "DNSKEY",
    "bogus",
    inAnswers((r) => (r.type === TYPE.RRSIG ? [] : r)),
  ],
  [
    "one of the zone's keys is left out",
    "keys-halved.net",
    "DNSKEY",
    "bogus",
    ({ answers, ...genuine }) => ({ ...genuine, answers: answers.slice(1) }),
  ],

  // What is not an attack, or cannot be told from none.
  ["it is signed anew with the zone's key", "anew", "A", "secure", (genuine) => resigned(genuine, zoneKey, -1, 1)],
  ["records come in another order", "turned", "TXT", "secure", (g) => ({ ...g, answers: [...g.answers].reverse() })],
  [
    "TTLs are raised above what is signed",
    "ttl",
    "A",
    "secure",
    inAnswers((record) => ({ ...record, ttlSeconds: 86_400 })),
  ],
  ["TTLs are lowered", "brief", "A", "secure", inAnswers((record) => ({ ...record, ttlSeconds: 1 }))],
  ["an unsigned zone's answer is replaced", "www.plain.net", "A", "insecure", inAnswers(forged)],
];

const WHY: Readonly<Record<string, RegExp>> = {
  bit: /EDE: 6 \(DNSSEC Bogus\)/,
  expired: /EDE: 7 \(Signature Expired\)/,
  future: /EDE: 8 \(Signature Not Yet Valid\)/,
  stranger: /EDE: 9 \(DNSKEY Missing\)/,
  stripped: /EDE: 10 \(RRSIGs Missing\)/,
};

const fullName = (name: string) => (name.endsWith(".net") ? name : `${name}.${ZONE}`);
/** What is asked: the answer that is altered, or, where the zone's keys are, one that needs them. */
const asked = (name: string, type: string): [string, string] =>
  ALTERED_ZONES.includes(name) ? [`www.${name}`, "A"] : [fullName(name), type];
const isDenial = (type: string) => type === "AAAA";

function zoneSigningKeyOf(snapshot: Uint8Array, { id }: MadeZone): string {
  const lines = gunzipSync(snapshot).toString("utf8").trim().split("\n");
  const entries = lines.map((line) => JSON.parse(line)).filter(Array.isArray);
  const entry = entries.find(([table, key]) => table === "route53.zone-signing-keys" && id.endsWith(String(key)));
  return String(entry?.[2]);
}

let backend: LocalBackend;
let folder: AnchorFolder;
let honest: ScriptedServer;
let tampering: ScriptedServer;

beforeAll(async () => {
  backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0, propagationDelayMs: 1 });
  const signer = new Signer(backend);
  const names = CASES.map(([, name, type]) => [name, type] as const).filter(([name]) => !name.endsWith(".net"));
  const zone = await signer.createSignedZone(
    ZONE,
    ...names.map(([name, type]) => {
      if (type === "TXT") return set(`${name}.${ZONE}`, "TXT", ['"one"', '"two"']);
      if (name === "link") return set(`${name}.${ZONE}`, "CNAME", [`brief.${ZONE}`]);
      return set(`${name}.${ZONE}`, "A", ["192.0.2.1"]);
    }),
    set(`*.wild.${ZONE}`, "A", ["192.0.2.2"]),
  );
  for (const name of ALTERED_ZONES) await signer.createSignedZone(name, set(`www.${name}`, "A", ["192.0.2.3"]));
  const plain = await signer.createZone("plain.net");
  await signer.delegate("plain.net", plain);
  await signer.put(plain, set("www.plain.net", "A", ["192.0.2.4"]));
  signer.close();
  zoneKey = signingKey(zoneSigningKeyOf(await backend.saveSnapshot(), zone), ZONE_SIGNING_KEY_FLAGS);
  folder = new AnchorFolder(await rootAnchors(backend));
  honest = await startTamperingProxy(backend.resolver, {});
  tampering = await startTamperingProxy(
    backend.resolver,
    Object.fromEntries(CASES.map(([, name, type, , tamper]) => [`${fullName(name)} ${type}`, tamper])),
  );
});
afterAll(async () => {
  await honest?.close();
  await tampering?.close();
  await backend?.stop();
  folder?.remove();
});

/** What is said of the same answer when nobody alters it. */
function unaltered(name: string, type: string): Verdict {
  if (name === "www.plain.net") return "insecure";
  return isDenial(type) ? "secure, nothing there" : "secure";
}

describeWith(DELV, () => {
  it.each(CASES)("sees it where %s: %s %s %s", async (_, name, type, verdict) => {
    const question = asked(name, type);
    const genuine = await delv(folder, honest, ...question);
    expect(delvVerdict(genuine), genuine).toBe(unaltered(name, type));
    const altered = await delv(folder, tampering, ...question);
    expect(delvVerdict(altered), altered).toBe(verdict);
  });

  it("cuts TTLs down to what was signed, whatever they were raised to", async () => {
    const ttl = Number(/^ttl\S+\s+(\d+)\s+IN\s+A\s/m.exec(await delv(folder, tampering, `ttl.${ZONE}`, "A"))?.[1]);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(300);
  });
});

describeWith(UNBOUND_AND_DIG, () => {
  let trusting: Unbound;
  let betrayed: Unbound;
  beforeAll(async () => {
    const ports = { address: "127.0.0.1", port: backend.dnsPort };
    trusting = await Unbound.start(folder, ports, forwardTo(honest));
    betrayed = await Unbound.start(folder, { ...ports, address: "127.0.0.2" }, forwardTo(tampering));
  });
  afterAll(async () => {
    await trusting?.stop();
    await betrayed?.stop();
  });

  it.each(CASES)("sees it where %s: %s %s %s", async (_, name, type, verdict) => {
    const question = asked(name, type);
    const genuine = await trusting.ask(...question);
    expect(digVerdict(genuine, question[1]), genuine).toBe(unaltered(name, type));
    const altered = await betrayed.ask(...question);
    expect(digVerdict(altered, question[1]), altered).toBe(verdict);
    // Why it is bogus, by RFC 8914: where that can be told, it is said; else it is one of these all the same.
    if (verdict === "bogus") expect(altered).toMatch(WHY[name] ?? /EDE: (6|7|8|9|10) /);
  });
});
