// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such texts are what is tested
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readCommonYaml } from "../../../src/config/common-yaml.ts";
import type { SourcePath } from "../../../src/config/config.ts";
import { TextLines } from "../../../src/config/text-lines.ts";
import { readYamlDocument } from "../../../src/config/yaml-document.ts";
import type { YamlElements } from "../../../src/config/yaml-elements.ts";
import { randomOf } from "../../fuzz/random.mjs";

const ENVIRONMENT = { ADDRESS: "192.0.2.1", PORT: "8081", NOTHING: "" };

/** By the parser; undefined for a text that it refuses. */
function parsed(text: string): YamlElements | undefined {
  try {
    return readYamlDocument(text, new TextLines("r53kit.yaml", text), ENVIRONMENT);
  } catch {
    return undefined;
  }
}

/** Every path there is, and from each one to what is not there. */
function* pathsIn(value: unknown, path: SourcePath = []): Generator<SourcePath> {
  yield path;
  yield [...path, "nowhere"];
  yield [...path, 1000];
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    yield* pathsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** Whether the text was common; all that is known of it is then what the parser says. */
function readsAsParsed(text: string): boolean {
  const common = readCommonYaml(text, ENVIRONMENT);
  if (common === undefined) return false;
  const document = parsed(text);
  if (document === undefined) expect.fail(`read, and yet the parser refuses it: ${JSON.stringify(text)}`);
  expect(common.value, text).toStrictEqual(document.value);
  // Also the order of the keys.
  expect(JSON.stringify(common.value)).toBe(JSON.stringify(document.value));
  const paths = [...pathsIn(common.value)];
  expect(paths.map((path) => common.find(path))).toStrictEqual(paths.map((path) => document.find(path)));
  return true;
}

const example = (name: string) =>
  readFileSync(new URL(`../../../docs/examples/${name}/r53kit.yaml`, import.meta.url), "utf8");

const COMMON = new Map([
  ["an example", example("myapp")],
  ["another example", example("walkthrough")],
  [
    "blocks",
    "version: 1\nzone: { name: a.test }\nrecords:\n- name: n1\n  type: A\n  values:\n  - 192.0.2.1\n- name: n2\n",
  ],
  [
    "comments",
    '---\n# head\na:\n  # one\n  - { b: "@", c: ["\\"v=spf1 -all\\"", \'it\'\'s\'] } # tail\n\n  -   d: e\n      ttl: 010\n',
  ],
  ["JSON", '{"a":1,"zone":{"name":"a.test"},"b":[{"ttl":60,"values":["192.0.2.1","2001:db8::1"]}],"lint":{}}'],
  ["brackets on several lines", "a: {\n    b: c, d: [1, 2.50,\n    -3], }\ne: []\r\nf:\r\n  g : h i  # j\r\n"],
  [
    "all kinds of scalars",
    "- a~\n- - b\n  - c: d\n    e: x\n-\n  - true\n  - False\n  - null\n  - 0x1f\n  - 1e3\n  - .5\n  - +7\n  - 1.2.3\n  - -f\n  - a:b\n  - x#y\n",
  ],
  [
    "text on several lines",
    "a: b c\n  d\n\n  e # f\ng:\n  h\n  i\r\n  j\nk: [l\n m, \"n\\\n   o  p \\x41\\u00e9\n\n   q\",\n 'r''s\n t'\n ]\nu: \"v\\tw\"\n",
  ],
  ["variables", "values:\n- ${ADDRESS}\n- \"port ${PORT:-80}\"\n- '${NOTHING:-none}'\n10:\n  2: a\n  1: b\n"],
]);

describe("common YAML is read as the parser reads it, with every place", () => {
  it.each([...COMMON])("%s", (_, text) => {
    expect(readsAsParsed(text)).toBe(true);
  });

  const text = fc.oneof(
    fc.constantFrom(
      "192.0.2.1",
      "n1",
      "2001:db8::1",
      "10 mail.a.test.",
      "@",
      "*.a",
      "true",
      "No",
      "null",
      "1.10",
      "-5",
      "a: b",
    ),
    fc.string(),
    fc.string({ unit: "grapheme" }),
  );
  const key = fc.oneof(fc.constantFrom("name", "values", "1", "healthChecks", "a b"), fc.string());
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
    ),
  }));

  it("whatever value is written out, in whatever form", () => {
    let common = 0;
    fc.assert(
      fc.property(
        fc.dictionary(key, tree, { maxKeys: 4 }),
        fc.record({
          indent: fc.integer({ min: 1, max: 6 }),
          indentSeq: fc.boolean(),
          collectionStyle: fc.constantFrom("any", "block", "flow"),
          defaultStringType: fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE"),
          lineWidth: fc.constantFrom(0, 20, 80),
          directives: fc.constantFrom(true, null),
        } as const),
        (value, options) => {
          if (readsAsParsed(stringify(value, { ...options, blockQuote: false }))) common++;
        },
      ),
      { seed: 53, numRuns: 600 },
    );
    expect(common).toBeGreaterThan(120);
  });

  it("or is left to the parser, whatever mistake is made in it", () => {
    const bits = [
      ..." \t\n\r,:-[]{}#&*!|>?'\"%@`~\\=<.$\u0000\u001f\u0002\u0018\u0085\u2028\ufeffé",
      ...[
        "\n  ",
        "\n- ",
        "- ",
        ": ",
        " #",
        "---\n",
        "...\n",
        "<<: *a",
        "&a ",
        "null",
        "1e3",
        "${PORT}",
        "$${",
        "${",
        "__proto__: ",
      ],
    ];
    let common = 0;
    for (let i = 0; i < 4000; i++) {
      const random = randomOf(53, i);
      const lines = random.pick([...COMMON.values()]).split("\n");
      const first = random.below(Math.max(1, lines.length - 8));
      const text = lines.slice(first, first + 8).join("\n");
      const at = random.below(text.length + 1);
      const cut = random.pick([0, 0, 1, 3]);
      const again = random.below(text.length + 1);
      const bit = random.chance(0.8) ? random.pick(bits) : text.slice(again, again + random.below(15));
      if (readsAsParsed(`${text.slice(0, at)}${bit}${text.slice(at + cut)}`.replace(/^\ufeff/, ""))) common++;
    }
    expect(common).toBeGreaterThan(600);
  });
});

it.each([
  ["an anchor", "a: &x 1\n"],
  ["an alias", "a: *x\n"],
  ["a merge key", "a: { <<: { b: 1 } }\n"],
  ["a tag", "a: !!str 1\n"],
  ["a block of text", "a: |\n  b\n"],
  ["a key twice", "a: 1\na: 2\n"],
  ["a key without a value", "a:\nb: 1\n"],
  ["a tab before a value", "a:\t1\n"],
  ["a second document", "a: 1\n---\nb: 2\n"],
  ["a variable that is not set", "a: ${UNSET}\n"],
  ["levels without end", "[".repeat(100_000)],
  ["a key on two lines", "a\n b: 1\n"],
  ["text in quotation marks without end", 'a: "b\n'],
  ["nothing", "# nothing\n"],
])("%s is the parser's", (_, text) => {
  expect(readCommonYaml(text, ENVIRONMENT)).toBeUndefined();
});
