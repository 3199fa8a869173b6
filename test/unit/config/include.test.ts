import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { Failure } from "../../../src/errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "r53kit-include-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, "main", "r53kit.yaml");
}

/** `file:line:column code message`, files relative to the set-up's folder. */
function mistakesOf(files: Readonly<Record<string, string>>): string[] {
  const file = write(files);
  const relative = (text: string) => text.replaceAll(`${folder}/main/`, "");
  try {
    loadConfig(file, {});
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error, ...error.others].map(
      ({ where, code, message }) =>
        `${relative(where?.file ?? "")}:${where?.line}:${where?.column} ${code.replace("config.", "")} ${relative(message)}`,
    );
  }
  return [];
}

const MAIN = "version: 1\nzone: { name: a.com }\n";

describe("include", () => {
  it("joins lists and mappings, in the order in which the files are named, and every element knows its place", () => {
    const file = write({
      "main/r53kit.yaml": `${MAIN}include: [checks.yaml, more/records.yaml]\nrecords:\n  - { name: one, type: A, ttl: 60, values: [192.0.2.1], healthCheck: c }\n`,
      "main/checks.yaml": "healthChecks:\n  c: { type: TCP, address: 192.0.2.1, port: 1 }\n",
      "main/more/records.yaml":
        "version: 1\ninclude: [deeper.yaml]\nrecords:\n  - { name: two, type: A, ttl: 60, values: [192.0.2.1] }\nlogging: { logGroup: g }\ntrafficFlow: { policies: { p: { document: policy.json } } }\n",
      "main/more/deeper.yaml":
        "records:\n\n  - { name: three, type: A, ttl: 60, values: [192.0.2.1] }\ntrafficFlow: { instances: [ { name: i, policy: p, ttl: 60 } ] }\n",
      "main/more/policy.json":
        '{"AWSPolicyFormatVersion":"2015-10-01","RecordType":"A","StartEndpoint":"e","Endpoints":{"e":{"Type":"value","Value":"192.0.2.1"}}}',
    });
    const { config, places } = loadConfig(file, {});
    const [zone] = config.zones;
    expect(zone?.recordSets.map(({ name }) => name)).toEqual(["one.a.com.", "two.a.com.", "three.a.com."]);
    const placeOf = (path: readonly (string | number)[]) => {
      const { file: where, line, column } = places.of(path);
      return `${where.replace(`${folder}/main/`, "")}:${line}:${column}`;
    };
    expect(zone?.recordSets.map(({ path }) => placeOf(path))).toEqual([
      "r53kit.yaml:5:5",
      "more/records.yaml:4:5",
      "more/deeper.yaml:3:5",
    ]);
    expect(config.healthChecks.map(({ path }) => placeOf(path))).toEqual(["checks.yaml:2:6"]);
    expect(zone?.trafficPolicyInstances.map(({ path }) => placeOf(path))).toEqual(["more/deeper.yaml:4:29"]);
    expect(zone?.logging?.logGroup).toBe("g");
    expect(config.trafficPolicies).toHaveLength(1);
  });

  it("brings zones of their own, each in its file", () => {
    const file = write({
      "main/r53kit.yaml": "version: 1\nproject: p\ninclude: [a.yaml, b.yaml]\n",
      "main/a.yaml": "zones: [ { name: a.com, records: [ { name: w, type: A, ttl: 60, values: [192.0.2.1] } ] } ]\n",
      "main/b.yaml": "zones: [ { name: b.com } ]\n",
    });
    expect(loadConfig(file, {}).config.zones.map(({ name }) => name)).toEqual(["a.com.", "b.com."]);
  });

  it("points at mistakes in the file where they are, counted as that file counts", () => {
    expect(
      mistakesOf({
        "main/r53kit.yaml": `${MAIN}include: [sub/b.yaml]\nrecords:\n  - { name: w, type: A, ttl: 60, values: [x] }\n`,
        "main/sub/b.yaml":
          "records:\n  - { name: y, type: A, ttl: 60 }\n  - { name: z, type: A, ttl: sixty, values: [1.2.3.4] }\nbackend: lokal\n",
      }),
    ).toEqual([
      expect.stringMatching(/^r53kit.yaml:5:\d+ bad-record-data/),
      "sub/b.yaml:2:5 missing records[0] has neither values nor an alias",
      "sub/b.yaml:3:30 wrong-type records[1].ttl must be a number, not text ('sixty')",
      "sub/b.yaml:4:10 bad-value backend cannot be 'lokal'",
    ]);
  });

  it("tells both places of what stands twice", () => {
    expect(
      mistakesOf({
        "main/r53kit.yaml": `${MAIN}include: [b.yaml]\nhealthChecks:\n  c: { type: TCP, address: 192.0.2.1, port: 1 }\nrecords: [ { name: w, type: A, ttl: 60, values: [192.0.2.1] } ]\n`,
        "main/b.yaml":
          "zone: { name: b.com }\nhealthChecks:\n  c: { type: TCP, address: 192.0.2.2, port: 1 }\nrecords:\n  - { name: w, type: A, ttl: 60, values: [192.0.2.2] }\n",
      }),
    ).toEqual([
      "b.yaml:1:1 duplicate 'zone' stands already at r53kit.yaml:2:1",
      "b.yaml:3:3 duplicate 'c' stands already at r53kit.yaml:5:3",
      "b.yaml:5:13 duplicate w.a.com A stands already at r53kit.yaml:6:12",
    ]);
  });

  it.each([
    [
      "a file that is not there",
      { "main/r53kit.yaml": `${MAIN}include: [b.yaml]\n` },
      ["r53kit.yaml:3:11 missing-file"],
    ],
    ["a name that is none", { "main/r53kit.yaml": `${MAIN}include: b.yaml\n` }, ["r53kit.yaml:3:10 wrong-type"]],
    [
      "a circle",
      {
        "main/r53kit.yaml": `${MAIN}include: [b.yaml]\n`,
        "main/b.yaml": "include: [c.yaml]\n",
        "main/c.yaml": "include:\n  - b.yaml\n",
      },
      ["c.yaml:2:5 circular-include"],
    ],
    [
      "the file itself",
      { "main/r53kit.yaml": `${MAIN}include: [r53kit.yaml]\n` },
      ["r53kit.yaml:3:11 circular-include"],
    ],
    [
      "a file twice",
      {
        "main/r53kit.yaml": `${MAIN}include: [b.yaml, c.yaml]\n`,
        "main/b.yaml": "include: [c.yaml]\n",
        "main/c.yaml": "drill: {}\n",
      },
      ["r53kit.yaml:3:19 duplicate c.yaml is included already at b.yaml:1:11"],
    ],
    [
      "a way out of the folder",
      { "main/r53kit.yaml": `${MAIN}include: [../b.yaml]\n`, "b.yaml": "drill: {}\n" },
      ["r53kit.yaml:3:11 include-outside"],
    ],
    [
      "an absolute name",
      { "main/r53kit.yaml": `${MAIN}include: [/etc/hosts]\n` },
      ["r53kit.yaml:3:11 include-outside"],
    ],
    [
      "no mapping",
      { "main/r53kit.yaml": `${MAIN}include: [b.yaml]\n`, "main/b.yaml": "- 1\n" },
      ["b.yaml:1:1 wrong-type"],
    ],
    [
      "another version",
      { "main/r53kit.yaml": `${MAIN}include: [b.yaml]\n`, "main/b.yaml": "version: 2\n" },
      ["b.yaml:1:10 bad-value"],
    ],
    [
      "mistakes of syntax in two files, together",
      {
        "main/r53kit.yaml": `${MAIN}include: [b.yaml, c.yaml]\n`,
        "main/b.yaml": "a: [\n",
        "main/c.yaml": "a: $\x7bB}\n",
      },
      ["b.yaml:2:1 syntax", "c.yaml:1:4 variable"],
    ],
  ])("refuses %s", (_, files, expected) => {
    const found = mistakesOf(files);
    expect(found).toHaveLength(expected.length);
    for (const [i, text] of expected.entries()) expect(found[i]).toContain(text);
  });

  it("does not follow a link out of the folder", () => {
    write({ "main/r53kit.yaml": `${MAIN}include: [b.yaml]\n`, "b.yaml": "drill: {}\n" });
    symlinkSync(join(folder, "b.yaml"), join(folder, "main", "b.yaml"));
    expect(mistakesOf({})).toEqual([expect.stringContaining("include-outside")]);
  });
});
