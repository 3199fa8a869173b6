import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isLoopback, type Resolve, socketProbe } from "../../../../src/local/health/probe.ts";
import { type ProbeTarget, probeTarget } from "../../../../src/local/health/probe-target.ts";
import { type FakeClock, fakeClock } from "../../../support/fake-clock.ts";
import { SELF_SIGNED } from "../../../support/self-signed.ts";

const servers: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const httpServer = (handler: (request: IncomingMessage, response: ServerResponse) => void) =>
  listen(createHttpServer(handler));
const tcpServer = (handler: (socket: Socket) => void) => listen(createTcpServer(handler));

const noNames: Resolve = async () => ({ addresses: [], rcode: "NXDOMAIN" });

function target(config: Partial<HealthCheckConfig>): ProbeTarget {
  const found = probeTarget("check-1", { Type: "HTTP", IPAddress: "127.0.0.1", ...config });
  if (found === undefined) throw new Error("no endpoint");
  return found;
}

function probe(config: Partial<HealthCheckConfig>, resolve: Resolve = noNames) {
  const clock = fakeClock();
  const abort = new AbortController();
  const result = socketProbe(resolve)(target(config), { clock, signal: abort.signal });
  result.catch(() => {});
  return { clock, abort, result };
}

/** Waits until the probe has got as far as waiting `ms` for its next step, then lets that time run out. */
async function runOut(clock: FakeClock, ms: number) {
  await vi.waitFor(() => expect(clock.nextTimerInMs).toBe(ms), 20_000);
  await clock.advance(ms);
}

/** A promise and the way to fulfil it. */
function moment() {
  let happen = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}

