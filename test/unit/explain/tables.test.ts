import { describe, expect, it } from "vitest";
import { readClient } from "../../../src/explain/clients.ts";
import { explainMatrix } from "../../../src/explain/matrix.ts";
import { explainWorld } from "../../../src/explain/world.ts";
import { renderMatrix } from "../../../src/render/explain/matrix.ts";
import { renderWorld } from "../../../src/render/explain/world.ts";
import { AWS_REGIONS, regionLocation } from "../../../src/routing/region-places.ts";
import { regionCoordinates } from "../../../src/routing/regions.ts";
import { GEOGRAPHY, oddsText, plannedScene, questionOf } from "./scenes.ts";

const ZONE = `
zone: { name: example.com }
healthChecks:
  europe: { type: TCP, address: 192.0.2.1, port: 80 }
  only:   { type: TCP, address: 192.0.2.2, port: 80 }
records:
  - { name: plain, type: A, ttl: 60, values: [192.0.2.9] }
  - { name: checked, type: A, ttl: 60, values: [192.0.2.8], healthCheck: only }
routing:
  - name: shop
    type: A
    ttl: 60
    policy: geolocation
    answers:
      germany:    { country: DE, values: [192.0.2.1], healthCheck: europe }
      california: { country: US, subdivision: CA, values: [192.0.2.3] }
      anywhere:   { country: "*", values: [192.0.2.2] }
  - name: split
    type: A
    ttl: 60
    policy: weighted
    answers:
      a: { weight: 1, values: [192.0.2.1] }
      b: { weight: 1, values: [192.0.2.2] }
`;

const scene = (name: string, down: readonly string[] = []) => plannedScene(ZONE, questionOf(name), down);

describe("a table of the world", () => {
  const world = (name: string, down: readonly string[] = []) => explainWorld(scene(name, down), questionOf(name));

  it("has every Region, every continent, the places of the rules, and nobody", () => {
    const { rows } = world("shop.example.com");
    const codes = (group: string) => rows.filter((row) => row.group === group).map(({ code }) => code);
    expect(codes("region")).toEqual(AWS_REGIONS);
    expect(codes("continent")).toEqual(["AF", "AN", "AS", "EU", "NA", "OC", "SA"]);
    expect(codes("country")).toEqual(["DE", "US-CA"]);
    expect(codes("nobody")).toHaveLength(1);
  });

  it("says who gets which answer", () => {
    const answers = new Map(
      world("shop.example.com").rows.map(({ code, answers }) => [code, Object.keys(oddsText(answers))]),
    );
    expect(answers.get("DE")).toEqual(["192.0.2.1"]);
    expect(answers.get("eu-central-1")).toEqual(["192.0.2.1"]);
    expect(answers.get("US-CA")).toEqual(["192.0.2.3"]);
    expect(answers.get("us-west-1")).toEqual(["192.0.2.3"]);
    expect(answers.get("eu-west-1")).toEqual(["192.0.2.2"]);
    // No country that a rule is about speaks for its continent.
    expect(answers.get("EU")).toEqual(["192.0.2.2"]);
    expect(oddsText(world("shop.example.com", ["europe"]).rows[0]?.answers ?? [])).toEqual({ "192.0.2.2": "1" });
  });

  it("is one sentence where nothing looks at the client", () => {
    expect(renderWorld(world("split.example.com"), { color: false })).toContain(
      "Everybody gets 192.0.2.1 50 % | 192.0.2.2 50 %",
    );
  });
});

describe("a matrix of failures", () => {
  it("has every routed name and what each failure makes of its answers, for whom", () => {
    const { rows } = explainMatrix(scene("example.com"));
    expect(rows.map(({ name, policy, cells }) => [name, policy, cells.length])).toEqual([
      ["checked.example.com", "simple", 1],
      ["shop.example.com", "geolocation", 1],
      ["split.example.com", "weighted", 0],
    ]);
    const effect = rows[1]?.cells[0]?.effects[0];
    expect(effect).toMatchObject({ clients: ["DE", "eu-central-1", "eusc-de-east-1"], allUnhealthy: false });
    expect(oddsText(effect?.before ?? [])).toEqual({ "192.0.2.1": "1" });
    expect(oddsText(effect?.after ?? [])).toEqual({ "192.0.2.2": "1" });
  });

  it("says which failure leaves nothing healthy, although the answer stays", () => {
    const matrix = explainMatrix(scene("example.com"));
    expect(matrix.singlePoints).toEqual([{ name: "checked.example.com", type: "A", check: "only" }]);
    expect(renderMatrix(matrix, { color: false })).toContain("✗ checked.example.com A when only fails");
  });

  it("is for one client where one is named, and for one type", () => {
    const asking = readClient({ from: "FR" }, GEOGRAPHY.locate);
    const { rows } = explainMatrix(scene("example.com"), { asking, type: 1 });
    expect(rows.find(({ name }) => name === "shop.example.com")?.cells[0]?.effects).toEqual([]);
    expect(explainMatrix(scene("example.com"), { type: 28 }).rows).toEqual([]);
  });
});

describe("the Regions as places", () => {
  it("are all known, with country, continent and coordinates", () => {
    expect(AWS_REGIONS.filter((region) => regionLocation(region) === undefined)).toEqual([]);
    expect(AWS_REGIONS.filter((region) => regionCoordinates(region) === undefined)).toEqual([]);
    expect(regionLocation("us-west-1")).toMatchObject({
      continentCode: "NA",
      countryCode: "US",
      subdivisionCode: "CA",
    });
    expect(regionLocation("mars-north-1")).toBeUndefined();
  });
});
