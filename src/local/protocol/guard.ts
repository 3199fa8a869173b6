/**
 * Keeps web pages away from a server on loopback. A page can make a browser send requests here, directly (a form post) or
 * through a name of its own that resolves to 127.0.0.1 (DNS rebinding); neither gets past its Host, Origin and fetch metadata.
 */

import type { IncomingHttpHeaders } from "node:http";
import { isIPv4, isIPv6 } from "node:net";

/** Whether a host, as in a URL (no port), can only be this machine. */
function isLoopbackHost(host: string): boolean {
  // Clients put these in front of the host for some operations (Cloud Map's DiscoverInstances, Logs' StartLiveTail).
  const name = host
    .toLowerCase()
    .replace(/^(?:data|stream|streaming)-/, "")
    .replace(/\.$/, "");
  if (name.startsWith("[") && name.endsWith("]")) return isIPv6(name.slice(1, -1)) && name === "[::1]";
  if (isIPv4(name)) return name.startsWith("127.");
  // RFC 6761 section 6.3: names under localhost never leave the machine.
  return name === "localhost" || name.endsWith(".localhost");
}

function hostOfHeader(value: string): string | undefined {
  return /^(\[[0-9a-fA-F:.]+\]|[^:/@\s]+)(?::\d{1,5})?$/.exec(value)?.[1];
}

/** Why a request is refused, as a sentence, or undefined when it may pass. */
export function refusalOf(headers: IncomingHttpHeaders): string | undefined {
  const host = hostOfHeader(headers.host ?? "");
  if (host === undefined || !isLoopbackHost(host)) {
    return `The Host header '${headers.host ?? ""}' is not a loopback name or address; this server answers only local clients.`;
  }
  const { origin } = headers;
  if (origin !== undefined) {
    const from = URL.canParse(origin) ? new URL(origin).hostname : undefined;
    if (from === undefined || !isLoopbackHost(from)) return "Requests from web pages of another origin are refused.";
  }
  if (headers["sec-fetch-site"] === "cross-site") return "Requests from web pages of another origin are refused.";
  return undefined;
}
