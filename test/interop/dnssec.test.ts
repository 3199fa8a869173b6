/** Validating resolvers of other people judge what our name servers sign, from the local root's trust anchor down. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { inOwnNetwork, OwnNetwork } from "./own-network.ts";
import { describeWith } from "./peers.ts";
import { publishEveryShape, QUESTIONS, rootAnchors, Signer } from "./signed-zones.ts";
import {
  AnchorFolder,
  DELV,
  delv,
  delvVerdict,
  digVerdict,
  forwardTo,
  iterateFrom,
  UNBOUND_AND_DIG,
  Unbound,
} from "./validators.ts";

let backend: LocalBackend;
let folder: AnchorFolder;

beforeAll(async () => {
  backend = await LocalBackend.start({ inMemory: true, apiPort: 0, dnsPort: 0, propagationDelayMs: 1 });
  const signer = new Signer(backend);
  await publishEveryShape(signer);
  signer.close();
  folder = new AnchorFolder(await rootAnchors(backend));
});

afterAll(async () => {
  await backend?.stop();
  folder?.remove();
});

describeWith(DELV, () => {
  it.each(QUESTIONS)("finds, through our resolver, %s: %s %s %s", async (_, name, type, verdict) => {
    const output = await delv(folder, backend.resolver, name, type);
    expect(delvVerdict(output), output).toBe(verdict);
  });
});

describeWith(UNBOUND_AND_DIG, () => {
  let unbound: Unbound;

  beforeAll(async () => {
    // Our port is free on 127.0.0.1, where nothing of ours listens.
    const server = { address: "127.0.0.1", port: backend.dnsPort };
    unbound = await Unbound.start(folder, server, forwardTo(backend.resolver));
  });
  afterAll(() => unbound?.stop());

  it.each(QUESTIONS)("finds, through our resolver, %s: %s %s %s", async (_, name, type, verdict) => {
    const output = await unbound.ask(name, type);
    expect(digVerdict(output, type), output).toBe(verdict);
  });

  it("finds whatever is given to ANY secure, and every answer of a policy", async () => {
    expect(await unbound.ask("www.myapp.com", "ANY")).toMatch(
      /flags:[^;]* ad[ ;][\s\S]*www\.myapp\.com\.\s+\d+\s+IN\s+A\s/,
    );
    const seen = new Set<string>();
    for (let asked = 0; asked < 100 && seen.size < 3; asked++) {
      const output = await unbound.ask("weighted.myapp.com", "A");
      expect(digVerdict(output, "A"), output).toBe("secure");
      seen.add(/\sA\s+(\S+)/.exec(output)?.[1] ?? "");
    }
    expect([...seen].sort()).toEqual(["192.0.2.11", "192.0.2.12", "192.0.2.13"]);
  });
});

describeWith(inOwnNetwork("unbound", "unbound -V && dig -v"), () => {
  let network: OwnNetwork | undefined;
  let unbound: Unbound | undefined;

  beforeAll(async () => {
    network = await OwnNetwork.start(folder, await backend.saveSnapshot());
    expect(await network.r53kit("local", "anchor")).toBe(readFileSync(folder.file("anchor.ds"), "utf8"));
    const server = { address: "127.0.0.1", port: 53 };
    unbound = await Unbound.start(folder, server, iterateFrom(folder, "127.53.0.1"), network.within);
  }, 180_000);
  afterAll(async () => {
    await unbound?.stop();
    await network?.stop();
  });

  it.each(QUESTIONS)("finds, from the root down, %s: %s %s %s", async (_, name, type, verdict) => {
    const output = (await unbound?.ask(name, type)) ?? "";
    expect(digVerdict(output, type), output).toBe(verdict);
  });
});
