/** `ownership`: whether the file says what is in a zone, or all that is in it, and how much it may take away at once. */

import { z } from "zod";
import { mapping } from "./schema-parts.ts";

/** Beyond these a plan is refused: of a zone with more than `above` record sets, more than so many percent changed or removed. */
export interface ChangeThresholds {
  readonly maxUpdatesPercent: number;
  readonly maxRemovalsPercent: number;
  readonly above: number;
}

export type Ownership =
  /** What the file does not name, and did not make, is not touched. */
  | { readonly mode: "declared" }
  /** What the file does not name goes. */
  | { readonly mode: "exclusive"; readonly thresholds: ChangeThresholds };

/** octoDNS's, which people know. */
export const DEFAULT_THRESHOLDS: ChangeThresholds = { maxUpdatesPercent: 30, maxRemovalsPercent: 30, above: 10 };

const percent = z.number().min(0).max(100);

export const ownership = z.union(
  [
    z.enum(["declared", "exclusive"]),
    mapping({
      mode: z.literal("exclusive"),
      maxUpdates: percent.optional(),
      maxRemovals: percent.optional(),
      above: z.int().min(0).optional(),
    }),
  ],
  "declared, exclusive, or { mode: exclusive, maxUpdates: 30, maxRemovals: 30, above: 10 }",
);

export function readOwnership(entry: z.output<typeof ownership> | undefined): Ownership {
  if (entry === undefined || entry === "declared") return { mode: "declared" };
  if (entry === "exclusive") return { mode: "exclusive", thresholds: DEFAULT_THRESHOLDS };
  const { maxUpdates, maxRemovals, above } = entry;
  return {
    mode: "exclusive",
    thresholds: {
      maxUpdatesPercent: maxUpdates ?? DEFAULT_THRESHOLDS.maxUpdatesPercent,
      maxRemovalsPercent: maxRemovals ?? DEFAULT_THRESHOLDS.maxRemovalsPercent,
      above: above ?? DEFAULT_THRESHOLDS.above,
    },
  };
}
