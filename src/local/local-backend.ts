/**
 * The local backend, whole: an AWS API server, name servers, health checkers and endpoints over one store, in this process.
 * The daemon runs one; so do tests, on free ports.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RootHint, SocketAddress } from "../backend/backend.ts";
import { type Clock, systemClock } from "../clock.ts";
import { exchange } from "../dns/client.ts";
import { makeQuery } from "../dns/message.ts";
import { rcodeName, TYPE } from "../dns/types.ts";
import { Failure } from "../errors.ts";
import { type Geography, openGeography } from "../geo/geography.ts";
import { formatQueryLogEntry } from "../logs/query-log.ts";
import { domainName } from "../route53/names.ts";
import { CallLog } from "./control-calls.ts";
import { CONTROL_PREFIX } from "./control-routes.ts";
import { handleControl } from "./control-server.ts";
import type { DaemonHome } from "./daemon-home.ts";
import type { ServiceSettings } from "./daemon-run-file.ts";
import { createEndpointKeeper, type EndpointKeeper } from "./endpoints/endpoint-keeper.ts";
import { guardedClock } from "./guarded-clock.ts";
import { createHealthMonitor, type ListedHealthMonitor } from "./health/health-monitor.ts";
import type { Resolve } from "./health/probe.ts";
import { type NameServers, startNameServers } from "./nameserver/servers.ts";
import { parentKeys } from "./nameserver/signing/parent-keys.ts";
import { VpcNumbers } from "./nameserver/vpc-numbers.ts";
import { credentialScopeOf } from "./protocol/request.ts";
import { createProtocolServer, DEFAULT_ACCOUNT, type ProtocolServer } from "./protocol/server.ts";
import type { ServiceDefinition } from "./protocol/service.ts";
import { createDomainsService } from "./services/domains/domains-service.ts";
import { createEc2 } from "./services/ec2/ec2.ts";
import type { InstanceControl } from "./services/ec2/instance-control.ts";
import { createLogsService } from "./services/logs/logs-service.ts";
import type { KmsKeyControl } from "./services/route53/kms-keys.ts";
import { createRoute53Service } from "./services/route53/service.ts";
import { createCloudMapService } from "./services/servicediscovery/cloud-map-service.ts";
import { createStsService } from "./services/sts/sts-service.ts";
import { decodeSnapshot, encodeSnapshot, entriesOf, replaceContent } from "./snapshot.ts";
import { diskBytesOf, type LocalStatus } from "./status.ts";
import type { DirectoryLock } from "./store/directory-lock.ts";
import { MemoryStore } from "./store/memory-store.ts";
import type { Store } from "./store/store.ts";

const DEFAULT_API_PORT = 5350;
const DEFAULT_DNS_PORT = 5300;

/** The backend's ms from PENDING to INSYNC. AWS takes up to 60 s; here it is only long enough to be seen. */
const DEFAULT_PROPAGATION_DELAY_MS = 200;

/** Real ms. Longer than commands pause between two requests, so that they do not write into a connection as it is closed. */
const KEEP_ALIVE_MS = 60_000;

/** Real ms that the endpoints get to be up before the health checkers begin. */
const ENDPOINTS_FIRST_MS = 2_000;

export interface LocalBackendOptions {
  /** Where its state is; without one everything is in memory. */
  readonly home?: DaemonHome;
  /** Nothing is kept, though the home is still held against other processes. */
  readonly inMemory?: boolean;
  /** 0 takes a free one. */
  readonly apiPort?: number;
  /** The same port on every name server's address; 0 takes a free one. */
  readonly dnsPort?: number;
  /** How many times faster than life intervals pass; 1 unless given. */
  readonly speed?: number;
  readonly propagationDelayMs?: number;
  /** Twelve digits. */
  readonly account?: string;
  /** Refuses requests beyond Route 53's rate limits, as AWS does. */
  readonly throttle?: boolean;
  /** Does without what must be set up outside Route 53 first: a log group's resource policy, a KMS key's Region. */
  readonly lenient?: boolean;
  /** Alike responses a second that one network gets from one authoritative server over UDP; without it there is no limit. */
  readonly responseRateLimit?: number;
  /** A MaxMind DB of cities or countries to tell where clients are, in place of the embedded one; read at start. */
  readonly geoDatabase?: string;
  /** A CSV file of measured latencies, in place of the great circle; read at start. */
  readonly latencyMatrix?: string;
  /** Told of what should not happen; the backend goes on. */
  readonly onDefect?: (error: unknown) => void;
  /** Called first of all when it stops, whoever asked. */
  readonly onStopping?: () => void;
}

