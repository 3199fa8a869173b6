/** The metric filters and subscription filters of log groups, as they are kept in the store. They go with their group. */

import type { MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import type { Store, Table } from "../../store/store.ts";

export interface MetricFilterState {
  readonly filterPattern: string;
  readonly metricTransformations: readonly MetricTransformation[];
  readonly applyOnTransformedLogs: boolean;
  readonly fieldSelectionCriteria?: string;
  readonly emitSystemFieldDimensions?: readonly string[];
  /** Epoch ms. */
  readonly createdAt: number;
}

export interface SubscriptionFilterState {
  readonly filterPattern: string;
  readonly destinationArn: string;
  readonly roleArn?: string;
  readonly distribution: "Random" | "ByLogStream";
  readonly applyOnTransformedLogs: boolean;
  readonly fieldSelectionCriteria?: string;
  readonly emitSystemFields?: readonly string[];
  /** Epoch ms. */
  readonly createdAt: number;
}

export interface Named<State> {
  readonly name: string;
  readonly state: State;
}

/** Keys: group id, name. */
export class FilterTable<State> {
  readonly #store: Store;
  readonly #table: Table<State>;

  constructor(store: Store, table: string) {
    this.#store = store;
    this.#table = store.table(table);
  }

  get(groupId: number, name: string): State | undefined {
    return this.#table.get([groupId, name]);
  }

  put(groupId: number, name: string, state: State): void {
    this.#store.write(() => this.#table.put([groupId, name], state));
  }

  remove(groupId: number, name: string): void {
    this.#store.write(() => this.#table.remove([groupId, name]));
  }

  /** In order of their names. */
  of(groupId: number): Named<State>[] {
    return [...this.#table.entries({ start: [groupId], end: [groupId + 1] })].map(({ key, value }) => ({
      name: String(key[1]),
      state: value,
    }));
  }

  removeAllOf(groupId: number): void {
    this.#store.write(() => {
      for (const { name } of this.of(groupId)) this.#table.remove([groupId, name]);
    });
  }
}

export interface LogFilters {
  readonly metric: FilterTable<MetricFilterState>;
  readonly subscription: FilterTable<SubscriptionFilterState>;
}

export function logFilters(store: Store): LogFilters {
  return {
    metric: new FilterTable<MetricFilterState>(store, "log-metric-filters"),
    subscription: new FilterTable<SubscriptionFilterState>(store, "log-subscription-filters"),
  };
}
