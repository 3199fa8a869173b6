/**
 * From durable to served: a change is PENDING until the zone or CIDR collection it changed is published to the name servers,
 * some time later. All changes of one of them in that time go out together. What is pending is not kept: a restart publishes everything.
 */

import type { ChangeInfo } from "@aws-sdk/client-route-53";
import type { Clock, Timer } from "../../../clock.ts";
import type { DomainName } from "../../../route53/names.ts";
import { newChangeId } from "./ids.ts";
import type { ChangeState, Route53State } from "./state.ts";

/** Brings the present state of something to the name servers, or takes it away when it is gone. */
type Publish = (id: string) => void;

/** The same for a zone; with `names`, nothing but record sets of those names has changed since it was published last. */
type PublishZone = (id: string, names: ReadonlySet<DomainName> | undefined) => void;

interface Wave {
  readonly timer: Timer;
  readonly changeIds: string[];
  /** Whose record sets have changed; undefined when it is more than that. */
  names: Set<DomainName> | undefined;
  /** Called when it is out. */
  readonly arrived: (() => void)[];
}

/** How long a change can be asked for, in ms; after that GetChange answers NoSuchChange. */
const CHANGE_RETENTION_MS = 30 * 24 * 3600 * 1000;

export class Propagation {
  readonly #state: Route53State;
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #publishZone: PublishZone;
  readonly #publishCidrCollection: Publish;
  /** By what is published and its id. */
  readonly #waves = new Map<string, Wave>();
  readonly #pending = new Set<string>();

  constructor(settings: {
    state: Route53State;
    clock: Clock;
    delayMs: number;
    publishZone: PublishZone;
    publishCidrCollection: Publish;
  }) {
    this.#state = settings.state;
    this.#clock = settings.clock;
    this.#delayMs = settings.delayMs;
    this.#publishZone = settings.publishZone;
    this.#publishCidrCollection = settings.publishCidrCollection;
  }

  /** Writes down a change, inside the transaction that makes it. */
  record(comment?: string): ChangeState {
    const change: ChangeState = {
      id: newChangeId(),
      submittedAt: this.#clock.now(),
      ...(comment === undefined ? {} : { comment }),
    };
    this.#state.changes.put(change.id, change);
    return change;
  }

  /** Starts to bring a zone out, after the transaction is durable. `arrived` is called once the name servers have it. */
  start(zoneId: string, change?: ChangeState, arrived?: () => void): void {
    const wave = this.#waveOfZone(zoneId);
    wave.names = undefined;
    this.#join(wave, change, arrived);
  }

  /** The same where nothing has changed but record sets of these names. */
  startNames(zoneId: string, names: Iterable<DomainName>, change?: ChangeState): void {
    const wave = this.#waveOfZone(zoneId);
    for (const name of names) wave.names?.add(name);
    this.#join(wave, change);
  }

  #waveOfZone(zoneId: string): Wave {
    return this.#waveOf(`zone ${zoneId}`, ({ names }) => this.#publishZone(zoneId, names));
  }

  #join(wave: Wave, change: ChangeState | undefined, arrived?: () => void): void {
    if (change !== undefined) {
      this.#pending.add(change.id);
      wave.changeIds.push(change.id);
    }
    if (arrived !== undefined) wave.arrived.push(arrived);
  }

  /** The same for a CIDR collection. */
  startCidrCollection(collectionId: string, change?: ChangeState): void {
    this.#join(
      this.#waveOf(`cidr ${collectionId}`, () => this.#publishCidrCollection(collectionId)),
      change,
    );
  }

  #waveOf(key: string, publish: (wave: Wave) => void): Wave {
    let wave = this.#waves.get(key);
    if (wave === undefined) {
      const timer = this.#clock.after(this.#delayMs, () => this.#arrive(key, publish));
      wave = { timer, changeIds: [], names: new Set(), arrived: [] };
      this.#waves.set(key, wave);
    }
    return wave;
  }

  #arrive(key: string, publish: (wave: Wave) => void): void {
    const wave = this.#waves.get(key);
    if (wave === undefined) return;
    this.#waves.delete(key);
    publish(wave);
    for (const id of wave.changeIds) this.#pending.delete(id);
    for (const arrived of wave.arrived) arrived();
  }

  info(change: ChangeState): ChangeInfo {
    return {
      Id: `/change/${change.id}`,
      Status: this.#pending.has(change.id) ? "PENDING" : "INSYNC",
      SubmittedAt: new Date(change.submittedAt),
      ...(change.comment === undefined ? {} : { Comment: change.comment }),
    };
  }

  find(changeId: string): ChangeState | undefined {
    const change = this.#state.changes.get(changeId);
    return change !== undefined && this.#clock.now() - change.submittedAt <= CHANGE_RETENTION_MS ? change : undefined;
  }

  /** Removes changes that can no longer be asked for; inside a transaction. */
  forgetOld(): void {
    const old = [...this.#state.changes.entries()].filter(
      ({ value }) => this.#clock.now() - value.submittedAt > CHANGE_RETENTION_MS,
    );
    for (const { key } of old) this.#state.changes.remove(key);
  }

  close(): void {
    for (const { timer } of this.#waves.values()) timer.cancel();
    this.#waves.clear();
  }
}
