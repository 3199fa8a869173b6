/**
 * Instances and their lives. An instance may be one of the local endpoints: then its process runs while the instance does, so
 * stopping it through EC2 takes the service down as it would on AWS. States are durable; what was on its way when the backend
 * ended has arrived at its next start.
 */

import type { EndpointControl, EndpointSpecification } from "../../../backend/backend.ts";
import type { Clock } from "../../../clock.ts";
import { Failure } from "../../../errors.ts";
import type { Store } from "../../store/store.ts";
import { type Ec2State, type InstanceState, type InstanceStateName, rowsOf } from "./ec2-state.ts";

/** The backend's ms. EC2 takes two or three times as long for each; the order of things is the same. */
const PENDING_MS = 5_000;
const STOPPING_MS = 10_000;
const SHUTTING_DOWN_MS = 5_000;
/** The backend's ms in which a terminated instance is still shown ("about an hour", EC2 User Guide, "Terminate instances"). */
const TERMINATED_SHOWN_MS = 60 * 60 * 1000;
/** The backend's ms after which the status checks of a running instance have passed. */
export const STATUS_CHECKS_MS = 15_000;

interface InstancesSettings {
  readonly store: Store;
  readonly state: Ec2State;
  readonly clock: Clock;
  readonly endpoints: EndpointControl;
  /** Told of a transition that broke. */
  readonly onDefect: (error: unknown) => void;
}

type Down = "stopped" | "terminated";

/** Where a transition leads, and why it did not get where it should. */
type Arrival = Pick<InstanceState, "state"> & { readonly stateReason?: InstanceState["stateReason"] };

export class Instances {
  readonly #store: Store;
  readonly #table: Ec2State["instances"];
  readonly #clock: Clock;
  readonly #endpoints: EndpointControl;
  readonly #onDefect: (error: unknown) => void;
  /** The transition that each instance is in, by its id. */
  readonly #underWay = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  #closed = false;

  constructor({ store, state, clock, endpoints, onDefect }: InstancesSettings) {
    this.#store = store;
    this.#table = state.instances;
    this.#clock = clock;
    this.#endpoints = endpoints;
    this.#onDefect = onDefect;
  }

