/**
 * What a checker reports, in Route 53's words where those are known (GetHealthCheckStatus examples and captures) and in
 * their manner where they are not.
 */

const FIREWALL_PAGE =
  "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-router-firewall-rules.html";

export interface ProbeResult {
  readonly passed: boolean;
  readonly status: string;
}

function success(text: string): ProbeResult {
  return { passed: true, status: `Success: ${text}` };
}

function failure(text: string): ProbeResult {
  return { passed: false, status: `Failure: ${text}` };
}

/** A reason phrase is the endpoint's to choose; keep it one short printable line. */
function phrase(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "").slice(0, 100);
}

export const report = {
  httpStatus(code: number, reason: string, address: string): ProbeResult {
    const text = `HTTP Status Code ${code}, ${phrase(reason)}`;
    return code >= 200 && code < 400 ? success(text) : failure(`${text}. Resolved IP: ${address}`);
  },
  searchStringMissing: (code: number, reason: string, address: string) =>
    failure(
      `HTTP Status Code ${code}, ${phrase(reason)}, but the search string was not found in the first 5,120 bytes of the response body. Resolved IP: ${address}`,
    ),
  tcpConnected: () => success("TCP connection established"),
  connectionTimedOut: () =>
    failure(
      `Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall. See ${FIREWALL_PAGE}`,
    ),
  connectionRefused: (address: string) => failure(`Connection refused. Resolved IP: ${address}`),
  connectionReset: (address: string) =>
    failure(`The endpoint closed the connection before it answered. Resolved IP: ${address}`),
  responseTimedOut: (seconds: number, address: string) =>
    failure(`The endpoint did not answer within ${seconds} seconds after connecting. Resolved IP: ${address}`),
  bodyTimedOut: (seconds: number, address: string) =>
    failure(
      `The endpoint did not send its response body within ${seconds} seconds of the status code. Resolved IP: ${address}`,
    ),
  handshakeFailed: (reason: string, address: string) =>
    failure(`SSL/TLS handshake failed: ${phrase(reason)}. Resolved IP: ${address}`),
  /** `alert` as the RFCs write it, e.g. `handshake_failure`; these words are AWS's (HealthCheckConfig, EnableSNI). */
  tlsAlert: (alert: string, address: string) => failure(`SSL alert ${alert}. Resolved IP: ${address}`),
  notHttp: (address: string) => failure(`The endpoint's answer is not valid HTTP. Resolved IP: ${address}`),
  requestImpossible: (reason: string) => failure(`The request could not be made: ${phrase(reason)}`),
  nameNotResolved: (rcode: string) => failure(`DNS resolution failed: ${phrase(rcode)}`),
  notLoopback: (address: string) =>
    failure(
      `No request was sent: the local backend probes loopback addresses only, and ${phrase(address)} is not one. Use an address in 127.0.0.0/8`,
    ),
};
