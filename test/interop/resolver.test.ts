/** The caching resolver beside unbound, both from the same local root: the same answers, sections, flags and TTLs to one list of questions. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { inOwnNetwork, OwnNetwork } from "./own-network.ts";
import { describeWith } from "./peers.ts";
import { publishEveryShape, QUESTIONS, rootAnchors, Signer, set } from "./signed-zones.ts";
import { AnchorFolder, iterateFrom, Unbound } from "./validators.ts";

const OURS = "127.53.0.53";
const THEIRS = "127.0.0.1";

/** unbound keeps everything for a day at most unless told otherwise; ours is a week. */
const KEEPS_A_WEEK = "\n  cache-max-ttl: 604800\n  cache-max-negative-ttl: 604800";

/**
 * Signed, with DO. What a policy draws is another matter, and that there are no DS records for a name unbound tells by a proof that
 * it was given for another type.
 */
const SIGNED = QUESTIONS.filter(
  ([, name, type]) => name !== "weighted.myapp.com" && `${name} ${type}` !== "www.myapp.com DS",
).map(([, name, type]) => [name, type]);

/**
 * Without DO, in an unsigned zone: unbound itself always asks with DO, so that of a signed zone it is told NOERROR for a name
 * that does not exist.
 */
const UNSIGNED = [
  ["www.plain.org", "A"],
  ["www.plain.org", "AAAA"],
  ["WWW.Plain.ORG", "TXT"],
  ["plain.org", "NS"],
  ["plain.org", "SOA"],
  ["plain.org", "MX"],
  ["plain.org", "DS"],
  ["plain.org", "DNSKEY"],
  ["nowhere.plain.org", "A"],
  ["nowhere.plain.org", "MX"],
  ["a.b.nowhere.plain.org", "A"],
  ["ent.plain.org", "A"],
  ["x.wild.plain.org", "A"],
  ["x.y.wild.plain.org", "AAAA"],
  ["one.plain.org", "A"],
  ["one.plain.org", "CNAME"],
  ["one.plain.org", "AAAA"],
  ["lost.plain.org", "A"],
  ["signed.plain.org", "A"],
  ["loop.plain.org", "A"],
  ["big.plain.org", "TXT"],
  ["www.sub.plain.org", "A"],
  ["nowhere.sub.plain.org", "A"],
  ["sub.plain.org", "NS"],
  ["mx.plain.org", "MX"],
  ["_sip._tcp.plain.org", "SRV"],
] as const;

async function publishUnsigned(signer: Signer): Promise<void> {
  const plain = await signer.createZone("plain.org");
  const sub = await signer.createZone("sub.plain.org");
  await signer.delegate("plain.org", plain);
  await signer.put(sub, set("www.sub.plain.org", "A", ["192.0.2.62"]));
  await signer.put(
    plain,
    set("www.plain.org", "A", ["192.0.2.61", "192.0.2.60"]),
    set("www.plain.org", "TXT", ['"plain"'], { TTL: 2_000_000 }),
    set("a.ent.plain.org", "A", ["192.0.2.63"]),
    set("*.wild.plain.org", "A", ["192.0.2.64"]),
    set("one.plain.org", "CNAME", ["two.plain.org"], { TTL: 60 }),
    set("two.plain.org", "CNAME", ["www.sub.plain.org"]),
    set("lost.plain.org", "CNAME", ["nowhere.plain.org"]),
    set("signed.plain.org", "CNAME", ["www.other.net"]),
    set("loop.plain.org", "CNAME", ["pool.plain.org"]),
    set("pool.plain.org", "CNAME", ["loop.plain.org"]),
    set(
      "big.plain.org",
      "TXT",
      Array.from({ length: 80 }, (_, index) => `"${"x".repeat(60)}${index}"`),
    ),
    set("mx.plain.org", "MX", ["10 www.plain.org", "20 www.sub.plain.org"]),
    set("_sip._tcp.plain.org", "SRV", ["1 2 5060 www.plain.org"]),
    set("sub.plain.org", "NS", sub.nameServers),
  );
}

interface Said {
  readonly status: string;
  readonly flags: string;
  /** Sorted; without TTLs, which are beside it in the same order. */
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly ttls: readonly number[];
}

interface Line {
  readonly text: string;
  readonly ttl: number;
}

