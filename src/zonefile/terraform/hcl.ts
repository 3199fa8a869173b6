/** The little of HCL that an export needs: blocks of attributes, strings that are only strings. */

/** Written as it is: a reference such as `aws_route53_zone.main.zone_id`. */
export interface Expression {
  readonly expression: string;
}

export type HclValue = string | number | boolean | Expression | readonly HclValue[];

export interface Block {
  /** e.g. `resource`, and the labels behind it. */
  readonly type: string;
  readonly labels?: readonly string[];
  /** Undefined ones are left out. */
  readonly attributes: Readonly<Record<string, HclValue | undefined>>;
  readonly blocks?: readonly Block[];
}

/** Quoted so that nothing in it is a template (HCL native syntax, "Template Expressions"). */
function hclString(text: string): string {
  const escaped = JSON.stringify(text)
    .replace(/\u007f/g, "\\u007f")
    .replace(/\$\{/g, "$$$${")
    .replace(/%\{/g, "%%{")
    // JSON's, which HCL does not have.
    .replace(/\\([bf])/g, (whole, c: string, at: number, all: string) =>
      isEscaped(all, at) ? whole : c === "b" ? "\\u0008" : "\\u000c",
    );
  return escaped;
}

/** Whether the backslash at `at` is itself escaped. */
function isEscaped(text: string, at: number): boolean {
  let before = 0;
  while (text[at - 1 - before] === "\\") before++;
  return before % 2 === 1;
}

export function hclValue(value: HclValue): string {
  if (typeof value === "string") return hclString(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if ("expression" in value) return value.expression;
  return `[${value.map(hclValue).join(", ")}]`;
}

/** Attributes with their equals signs in one column, as `terraform fmt` has them. */
export function hclBlock(block: Block, indent = ""): string {
  const attributes = Object.entries(block.attributes).filter(
    (entry): entry is [string, HclValue] => entry[1] !== undefined,
  );
  const width = attributes.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  const inner = `${indent}  `;
  const head = [block.type, ...(block.labels ?? []).map((label) => JSON.stringify(label))].join(" ");
  const lines = attributes.map(([name, value]) => `${inner}${name.padEnd(width)} = ${hclValue(value)}`);
  for (const child of block.blocks ?? []) {
    if (lines.length > 0) lines.push("");
    lines.push(hclBlock(child, inner));
  }
  return `${indent}${head} {\n${lines.join("\n")}\n${indent}}`;
}
