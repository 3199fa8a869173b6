/**
 * Keeps the HTTP endpoints: their definitions are durable, their processes run while the backend does, come back when they
 * crash, and stay down only while somebody holds a lease on that.
 */

import { isIPv4 } from "node:net";
import type { EndpointControl, EndpointSpecification, LocalEndpoint } from "../../backend/backend.ts";
import { type Clock, systemClock, type Timer } from "../../clock.ts";
import { Failure } from "../../errors.ts";
import type { Store, Table } from "../store/store.ts";
import { type EndpointProcess, startEndpointProcess } from "./endpoint-process.ts";

/** Nobody who forgets an endpoint should find it down the next day. */
const LONGEST_LEASE_MS = 24 * 60 * 60 * 1000;
const FIRST_RESTART_MS = 100;
const SLOWEST_RESTART_MS = 5_000;
/** A process that lived this long has proved itself; its next crash is a first one again. */
const PROVEN_MS = 10_000;

export interface EndpointKeeper extends EndpointControl {
  /** Starts what the store holds; resolves when each has been tried once. What cannot start is tried again and again. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export interface EndpointKeeperOptions {
  readonly store: Store;
  /** Leases and restarts run in real time, whatever the backend's speed. */
  readonly clock?: Clock;
}

export function createEndpointKeeper({ store, clock = systemClock() }: EndpointKeeperOptions): EndpointKeeper {
  return new Keeper(store, clock);
}

interface Kept {
  specification: EndpointSpecification;
  process: EndpointProcess | undefined;
  /** Epoch ms; null unless it is held stopped. */
  leaseUntil: number | null;
  lease: Timer | undefined;
  restart: Timer | undefined;
  restarts: number;
  /** The last thing asked of it; the next waits for that. */
  turn: Promise<unknown>;
}

function idOf({ address, port }: EndpointSpecification): string {
  return `${address}:${port}`;
}

function refuse(message: string, next: string): Failure {
  return new Failure({ kind: "usage", code: "endpoint.invalid", message, next });
}

/** Throws a Failure `endpoint.invalid`. */
export function checkEndpoint({ name, address, port }: EndpointSpecification): void {
  if (typeof name !== "string" || !/^[\x20-\x7e]{1,64}$/.test(name)) {
    throw refuse("An endpoint's name is 1 to 64 printable characters", "Give it another name");
  }
  if (typeof address !== "string" || !isIPv4(address) || !address.startsWith("127.")) {
    throw refuse(
      `'${address}' is not a loopback address; local endpoints live in 127.0.0.0/8`,
      "Use an address such as 127.0.10.1",
    );
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw refuse(`'${port}' is not a port number`, "Use a port from 1 to 65535");
  }
}

