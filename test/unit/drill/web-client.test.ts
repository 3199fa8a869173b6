import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import type { AddressAnswer } from "../../../src/drill/observers/name-server.ts";
import { serviceRequest } from "../../../src/drill/observers/service-request.ts";
import { webClientObserver } from "../../../src/drill/observers/web-client.ts";
import { domainName } from "../../../src/route53/names.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const NEVER = new AbortController().signal;
const SIDES = {
  primary: { setIdentifier: "p", values: ["192.0.2.1", "192.0.2.3"] },
  secondary: { setIdentifier: "s", values: ["192.0.2.2"] },
};

describe("the client that honours TTLs", () => {
  it("keeps an answer for its TTL and asks again after it, on the backend's clock", async () => {
    const clock = fakeClock({ speed: 10 });
    let asked = 0;
    const answers: AddressAnswer = { rcode: "NOERROR", addresses: ["192.0.2.1"], ttlSeconds: 30 };
    const resolve = async () => {
      asked++;
      return answers;
    };
    const client = webClientObserver({ resolve, request: async () => "HTTP 200", sides: SIDES, clock });
    await client.look(NEVER);
    await clock.advance(29_999);
    expect((await client.look(NEVER)).sees).toBe("primary");
    expect(asked).toBe(1);
    await clock.advance(1);
    await client.look(NEVER);
    expect(asked).toBe(2);
  });

  it("goes on asking a dead address until its answer expires", async () => {
    const clock = fakeClock();
    let answer: AddressAnswer = { rcode: "NOERROR", addresses: ["192.0.2.1"], ttlSeconds: 60 };
    const request = async (address: string) => {
      if (address === "192.0.2.1") throw new Error("connection refused");
      return "HTTP 200";
    };
    const client = webClientObserver({ resolve: async () => answer, request, sides: SIDES, clock });
    expect(await client.look(NEVER)).toEqual({ sees: "nothing", detail: "192.0.2.1: connection refused" });
    answer = { rcode: "NOERROR", addresses: ["192.0.2.2"], ttlSeconds: 60 };
    await clock.advance(59_000);
    expect((await client.look(NEVER)).sees).toBe("nothing");
    await clock.advance(1000);
    expect(await client.look(NEVER)).toEqual({ sees: "secondary", detail: "192.0.2.2: HTTP 200" });
  });

  it("tries the next address of an answer, as clients do", async () => {
    const clock = fakeClock();
    const request = async (address: string) => {
      if (address === "192.0.2.1") throw new Error("connection refused");
      return "HTTP 200";
    };
    const resolve = async () => ({ rcode: "NOERROR", addresses: SIDES.primary.values, ttlSeconds: 60 });
    const client = webClientObserver({ resolve, request, sides: SIDES, clock });
    expect(await client.look(NEVER)).toEqual({ sees: "primary", detail: "192.0.2.3: HTTP 200" });
  });

  it("does not keep a failure to resolve", async () => {
    const clock = fakeClock();
    let answer: AddressAnswer = { rcode: "SERVFAIL", addresses: [], ttlSeconds: undefined };
    const client = webClientObserver({
      resolve: async () => answer,
      request: async () => "HTTP 200",
      sides: SIDES,
      clock,
    });
    await expect(client.look(NEVER)).rejects.toThrow("SERVFAIL");
    answer = { rcode: "NOERROR", addresses: ["192.0.2.1"], ttlSeconds: 60 };
    expect((await client.look(NEVER)).sees).toBe("primary");
  });
});

describe("serviceRequest", () => {
  async function withServer(
    status: number,
    use: (port: number, seen: () => IncomingMessage | undefined) => Promise<void>,
  ): Promise<void> {
    let seen: IncomingMessage | undefined;
    const server = createServer((request, response) => {
      seen = request;
      if (request.url === "/hang") return;
      response.writeHead(status).end("body");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    try {
      await use((server.address() as AddressInfo).port, () => seen);
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  const name = domainName("orders.cafe.example");

  it("asks the address for the name's service", async () => {
    await withServer(200, async (port, seen) => {
      const request = serviceRequest({ protocol: "http", port, path: "/health" }, name, 2000);
      expect(await request("127.0.0.1", NEVER)).toBe("HTTP 200");
      expect([seen()?.url, seen()?.headers.host]).toEqual(["/health", "orders.cafe.example"]);
    });
  });

  it("takes a server error for not being served", async () => {
    await withServer(503, async (port) => {
      const request = serviceRequest({ protocol: "http", port, path: "/" }, name, 2000);
      await expect(request("127.0.0.1", NEVER)).rejects.toThrow("HTTP 503");
    });
  });

  it("does not wait for ever", async () => {
    await withServer(200, async (port) => {
      const request = serviceRequest({ protocol: "http", port, path: "/hang" }, name, 100);
      await expect(request("127.0.0.1", NEVER)).rejects.toThrow("no answer within 100 ms");
    });
  });

  it("connects where the check only connects, and says when nobody listens", async () => {
    let free = 0;
    await withServer(200, async (port) => {
      free = port;
      expect(await serviceRequest({ protocol: "tcp", port, path: "/" }, name, 2000)("127.0.0.1", NEVER)).toBe(
        "connected",
      );
    });
    const request = serviceRequest({ protocol: "tcp", port: free, path: "/" }, name, 2000);
    await expect(request("127.0.0.1", NEVER)).rejects.toThrow("ECONNREFUSED");
  });
});