export class LocalBackend {
  readonly #options: LocalBackendOptions;
  readonly #store: Store;
  readonly #lock: DirectoryLock | undefined;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #calls: CallLog;
  readonly #geography: Geography;
  readonly #startedAt = Date.now();
  /** Replaced as a whole by a reset. */
  #core: Promise<Core>;
  #stopping: Promise<void> | undefined;
  readonly #onStopped: (() => void)[] = [];
  readonly apiPort: number;
  readonly dnsPort: number;
  readonly rootHints: readonly RootHint[];
  readonly resolver: SocketAddress;

  private constructor(
    options: LocalBackendOptions,
    parts: {
      store: Store;
      lock: DirectoryLock | undefined;
      server: Server;
      clock: Clock;
      calls: CallLog;
      geography: Geography;
      core: Core;
    },
  ) {
    this.#options = options;
    this.#store = parts.store;
    this.#lock = parts.lock;
    this.#server = parts.server;
    this.#clock = parts.clock;
    this.#calls = parts.calls;
    this.#geography = parts.geography;
    this.#core = Promise.resolve(parts.core);
    this.apiPort = (parts.server.address() as AddressInfo).port;
    this.dnsPort = parts.core.nameServers.port;
    this.rootHints = parts.core.nameServers.rootHints;
    this.resolver = parts.core.nameServers.resolver;
    parts.server.on("request", (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        options.onDefect?.(error);
        response.destroy();
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const core = await this.#core;
    if (!request.url?.startsWith(CONTROL_PREFIX)) return core.handle(request, response);
    return handleControl(request, response, {
      status: () => this.status(),
      endpoints: core.endpoints,
      instances: core.instances,
      kmsKeys: core.kmsKeys,
      calls: this.#calls,
      reset: () => this.reset(),
      saveSnapshot: () => this.saveSnapshot(),
      loadSnapshot: (file) => this.loadSnapshot(file),
      shutdown: () => void this.stop(),
    });
  }

  /**
   * Resolves when everything answers. Throws a Failure, with nothing left behind, when a port or address cannot be had
   * (`local.port-busy`, `local.port-forbidden`, `nameserver.*`), the store cannot be opened (`store.*`), or a file of one's own not
   * read (`geo.*`, `latency-matrix.*`).
   */
  static async start(options: LocalBackendOptions = {}): Promise<LocalBackend> {
    const { home, inMemory = home === undefined, apiPort = DEFAULT_API_PORT } = options;
    const clock = guardedClock(systemClock(options.speed ?? 1), options.onDefect ?? (() => {}));
    const geography = await openGeography(options, options.onDefect ?? (() => {}));
    // The newest first: what was opened is closed in the opposite order when a later step fails.
    const opened: (() => Promise<unknown> | unknown)[] = [];
    try {
      const { lock, store } = await openState(home, inMemory);
      opened.unshift(() => lock?.release());
      opened.unshift(() => store.close());
      const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
      await listen(server, apiPort);
      opened.unshift(() => new Promise((resolve) => server.close(resolve)));
      const calls = new CallLog();
      const dnsPort = options.dnsPort ?? DEFAULT_DNS_PORT;
      const core = await startCore(store, clock, options, dnsPort, { calls, geography });
      return new LocalBackend({ ...options, inMemory }, { store, lock, server, clock, calls, geography, core });
    } catch (error) {
      for (const close of opened) await close();
      throw error;
    }
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.apiPort}`;
  }

  get speed(): number {
    return this.#clock.speed;
  }

  /** As they are in effect. */
  get settings(): ServiceSettings {
    return serviceSettings(this.#options);
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  async status(): Promise<LocalStatus> {
    const core = await this.#core;
    const { home, inMemory = false } = this.#options;
    return {
      pid: process.pid,
      ...(home === undefined ? {} : { home: home.directory }),
      inMemory,
      ...(home === undefined || inMemory ? {} : { diskBytes: diskBytesOf(home.stateDirectory) }),
      settings: this.settings,
      apiPort: this.apiPort,
      dnsPort: this.dnsPort,
      speed: this.speed,
      startedAt: this.#startedAt,
      uptimeMs: Date.now() - this.#startedAt,
      zones: core.zones(),
      vpcs: core.nameServers.vpcResolvers(),
      healthChecks: core.health.list(),
      endpoints: await core.endpoints.list(),
      instances: core.instances.list(),
    };
  }

  /** The endpoints as a command's {@link import("../backend/backend.ts").EndpointControl} sees them, without the HTTP between. */
  async endpoints(): Promise<EndpointKeeper> {
    return (await this.#core).endpoints;
  }

  /** What the API serves, operation by operation. */
  async services(): Promise<readonly ServiceDefinition[]> {
    return (await this.#core).services();
  }

  /** Drops all state; requests that come meanwhile wait. Ports stay. */
  async reset(): Promise<void> {
    this.#core = this.#core.then(async (core) => {
      await core.close();
      this.#store.clear();
      return this.#startCore();
    });
    await this.#core;
  }

  #startCore(): Promise<Core> {
    const parts = { calls: this.#calls, geography: this.#geography };
    return startCore(this.#store, this.#clock, this.#options, this.dnsPort, parts);
  }

  /** The whole state at this moment, as a file's content. */
  async saveSnapshot(): Promise<Uint8Array> {
    (await this.#core).flush();
    return encodeSnapshot(entriesOf(this.#store), new Date());
  }

  /**
   * Makes a snapshot the whole state; requests that come meanwhile wait. Throws a Failure `snapshot.*`, or what made the
   * backend not start with it, and then everything is as it was.
   */
  async loadSnapshot(file: Uint8Array): Promise<void> {
    const entries = await decodeSnapshot(file);
    let problem: { readonly error: unknown } | undefined;
    this.#core = this.#core.then(async (core) => {
      await core.close();
      const before = [...entriesOf(this.#store)];
      try {
        replaceContent(this.#store, entries);
        return await this.#startCore();
      } catch (error) {
        problem = { error };
        replaceContent(this.#store, before);
        return this.#startCore();
      }
    });
    await this.#core;
    if (problem !== undefined) throw problem.error;
  }

  /** Closes everything; what was acknowledged is on disk. Further calls wait for the first. */
  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      this.#options.onStopping?.();
      this.#calls.close();
      this.#server.close();
      // Idle keep-alive connections would hold it open.
      this.#server.closeIdleConnections();
      // A reset that failed has left none.
      const core = await this.#core.catch(() => undefined);
      await core?.close();
      this.#server.closeAllConnections();
      await this.#store.close();
      await this.#lock?.release();
      for (const listener of this.#onStopped) listener();
    })();
    return this.#stopping;
  }

  /** Resolves when it has stopped, whoever asked. */
  get stopped(): Promise<void> {
    return this.#stopping ?? new Promise((resolve) => this.#onStopped.push(resolve));
  }
}

/** Everything that a reset replaces. */
interface Core {
  readonly nameServers: NameServers;
  readonly health: ListedHealthMonitor;
  readonly endpoints: EndpointKeeper;
  readonly instances: InstanceControl;
  readonly kmsKeys: KmsKeyControl;
  services(): Promise<readonly ServiceDefinition[]>;
  /** Answers a request to an AWS API. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  zones(): LocalStatus["zones"];
  /** Writes what waits to be written. */
  flush(): void;
  close(): Promise<void>;
}

function serviceSettings(options: LocalBackendOptions): ServiceSettings {
  const {
    account = DEFAULT_ACCOUNT,
    propagationDelayMs = DEFAULT_PROPAGATION_DELAY_MS,
    throttle = false,
    lenient = false,
    responseRateLimit,
    geoDatabase,
    latencyMatrix,
  } = options;
  return {
    account,
    propagationDelayMs,
    throttle,
    lenient,
    ...(responseRateLimit === undefined ? {} : { responseRateLimit }),
    ...(geoDatabase === undefined ? {} : { geoDatabase }),
    ...(latencyMatrix === undefined ? {} : { latencyMatrix }),
  };
}

/** Only a state on a disk needs LMDB, which is slow to load. */
async function openState(
  home: DaemonHome | undefined,
  inMemory: boolean,
): Promise<{ readonly store: Store; readonly lock?: DirectoryLock }> {
  if (home === undefined) return { store: new MemoryStore() };
  if (!inMemory) {
    const { openStore } = await import("./store/lmdb-store.ts");
    return { store: openStore({ directory: home.stateDirectory }) };
  }
  const { lockDirectory } = await import("./store/directory-lock.ts");
  return { store: new MemoryStore(), lock: lockDirectory(home.stateDirectory) };
}

async function startCore(
  store: Store,
  clock: Clock,
  options: LocalBackendOptions,
  dnsPort: number,
  { calls, geography }: { readonly calls: CallLog; readonly geography: Geography },
): Promise<Core> {
  const { account, propagationDelayMs, throttle, lenient } = serviceSettings(options);
  const { onDefect = () => {} } = options;
  const realTime = systemClock();
  const health = createHealthMonitor({
    clock,
    store,
    resolve: (name, signal) => resolveLocally(nameServers.resolver)(name, signal),
    onDefect,
  });
  const nameServers = await startNameServers({
    port: dnsPort,
    health,
    clock,
    onDefect,
    parentKeys: parentKeys(store),
    ...geography,
    ...(options.responseRateLimit === undefined ? {} : { responseRateLimit: options.responseRateLimit }),
    vpcNumbers: new VpcNumbers(store),
    isLogged: (zoneId) => route53.queryLogGroup(zoneId) !== undefined,
    onQuery(entry) {
      const group = route53.queryLogGroup(entry.zoneId);
      if (group === undefined) return;
      try {
        // Only queued there: an answer does not wait for its log line, and does not fail with it.
        logs.append(group, `${entry.zoneId}/${entry.edgeLocation}`, [
          { timestamp: entry.time, message: formatQueryLogEntry(entry) },
        ]);
      } catch (error) {
        onDefect(error);
      }
    },
  });
  const logs = createLogsService({ store, clock, account, onDefect });
  const domains = createDomainsService({ store, clock, publisher: nameServers });
  const route53 = createRoute53Service({
    store,
    clock,
    publisher: nameServers,
    answers: nameServers,
    health,
    logs,
    registrar: domains,
    propagationDelayMs,
    account,
    throttle,
    lenient,
  });
  const sts = createStsService({ account });
  const cloudMap = createCloudMapService({
    store,
    clock,
    account,
    route53: route53.linked,
    health,
    ec2: { privateAddressOf: (instanceId, region) => ec2.privateAddressOf(instanceId, region) },
    propagationDelayMs,
    throttle,
    onDefect,
  });
  const endpoints = createEndpointKeeper({ store, clock: realTime });
  const ec2 = createEc2({ store, clock, endpoints, publisher: nameServers, account, onDefect });
  const close = async () => {
    cloudMap.close();
    route53.close();
    await health.close();
    await nameServers.close();
    try {
      logs.close();
    } catch (error) {
      // Lines that find no room are lost; everything else still ends as it should.
      onDefect(error);
    }
    await ec2.close();
    await endpoints.close();
  };
  try {
    domains.restore();
    // Before the health checks, whose first probes would find them down. One that hangs must not keep the rest waiting.
    await Promise.race([
      endpoints.restore().then(() => ec2.restoreInstances()),
      new Promise<void>((resolve) => void realTime.after(ENDPOINTS_FIRST_MS, resolve)),
    ]);
    route53.restore();
    ec2.restoreVpcs();
    nameServers.forgetOtherVpcs();
    cloudMap.restore();
    // The servers of the zones that there are answer from the first moment.
    await nameServers.settled();
  } catch (error) {
    await close();
    throw error;
  }
  const serve = (services: readonly ServiceDefinition[]) =>
    createProtocolServer({
      services,
      account,
      onCall: (call) => calls.record(call),
      onDefect: (error) => onDefect(error),
    });
  const protocol = serve([route53.service, logs.service, domains.service, cloudMap.service, sts.service]);
  let ec2Protocol: Promise<ProtocolServer> | undefined;
  return {
    nameServers,
    health,
    endpoints,
    instances: ec2.control,
    kmsKeys: route53.kmsKeys,
    services: async () => [...protocol.services, await ec2.service()],
    async handle(request, response) {
      // Its schemas are loaded for the first client who wants them; a signature says so before anything is read.
      if (credentialScopeOf(request.headers, NO_QUERY)?.service !== ec2.signingName) {
        return protocol.handle(request, response);
      }
      ec2Protocol ??= ec2.service().then((service) => serve([service]));
      return (await ec2Protocol).handle(request, response);
    },
    zones: () => route53.zones(),
    flush() {
      health.flush();
      logs.flush();
    },
    close,
  };
}

const NO_QUERY = new URLSearchParams();

/** How checks that give only a name find their endpoint: through the local caching resolver, as a client would. */
function resolveLocally(resolver: SocketAddress): Resolve {
  return async (name, signal) => {
    const query = makeQuery({ name: domainName(name), type: TYPE.A, recursionDesired: true });
    const { response } = await exchange({
      server: resolver,
      query,
      transport: "auto",
      timeoutMs: 1_000,
      tries: 2,
      signal,
    });
    const addresses = response.answers
      .filter(({ type, rdata }) => type === TYPE.A && rdata.length === 4)
      .map(({ rdata }) => rdata.join("."));
    return { addresses, rcode: rcodeName(response.rcode) };
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(describeListenError(error, port)));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, resolve);
  });
  server.removeAllListeners("error");
}

function describeListenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new Failure({
      kind: "failed",
      code: "local.port-busy",
      message: `Port ${port} of 127.0.0.1, for the AWS API, is taken by another program`,
      next: "Stop that program, or choose another port with --api-port (0 takes a free one)",
      cause: error,
    });
  }
  if (error.code === "EACCES") {
    return new Failure({
      kind: "failed",
      code: "local.port-forbidden",
      message: `Port ${port}, for the AWS API, may not be used without privileges`,
      next: "Choose one above 1023 with --api-port",
      cause: error,
    });
  }
  return error;
}
