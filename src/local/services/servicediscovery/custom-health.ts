/**
 * Custom health: a status that an application tells is believed half a minute later, unless it takes it back before. What is
 * told is durable; after a restart the wait begins anew.
 */

import type { Clock, Timer } from "../../../clock.ts";
import { CUSTOM_HEALTH_WAIT_MS } from "./limits.ts";
import type { CloudMapState, CustomStatus, InstanceState, ServiceState } from "./state.ts";

export interface CustomHealthSettings {
  readonly state: CloudMapState;
  readonly clock: Clock;
  /** Runs `work` as a transaction. */
  readonly transaction: (work: () => void) => void;
  /** Inside a transaction. */
  readonly apply: (service: ServiceState, instance: InstanceState, status: CustomStatus) => void;
  readonly onDefect: (error: unknown) => void;
}

function keyOf(serviceId: string, instanceId: string): string {
  return `${serviceId} ${instanceId}`;
}

export class CustomHealth {
  readonly #settings: CustomHealthSettings;
  readonly #waiting = new Map<string, Timer>();

  constructor(settings: CustomHealthSettings) {
    this.#settings = settings;
  }

  /** Telling the same again does not make it come sooner; telling what holds already takes back what was told. */
  tell(service: ServiceState, instance: InstanceState, status: CustomStatus): void {
    const { state, transaction } = this.#settings;
    if (instance.customStatus === status) {
      transaction(() => this.forget(service, instance.id));
      return;
    }
    if (state.toldStatuses.get([service.id, instance.id])?.status === status) return;
    transaction(() => state.toldStatuses.put([service.id, instance.id], { region: service.region, status }));
    this.#wait(service.id, instance.id);
  }

  /** Inside a transaction. The timer then finds nothing to believe. */
  forget(service: Pick<ServiceState, "id">, instanceId: string): void {
    this.#settings.state.toldStatuses.remove([service.id, instanceId]);
  }

  restore(): void {
    for (const { key } of this.#settings.state.toldStatuses.entries()) {
      const [serviceId, instanceId] = key;
      this.#wait(String(serviceId), String(instanceId));
    }
  }

  close(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #wait(serviceId: string, instanceId: string): void {
    const key = keyOf(serviceId, instanceId);
    this.#waiting.get(key)?.cancel();
    const timer = this.#settings.clock.after(CUSTOM_HEALTH_WAIT_MS, () => {
      this.#waiting.delete(key);
      this.#believe(serviceId, instanceId);
    });
    this.#waiting.set(key, timer);
  }

  #believe(serviceId: string, instanceId: string): void {
    const { state, transaction, apply, onDefect } = this.#settings;
    try {
      transaction(() => {
        const told = state.toldStatuses.get([serviceId, instanceId]);
        const service = told && state.services.get([told.region, serviceId]);
        const instance = state.instances.get([serviceId, instanceId]);
        this.forget({ id: serviceId }, instanceId);
        if (told !== undefined && service !== undefined && instance !== undefined)
          apply(service, instance, told.status);
      });
    } catch (error) {
      onDefect(error);
      // It was told all the same: what cannot be written now is tried again.
      this.#wait(serviceId, instanceId);
    }
  }
}
