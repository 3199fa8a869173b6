/** The errors of a service by name. */

/** How many used-up caller references are passed over before giving up. */
export const MOST_GENERATIONS = 50;

export function named(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
