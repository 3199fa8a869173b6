/** DNSSEC as the API keeps it: key-signing keys, the zone-signing key that comes with signing, and whether a zone is signed. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { ChangeInfo, DNSSECStatus, KeySigningKey } from "@aws-sdk/client-route-53";
import {
  DIGEST_ALGORITHM,
  KEY_SIGNING_KEY_FLAGS,
  type KeyRecords,
  keyRecords,
  SIGNING_ALGORITHM,
} from "../../../dns/dnssec-keys.ts";
import { newPrivateKey, publicKeyOf } from "../../../dns/dnssec-signing.ts";
import { MAX_KEY_SIGNING_KEYS_PER_ZONE } from "../../../route53/limits.ts";
import { type DomainName, domainName, listOrderKey, parentOf } from "../../../route53/names.ts";
import type { RecordType } from "../../../route53/record-set.ts";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core, zoneOf } from "./core.ts";
import { route53Error } from "./errors.ts";
import { checkKmsArn, checkReachable, ensureKeyPair, type KmsKeyControl, kmsKeyControl } from "./kms-keys.ts";
import { below, type HostedZoneState, type KeySigningKeyState, valuesOf } from "./state.ts";
import { recordSetsAt } from "./zone-contents.ts";
import { keySigningKeysOf, stuckSince } from "./zone-keys.ts";

type Names =
  | "CreateKeySigningKey"
  | "ActivateKeySigningKey"
  | "DeactivateKeySigningKey"
  | "DeleteKeySigningKey"
  | "EnableHostedZoneDNSSEC"
  | "DisableHostedZoneDNSSEC"
  | "GetDNSSEC";

const KEY_NAME = /^[A-Za-z0-9_]{3,128}$/;

/** What AWS says a lost key comes from, and what to do (Developer Guide, "Troubleshooting DNSSEC signing"). */
const ACTION_NEEDED_MESSAGE =
  "Route 53 cannot use the customer managed key that this key-signing key is based on. Make sure that the key is enabled and that its policy gives permission for DescribeKey, GetPublicKey and Sign, then activate this key-signing key again.";

