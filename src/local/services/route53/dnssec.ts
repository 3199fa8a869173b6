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
import { listOrderKey, parentOf } from "../../../route53/names.ts";
import { bareId } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core, zoneOf } from "./core.ts";
import { route53Error } from "./errors.ts";
import { below, type HostedZoneState, type KeySigningKeyState, valuesOf } from "./state.ts";
import { recordSetsAt } from "./zone-contents.ts";

type Names =
  | "CreateKeySigningKey"
  | "ActivateKeySigningKey"
  | "DeactivateKeySigningKey"
  | "DeleteKeySigningKey"
  | "EnableHostedZoneDNSSEC"
  | "DisableHostedZoneDNSSEC"
  | "GetDNSSEC";

const KMS_KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:key\/[A-Za-z0-9-]{1,128}$/;
const KMS_REGION = "us-east-1";
const KEY_NAME = /^[A-Za-z0-9_]{3,128}$/;

export function dnssecHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation, clock } = core;

  function publicZone(id: string): HostedZoneState {
    const zone = zoneOf(core, bareId(id));
    if (!zone.private) return zone;
    throw route53Error("InvalidArgument", "Operation is unsupported for private hosted zones.");
  }

  function keysOf(zone: HostedZoneState): KeySigningKeyState[] {
    return valuesOf(state.keySigningKeys, below(zone.id));
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
      CreatedDate: new Date(key.createdAt),
      LastModifiedDate: new Date(key.modifiedAt),
    };
  }

  function statusOf(zone: HostedZoneState): DNSSECStatus {
    return { ServeSignature: zone.dnssec ? "SIGNING" : "NOT_SIGNING" };
  }

  /** Data of the DS records that the registrar and hosted zones above this one publish for it. */
  function publishedDs(zone: HostedZoneState): string[] {
    const found = [...core.registrar.delegationSigners(zone.name)];
    for (let above = parentOf(zone.name); above !== undefined && above !== "."; above = parentOf(above)) {
      for (const parentId of valuesOf(state.zoneNames, below(listOrderKey(above)))) {
        for (const { type, answer } of recordSetsAt(state, parentId, zone.name)) {
          if (type === "DS" && answer.kind === "records") found.push(...answer.values);
        }
      }
    }
    return found.map((value) => value.trim().toUpperCase().split(/\s+/).join(" "));
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

  function checkKmsArn(arn: string): void {
    const [, region] = KMS_KEY_ARN.exec(arn) ?? [];
    if (region === undefined) {
      throw route53Error("InvalidKMSArn", `The ARN '${arn}' is not that of a customer managed key.`);
    }
    if (region !== KMS_REGION && !core.lenient) {
      throw route53Error(
        "InvalidKMSArn",
        `The customer managed key must be in the ${KMS_REGION} region, but '${arn}' is in ${region}.`,
      );
    }
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

  function setStatus(key: KeySigningKeyState, status: KeySigningKeyState["status"]) {
    return change(key.zoneId, () =>
      state.keySigningKeys.put([key.zoneId, key.name], { ...key, status, modifiedAt: clock.now() }),
    );
  }

  return {
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
      checkKmsArn(kmsArn);
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
        if (state.kmsKeys.get(kmsArn) === undefined) state.kmsKeys.put(kmsArn, newPrivateKey());
        state.keySigningKeys.put([zone.id, name], key);
      });
      return { ...changed, KeySigningKey: keyToApi(zone, key), Location: locationOf("keysigningkey", zone.id, name) };
    },

    ActivateKeySigningKey(input) {
      return setStatus(keyOf(publicZone(input.HostedZoneId), input.Name), "ACTIVE");
    },

    DeactivateKeySigningKey(input) {
      const zone = publicZone(input.HostedZoneId);
      const key = keyOf(zone, input.Name);
      const others = keysOf(zone).filter((other) => other.name !== key.name && other.status === "ACTIVE");
      if (zone.dnssec && key.status === "ACTIVE" && others.length === 0) {
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
      return change(zone.id, () => {
        state.zones.put(zone.id, { ...zone, dnssec: true });
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
}
