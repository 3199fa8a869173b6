/** Looks at what is there: name servers are asked directly, health checks for what their checkers saw, the rest is read. */

import { setMaxListeners } from "node:events";
import type { Expectation } from "../expectations.ts";
import type { Verification } from "../verification.ts";
import type { ZoneKey } from "../zone-key.ts";
import { verifyAnswer } from "./answers.ts";
import { verifyDelegation } from "./delegation.ts";
import { type HealthExpectation, verifyHealth } from "./health.ts";
import { verifyInstance } from "./instances.ts";
import { verifyQueryLog } from "./logging.ts";
import type { Looking, VerificationContext } from "./looking.ts";
import { ServerAddresses } from "./name-servers.ts";
import { isOutOfReach, outOfReach, PrivateZones, verifyVpcs } from "./private-zones.ts";

/** How many names are asked for at the same time. */
const AT_ONCE = 16;

/** In the order of the expectations. */
export async function verify(
  expectations: readonly Expectation[],
  asked: VerificationContext,
): Promise<Verification[]> {
  // Every query in flight listens to it.
  const signal = AbortSignal.any([asked.signal]);
  setMaxListeners(0, signal);
  const context = { ...asked, signal, privateZones: new PrivateZones(asked.backend, asked.known) };
  const servers = new ServerAddresses(context.backend, context.signal);
  const results: Verification[] = [];
  const health = expectations.filter((one) => one.check === "health");
  const others: Exclude<Expectation, HealthExpectation>[] = [];
  const unasked = new Map<ZoneKey, number>();
  for (const one of expectations) {
    if (one.check === "health") continue;
    if (one.check === "answer" && (await isOutOfReach(one, context.privateZones))) {
      unasked.set(one.zone, (unasked.get(one.zone) ?? 0) + 1);
    } else others.push(one);
  }
  const done = new Map<Expectation, Verification>();
  const keep = (expectation: Expectation, verification: Verification) => {
    done.set(expectation, verification);
    context.onVerified(verification);
  };
  let next = 0;
  const worker = async () => {
    while (next < others.length) {
      context.signal.throwIfAborted();
      const expectation = others[next++];
      if (expectation === undefined) return;
      keep(expectation, await verifyOne(expectation, servers, context));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, others.length) }, worker));
  } finally {
    servers.close();
  }
  await verifyHealth(health, context, keep);
  for (const expectation of expectations) {
    const verification = done.get(expectation);
    if (verification !== undefined) results.push(verification);
  }
  for (const [zone, answers] of unasked) {
    const verification = outOfReach(zone, answers);
    context.onVerified(verification);
    results.push(verification);
  }
  return results;
}

function verifyOne(
  expectation: Exclude<Expectation, HealthExpectation>,
  servers: ServerAddresses,
  context: Looking,
): Promise<Verification> {
  switch (expectation.check) {
    case "delegation":
      return verifyDelegation(expectation, servers, context);
    case "vpcs":
      return verifyVpcs(expectation, context.privateZones);
    case "answer":
      return verifyAnswer(expectation, servers, context);
    case "instance":
      return verifyInstance(expectation, context);
    case "query-log":
      return verifyQueryLog(expectation, context);
  }
}
