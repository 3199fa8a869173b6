/**
 * The asynchronous half of Cloud Map: an operation is SUBMITTED when its request is answered, PENDING once its work is done in
 * one transaction, and SUCCESS when the name servers have what it changed; or FAIL, with nothing changed. All of it is
 * durable: what a crash interrupts goes on at the next start.
 */

import type { Clock, Timer } from "../../../clock.ts";
import { AwsError } from "../../protocol/aws-error.ts";
import type { Store } from "../../store/store.ts";
import type { LinkedRoute53 } from "../route53/linked-service.ts";
import { duplicateRequest } from "./errors.ts";
import { newOperationId } from "./ids.ts";
import { type CloudMapState, type OperationState, valuesOf } from "./state.ts";
import type { ChangedZone } from "./work.ts";

export interface OperationsSettings {
  readonly store: Pick<Store, "write">;
  readonly state: CloudMapState;
  readonly clock: Clock;
  readonly route53: LinkedRoute53;
  /** Inside a transaction. */
  readonly perform: (operation: OperationState) => ChangedZone;
  /** In the clock's ms: half of it passes before the work is done, all of it after where no name server has to be waited for. */
  readonly propagationDelayMs: number;
  readonly onDefect: (error: unknown) => void;
}

export type NewOperation = Pick<
  OperationState,
  "region" | "action" | "type" | "targets" | "namespaceId" | "serviceId" | "subject" | "work"
> & {
  /** A request that must not run twice. */
  readonly request?: { readonly scope: string; readonly id: string };
};

/** How long finished operations can be asked for, in ms. AWS does not say. */
const RETENTION_MS = 90 * 24 * 3600 * 1000;

/** In the clock's ms: between attempts to write when the disk is full. */
const RETRY_MS = 1000;

function isActive({ status }: OperationState): boolean {
  return status === "SUBMITTED" || status === "PENDING";
}

/** Why an operation failed, in the words of Operation.ErrorCode. */
function errorCodeOf(operation: OperationState, error: unknown): string {
  if (!(error instanceof AwsError)) return "INTERNAL_FAILURE";
  if (operation.work.kind === "create-namespace") return "CANNOT_CREATE_HOSTED_ZONE";
  switch (error.code) {
    case "AccessDenied":
      return "ACCESS_DENIED";
    case "NoSuchHostedZone":
      return "HOSTED_ZONE_NOT_FOUND";
    case "Throttling":
      return "THROTTLED_REQUEST";
    default:
      return "INVALID_CHANGE_BATCH";
  }
}

export class Operations {
  readonly #settings: OperationsSettings;
  /** The operation that is at work on each subject. */
  readonly #busy = new Map<string, OperationState>();
  readonly #timers = new Set<Timer>();
  #closed = false;

  constructor(settings: OperationsSettings) {
    this.#settings = settings;
  }

  /** The operation under way on a subject. */
  activeOn(subject: string): OperationState | undefined {
    return this.#busy.get(subject);
  }

  get activeCount(): number {
    return this.#busy.size;
  }

  /** Every operation under way. */
  active(): Iterable<OperationState> {
    return this.#busy.values();
  }

  /** The operation that a request with this CreatorRequestId started; undefined when there is none or it failed. */
  startedBy(region: string, scope: string, requestId: string): OperationState | undefined {
    const { requests, operations } = this.#settings.state;
    const id = requests.get([region, scope, requestId]);
    const operation = id === undefined ? undefined : operations.get([region, id]);
    return operation === undefined || operation.status === "FAIL" ? undefined : operation;
  }

  /** Takes an operation on and returns its id. Throws DuplicateRequest while another is at work on the subject. */
  submit({ request, ...wanted }: NewOperation): string {
    const { state, store, clock } = this.#settings;
    const other = this.#busy.get(wanted.subject);
    if (other !== undefined) throw duplicateRequest(other.action, other.id, false);
    const now = clock.now();
    const operation: OperationState = {
      ...wanted,
      id: newOperationId(),
      status: "SUBMITTED",
      createdAt: now,
      updatedAt: now,
    };
    store.write(() => {
      state.operations.put([operation.region, operation.id], operation);
      if (request !== undefined) state.requests.put([operation.region, request.scope, request.id], operation.id);
    });
    this.#start(operation);
    return operation.id;
  }

  /** Goes on with what was under way; after Route 53 has published its zones. */
  restore(): void {
    const { state, store, clock } = this.#settings;
    store.write(() => {
      for (const { key, value } of [...state.operations.entries()]) {
        if (!isActive(value) && clock.now() - value.updatedAt > RETENTION_MS) state.operations.remove(key);
      }
      const known = new Set(valuesOf(state.operations).map(({ id }) => id));
      for (const { key, value } of [...state.requests.entries()]) if (!known.has(value)) state.requests.remove(key);
    });
    for (const operation of valuesOf(state.operations)) {
      if (operation.status === "SUBMITTED") this.#start(operation);
      else if (operation.status === "PENDING") this.#finish(operation);
    }
  }

  /** What is under way waits for the next start. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #after(ms: number, callback: () => void): void {
    const timer = this.#settings.clock.after(ms, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
  }

  #start(operation: OperationState): void {
    this.#busy.set(operation.subject, operation);
    this.#after(this.#settings.propagationDelayMs / 2, () => this.#run(operation));
  }

  #run(submitted: OperationState): void {
    const { route53, perform, propagationDelayMs } = this.#settings;
    try {
      const [pending, zoneId] = route53.transaction(() => {
        const zone = perform(submitted);
        return [this.#put(submitted, { status: "PENDING" }), zone];
      });
      this.#busy.set(pending.subject, pending);
      const finish = () => {
        if (!this.#closed) this.#finish(pending);
      };
      if (zoneId === undefined) this.#after(propagationDelayMs, finish);
      else route53.whenServed(zoneId, finish);
    } catch (error) {
      this.#fail(submitted, error);
    }
  }

  #finish(operation: OperationState): void {
    this.#end(operation, () => {
      if (operation.work.kind === "delete-namespace") this.#forgetOthers(operation);
      this.#put(operation, { status: "SUCCESS" });
    });
  }

  #fail(operation: OperationState, error: unknown): void {
    if (!(error instanceof AwsError)) this.#settings.onDefect(error);
    this.#end(operation, () => {
      this.#put(operation, {
        status: "FAIL",
        errorCode: errorCodeOf(operation, error),
        errorMessage: error instanceof Error ? error.message : String(error),
      });
    });
  }

  /** Writes down how an operation ended; tries again later where there is no room for it. */
  #end(operation: OperationState, write: () => void): void {
    try {
      this.#settings.store.write(write);
      this.#busy.delete(operation.subject);
    } catch (error) {
      this.#settings.onDefect(error);
      this.#after(RETRY_MS, () => this.#end(operation, write));
    }
  }

  /** What was done to a namespace goes with it; its deletion can still be asked for. */
  #forgetOthers({ id, region, namespaceId }: OperationState): void {
    const { operations } = this.#settings.state;
    for (const { key, value } of [...operations.entries()]) {
      if (value.region === region && value.namespaceId === namespaceId && value.id !== id) operations.remove(key);
    }
  }

  #put(operation: OperationState, change: Partial<OperationState>): OperationState {
    const changed: OperationState = { ...operation, ...change, updatedAt: this.#settings.clock.now() };
    this.#settings.state.operations.put([changed.region, changed.id], changed);
    return changed;
  }
}