export function dnssec(core: Route53Core): {
  readonly handlers: Handlers<typeof sdk, Names>;
  readonly kmsKeys: KmsKeyControl;
} {
  const { state, store, propagation, clock } = core;

  function publicZone(id: string): HostedZoneState {
    const zone = zoneOf(core, bareId(id));
    if (!zone.private) return zone;
    throw route53Error("InvalidArgument", "Operation is unsupported for private hosted zones.");
  }

  function keysOf(zone: HostedZoneState): KeySigningKeyState[] {
    return keySigningKeysOf(state, zone.id);
  }

  function keyOf(zone: HostedZoneState, name: string): KeySigningKeyState {
    const key = state.keySigningKeys.get([zone.id, name]);
    if (key !== undefined) return key;
    throw route53Error(
      "NoSuchKeySigningKey",
      `No Key Signing Key with name ${name} exists in hosted zone with ID '${zone.id}'.`,
    );
  }

  function recordsOf(zone: HostedZoneState, key: KeySigningKeyState): KeyRecords {
    const privateKey = state.kmsKeys.get(key.kmsArn);
    if (privateKey === undefined) throw new Error(`the key pair of ${key.kmsArn} is lost`);
    return keyRecords(zone.name, publicKeyOf(privateKey));
  }

  function keyToApi(zone: HostedZoneState, key: KeySigningKeyState): KeySigningKey {
    const records = recordsOf(zone, key);
    return {
      Name: key.name,
      KmsArn: key.kmsArn,
      Flag: KEY_SIGNING_KEY_FLAGS,
      SigningAlgorithmMnemonic: SIGNING_ALGORITHM.mnemonic,
      SigningAlgorithmType: SIGNING_ALGORITHM.number,
      DigestAlgorithmMnemonic: DIGEST_ALGORITHM.mnemonic,
      DigestAlgorithmType: DIGEST_ALGORITHM.number,
      KeyTag: records.keyTag,
      DigestValue: records.digest,
      PublicKey: records.publicKey,
      DSRecord: records.ds,
      DNSKEYRecord: records.dnskey,
      Status: key.status,
      ...(key.status === "ACTION_NEEDED" ? { StatusMessage: ACTION_NEEDED_MESSAGE } : {}),
      CreatedDate: new Date(key.createdAt),
      LastModifiedDate: new Date(key.modifiedAt),
    };
  }

  function statusOf(zone: HostedZoneState): DNSSECStatus {
    if (!zone.dnssec) return { ServeSignature: "NOT_SIGNING" };
    return { ServeSignature: stuckSince(keysOf(zone)) === undefined ? "SIGNING" : "ACTION_NEEDED" };
  }

  /** Values of a type that hosted zones above a zone have at its name. */
  function publishedAbove({ name }: HostedZoneState, wanted: RecordType): string[] {
    const found: string[] = [];
    for (let above = parentOf(name); above !== undefined && above !== "."; above = parentOf(above)) {
      for (const parentId of valuesOf(state.zoneNames, below(listOrderKey(above)))) {
        for (const { type, answer } of recordSetsAt(state, parentId, name)) {
          if (type === wanted && answer.kind === "records") found.push(...answer.values);
        }
      }
    }
    return found;
  }

  /** Data of the DS records that the registrar and hosted zones above this one publish for it. */
  function publishedDs(zone: HostedZoneState): string[] {
    const found = [...core.registrar.delegationSigners(zone.name), ...publishedAbove(zone, "DS")];
    return found.map((value) => value.trim().toUpperCase().split(/\s+/).join(" "));
  }

  /**
   * Where some of a zone's name servers are delegated to, all of them must be, and no others: those would not sign. A zone whose
   * servers are not delegated to at all is signed before it goes into service. Throws HostedZonePartiallyDelegated.
   */
  function refusePartialDelegation(zone: HostedZoneState): void {
    const above = publishedAbove(zone, "NS").map((host) => domainName(host));
    const delegated = new Set<DomainName>([...core.registrar.nameServers(zone.name), ...above]);
    const own = zone.nameServers.filter((server) => delegated.has(server));
    if (own.length === 0 || (own.length === zone.nameServers.length && own.length === delegated.size)) return;
    throw route53Error(
      "HostedZonePartiallyDelegated",
      "The hosted zone nameservers don't match the parent nameservers. The hosted zone and parent must have the same nameservers.",
    );
  }

  /** Taking away a key that the parent vouches for makes the zone bogus. Throws KeySigningKeyInParentDSRecord. */
  function refuseWhileTrusted(zone: HostedZoneState, keys: readonly KeySigningKeyState[]): void {
    const published = publishedDs(zone);
    const trusted = keys.find((key) => published.includes(recordsOf(zone, key).ds));
    if (trusted === undefined) return;
    throw route53Error(
      "KeySigningKeyInParentDSRecord",
      `The Key Signing Key with name ${trusted.name} is specified in a DS record of the parent zone. Remove that record and wait for its TTL first.`,
    );
  }

  /** Writes and says that it is on its way. */
  function change(zoneId: string, write: () => void): { ChangeInfo: ChangeInfo } {
    const made = store.write(() => {
      write();
      return propagation.record();
    });
    propagation.start(zoneId, made);
    return { ChangeInfo: propagation.info(made) };
  }

  /** To be called inside a transaction. A zone whose keys were stuck goes on rolling where it stood. */
  function putStatus({ lostAt, ...key }: KeySigningKeyState, status: "ACTIVE" | "INACTIVE"): void {
    const now = clock.now();
    const before = stuckSince(keySigningKeysOf(state, key.zoneId));
    state.keySigningKeys.put([key.zoneId, key.name], { ...key, status, modifiedAt: now });
    const zone = state.zones.get(key.zoneId);
    if (before === undefined || zone?.signingSince === undefined) return;
    const stuckNow = stuckSince(keySigningKeysOf(state, key.zoneId));
    const wentBy = (stuckNow ?? now) - before;
    state.zones.put(zone.id, { ...zone, signingSince: zone.signingSince + wentBy });
  }

  function setStatus(key: KeySigningKeyState, status: "ACTIVE" | "INACTIVE") {
    return change(key.zoneId, () => putStatus(key, status));
  }

  const handlers: Handlers<typeof sdk, Names> = {
    CreateKeySigningKey(input) {
      const zone = publicZone(input.HostedZoneId);
      const { Name: name, KeyManagementServiceArn: kmsArn, Status: status } = input;
      if (!KEY_NAME.test(name)) {
        throw route53Error(
          "InvalidKeySigningKeyName",
          `The Key Signing Key name '${name}' is not valid: it can have 3 to 128 letters, numbers and underscores.`,
        );
      }
      if (status !== "ACTIVE" && status !== "INACTIVE") {
        throw route53Error(
          "InvalidKeySigningKeyStatus",
          `The status of a new Key Signing Key must be ACTIVE or INACTIVE, but was '${status}'.`,
        );
      }
      checkKmsArn(core, kmsArn);
      checkReachable(core, kmsArn);
      const keys = keysOf(zone);
      if (keys.some((key) => key.name === name || key.kmsArn === kmsArn)) {
        throw route53Error(
          "KeySigningKeyAlreadyExists",
          `A Key Signing Key with name ${name} or with the customer managed key '${kmsArn}' already exists in hosted zone with ID '${zone.id}'.`,
        );
      }
      if (keys.length >= MAX_KEY_SIGNING_KEYS_PER_ZONE) {
        throw route53Error(
          "TooManyKeySigningKeys",
          `The hosted zone with ID '${zone.id}' has ${MAX_KEY_SIGNING_KEYS_PER_ZONE} Key Signing Keys, its limit.`,
        );
      }
      const now = clock.now();
      const key: KeySigningKeyState = { zoneId: zone.id, name, kmsArn, status, createdAt: now, modifiedAt: now };
      const changed = change(zone.id, () => {
        ensureKeyPair(core, kmsArn);
        state.keySigningKeys.put([zone.id, name], key);
      });
      return { ...changed, KeySigningKey: keyToApi(zone, key), Location: locationOf("keysigningkey", zone.id, name) };
    },

    ActivateKeySigningKey(input) {
      const key = keyOf(publicZone(input.HostedZoneId), input.Name);
      checkReachable(core, key.kmsArn);
      return setStatus(key, "ACTIVE");
    },

    DeactivateKeySigningKey(input) {
      const zone = publicZone(input.HostedZoneId);
      const key = keyOf(zone, input.Name);
      const others = keysOf(zone).filter((other) => other.name !== key.name && other.status === "ACTIVE");
      if (zone.dnssec && key.status !== "INACTIVE" && others.length === 0) {
        throw route53Error(
          "KeySigningKeyInUse",
          `The Key Signing Key with name ${key.name} cannot be deactivated: it is the only active one of a hosted zone with DNSSEC signing enabled. Disable DNSSEC signing, or activate another one first.`,
        );
      }
      refuseWhileTrusted(zone, [key]);
      return setStatus(key, "INACTIVE");
    },

    DeleteKeySigningKey(input) {
      const zone = publicZone(input.HostedZoneId);
      const key = keyOf(zone, input.Name);
      if (key.status !== "INACTIVE") {
        throw route53Error(
          "InvalidKeySigningKeyStatus",
          `Key Signing Key with name ${key.name} cannot be deleted because current status is not INACTIVE.`,
        );
      }
      return change(zone.id, () => state.keySigningKeys.remove([zone.id, key.name]));
    },

    EnableHostedZoneDNSSEC(input) {
      const zone = publicZone(input.HostedZoneId);
      if (!keysOf(zone).some((key) => key.status === "ACTIVE")) {
        throw route53Error(
          "KeySigningKeyWithActiveStatusNotFound",
          `Hosted zone with ID '${zone.id}' does not have a Key Signing Key in ACTIVE status.`,
        );
      }
      refusePartialDelegation(zone);
      return change(zone.id, () => {
        const signingSince = (zone.dnssec ? zone.signingSince : undefined) ?? clock.now();
        state.zones.put(zone.id, { ...zone, dnssec: true, signingSince });
        if (state.zoneSigningKeys.get(zone.id) === undefined) state.zoneSigningKeys.put(zone.id, newPrivateKey());
      });
    },

    DisableHostedZoneDNSSEC(input) {
      const zone = publicZone(input.HostedZoneId);
      const keys = keysOf(zone);
      if (!zone.dnssec && keys.length === 0) {
        throw route53Error("DNSSECNotFound", `The hosted zone with ID '${zone.id}' doesn't have any DNSSEC resources.`);
      }
      refuseWhileTrusted(zone, keys);
      return change(zone.id, () => state.zones.put(zone.id, { ...zone, dnssec: false }));
    },

    GetDNSSEC(input) {
      const zone = publicZone(input.HostedZoneId);
      return { Status: statusOf(zone), KeySigningKeys: keysOf(zone).map((key) => keyToApi(zone, key)) };
    },
  };
  return { handlers, kmsKeys: kmsKeyControl(core) };
}
