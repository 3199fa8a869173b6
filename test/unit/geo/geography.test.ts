import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { databaseLocator, locationOfRecord } from "../../../src/geo/database-locator.ts";
import { openGeography } from "../../../src/geo/geography.ts";
import { MaxmindFile } from "../../../src/geo/maxmind-file.ts";
import { type ClientLocator, parseSubnet, type Subnet } from "../../../src/routing/client.ts";
import { locationOfCountry } from "../../../src/routing/client-locations.ts";
import { type MaxmindValue, writeMaxmind } from "../../support/maxmind-writer.ts";

const OREGON = {
  continent: { code: "NA" },
  country: { iso_code: "US" },
  subdivisions: [{ iso_code: "OR" }],
  location: { latitude: 45.52, longitude: -122.68 },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "r53kit-geo-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function cities(networks: Readonly<Record<string, MaxmindValue>>, databaseType = "GeoLite2-City"): Buffer {
  return writeMaxmind({ networks, databaseType });
}

function at(locate: ClientLocator, text: string) {
  return locate(parseSubnet(text) as Subnet);
}

function failDefect(error: unknown): never {
  throw error;
}

describe("the embedded geography", () => {
  it("knows the country of public addresses of both families, and how many bits tell it", async () => {
    const { locate } = await openGeography({}, failDefect);
    const tokyo = at(locate, "133.11.0.1");
    expect(tokyo.location).toBe(locationOfCountry("JP"));
    expect(tokyo.bits).toBeGreaterThan(0);
    expect(tokyo.bits).toBeLessThanOrEqual(16);
    expect(at(locate, "200.160.2.3").location?.countryCode).toBe("BR");
    expect(at(locate, "2001:67c:2e8:22::c100:68b").location?.countryCode).toBe("NL");
  });

  it("keeps the table's places first", async () => {
    const { locate } = await openGeography({}, failDefect);
    expect(at(locate, "127.49.0.1").location?.countryCode).toBe("DE");
    expect(at(locate, "198.51.100.0/26").location?.countryCode).toBe("DE");
    expect(at(locate, "10.0.0.1").location).toBeUndefined();
  });
});

