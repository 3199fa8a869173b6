import { describe, expect, it } from "vitest";
import { parseSubnet } from "../../../src/routing/client.ts";
import { locateInTable, locationOfCountry } from "../../../src/routing/client-locations.ts";
import { greatCircleLatency } from "../../../src/routing/latency.ts";
import { measuredLatency, readLatencyMatrix } from "../../../src/routing/latency-matrix.ts";

function matrixOf(...lines: string[]) {
  const { matrix, problems } = readLatencyMatrix(lines.join("\n"));
  if (matrix === undefined) throw new Error(problems.map(({ message }) => message).join("; "));
  return matrix;
}

function problemsOf(...lines: string[]): string[] {
  return (readLatencyMatrix(lines.join("\n")).problems ?? []).map(
    ({ line, column, code, message }) => `${line}:${column} ${code}: ${message}`,
  );
}

const BERLIN = locationOfCountry("DE");

describe("a latency matrix", () => {
  it("answers with what was measured, by the narrowest line that has the Region", () => {
    const latency = measuredLatency(
      matrixOf(
        "# measured on a Tuesday",
        "client, us-east-1, us-west-2, eu-central-1, eu-west-1",
        "",
        "US-CA, 61, 18.5, ,",
        "US,    25, 70, 99,",
        "continent:NA,,,101,72",
        "us-west-2,66,,,140",
        "eu-central-1,90,150,3,",
        "*,200,201,202,203",
      ),
    );
    const california = locationOfCountry("US-CA");
    expect(latency(california, "us-east-1")).toBe(61);
    expect(latency(california, "us-west-2")).toBe(18.5);
    expect(latency(california, "eu-central-1")).toBe(99);
    expect(latency(california, "eu-west-1")).toBe(72);
    // No line for Germany or Europe: the nearest Region that has one speaks for it, and * for what that one lacks.
    expect(latency(BERLIN, "us-east-1")).toBe(90);
    expect(latency(BERLIN, "eu-west-1")).toBe(203);
    expect(latency(undefined, "us-east-1")).toBe(200);
  });

  it("leaves to the great circle what nobody measured", () => {
    const latency = measuredLatency(matrixOf("client,us-east-1,eu-west-1", "DE,5,"));
    expect(latency(BERLIN, "us-east-1")).toBe(5);
    expect(latency(BERLIN, "eu-west-1")).toBe(greatCircleLatency(BERLIN, "eu-west-1"));
    expect(latency(BERLIN, "ap-south-1")).toBe(greatCircleLatency(BERLIN, "ap-south-1"));
    expect(latency(locationOfCountry("FR"), "us-east-1")).toBe(
      greatCircleLatency(locationOfCountry("FR"), "us-east-1"),
    );
    expect(latency(undefined, "us-east-1")).toBe(greatCircleLatency(undefined, "us-east-1"));
    expect(latency(BERLIN, "moon-1")).toBe(Number.POSITIVE_INFINITY);
  });

  it("tells continents from the countries with their code", () => {
    const latency = measuredLatency(matrixOf("client,us-east-1", "NA,1", "continent:NA,2", "SA,3", "continent:SA,4"));
    const from = (country: string) => latency(locationOfCountry(country), "us-east-1");
    expect([from("NA"), from("MX"), from("SA"), from("BR")]).toEqual([1, 2, 3, 4]);
  });

  it("holds for clients of the built-in table too, whose state has no line", () => {
    const latency = measuredLatency(matrixOf("client,us-east-1", "CA,17"));
    const quebec = parseSubnet("192.0.2.129");
    expect(quebec && latency(locateInTable(quebec).location, "us-east-1")).toBe(17);
  });

  it("is read with the marks that spreadsheets leave", () => {
    const text = "\ufeffclient,us-east-1\r\nDE,12.5\r\n\r\n";
    const { matrix } = readLatencyMatrix(text);
    expect(matrix && measuredLatency(matrix)(BERLIN, "us-east-1")).toBe(12.5);
  });
});

describe("a latency matrix with mistakes", () => {
  it("has them all told, each at its line and column", () => {
    expect(
      problemsOf(
        "client,us-east-1,moon-1,us-east-1",
        "DE,1,2,3",
        "de,1,2,3",
        "XX,1,2,3",
        "continent:XX,1,2,3",
        "DE,1,2,3",
        "FR,1,2",
        "IT,-1, 1e3 ,99999",
        "US-XX,1,2,3",
      ),
    ).toEqual([
      "1:18 region: 'moon-1' is no Region",
      "1:25 duplicate: Region us-east-1 has two columns",
      "3:1 client: 'de' is no client",
      "4:1 client: 'XX' is no client",
      "5:1 client: 'continent:XX' is no client",
      "6:1 duplicate: DE has two lines",
      "7:1 cells: FR has 2 latencies for 3 Regions",
      "8:4 number: '-1' is no latency",
      "8:8 number: '1e3' is no latency",
      "8:13 number: '99999' is no latency",
      "9:1 client: 'US-XX' is no client",
    ]);
  });

  it.each([
    ["", "1:1 empty: The file is empty"],
    ["# nothing\n\n", "1:1 empty: The file is empty"],
    ["client,us-east-1\n", "1:1 empty: There is no client in it"],
    ["client\nDE", "1:1 header: The first line is not `client` and Regions, separated by commas"],
    ["\nclient;us-east-1\nDE;1", "2:1 header: The first line is not `client` and Regions, separated by commas"],
  ])("is refused whole: %j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});