class Keeper implements EndpointKeeper {
  readonly #store: Store;
  readonly #definitions: Table<EndpointSpecification>;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #closed = false;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#definitions = store.table("endpoints");
    this.#clock = clock;
  }

  async restore(): Promise<void> {
    const definitions = [...this.#definitions.entries()].map(({ value }) => value);
    await Promise.all(
      definitions.map((definition) => {
        const kept = this.#adopt(definition);
        return this.#inTurn(kept, () => this.#run(kept)).catch(() => this.#startAgainLater(kept));
      }),
    );
  }

  async list(): Promise<LocalEndpoint[]> {
    return [...this.#kept.values()].map((kept) => this.#view(kept));
  }

  async ensure(specification: EndpointSpecification): Promise<LocalEndpoint> {
    checkEndpoint(specification);
    const { name, address, port } = specification;
    const definition = { name, address, port };
    const known = this.#kept.get(idOf(definition));
    const kept = known ?? this.#adopt(definition);
    return this.#inTurn(kept, async () => {
      // Removed before its turn came, or never made: what is asked for now begins anew.
      if (!this.#isKept(kept)) return this.ensure(specification);
      try {
        if (kept.specification.name !== name) {
          kept.specification = definition;
          // The name is in its answers.
          await this.#kill(kept);
        }
        if (kept.leaseUntil === null) await this.#run(kept);
      } catch (error) {
        if (known === undefined) this.#kept.delete(idOf(definition));
        else this.#startAgainLater(kept);
        throw error;
      }
      this.#store.write(() => this.#definitions.put(idOf(definition), definition));
      return this.#view(kept);
    });
  }

  async remove(id: string): Promise<void> {
    const kept = this.#find(id);
    await this.#inTurn(kept, async () => {
      this.#find(id, kept);
      await this.#discard(kept);
      this.#store.write(() => this.#definitions.remove(id));
    });
  }

  async stop(id: string, leaseMs: number): Promise<LocalEndpoint> {
    const kept = this.#find(id);
    if (!(leaseMs > 0 && leaseMs <= LONGEST_LEASE_MS)) {
      throw refuse(`A lease of ${leaseMs} ms is out of range`, `Use 1 to ${LONGEST_LEASE_MS} ms`);
    }
    return this.#inTurn(kept, async () => {
      this.#find(id, kept);
      this.#endLease(kept);
      kept.leaseUntil = this.#clock.now() + leaseMs;
      kept.lease = this.#clock.after(leaseMs, () => void this.start(id).catch(() => {}));
      await this.#kill(kept);
      return this.#view(kept);
    });
  }

  async start(id: string): Promise<LocalEndpoint> {
    const kept = this.#find(id);
    return this.#inTurn(kept, async () => {
      this.#find(id, kept);
      this.#endLease(kept);
      try {
        await this.#run(kept);
      } catch (error) {
        this.#startAgainLater(kept);
        throw error;
      }
      return this.#view(kept);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#kept.values()].map((kept) => this.#inTurn(kept, () => this.#discard(kept))));
  }

  #adopt(specification: EndpointSpecification): Kept {
    const kept: Kept = {
      specification,
      process: undefined,
      leaseUntil: null,
      lease: undefined,
      restart: undefined,
      restarts: 0,
      turn: Promise.resolve(),
    };
    this.#kept.set(idOf(specification), kept);
    return kept;
  }

  /** With `expected`, the one that was found before: it may have been removed while others had their turn. */
  #find(id: string, expected?: Kept): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined || (expected !== undefined && kept !== expected)) {
      throw new Failure({
        kind: "failed",
        code: "endpoint.unknown",
        message: `The local backend keeps no endpoint ${id}`,
        next: "`r53kit local status` lists the ones it keeps; `r53kit setup apply` makes those of the config file",
      });
    }
    return kept;
  }

  #view({ specification, process, leaseUntil }: Kept): LocalEndpoint {
    return {
      id: idOf(specification),
      ...specification,
      pid: process?.pid ?? null,
      state: process === undefined ? "stopped" : "running",
      leaseUntil,
    };
  }

  /** One thing at a time for each endpoint, in the order asked. */
  #inTurn<Result>(kept: Kept, work: () => Promise<Result>): Promise<Result> {
    const result = kept.turn.then(work);
    kept.turn = result.catch(() => {});
    return result;
  }

  async #run(kept: Kept): Promise<void> {
    kept.restart?.cancel();
    if (kept.process !== undefined || this.#closed || !this.#isKept(kept)) return;
    const startedAt = this.#clock.elapsedMs();
    const process = await startEndpointProcess(kept.specification);
    kept.process = process;
    void process.ended.then(() => {
      // Killed by us: whoever did that has already let go of it.
      if (kept.process !== process) return;
      kept.process = undefined;
      if (this.#clock.elapsedMs() - startedAt > PROVEN_MS) kept.restarts = 0;
      this.#startAgainLater(kept);
    });
  }

  #startAgainLater(kept: Kept): void {
    kept.restart?.cancel();
    if (this.#closed || kept.leaseUntil !== null || !this.#isKept(kept)) return;
    const delayMs = Math.min(SLOWEST_RESTART_MS, FIRST_RESTART_MS * 2 ** kept.restarts++);
    kept.restart = this.#clock.after(delayMs, () => {
      void this.#inTurn(kept, () => this.#run(kept)).catch(() => this.#startAgainLater(kept));
    });
  }

  #isKept(kept: Kept): boolean {
    return this.#kept.get(idOf(kept.specification)) === kept;
  }

  #endLease(kept: Kept): void {
    kept.lease?.cancel();
    kept.leaseUntil = null;
  }

  async #kill(kept: Kept): Promise<void> {
    kept.restart?.cancel();
    const { process } = kept;
    kept.process = undefined;
    await process?.kill();
  }

  async #discard(kept: Kept): Promise<void> {
    this.#kept.delete(idOf(kept.specification));
    this.#endLease(kept);
    await this.#kill(kept);
  }
}
