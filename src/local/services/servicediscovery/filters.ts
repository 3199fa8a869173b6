/** Filters of Cloud Map's lists: which conditions each takes, and what meets them. */

import { invalidInput } from "./errors.ts";

export interface Filter {
  readonly Name: string;
  readonly Values: readonly string[];
  readonly Condition?: string | undefined;
}

export type Condition = "EQ" | "IN" | "BETWEEN" | "BEGINS_WITH";

export interface FilterRule<Item> {
  /** The first one counts when the filter gives none. */
  readonly conditions: readonly [Condition, ...Condition[]];
  /** What the filter's values are compared with. For BETWEEN, ms since the epoch. */
  readonly valueOf: (item: Item) => string | number;
  /** Reads a value as it is compared; as it stands unless given. */
  readonly read?: (value: string) => string;
}

function test(condition: Condition, values: readonly string[], value: string | number): boolean {
  switch (condition) {
    case "EQ":
    case "IN":
      return values.includes(String(value));
    case "BEGINS_WITH":
      return values.some((prefix) => String(value).startsWith(prefix));
    case "BETWEEN": {
      const [from = Number.NaN, to = Number.NaN] = values.map((seconds) => Number(seconds) * 1000);
      return from <= Number(value) && Number(value) <= to;
    }
  }
}

/** Throws InvalidInput for a condition that the filter does not take, or a number of values that the condition does not. */
function checked<Item>(filter: Filter, rule: FilterRule<Item>): { condition: Condition; values: readonly string[] } {
  const condition = rule.conditions.find((one) => one === (filter.Condition ?? rule.conditions[0]));
  if (condition === undefined) {
    throw invalidInput(`The condition ${filter.Condition} isn't supported for the filter ${filter.Name}.`);
  }
  const values = filter.Values.map((value) => rule.read?.(value) ?? value);
  if (values.length === 0) throw invalidInput(`The filter ${filter.Name} must have a value.`);
  if ((condition === "EQ" || condition === "BEGINS_WITH") && values.length > 1) {
    throw invalidInput(`Only one value can be specified for the condition ${condition} of the filter ${filter.Name}.`);
  }
  if (condition === "BETWEEN" && (values.length !== 2 || values.some((value) => !/^\d+(\.\d+)?$/.test(value)))) {
    throw invalidInput(`The filter ${filter.Name} must have a start date and an end date in Unix time.`);
  }
  return { condition, values };
}

/** Whether an item meets all filters. Throws InvalidInput when a filter cannot be understood, before any item is looked at. */
export function filterBy<Item>(
  filters: readonly Filter[] | undefined,
  rules: Readonly<Record<string, FilterRule<Item>>>,
): (item: Item) => boolean {
  const tests = (filters ?? []).map((filter) => {
    const rule = rules[filter.Name];
    if (rule === undefined) throw invalidInput(`The filter ${filter.Name} isn't supported.`);
    const { condition, values } = checked(filter, rule);
    return (item: Item) => test(condition, values, rule.valueOf(item));
  });
  return (item) => tests.every((one) => one(item));
}
