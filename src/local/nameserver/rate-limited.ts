/** Puts a response rate before a server: who asks too much gets every other answer as "ask over TCP", and the rest not at all. */

import { encodeMessage } from "../../dns/message.ts";
import { RCODE } from "../../dns/types.ts";
import { cookieOf } from "./edns-options.ts";
import type { Responder } from "./listener.ts";
import { readQuery } from "./query.ts";
import { bareResponse, responseEdns, type Sender } from "./response.ts";
import type { ResponseRate } from "./response-rate.ts";

/** `elapsedMs` is real time: a flood does not pass faster because the backend's clock does. */
export function rateLimited(respond: Responder, rate: ResponseRate, elapsedMs: () => number): Responder {
  const limited = (octets: Buffer, sender: Sender, response: Buffer | undefined): Buffer | undefined => {
    if (response === undefined || sender.transport !== "UDP") return response;
    const verdict = rate.judge(sender.address, response, elapsedMs());
    return verdict === "send" ? response : withheld(octets, sender, response, verdict);
  };
  return (octets, sender) => {
    const response = respond(octets, sender);
    return response instanceof Promise
      ? response.then((late) => limited(octets, sender, late))
      : limited(octets, sender, response);
  };
}

/** A good cookie shows that the client is who it says; one that has none of ours yet learns it (RFC 7873 section 5.2.3). */
function withheld(octets: Buffer, sender: Sender, response: Buffer, verdict: "slip" | "drop"): Buffer | undefined {
  const query = readQuery(octets);
  const cookie = "edns" in query && query.edns !== undefined ? cookieOf(query.edns, sender) : undefined;
  if (cookie?.kind === "valid") return response;
  if (verdict === "drop" || query.kind !== "query") return undefined;
  const edns = query.edns && responseEdns(query.edns, [], sender);
  const learns = cookie !== undefined && cookie.kind !== "none";
  const bare = bareResponse(query.header, learns ? RCODE.BADCOOKIE : RCODE.NOERROR, query.question, edns);
  return encodeMessage({ ...bare, flags: { ...bare.flags, truncated: !learns } });
}
