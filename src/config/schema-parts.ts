/** The building blocks of the schema: mappings that know their keys, and values that several sections share. */

import { z } from "zod";

/**
 * A mapping that knows its keys. The message of an unknown-key issue is the list of known ones, for
 * {@link import("./schema-problems.ts")} to suggest from; zod's issue does not carry them.
 */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(" ") : undefined),
  });
}

/** What AWS's XML and JSON cannot carry, or services refuse: controls other than tab and line breaks, and half surrogate pairs. */
export const UNSENDABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/u;

/** Text that is sent as it is written. */
export const sendable = (text: z.ZodString) =>
  text.refine((value) => !UNSENDABLE.test(value), "leave out its control characters");

export const port = z.int().min(1).max(65_535);
/** Keys of health checks, endpoints and so on; a health check's goes into its caller reference. */
export const key = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, "1 to 40 letters, digits, '.', '_' or '-'");
export const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region such as eu-west-1");
