/** Keys are rolled under the eyes of validators: at no step is a zone bogus, as long as the steps are taken in order. */

import {
  ActivateKeySigningKeyCommand,
  DeactivateKeySigningKeyCommand,
  DeleteKeySigningKeyCommand,
  DisableHostedZoneDNSSECCommand,
} from "@aws-sdk/client-route-53";
import {
  AssociateDelegationSignerToDomainCommand,
  DisassociateDelegationSignerFromDomainCommand,
  GetDomainDetailCommand,
} from "@aws-sdk/client-route-53-domains";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalBackend } from "../../src/local/local-backend.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/local/snapshot.ts";
import { describeWith } from "./peers.ts";
import { kmsKey, type MadeZone, rootAnchors, Signer, set } from "./signed-zones.ts";
import { AnchorFolder, DELV, delv, delvVerdict, forwardTo, run, Unbound } from "./validators.ts";

/** So fast that the resolver keeps nothing from one step to the next: each is seen as it is. */
const SPEED = 10_000_000;

describeWith(
  { name: "delv and unbound", probe: ["sh", "-c", `${DELV.probe.join(" ")} && unbound -V && dig -v`] },
  () => {
    let backend: LocalBackend;
    let signer: Signer;
    let folder: AnchorFolder;
    /** Knows the zones as they were before, for as long as it was told that they stay so. */
    let longAwake: Unbound;

    beforeAll(async () => {
      backend = await LocalBackend.start({
        inMemory: true,
        apiPort: 0,
        dnsPort: 0,
        propagationDelayMs: 1,
        speed: SPEED,
      });
      signer = new Signer(backend);
      folder = new AnchorFolder(await rootAnchors(backend));
      const server = { address: "127.0.0.1", port: backend.dnsPort };
      longAwake = await Unbound.start(folder, server, forwardTo(backend.resolver));
    });
    afterAll(async () => {
      await longAwake?.stop();
      signer?.close();
      await backend?.stop();
      folder?.remove();
    });

    /** A zone, signed and vouched for, with a wildcard, so that each step can ask for a name that nobody knows yet. */
    async function watched(name: string) {
      const zone = await signer.createSignedZone(name, set(`*.${name}`, "A", ["192.0.2.31"]));
      let step = 0;
      const verdicts = async () => {
        step += 1;
        const [positive, negative] = [
          await delv(folder, backend.resolver, `step${step}.${name}`, "A"),
          await delv(folder, backend.resolver, `step${step}.${name}`, "AAAA"),
        ].map(delvVerdict);
        return [positive, negative, await longAwake.verdict(`step${step}.${name}`, "A")];
      };
      return { zone, verdicts };
    }

    const ALL_WELL = ["secure", "secure, nothing there", "secure"];

    const change = async (promise: Promise<{ ChangeInfo?: { Id?: string | undefined } | undefined }>) =>
      signer.insync((await promise).ChangeInfo);
    const deactivate = ({ id }: MadeZone, Name: string) =>
      change(signer.route53.send(new DeactivateKeySigningKeyCommand({ HostedZoneId: id, Name })));
    const firstKeyAtRegistry = async (DomainName: string) =>
      (await signer.domains.send(new GetDomainDetailCommand({ DomainName }))).DnssecKeys?.[0]?.Id;
    const stopVouching = async (DomainName: string) =>
      signer.domains.send(
        new DisassociateDelegationSignerFromDomainCommand({ DomainName, Id: await firstKeyAtRegistry(DomainName) }),
      );

    it("find a domain secure while its key-signing key is replaced, step by step", async () => {
      const { zone, verdicts } = await watched("rolled.net");
      expect(await verdicts()).toEqual(ALL_WELL);
      // A second key signs the keys too.
      const second = await signer.addKey(zone, "second", 2);
      expect(await verdicts()).toEqual(ALL_WELL);
      // The registry vouches for both.
      await signer.delegate("rolled.net", zone, second.publicKey);
      expect(await verdicts()).toEqual(ALL_WELL);
      // While it vouches for the first one, that one stays.
      await expect(deactivate(zone, "ksk")).rejects.toMatchObject({ name: "KeySigningKeyInParentDSRecord" });
      await stopVouching("rolled.net");
      expect(await verdicts()).toEqual(ALL_WELL);
      await deactivate(zone, "ksk");
      expect(await verdicts()).toEqual(ALL_WELL);
      const first = { HostedZoneId: zone.id, Name: "ksk" };
      await change(signer.route53.send(new DeleteKeySigningKeyCommand(first)));
      expect(await verdicts()).toEqual(ALL_WELL);
      // A validator that wakes up now knows the second key alone.
      const fresh = await Unbound.start(
        folder,
        { address: "127.0.0.2", port: backend.dnsPort },
        forwardTo(backend.resolver),
      );
      try {
        expect(await fresh.verdict("fresh.rolled.net", "A")).toBe("secure");
      } finally {
        await fresh.stop();
      }
    });

    it("find a child of a hosted zone secure while DS records for two keys are beside its delegation", async () => {
      const parent = await signer.createSignedZone("above.net");
      const child = await signer.createZone("child.above.net");
      await signer.put(child, set("*.child.above.net", "A", ["192.0.2.32"]));
      const first = await signer.signZone(child);
      const ds = (...values: string[]) => signer.put(parent, set("child.above.net", "DS", values));
      await signer.put(parent, set("child.above.net", "NS", child.nameServers));
      const ask = async (name: string) =>
        delvVerdict(await delv(folder, backend.resolver, `${name}.child.above.net`, "A"));
      expect(await ask("island")).toBe("insecure");
      await ds(first.ds);
      expect(await ask("one")).toBe("secure");
      const second = await signer.addKey(child, "second", 2);
      await ds(first.ds, second.ds);
      expect(await ask("two")).toBe("secure");
      await ds(second.ds);
      await deactivate(child, "ksk");
      expect(await ask("three")).toBe("secure");
    });

    it("notice when the order is not kept: the old key goes while it alone is vouched for", async () => {
      const { zone, verdicts } = await watched("hasty.net");
      await signer.addKey(zone, "second", 2);
      const DomainName = "hasty.net";
      const firstKey = (await signer.domains.send(new GetDomainDetailCommand({ DomainName }))).DnssecKeys?.[0];
      await stopVouching(DomainName);
      await deactivate(zone, "ksk");
      // Vouched for again, once it is gone.
      const SigningAttributes = { Algorithm: 13, Flags: 257, PublicKey: firstKey?.PublicKey };
      await signer.domains.send(new AssociateDelegationSignerToDomainCommand({ DomainName, SigningAttributes }));
      expect(await verdicts()).toEqual(["bogus", "bogus", "bogus"]);
      await change(signer.route53.send(new ActivateKeySigningKeyCommand({ HostedZoneId: zone.id, Name: "ksk" })));
      const fresh = await delv(folder, backend.resolver, "healed.hasty.net", "A");
      expect(delvVerdict(fresh), fresh).toBe("secure");
    });

    const DAY_MS = 24 * 3600 * 1000;

    /** Sets moments of the state back, as if so many days had passed since; validators have no other clock than the machine's. */
    async function passDays(days: number, table: string, moment: "signingSince" | "lostAt"): Promise<void> {
      const entries = await decodeSnapshot(await backend.saveSnapshot());
      const earlier = entries.map((entry) => {
        const value = entry.value as Record<string, unknown>;
        if (entry.table !== table || typeof value[moment] !== "number") return entry;
        return { ...entry, value: { ...value, [moment]: value[moment] - days * DAY_MS } };
      });
      await backend.loadSnapshot(await encodeSnapshot(earlier, new Date()));
    }

    const zoneSigningKeys = async (name: string) => {
      const { address, port } = backend.resolver;
      const shown = await run("dig", [`@${address}`, "-p", `${port}`, "+short", name, "DNSKEY"]);
      return shown
        .split("\n")
        .filter((line) => line.startsWith("256 "))
        .sort();
    };

    it("find a zone secure while its zone-signing key is rolled, also when they were awake since the step before", async () => {
      const { verdicts } = await watched("rolling.net");
      const isWell = async () => expect((await verdicts()).slice(0, 2)).toEqual(ALL_WELL.slice(0, 2));
      const [first] = await zoneSigningKeys("rolling.net");
      let names = 0;
      let awake: Unbound | undefined;
      // The day of the roll, and how many keys are then shown: about to sign, signing in turn, alone again.
      for (const [step, [days, shown]] of [
        [0, 1],
        [13, 2],
        [1, 2],
        [8, 1],
        [5, 2],
      ].entries()) {
        await passDays(days ?? 0, "route53.zones", "signingSince");
        expect(await zoneSigningKeys("rolling.net")).toHaveLength(shown ?? 0);
        await isWell();
        // It has the keys of the step before, and is given signatures of this one.
        if (awake !== undefined) expect(await awake.verdict(`awake${names++}.rolling.net`, "A")).toBe("secure");
        await awake?.stop();
        const server = { address: `127.0.0.${3 + step}`, port: backend.dnsPort };
        awake = await Unbound.start(folder, server, forwardTo(backend.resolver));
        expect(await awake.verdict(`awake${names++}.rolling.net`, "A")).toBe("secure");
      }
      await awake?.stop();
      expect(await zoneSigningKeys("rolling.net")).not.toContain(first);
    });

    it("find a zone secure for fifteen days when its KMS key is lost, then bogus, and secure when it is back", async () => {
      const { zone, verdicts } = await watched("lost.net");
      const reach = (reachable: boolean) =>
        fetch(`${backend.apiUrl}/_r53kit/kms-keys`, {
          method: "PUT",
          headers: { Connection: "close" },
          body: JSON.stringify({ arn: kmsKey(1), reachable }),
        });
      await reach(false);
      await passDays(13, "route53.key-signing-keys", "lostAt");
      expect(await verdicts()).toEqual(ALL_WELL);
      await passDays(3, "route53.key-signing-keys", "lostAt");
      const expired = await delv(folder, backend.resolver, "expired.lost.net", "A");
      expect(delvVerdict(expired), expired).toBe("bogus");
      expect(expired).toMatch(/expired/);
      await reach(true);
      await change(signer.route53.send(new ActivateKeySigningKeyCommand({ HostedZoneId: zone.id, Name: "ksk" })));
      expect(await verdicts()).toEqual(ALL_WELL);
    });

    it("find a zone insecure, never bogus, once nobody vouches for it and it is signed no longer", async () => {
      const { zone, verdicts } = await watched("paused.net");
      expect(await verdicts()).toEqual(ALL_WELL);
      const disable = () => change(signer.route53.send(new DisableHostedZoneDNSSECCommand({ HostedZoneId: zone.id })));
      await expect(disable()).rejects.toMatchObject({ name: "KeySigningKeyInParentDSRecord" });
      await stopVouching("paused.net");
      // Whoever still has the DS record needs the signatures until its TTL has passed.
      expect(await verdicts()).toEqual(["insecure", "insecure", "secure"]);
      await disable();
      expect(await verdicts()).toEqual(["insecure", "insecure", "bogus"]);
    });
  },
);
