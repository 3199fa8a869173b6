/** A client that honours TTLs: asks the resolver, keeps the answer for its TTL on the backend's clock, and requests the service. */

import type { Clock } from "../../clock.ts";
import type { FailoverAnswer } from "../scenario.ts";
import { type AskAddresses, describeAnswer } from "./name-server.ts";
import { type Look, lookEveryMs, type Observer } from "./observer.ts";

/** Requests the service at an address; resolves with e.g. `HTTP 200`, throws when it is not served. */
export type RequestService = (address: string, signal: AbortSignal) => Promise<string>;

export interface WebClient {
  readonly resolve: AskAddresses;
  readonly request: RequestService;
  readonly sides: { readonly primary: FailoverAnswer; readonly secondary: FailoverAnswer };
  readonly clock: Clock;
}

interface KeptAnswer {
  readonly addresses: readonly string[];
  readonly untilMs: number;
}

export function webClientObserver(client: WebClient): Observer {
  const { clock, sides } = client;
  let kept: KeptAnswer | undefined;

  const addresses = async (signal: AbortSignal): Promise<readonly string[]> => {
    if (kept !== undefined && clock.elapsedMs() < kept.untilMs) return kept.addresses;
    kept = undefined;
    const answer = await client.resolve(signal);
    if (answer.addresses.length === 0) throw new Error(`the name did not resolve: ${describeAnswer(answer)}`);
    kept = { addresses: answer.addresses, untilMs: clock.elapsedMs() + (answer.ttlSeconds ?? 0) * 1000 };
    return kept.addresses;
  };

  const sideOf = (address: string): Look["sees"] => {
    if (sides.primary.values.includes(address)) return "primary";
    return sides.secondary.values.includes(address) ? "secondary" : "other";
  };

  return {
    identity: { id: "client", kind: "client", label: "client that honours TTLs" },
    everyMs: lookEveryMs(clock),
    async look(signal) {
      let failure = "";
      // As clients do, the next address of the answer is tried when one does not serve.
      for (const address of await addresses(signal)) {
        try {
          return { sees: sideOf(address), detail: `${address}: ${await client.request(address, signal)}` };
        } catch (error) {
          failure = `${address}: ${error instanceof Error ? error.message : String(error)}`;
        }
      }
      return { sees: "nothing", detail: failure };
    },
  };
}
