// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such texts are what is tested
import { describe, expect, it } from "vitest";
import { type LoadedConfig, readConfig } from "../../../src/config/load.ts";
import { Failure } from "../../../src/errors.ts";

const ENVIRONMENT = { ZONE: "a.com", ADDRESS: "192.0.2.1", TTL: "60", EMPTY: "", YES: "true", DIGITS: "0123" };

function read(text: string): LoadedConfig {
  return readConfig("r53kit.yaml", `version: 1\n${text}`, ENVIRONMENT);
}

function mistakesOf(text: string): string[] {
  try {
    readConfig("r53kit.yaml", text, ENVIRONMENT);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [error, ...error.others].map(
      ({ where, code, message, next }) => `${where?.line}:${where?.column} ${code} ${message}; ${next}`,
    );
  }
  return [];
}

function values(text: string): readonly string[] {
  const answer = read(text).config.zones[0]?.recordSets[0]?.answer;
  return answer?.kind === "records" ? answer.values : [];
}

const TXT = (value: string) =>
  `zone: { name: a.com }\nrecords: [ { name: t, type: TXT, ttl: 60, values: ['${value}'] } ]\n`;

describe("variables in r53kit.yaml", () => {
  it.each([
    ["a variable", "${ADDRESS}", "192.0.2.1"],
    ["several in one text", "<${ZONE}/${TTL}>", "<a.com/60>"],
    ["a default for one that is not set", "${MISSING:-there}", "there"],
    ["a default for one that is empty", "${EMPTY:-there}", "there"],
    ["no default for one that is set", "${ZONE:-b.com}", "a.com"],
    ["a default with signs in it", "${MISSING:-a:-b c}", "a:-b c"],
    ["an empty default", "<${MISSING:-}>", "<>"],
    ["one that is set and empty", "<${EMPTY}>", "<>"],
    ["an escaped one, as it stands", "$${ZONE}", "${ZONE}"],
    ["a dollar sign of its own", "5 $ $ZONE", "5 $ $ZONE"],
    ["an escape beside a variable", "$${a}${TTL}", "${a}60"],
    ["digits, which stay text", "${DIGITS}", "0123"],
  ])("has %s", (_, written, text) => {
    expect(values(TXT(written))).toEqual([`"${text}"`]);
  });

  it("become numbers and truth values where a key wants one, in quotation marks or not", () => {
    const { config } = read(
      `zone: { name: "\${ZONE}" }\nhealthChecks:\n  c:\n    type: HTTP\n    address: \${ADDRESS}\n    port: \${PORT:-8080}\n    interval: "\${I:-10}"\n    disabled: \${YES}\nrecords: [ { name: w, type: A, ttl: "\${TTL}", values: [192.0.2.1] } ]\n`,
    );
    expect(config.healthChecks[0]?.settings).toMatchObject({ port: 8080, intervalSeconds: 10, disabled: true });
    expect(config.zones[0]?.recordSets[0]?.answer).toMatchObject({ ttlSeconds: 60 });
  });

  it("stay numbers of the schema only: text in quotation marks without a variable is still text", () => {
    expect(
      mistakesOf(
        'version: 1\nzone: { name: a.com }\nrecords: [ { name: w, type: A, ttl: "60", values: [192.0.2.1] } ]\n',
      ),
    ).toEqual(["3:37 config.wrong-type records[0].ttl must be a number, not text ('60'); write a number"]);
  });

  it("are put into inline traffic policy documents and what an anchor names, once", () => {
    const { config } = read(
      `zone: { name: a.com }\nrecords:\n  - { name: x, type: TXT, ttl: 60, values: &v ["$\${ZONE} \${ZONE}"] }\n  - { name: y, type: TXT, ttl: 60, values: *v }\ntrafficFlow: { policies: { p: { document: { AWSPolicyFormatVersion: "2015-10-01", RecordType: A, StartEndpoint: e, Endpoints: { e: { Type: value, Value: "\${ADDRESS}" } } } } } }\n`,
    );
    const texts = config.zones[0]?.recordSets.map(({ answer }) => answer.kind === "records" && answer.values);
    expect(texts).toEqual([['"${ZONE} a.com"'], ['"${ZONE} a.com"']]);
    expect(JSON.stringify(config.trafficPolicies[0]?.document)).toContain('"Value":"192.0.2.1"');
  });

  it("are no keys", () => {
    expect(
      mistakesOf(
        'version: 1\nzone: { name: a.com }\nhealthChecks: { "${ZONE}": { type: TCP, address: 192.0.2.1, port: 1 } }\n',
      ),
    ).toEqual([expect.stringContaining("config.bad-key")]);
  });

  it.each([
    [
      "one that is not set",
      "a ${MISSING}",
      "3:55 config.variable the variable MISSING is not set; set it, or give it a default: ${MISSING:-...}",
    ],
    [
      "one without an end",
      "${ZONE",
      "3:53 config.variable '${' has no closing '}'; close it, or write $${ for the text ${",
    ],
    [
      "no name",
      "${1}",
      "3:53 config.variable '1' is no name of a variable; write ${NAME} or ${NAME:-default}, or $${ for the text ${",
    ],
    [
      "an empty name",
      "${}",
      "3:53 config.variable '' is no name of a variable; write ${NAME} or ${NAME:-default}, or $${ for the text ${",
    ],
  ])("report %s where it stands", (_, written, expected) => {
    expect(mistakesOf(`version: 1\n${TXT(written)}`)).toEqual([expected]);
  });

  it("are all reported together, and told from what is wrong with their value", () => {
    expect(mistakesOf("version: 1\nzone: { name: '${A}' }\nproject: ${B}\n").map((one) => one.split(" ")[0])).toEqual([
      "2:16",
      "3:10",
    ]);
    expect(
      mistakesOf("version: 1\nzone: { name: a.com }\nlogging: { logGroup: a, retentionDays: '${TTL}0' }\n"),
    ).toEqual([expect.stringMatching(/^3:40 config.bad-value .* 600/)]);
  });
});
