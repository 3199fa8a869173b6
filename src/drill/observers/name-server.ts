/** What a DNS server answers for the failover name: an authoritative server of the zone, or a caching resolver. */

import type { Clock } from "../../clock.ts";
import { type ObserverIdentity, sightOf } from "../observation.ts";
import type { FailoverAnswer } from "../scenario.ts";
import { lookEveryMs, type Observer } from "./observer.ts";

export interface AddressAnswer {
  /** e.g. `NOERROR` */
  readonly rcode: string;
  readonly addresses: readonly string[];
  /** The least of the answer's TTLs; undefined without an answer. */
  readonly ttlSeconds: number | undefined;
}

/** One question to one server. Throws when no answer comes. */
export type AskAddresses = (signal: AbortSignal) => Promise<AddressAnswer>;

export interface AddressSource {
  readonly identity: ObserverIdentity;
  readonly ask: AskAddresses;
}

export function describeAnswer(answer: AddressAnswer): string {
  if (answer.rcode !== "NOERROR") return answer.rcode;
  return answer.addresses.length === 0 ? "no data" : answer.addresses.join(", ");
}

export function nameServerObserver(
  source: AddressSource,
  sides: { readonly primary: FailoverAnswer; readonly secondary: FailoverAnswer },
  clock: Clock,
): Observer {
  return {
    identity: source.identity,
    everyMs: lookEveryMs(clock),
    async look(signal) {
      const answer = await source.ask(signal);
      return { sees: sightOf(answer.addresses, sides), detail: describeAnswer(answer) };
    },
  };
}
