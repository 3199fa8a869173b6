/** One request to the service at a given address, as its health check would make it, but with the service's own name. */

import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import type { DomainName } from "../../route53/names.ts";
import { displayName } from "../../route53/names.ts";
import type { ClientRequest } from "../scenario.ts";
import type { RequestService } from "./web-client.ts";

/** A connection of its own each time: a kept-alive one would hide that the endpoint is gone. Never follows redirects. */
function requestHttp(what: ClientRequest, host: string, address: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port: what.port,
      path: what.path,
      method: "GET",
      agent: false,
      signal,
      headers: { Host: host, "User-Agent": "r53kit-drill", Connection: "close" },
    };
    const request =
      what.protocol === "https"
        ? // As Route 53's own probes: the name is sent, the certificate is not judged.
          httpsRequest({ ...options, servername: host, rejectUnauthorized: false })
        : httpRequest(options);
    request.once("error", reject);
    request.once("response", (response) => {
      const status = response.statusCode ?? 0;
      response.once("error", reject);
      response.once("end", () => {
        if (status >= 200 && status < 400) resolve(`HTTP ${status}`);
        else reject(new Error(`HTTP ${status}`));
      });
      response.resume();
    });
    request.end();
  });
}

function connectTcp(what: ClientRequest, address: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: what.port, signal });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.destroy();
      resolve("connected");
    });
  });
}

/** `timeoutMs` is real: how long one request may take before the service counts as not serving. */
export function serviceRequest(what: ClientRequest, name: DomainName, timeoutMs: number): RequestService {
  const host = displayName(name);
  return async (address, signal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, limit]);
    try {
      return await (what.protocol === "tcp"
        ? connectTcp(what, address, either)
        : requestHttp(what, host, address, either));
    } catch (error) {
      if (limit.aborted && !signal.aborted) throw new Error(`no answer within ${timeoutMs} ms`);
      throw error;
    }
  };
}