describe("a geo database of one's own", () => {
  it("gives city, state and coordinates in place of the embedded one, the table's places still first", async () => {
    const geoDatabase = file("city.mmdb", cities({ "8.8.8.0/24": OREGON, "127.49.0.0/16": OREGON }));
    const { locate } = await openGeography({ geoDatabase }, failDefect);
    expect(at(locate, "8.8.8.8")).toEqual({
      location: {
        continentCode: "NA",
        countryCode: "US",
        subdivisionCode: "OR",
        coordinates: { latitude: 45.52, longitude: -122.68 },
      },
      bits: 24,
    });
    expect(at(locate, "8.8.8.8").location).toBe(at(locate, "8.8.8.9").location);
    expect(at(locate, "133.11.0.1").location).toBeUndefined();
    expect(at(locate, "127.49.0.1").location?.countryCode).toBe("DE");
  });

  it.each([
    ["a country", { country: { iso_code: "JP" } }, locationOfCountry("JP")],
    ["the country of registration", { registered_country: { iso_code: "JP" } }, locationOfCountry("JP")],
    ["a flat country code", { country_code: "JP" }, locationOfCountry("JP")],
    ["a flat country", { country: "JP" }, locationOfCountry("JP")],
    [
      "a state without coordinates",
      { country: { iso_code: "US" }, subdivisions: [{ iso_code: "OR" }] },
      locationOfCountry("US-OR"),
    ],
    [
      "flat coordinates as text",
      { country: "JP", latitude: "34.69", longitude: "135.5" },
      { ...locationOfCountry("JP"), coordinates: { latitude: 34.69, longitude: 135.5 } },
    ],
    ["coordinates off the globe", { country: "JP", latitude: 91, longitude: 0 }, locationOfCountry("JP")],
    ["half of the coordinates", { country: "JP", location: { latitude: 1 } }, locationOfCountry("JP")],
    // Route 53 counts Cyprus as Europe, files do not all agree.
    ["another continent", { continent: { code: "AS" }, country: { iso_code: "CY" } }, locationOfCountry("CY")],
    ["a country that is none", { country: { iso_code: "ZZ" } }, undefined],
    ["a code that is no text", { country: { iso_code: 7 } }, undefined],
    ["no country", { autonomous_system_number: 15_169 }, undefined],
    ["a bare text", "JP", undefined],
  ])("is understood where a record has %s", (_, record, location) => {
    expect(locationOfRecord(record)).toEqual(location);
  });

  it("that is damaged in one record has its clients in no place, says so once, and serves the others", () => {
    const content = cities({ "8.8.8.0/24": { country_code: "JP" }, "9.9.9.0/24": { country_code: "FR" } });
    // The type of the first record's map becomes that of a container, which no record may be.
    const separator = content.indexOf(Buffer.alloc(16));
    content[content.indexOf("country_code", separator) - 2] = 0x00;
    const defects: unknown[] = [];
    const locate = databaseLocator(new MaxmindFile(content), (error) => defects.push(error));
    expect(at(locate, "8.8.8.8")).toEqual({ location: undefined, bits: 24 });
    expect(at(locate, "8.8.8.9").location).toBeUndefined();
    expect(at(locate, "9.9.9.9").location?.countryCode).toBe("FR");
    expect(defects).toHaveLength(1);
  });

  async function failureOf(files: {
    readonly geoDatabase?: string;
    readonly latencyMatrix?: string;
  }): Promise<Failure> {
    const failure = await openGeography(files, failDefect).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(failure instanceof Failure)) throw new Error(`no Failure: ${String(failure)}`);
    return failure;
  }

  it("is refused with its reason when it is missing, a folder, no database, cut short, or of networks alone", async () => {
    const whole = cities({ "8.8.8.0/24": OREGON });
    const asn = cities({ "8.8.8.0/24": { autonomous_system_number: 15_169 } }, "GeoLite2-ASN");
    const missing = join(folder, "nowhere.mmdb");
    expect(await failureOf({ geoDatabase: missing })).toMatchObject({
      kind: "usage",
      code: "geo.unreadable",
      message: "The geo database cannot be read: there is no such file",
      where: { file: missing },
    });
    expect((await failureOf({ geoDatabase: folder })).message).toMatch("it is a folder");
    const archive = await failureOf({ geoDatabase: file("GeoLite2-City.tar.gz", "\u001f\u008b") });
    expect([archive.code, archive.next]).toEqual(["geo.database-format", expect.stringContaining("unpacked")]);
    const cut = await failureOf({ geoDatabase: file("cut.mmdb", whole.subarray(0, whole.length / 2)) });
    expect(cut.message).toMatch("cut short");
    expect(await failureOf({ geoDatabase: file("asn.mmdb", asn) })).toMatchObject({
      code: "geo.database-without-countries",
      message: "The geo database has no countries in it; it is of type GeoLite2-ASN",
    });
  });

  it("has a latency matrix beside it, whose mistakes all come with file and line", async () => {
    const good = file("good.csv", "client,us-east-1\nDE,7\n");
    const { latencyMs } = await openGeography({ latencyMatrix: good }, failDefect);
    expect(latencyMs(locationOfCountry("DE"), "us-east-1")).toBe(7);
    const bad = file("bad.csv", "client,us-east-1\nDE,x\nXX,1\n");
    const failure = await failureOf({ latencyMatrix: bad });
    expect([failure, ...failure.others].map(({ code, where }) => [code, where])).toEqual([
      ["latency-matrix.number", { file: bad, line: 2, column: 4 }],
      ["latency-matrix.client", { file: bad, line: 3, column: 1 }],
    ]);
    expect((await failureOf({ latencyMatrix: join(folder, "none.csv") })).code).toBe("geo.unreadable");
  });
});