describe("an HTTP probe", () => {
  it("passes on 200 and says so", async () => {
    const port = await httpServer((_, response) => response.end("fine"));
    expect(await probe({ Port: port }).result).toEqual({
      passed: true,
      status: "Success: HTTP Status Code 200, OK",
    });
  });

  it("passes on a redirect without following it", async () => {
    let requests = 0;
    const port = await httpServer((_, response) => {
      requests++;
      response.writeHead(302, { Location: "/elsewhere" }).end();
    });
    expect(await probe({ Port: port }).result).toEqual({
      passed: true,
      status: "Success: HTTP Status Code 302, Found",
    });
    expect(requests).toBe(1);
  });

  it("fails on 503 with the endpoint's own words and its address", async () => {
    const port = await httpServer((_, response) => response.writeHead(503, "Service Temporarily Unavailable").end());
    expect(await probe({ Port: port }).result).toEqual({
      passed: false,
      status: "Failure: HTTP Status Code 503, Service Temporarily Unavailable. Resolved IP: 127.0.0.1",
    });
  });

  it("asks as Route 53 does: the path, the Host with a port that is not the protocol's, its User-Agent, no reuse", async () => {
    let seen: IncomingMessage | undefined;
    const port = await httpServer((request, response) => {
      seen = request;
      response.end();
    });
    await probe({ Port: port, ResourcePath: "health?deep=1", FullyQualifiedDomainName: "www.example.com" }).result;
    expect(seen?.url).toBe("/health?deep=1");
    expect(seen?.headers.host).toBe(`www.example.com:${port}`);
    expect(seen?.headers["user-agent"]).toBe(
      "Amazon-Route53-Health-Check-Service (ref check-1; report http://amzn.to/1vsZADi)",
    );
    expect(seen?.headers.connection).toBe("close");
  });

  it("fails when nothing listens", async () => {
    const port = await httpServer(() => {});
    await new Promise((resolve) => servers.pop()?.server.close(resolve));
    expect(await probe({ Port: port }).result).toEqual({
      passed: false,
      status: "Failure: Connection refused. Resolved IP: 127.0.0.1",
    });
  });

  it("fails when no status comes within two seconds of connecting", async () => {
    const port = await httpServer(() => {});
    const { clock, result } = probe({ Port: port });
    await runOut(clock, 2_000);
    expect(await result).toEqual({
      passed: false,
      status: "Failure: The endpoint did not answer within 2 seconds after connecting. Resolved IP: 127.0.0.1",
    });
  });

  it("fails on an answer that is not HTTP, and on none", async () => {
    const nonsense = await tcpServer((socket) => socket.end("SSH-2.0-nonsense\r\n\r\n"));
    expect((await probe({ Port: nonsense }).result).status).toBe(
      "Failure: The endpoint's answer is not valid HTTP. Resolved IP: 127.0.0.1",
    );
    const hangsUp = await tcpServer((socket) => socket.end());
    expect((await probe({ Port: hangsUp }).result).status).toBe(
      "Failure: The endpoint closed the connection before it answered. Resolved IP: 127.0.0.1",
    );
  });

  it("fails, and does not break, on a path that no request can carry", async () => {
    const { passed, status } = await probe({ Port: 1, ResourcePath: "/a b" }).result;
    expect(passed).toBe(false);
    expect(status).toContain("The request could not be made");
  });

  it("lets go of its socket when it is aborted", async () => {
    const asked = moment();
    const closed = moment();
    const port = await httpServer((request) => {
      request.socket.on("close", () => closed.happen());
      asked.happen();
    });
    const { abort, result, clock } = probe({ Port: port });
    await asked.happened;
    abort.abort(new Error("stopped"));
    await expect(result).rejects.toThrow("stopped");
    await closed.happened;
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a string match", () => {
  const match = (port: number, SearchString: string) => probe({ Type: "HTTP_STR_MATCH", Port: port, SearchString });

  it("finds a string that is cut across reads", async () => {
    const port = await httpServer((_, response) => {
      response.write("all syst");
      setImmediate(() => setTimeout(() => response.end("ems nominal"), 5));
    });
    expect((await match(port, "systems").result).passed).toBe(true);
  });

  it("finds one that ends with the 5,120th byte and misses one that ends after it", async () => {
    const port = await httpServer((request, response) => {
      const padding = Number(request.url?.slice(1));
      response.write("x".repeat(padding));
      response.write("needle");
      // Never ends: the probe must decide on what it has.
    });
    const found = probe({ Type: "HTTP_STR_MATCH", Port: port, SearchString: "needle", ResourcePath: "/5114" });
    expect((await found.result).passed).toBe(true);
    const missed = probe({ Type: "HTTP_STR_MATCH", Port: port, SearchString: "needle", ResourcePath: "/5115" });
    expect(await missed.result).toEqual({
      passed: false,
      status:
        "Failure: HTTP Status Code 200, OK, but the search string was not found in the first 5,120 bytes of the response body. Resolved IP: 127.0.0.1",
    });
  });

  it("fails on a bad status even when the string is there", async () => {
    const port = await httpServer((_, response) => response.writeHead(500).end("needle"));
    expect((await match(port, "needle").result).status).toContain("HTTP Status Code 500");
  });

  it("looks at case", async () => {
    const port = await httpServer((_, response) => response.end("Needle"));
    expect((await match(port, "needle").result).passed).toBe(false);
  });

  it("fails when the body does not come within two seconds of the status", async () => {
    const mayAnswer = moment();
    const port = await httpServer((_, response) => {
      void mayAnswer.happened.then(() => response.write("nothing of use"));
    });
    const { clock, result } = match(port, "needle");
    await vi.waitFor(() => expect(clock.nextTimerInMs).toBe(2_000), 20_000);
    await clock.advance(1_500);
    mayAnswer.happen();
    await runOut(clock, 2_000);
    expect((await result).status).toContain("did not send its response body within 2 seconds");
  });
});

describe("an HTTPS probe", () => {
  async function httpsServer() {
    const names: (string | false | null | undefined)[] = [];
    const server = createHttpsServer(SELF_SIGNED, (request, response) => {
      names.push((request.socket as TLSSocket & { servername?: string | false }).servername);
      response.end("secure");
    });
    server.on("tlsClientError", () => {});
    return { port: await listen(server), names };
  }

  it("sends the name and does not look at the certificate", async () => {
    const { port, names } = await httpsServer();
    const { passed } = await probe({ Type: "HTTPS", Port: port, FullyQualifiedDomainName: "www.example.com" }).result;
    expect(passed).toBe(true);
    expect(names).toEqual(["www.example.com"]);
  });

  it("sends no name when SNI is off", async () => {
    const { port, names } = await httpsServer();
    const config = { Port: port, FullyQualifiedDomainName: "www.example.com", EnableSNI: false };
    expect((await probe({ Type: "HTTPS", ...config }).result).passed).toBe(true);
    expect(names).toEqual([false]);
  });

  it("fails against a server that speaks no TLS", async () => {
    const port = await httpServer((_, response) => response.end());
    const { passed, status } = await probe({ Type: "HTTPS", Port: port }).result;
    expect(passed).toBe(false);
    expect(status).toContain("SSL/TLS handshake failed");
  });

  it("gives the handshake as long as the connection", async () => {
    const connected = moment();
    const port = await tcpServer(() => connected.happen());
    const { clock, result } = probe({ Type: "HTTPS", Port: port });
    await connected.happened;
    await runOut(clock, 4_000);
    expect((await result).status).toContain("Failure: Connection timed out.");
  });
});

describe("a TCP probe", () => {
  it("passes when the connection is made, and closes it", async () => {
    const closed = moment();
    const port = await tcpServer((socket) => socket.on("close", () => closed.happen()).resume());
    expect(await probe({ Type: "TCP", Port: port }).result).toEqual({
      passed: true,
      status: "Success: TCP connection established",
    });
    await closed.happened;
  });

  it("fails when the connection is refused", async () => {
    const port = await tcpServer(() => {});
    await new Promise((resolve) => servers.pop()?.server.close(resolve));
    expect((await probe({ Type: "TCP", Port: port }).result).status).toContain("Connection refused");
  });
});

describe("where a probe goes", () => {
  it("is never beyond the loopback interface", async () => {
    const { passed, status } = await probe({ IPAddress: "192.0.2.1", Port: 80 }).result;
    expect(passed).toBe(false);
    expect(status).toContain("the local backend probes loopback addresses only");
    for (const address of ["127.0.0.1", "127.255.1.2", "::1"]) expect(isLoopback(address)).toBe(true);
    for (const address of ["128.0.0.1", "10.0.0.1", "::2", "0.0.0.0", "localhost", ""]) {
      expect(isLoopback(address)).toBe(false);
    }
  });

  it("is the name's address when the check has none of its own, and that too only on the loopback interface", async () => {
    const port = await httpServer((_, response) => response.end());
    const config = { IPAddress: undefined, Port: port, FullyQualifiedDomainName: "app.example.com" };
    const asked: string[] = [];
    const here: Resolve = async (name) => {
      asked.push(name);
      return { addresses: ["127.0.0.1"], rcode: "NOERROR" };
    };
    expect((await probe(config, here).result).passed).toBe(true);
    expect(asked).toEqual(["app.example.com"]);
    const away: Resolve = async () => ({ addresses: ["203.0.113.9"], rcode: "NOERROR" });
    expect((await probe(config, away).result).status).toContain("203.0.113.9 is not one");
  });

  it("fails when the name does not resolve, with the reason", async () => {
    const config = { IPAddress: undefined, Port: 80, FullyQualifiedDomainName: "gone.example.com" };
    expect((await probe(config).result).status).toBe("Failure: DNS resolution failed: NXDOMAIN");
    const noData: Resolve = async () => ({ addresses: [], rcode: "NOERROR" });
    expect((await probe(config, noData).result).status).toContain("gone.example.com has no IPv4 address");
    const silent: Resolve = async () => {
      throw new Error("no answer within 1 s");
    };
    expect((await probe(config, silent).result).status).toBe("Failure: DNS resolution failed: no answer within 1 s");
  });
});

describe("what a probe asks for", () => {
  it("leaves the protocol's own port out of the Host header", () => {
    expect(target({ Port: 80, FullyQualifiedDomainName: "a.example" })).toMatchObject({ hostHeader: "a.example" });
    expect(target({ Type: "HTTPS", FullyQualifiedDomainName: "a.example" })).toMatchObject({
      hostHeader: "a.example",
      port: 443,
    });
    expect(target({ Port: 443 })).toMatchObject({ hostHeader: "127.0.0.1:443" });
    expect(target({ IPAddress: "::1", Port: 8080 })).toMatchObject({ hostHeader: "[::1]:8080" });
  });

  it("is nothing for checks that have no endpoint", () => {
    expect(probeTarget("x", { Type: "CALCULATED" })).toBeUndefined();
    expect(probeTarget("x", { Type: "CLOUDWATCH_METRIC" })).toBeUndefined();
  });

  it("gives sockets some real time however fast the clock runs", async () => {
    const port = await httpServer(() => {});
    const clock = fakeClock({ speed: 100 });
    const abort = new AbortController();
    const result = socketProbe(noNames)(target({ Port: port }), { clock, signal: abort.signal });
    let settled = false;
    void result.then(() => {
      settled = true;
    });
    await vi.waitFor(() => expect(clock.nextTimerInMs).toBe(10_000), 20_000);
    await clock.advance(9_000);
    expect(settled).toBe(false);
    await clock.advance(1_000);
    expect((await result).passed).toBe(false);
  });
});
