/**
 * The KMS keys that key-signing keys are made from. There is no KMS here: a key pair stands for each ARN, made when it is first
 * named. What an account does to its keys (disabling, deleting, changing a policy) is one thing to Route 53: it cannot reach the key.
 */

import { newPrivateKey } from "../../../dns/dnssec-signing.ts";
import { Failure } from "../../../errors.ts";
import type { Route53Core } from "./core.ts";
import { route53Error } from "./errors.ts";
import { valuesOf } from "./state.ts";

const KMS_KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:key\/[A-Za-z0-9-]{1,128}$/;
const KMS_REGION = "us-east-1";

/** A KMS key as the control endpoint tells it. */
export interface KmsKey {
  readonly arn: string;
  readonly reachable: boolean;
}

/** The side of the KMS keys that no AWS API of this backend has. */
export interface KmsKeyControl {
  list(): KmsKey[];
  /** Takes a key out of Route 53's reach, or gives it back. Throws a Failure (`kms.invalid`) for what is no key's ARN. */
  setReachable(arn: string, reachable: boolean): KmsKey;
}

/** Throws InvalidKMSArn for what cannot be the ARN of a key that Route 53 takes. */
export function checkKmsArn(core: Pick<Route53Core, "lenient">, arn: string): void {
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

/** Throws InvalidKMSArn while a key is out of reach. */
export function checkReachable({ state }: Pick<Route53Core, "state">, arn: string): void {
  if (state.kmsKeysOutOfReach.get(arn) === undefined) return;
  throw route53Error(
    "InvalidKMSArn",
    `The CMK with ARN '${arn}' did not grant all required permissions for DNSSEC usage. Please review your key-policy, and verify that you and Route 53 have permissions to perform the following actions: DescribeKey, GetPublicKey, and Sign.`,
  );
}

/** Makes the key pair that stands for a KMS key, once. To be called inside a transaction. */
export function ensureKeyPair({ state }: Pick<Route53Core, "state">, arn: string): void {
  if (state.kmsKeys.get(arn) === undefined) state.kmsKeys.put(arn, newPrivateKey());
}

export function kmsKeyControl({
  store,
  state,
  clock,
  propagation,
}: Pick<Route53Core, "store" | "state" | "clock" | "propagation">): KmsKeyControl {
  const show = (arn: string): KmsKey => ({ arn, reachable: state.kmsKeysOutOfReach.get(arn) === undefined });
  return {
    list() {
      const arns = [...state.kmsKeys.entries(), ...state.kmsKeysOutOfReach.entries()].map(({ key }) => String(key));
      return [...new Set(arns)].sort().map(show);
    },
    setReachable(arn, reachable) {
      if (!KMS_KEY_ARN.test(arn)) {
        throw new Failure({ kind: "usage", code: "kms.invalid", message: `'${arn}' is not the ARN of a KMS key` });
      }
      const lost = new Set<string>();
      store.write(() => {
        if (reachable) state.kmsKeysOutOfReach.remove(arn);
        else if (state.kmsKeysOutOfReach.get(arn) === undefined) {
          const now = clock.now();
          state.kmsKeysOutOfReach.put(arn, now);
          for (const key of valuesOf(state.keySigningKeys)) {
            if (key.kmsArn !== arn || key.status !== "ACTIVE") continue;
            const stuck = { ...key, status: "ACTION_NEEDED", lostAt: now, modifiedAt: now } as const;
            state.keySigningKeys.put([key.zoneId, key.name], stuck);
            lost.add(key.zoneId);
          }
        }
      });
      for (const zoneId of lost) propagation.start(zoneId);
      return show(arn);
    },
  };
}
