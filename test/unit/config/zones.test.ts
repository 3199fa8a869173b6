import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/config/load.ts";
import { Failure } from "../../../src/errors.ts";

/** `line:column code` of every mistake; the place is that of `¦` in the text, which is taken out. */
function check(marked: string): { readonly found: string[]; readonly expected: string } {
  const before = marked.slice(0, marked.indexOf("¦")).split("\n");
  const expected = `${before.length}:${(before.at(-1) ?? "").length + 1}`;
  try {
    readConfig("r53kit.yaml", marked.replace("¦", ""), {});
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const found = [error, ...error.others].map(({ where, code }) => `${where?.line}:${where?.column} ${code}`);
    return { found, expected };
  }
  return { found: [], expected };
}

const VPC = "{ id: vpc-1, region: eu-west-1 }";
const PRIVATE = `zone: { name: a.com, private: true, vpcs: [ ${VPC} ] }`;

describe("what one kind of zone has and the other does not", () => {
  it.each([
    ["a private zone without VPCs", "version: 1\nzone: ¦{ name: a.com, private: true }\n", "missing"],
    ["a public zone with VPCs", `version: 1\nzone: { name: a.com, ¦vpcs: [ ${VPC} ] }\n`, "public-zone"],
    [
      "a VPC twice",
      `version: 1\nzone: { name: a.com, private: true, vpcs: [ ${VPC}, { id: ¦vpc-1, region: us-east-1 } ] }\n`,
      "duplicate-value",
    ],
    [
      "a VPC id that is none",
      "version: 1\nzone: { name: a.com, private: true, vpcs: [ { id: ¦my-vpc, region: eu-west-1 } ] }\n",
      "bad-value",
    ],
    [
      "a VPC without its region",
      "version: 1\nzone: { name: a.com, private: true, vpcs: [ ¦{ id: vpc-1 } ] }\n",
      "missing",
    ],
    ["query logs of a private zone", `version: 1\n${PRIVATE}\n¦logging: { logGroup: g }\n`, "private-zone"],
    [
      "IP-based routing in a private zone",
      `version: 1\n${PRIVATE}\ncidrCollections: { c: { l: [192.0.2.0/24] } }\nrouting: [ { name: w, type: A, ttl: 60, policy: ¦cidr, answers: { l: { collection: c, location: l, values: [192.0.2.1] } } } ]\n`,
      "private-zone",
    ],
    [
      "a delegation set of a private zone",
      `version: 1\ndelegationSets: { main: {} }\nzone: { name: a.com, private: true, ¦delegationSet: main, vpcs: [ ${VPC} ] }\n`,
      "private-zone",
    ],
    [
      "a delegation set that there is not",
      "version: 1\ndelegationSets: { main: {} }\nzone: { name: a.com, delegationSet: ¦mian }\n",
      "unknown-delegation-set",
    ],
    [
      "a delegation set's id that is none",
      "version: 1\ndelegationSets: { main: { id: ¦n1 } }\nzone: { name: a.com }\n",
      "bad-value",
    ],
    [
      "two public zones of one name",
      "version: 1\nproject: p\nzones: [ { name: a.com }, { name: ¦a.com } ]\n",
      "duplicate",
    ],
    [
      "two private zones of one name",
      `version: 1\nproject: p\nzones: [ { name: a.com, private: true, vpcs: [ ${VPC} ] }, { name: ¦A.com, private: true, vpcs: [ ${VPC} ] } ]\n`,
      "duplicate",
    ],
  ])("is a mistake: %s", (_, text, code) => {
    const { found, expected } = check(text);
    expect(found).toEqual([`${expected} config.${code}`]);
  });

  it("refuses Traffic Flow instances of a private zone where they stand", () => {
    const document =
      '{ AWSPolicyFormatVersion: "2015-10-01", RecordType: A, StartEndpoint: e, Endpoints: { e: { Type: value, Value: 192.0.2.1 } } }';
    const { found, expected } = check(
      `version: 1\n${PRIVATE}\ntrafficFlow: { policies: { p: { document: ${document} } }, ¦instances: [ { name: w, policy: p, ttl: 60 } ] }\n`,
    );
    expect(found).toEqual([`${expected} config.private-zone`]);
  });

  it("lets a public and a private zone of one name stand together", () => {
    const { config } = readConfig(
      "r53kit.yaml",
      `version: 1\nproject: p\nzones: [ { name: a.com }, { name: a.com, private: true, vpcs: [ ${VPC} ] } ]\n`,
      {},
    );
    expect(
      config.zones.map(({ name, private: isPrivate, vpcs }) => [name, isPrivate, vpcs.map(({ id }) => id)]),
    ).toEqual([
      ["a.com.", false, []],
      ["a.com.", true, ["vpc-1"]],
    ]);
  });
});