  /** Brings what was under way to its end. The processes of running instances come back as endpoints do. */
  async restore(): Promise<void> {
    const all = [...this.#table.entries()].map(({ value }) => value);
    await Promise.all(
      all.map(async (instance) => {
        if (instance.state === "pending") this.#put(instance, await this.#boot(instance, "stopped"));
        else if (instance.state === "stopping") this.#put(instance, await this.#halt(instance, "stopped"));
        else if (instance.state === "shutting-down") this.#put(instance, await this.#halt(instance, "terminated"));
        else if (instance.state === "terminated") this.#forget(instance);
      }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { abort } of this.#underWay.values()) abort.abort();
    await Promise.all([...this.#underWay.values()].map(({ done }) => done));
  }

  list(region: string): InstanceState[] {
    return rowsOf(this.#table, region);
  }

  /** Of every region. */
  all(): InstanceState[] {
    return [...this.#table.entries()].map(({ value }) => value);
  }

  /** Whether the process of an instance answers; undefined for one that is no endpoint. */
  async answers({ endpoint }: InstanceState): Promise<boolean | undefined> {
    if (endpoint === undefined) return undefined;
    const id = idOf(endpoint);
    return (await this.#endpoints.list()).some((one) => one.id === id && one.state === "running");
  }

  /** Writes new ones, `pending`, and boots them. */
  launch(instances: readonly InstanceState[]): void {
    this.#store.write(() => {
      for (const instance of instances) this.#insert(instance);
    });
    for (const instance of instances)
      this.#begin(instance, PENDING_MS, (after) => this.#bootAfter(after, instance, "terminated"));
  }

  /** Makes an instance of an endpoint at once: running when this resolves. Throws the endpoint keeper's Failures. */
  async adopt(instance: InstanceState & { readonly endpoint: EndpointSpecification }): Promise<InstanceState> {
    await this.#arrived(instance.id);
    // Before the process, so that nobody else makes another instance of it meanwhile.
    this.#store.write(() => this.#insert(instance));
    try {
      await this.#endpoints.ensure(instance.endpoint);
    } catch (error) {
      this.#forget(instance);
      throw error;
    }
    return instance;
  }

  /** A running one. Its process is killed at once; it is `stopped` after that and the time it takes. */
  stop(instance: InstanceState, { force = false }: { readonly force?: boolean } = {}): InstanceState {
    const stopping = this.#put(instance, { state: "stopping", stateReason: USER_SHUTDOWN });
    this.#begin(stopping, force ? 0 : STOPPING_MS, async (after) => {
      const arrival = await this.#halt(stopping, "stopped");
      await after;
      return arrival;
    });
    return stopping;
  }

  /** A stopped one. */
  start(instance: InstanceState): InstanceState {
    const pending = this.#put({ ...instance, launchedAt: this.#clock.now() }, { state: "pending" });
    this.#begin(pending, PENDING_MS, (after) => this.#bootAfter(after, pending, "stopped"));
    return pending;
  }

  /** One that is not yet shutting down. */
  terminate(instance: InstanceState): InstanceState {
    const shuttingDown = this.#put(instance, { state: "shutting-down", stateReason: USER_SHUTDOWN });
    this.#begin(shuttingDown, SHUTTING_DOWN_MS, async (after) => {
      const arrival = await this.#halt(shuttingDown, "terminated");
      await after;
      return arrival;
    });
    return shuttingDown;
  }

  /** Takes it out of the table at once, its process with it. */
  async remove(instance: InstanceState): Promise<void> {
    await this.#arrived(instance.id);
    await this.#halt(instance, "terminated");
    this.#forget(instance);
  }

  retag(instance: InstanceState, tags: InstanceState["tags"]): void {
    this.#store.write(() => this.#insert({ ...instance, tags }));
  }

  /** Ends the transition that an instance is in, where it stands. */
  async #arrived(id: string): Promise<void> {
    const present = this.#underWay.get(id);
    present?.abort.abort();
    await present?.done;
  }

  /** Runs a transition; one that was under way is cut short, and waited for, so that two never touch the process at once. */
  #begin(instance: InstanceState, ms: number, run: (after: Promise<void>) => Promise<Arrival>): void {
    const { id } = instance;
    const before = this.#underWay.get(id);
    before?.abort.abort();
    const abort = new AbortController();
    const settle = async () => {
      await before?.done;
      const after = this.#clock.sleep(ms, abort.signal);
      // It is awaited by `run`, but perhaps not before it rejects.
      after.catch(() => {});
      try {
        const arrival = await run(after);
        if (!abort.signal.aborted) this.#arrive(id, instance, arrival);
      } catch (error) {
        if (!abort.signal.aborted) this.#onDefect(error);
      } finally {
        if (this.#underWay.get(id)?.abort === abort) this.#underWay.delete(id);
      }
    };
    this.#underWay.set(id, { abort, done: settle() });
  }

  #arrive(id: string, instance: InstanceState, arrival: Arrival): void {
    // As it is now: tags may have changed on the way.
    const present = this.#table.get([instance.region, id]);
    if (present === undefined) return;
    this.#put(present, arrival);
    if (arrival.state !== "terminated") return;
    this.#clock.after(TERMINATED_SHOWN_MS, () => {
      if (!this.#closed) this.#forget(present);
    });
  }

  async #bootAfter(after: Promise<void>, instance: InstanceState, otherwise: Down): Promise<Arrival> {
    await after;
    return this.#boot(instance, otherwise);
  }

  /** `otherwise` is where an instance ends whose process cannot start, with the reason. */
  async #boot(instance: InstanceState, otherwise: Down): Promise<Arrival> {
    try {
      if (instance.endpoint !== undefined) await this.#endpoints.ensure(instance.endpoint);
      return { state: "running" };
    } catch (error) {
      const message = `Server.InternalError: ${error instanceof Error ? error.message : String(error)}`;
      return { state: otherwise, stateReason: { code: "Server.InternalError", message } };
    }
  }

  /** The process is gone when this resolves. */
  async #halt({ endpoint }: InstanceState, state: Down): Promise<Arrival> {
    try {
      if (endpoint !== undefined) await this.#endpoints.remove(idOf(endpoint));
    } catch (error) {
      if (!(error instanceof Failure && error.code === "endpoint.unknown")) throw error;
    }
    return { state, stateReason: USER_SHUTDOWN };
  }

  #put(instance: InstanceState, { state, stateReason }: Arrival): InstanceState {
    const { stateReason: _, ...rest } = instance;
    const next: InstanceState = {
      ...rest,
      state,
      stateSince: this.#clock.now(),
      ...(stateReason === undefined ? {} : { stateReason }),
    };
    this.#store.write(() => this.#insert(next));
    return next;
  }

  #insert(instance: InstanceState): void {
    this.#table.put([instance.region, instance.id], instance);
  }

  #forget(instance: InstanceState): void {
    this.#store.write(() => this.#table.remove([instance.region, instance.id]));
  }
}

function idOf({ address, port }: EndpointSpecification): string {
  return `${address}:${port}`;
}

const USER_SHUTDOWN = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
} as const;

/** EC2's numbers for the states (API Reference, InstanceState). */
export const STATE_CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};
