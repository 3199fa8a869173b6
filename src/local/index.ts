/**
 * `import { startLocalBackend } from "r53kit/local"`: the local backend inside a test's own process. The declarations of this
 * file are what ships as types, so it may name no type of another file of ours.
 */

import { localEnvironment } from "../backend/local-environment.ts";
import { LocalBackend } from "./local-backend.ts";

export interface LocalBackendSettings {
  /** How many times faster than life intervals, time limits and TTLs pass, 1 to 100; 1 unless given. */
  readonly speed?: number;
  /** The account that every caller is, twelve digits; 123456789012 unless given. */
  readonly account?: string;
  /** How long a change is PENDING, in ms of the backend's clock; 5 unless given. */
  readonly propagationDelayMs?: number;
  /** Whether requests beyond Route 53's rate limits are refused, as on AWS; not unless given. */
  readonly throttle?: boolean;
  /** Whether to do without what must be set up outside Route 53 first, such as a log group's resource policy. */
  readonly lenient?: boolean;
  /** How many alike responses a second one network gets from an authoritative server over UDP; no limit unless given. */
  readonly responseRateLimit?: number;
  /** A MaxMind DB of cities or countries (GeoLite2 or compatible) to tell where clients are; the embedded one unless given. */
  readonly geoDatabase?: string;
  /** A CSV file of measured latencies between clients and Regions; the great circle counts unless given. */
  readonly latencyMatrix?: string;
  /** The port of the AWS API on 127.0.0.1; a free one unless given. */
  readonly apiPort?: number;
  /** The port of every name server and of the resolver; a free one unless given. */
  readonly dnsPort?: number;
  /** Told of what went wrong inside the backend; it goes on. */
  readonly onDefect?: (error: unknown) => void;
}

export interface RunningLocalBackend {
  /** Of the AWS API and the control endpoint, e.g. `http://127.0.0.1:40123`. */
  readonly apiUrl: string;
  /** The port of every name server: root, top-level domains, authoritative servers, resolver. */
  readonly dnsPort: number;
  /** A caching resolver that starts at the local root and sees public zones only, as outside of every VPC. */
  readonly resolver: { readonly address: string; readonly port: number };
  /** Of who is in that VPC; undefined when neither the VPC nor a private zone that is associated with it is there (or INSYNC). */
  resolverOf(vpcId: string): Promise<{ readonly address: string; readonly port: number } | undefined>;
  /** The local root servers, for resolvers of one's own; they listen on `dnsPort`. */
  readonly rootHints: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** The environment variables that make any AWS client use this backend. */
  readonly env: Readonly<Record<string, string>>;
  /** Drops all state: zones, health checks, logs, endpoints. Ports stay. */
  reset(): Promise<void>;
  /** The whole state at this moment, in the form of `r53kit local snapshot save`. */
  saveSnapshot(): Promise<Uint8Array>;
  /** Makes a snapshot the whole state; rejects, with everything as it was, when it cannot be used. */
  loadSnapshot(file: Uint8Array): Promise<void>;
  /** Closes every socket and ends every endpoint. Until then they keep the process alive. */
  stop(): Promise<void>;
}

/** Long enough that a test can see a change PENDING if it tries, short enough that nobody waits. */
const PROPAGATION_DELAY_MS = 5;

/**
 * Starts a local backend in this process, with its state in memory, and resolves when it answers. Each call makes another
 * one: they share name servers' addresses, not ports. Rejects with an error that has a `code` and a `next` step.
 */
export async function startLocalBackend(settings: LocalBackendSettings = {}): Promise<RunningLocalBackend> {
  const backend = await LocalBackend.start({
    apiPort: 0,
    dnsPort: 0,
    propagationDelayMs: PROPAGATION_DELAY_MS,
    ...settings,
  });
  return {
    apiUrl: backend.apiUrl,
    dnsPort: backend.dnsPort,
    resolver: backend.resolver,
    async resolverOf(vpcId) {
      const { vpcs, dnsPort: port } = await backend.status();
      const address = vpcs.find(({ id }) => id === vpcId)?.address;
      return address === undefined ? undefined : { address, port };
    },
    rootHints: backend.rootHints,
    env: localEnvironment(backend).set,
    reset: () => backend.reset(),
    saveSnapshot: () => backend.saveSnapshot(),
    loadSnapshot: (file) => backend.loadSnapshot(file),
    stop: () => backend.stop(),
  };
}
