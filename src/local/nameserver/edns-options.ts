/**
 * The EDNS options that are about this server and this client, whatever the question: cookies, the server's name, how long it
 * keeps a connection, and why it refuses (RFC 7873, 9018, 5001, 7828, 8914).
 */

import { type Edns, type EdnsOption, ednsOption, type Question } from "../../dns/message.ts";
import { judgeServerCookie, makeServerCookie } from "../../dns/server-cookie.ts";
import { CLASS, EXTENDED_ERROR, RCODE, TYPE } from "../../dns/types.ts";
import { parseIpv4, parseIpv6 } from "../../route53/record-data/ip-address.ts";
import type { Sender } from "./response.ts";

/** What one server can say about itself. */
export interface ServerFace {
  /** What NSID says: ASCII. */
  readonly name: string;
  /** {@link import("../../dns/server-cookie.ts").COOKIE_SECRET_OCTETS} octets; the same for all, so that a cookie is good at each. */
  readonly cookieSecret: Uint8Array;
  /** Wall time, epoch ms; cookies carry it. */
  readonly now: () => number;
  /** Real ms. */
  readonly tcpIdleMs: number;
}

/** What a query's cookie is worth here. */
export type QueryCookie =
  /** It has none, or this server knows of none. */
  | { readonly kind: "none" }
  /** `reply` is the server cookie to answer with. */
  | { readonly kind: "client-only" | "valid" | "invalid"; readonly client: Uint8Array; readonly reply: Uint8Array };

const NO_COOKIE: QueryCookie = { kind: "none" };

/** As a client sends it; without a server's it has none of those octets. */
interface Cookie {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** Only the first cookie counts, and a good one is kept until it ages (RFC 9018 section 4.3). */
export function cookieOf(query: Edns, sender: Sender): QueryCookie {
  const cookie = ednsOption({ edns: query }, "cookie");
  return cookie === undefined ? NO_COOKIE : judgeCookie(cookie, sender);
}

export function judgeCookie(cookie: Cookie, { address, server }: Sender): QueryCookie {
  const octets = parseIpv4(address) ?? parseIpv6(address);
  if (server === undefined || octets === undefined) return NO_COOKIE;
  const { client } = cookie;
  const nowSeconds = Math.floor(server.now() / 1000);
  const holder = { secret: server.cookieSecret, client, address: octets, nowSeconds };
  if (cookie.server.length === 0) return { kind: "client-only", client, reply: makeServerCookie(holder) };
  const verdict = judgeServerCookie(holder, cookie.server);
  return {
    kind: verdict === "invalid" ? "invalid" : "valid",
    client,
    reply: verdict === "valid" ? cookie.server : makeServerCookie(holder),
  };
}

/** What every response to a query with these options says besides its answer. */
export function serverOptions(query: Edns, sender: Sender): EdnsOption[] {
  const { server, transport } = sender;
  // Most queries ask for nothing.
  if (server === undefined || query.options.length === 0) return [];
  const options: EdnsOption[] = [];
  const cookie = cookieOf(query, sender);
  if (cookie.kind !== "none") options.push({ kind: "cookie", client: cookie.client, server: cookie.reply });
  if (ednsOption({ edns: query }, "nsid") !== undefined) {
    options.push({ kind: "nsid", data: Uint8Array.from(Buffer.from(server.name, "latin1")) });
  }
  // Over UDP it means nothing (RFC 7828 section 3.3.1).
  if (transport === "TCP" && ednsOption({ edns: query }, "keepalive") !== undefined) {
    options.push({ kind: "keepalive", timeoutMs: server.tcpIdleMs });
  }
  return options;
}

const NOT_SUPPORTED: readonly EdnsOption[] = [{ kind: "ede", infoCode: EXTENDED_ERROR.NOT_SUPPORTED, text: "" }];
const NOT_AUTHORITATIVE: readonly EdnsOption[] = [
  { kind: "ede", infoCode: EXTENDED_ERROR.NOT_AUTHORITATIVE, text: "" },
];

/** Why a query is refused: it asks for what no server here does, or for what is not this one's to say. */
export function extendedErrors(rcode: number, question: Question | undefined): readonly EdnsOption[] {
  if (rcode === RCODE.NOTIMP) return NOT_SUPPORTED;
  if (rcode !== RCODE.REFUSED) return [];
  const ofData = question?.class === CLASS.IN || question?.class === CLASS.ANY;
  const transfer = question?.type === TYPE.AXFR || question?.type === TYPE.IXFR;
  return ofData && !transfer ? NOT_AUTHORITATIVE : NOT_SUPPORTED;
}