function linesOf(section: string): Line[] {
  return section
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(";"))
    .map((line) => {
      const [owner = "", ttl = "", ...rest] = line.split(/\s+/);
      const text = [owner.toLowerCase(), ...rest].join(" ");
      // The signature of a proof is made anew, at random, for every answer.
      return { text: text.replace(/( RRSIG NSEC (?:\S+ ){7}).*/, "$1"), ttl: Number(ttl) };
    })
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

function saidIn(part: string): Said {
  const section = (title: string) =>
    linesOf(part.split(`;; ${title} SECTION:`)[1]?.split(/\n;; [A-Z]+ SECTION:|\n\n/)[0] ?? "");
  const [answers, authorities] = [section("ANSWER"), section("AUTHORITY")];
  return {
    status: /status: ([A-Z]+)/.exec(part)?.[1] ?? part,
    // unbound judges even so, ours never does.
    flags: /flags: ([^;]*);/.exec(part)?.[1]?.replace(" ad", "") ?? "",
    answers: answers.map(({ text }) => text),
    authorities: authorities.map(({ text }) => text),
    ttls: [...answers, ...authorities].map(({ ttl }) => ttl),
  };
}

describeWith(inOwnNetwork("unbound", "unbound -V && dig -v"), () => {
  let backend: LocalBackend | undefined;
  let folder: AnchorFolder | undefined;
  let network: OwnNetwork | undefined;
  let unbound: Unbound | undefined;
  let firstAskedAt: number;

  beforeAll(async () => {
    backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0, propagationDelayMs: 1 });
    const signer = new Signer(backend);
    await publishEveryShape(signer);
    await publishUnsigned(signer);
    signer.close();
    folder = new AnchorFolder(await rootAnchors(backend));
    network = await OwnNetwork.start(folder, await backend.saveSnapshot());
    const upstream = iterateFrom(folder, "127.53.0.1") + KEEPS_A_WEEK;
    firstAskedAt = performance.now();
    unbound = await Unbound.start(folder, { address: THEIRS, port: 53 }, upstream, network.within);
  }, 180_000);
  afterAll(async () => {
    await unbound?.stop();
    await network?.stop();
    await backend?.stop();
    folder?.remove();
  });

  /** One dig for all; CD, so that unbound passes on what it finds bogus, too. */
  async function ask(
    server: string,
    questions: readonly (readonly (string | undefined)[])[],
    ...options: readonly string[]
  ): Promise<Said[]> {
    const file = folder?.write("questions", questions.map(([name, type]) => `-q ${name} -t ${type}\n`).join(""));
    const output = await network?.run(
      "dig",
      ...[`@${server}`, "-f", file ?? "", "+cd", "+tries=1", "+time=10", "+noall", "+comments", "+answer"],
      ...["+authority", ...options],
    );
    const parts = (output ?? "").split(";; Got answer:").slice(1);
    expect(parts, output).toHaveLength(questions.length);
    return parts.map(saidIn);
  }

  describe.each([
    ["signed zones, with DO", SIGNED, ["+dnssec"]],
    ["signed zones, with DO, over TCP", SIGNED, ["+dnssec", "+tcp"]],
    ["an unsigned zone", UNSIGNED, []],
    ["an unsigned zone, without EDNS", UNSIGNED, ["+noedns"]],
  ])("%s", (_, questions, options) => {
    let both: readonly (readonly [ours: Said, theirs: Said])[];
    /** The one or the other may have kept an answer since they were first asked, and each cuts to whole seconds. */
    let keptForSeconds: number;
    beforeAll(async () => {
      const theirs = await ask(THEIRS, questions, ...options);
      const ours = await ask(OURS, questions, ...options);
      keptForSeconds = 1 + (performance.now() - firstAskedAt) / 1000;
      both = ours.map((one, index) => [one, theirs[index] as Said]);
    });

    it.each(questions.map(([name, type], index) => [`${name} ${type}`, index] as const))("%s", (_question, index) => {
      const [ours, theirs] = both[index] as readonly [Said, Said];
      expect({ ...ours, ttls: [] }).toEqual({ ...theirs, ttls: [] });
      for (const [place, ttl] of ours.ttls.entries()) {
        expect(Math.abs(ttl - (theirs.ttls[place] ?? 0)), `${ours.ttls} ${theirs.ttls}`).toBeLessThanOrEqual(
          keptForSeconds,
        );
      }
    });
  });
});
