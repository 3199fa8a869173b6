/** A price list of one's own: what it does not name stays as AWS lists it. */

import { z } from "zod";
import { Failure } from "../errors.ts";
import { Problems } from "./problems.ts";
import { mapping } from "./schema-parts.ts";
import { reportIssues } from "./schema-problems.ts";
import { readErrorText, readTextFile } from "./text-file.ts";
import { readYamlSource } from "./yaml-source.ts";

const price = z
  .union([z.number(), z.string()])
  .transform(String)
  .refine((text) => /^\d{1,12}(\.\d{1,9})?$/.test(text), "US dollars, as 0.50");

const tiers = z
  .array(mapping({ upTo: z.int().min(1).optional(), price }))
  .min(1)
  .refine(
    (list) =>
      list.every(({ upTo }, i) =>
        i === list.length - 1 ? upTo === undefined : upTo !== undefined && upTo > (list[i - 1]?.upTo ?? 0),
      ),
    "tiers whose upTo rises, the last without one",
  )
  .transform((list) => list.map((one) => ({ upTo: one.upTo ?? null, price: one.price })));

const priceFile = mapping({
  date: z.iso.date("a date such as 2026-10-01"),
  source: z.string().min(1),
  hostedZone: tiers.optional(),
  recordSet: tiers.optional(),
  healthCheck: mapping({ aws: tiers, other: tiers }).optional(),
  healthCheckFeature: mapping({ aws: price, other: price }).optional(),
  trafficPolicyRecord: price.optional(),
  millionQueries: mapping({ standard: tiers, latency: tiers, geo: tiers, ip: tiers }).optional(),
});

export type PriceFile = z.output<typeof priceFile>;

/** Throws a usage Failure whose `others` are all further mistakes. */
export function loadPriceFile(file: string): PriceFile {
  let text: string;
  try {
    text = readTextFile(file, file);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure({
      kind: "usage",
      code: "prices.unreadable",
      message: `the prices could not be read: ${readErrorText(error)}`,
      where: { file },
      next: "name a YAML or JSON file with prices",
      cause: error,
    });
  }
  const source = readYamlSource(file, text);
  const parsed = priceFile.safeParse(source.value ?? {}, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problems = new Problems(source);
  reportIssues(parsed.error.issues, problems);
  problems.throwIfAny();
  throw new Error("a price list of the wrong shape has at least one problem");
}
