import { describe, expect, it } from "vitest";
import type { ListedZone } from "../../../src/backend/hosted-zones.ts";
import { ownerIn, zoneEnclosing, zoneNamed } from "../../../src/cli/zone-choice.ts";
import { Failure } from "../../../src/errors.ts";
import { domainName } from "../../../src/route53/names.ts";

function zone(id: string, name: string, isPrivate = false): ListedZone {
  return { id, name: domainName(name), private: isPrivate, recordSets: 2 };
}

const ZONES = [
  zone("Z1", "example.com"),
  zone("Z2", "sub.example.com"),
  zone("Z3", "both.net"),
  zone("Z4", "both.net", true),
  zone("Z5", "a\\040b.org"),
];
const [EXAMPLE = zone("", "x")] = ZONES;

function failure(run: () => unknown): Pick<Failure, "code" | "message" | "next"> {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return { code: error.code, message: error.message, next: error.next };
    throw error;
  }
  throw new Error("it did not fail");
}

describe("a zone that is asked for", () => {
  it.each([
    ["example.com", "Z1"],
    ["Example.COM.", "Z1"],
    ["Z2", "Z2"],
    ["/hostedzone/Z3", "Z3"],
    ["a\\040b.org", "Z5"],
  ])("is found as %s", (asked, id) => {
    expect(zoneNamed(ZONES, asked).id).toBe(id);
  });

  it("is never chosen among several of its name: the ids are told", () => {
    const message = "both.net is the name of 2 hosted zones: Z3 (public), Z4 (private)";
    const told = { code: "zone.ambiguous", message, next: "say which one by its id" };
    expect(failure(() => zoneNamed(ZONES, "both.net"))).toEqual(told);
    expect(failure(() => zoneEnclosing(ZONES, domainName("www.both.net")))).toEqual(told);
  });

  it("is not the one above or below it, and a near name is told", () => {
    expect(failure(() => zoneNamed(ZONES, "www.example.com")).code).toBe("zone.not-found");
    expect(failure(() => zoneNamed(ZONES, "exmaple.com")).next).toBe("did you mean example.com?");
    expect(failure(() => zoneNamed(ZONES, "nothing.like.it")).next).toMatch(/^there are example\.com, /);
    expect(failure(() => zoneNamed([], "example.com")).next).toMatch(/there are none/);
  });

  it("is refused as a name that is none", () => {
    expect(failure(() => zoneNamed(ZONES, "a..b")).code).toBe("zone.bad-name");
  });
});

describe("the zone of a record", () => {
  it("is the nearest above its name", () => {
    expect(zoneEnclosing(ZONES, domainName("www.example.com")).id).toBe("Z1");
    expect(zoneEnclosing(ZONES, domainName("www.sub.example.com")).id).toBe("Z2");
    expect(zoneEnclosing(ZONES, domainName("sub.example.com")).id).toBe("Z2");
  });

  it("is told by a near name when there is none", () => {
    const { code, next } = failure(() => zoneEnclosing(ZONES, domainName("www.exmaple.com")));
    expect(code).toBe("zone.not-found");
    expect(next).toMatch(/^did you mean a name in example\.com\?/);
  });
});

describe("a record's name", () => {
  it.each([
    ["@", "example.com."],
    ["www", "www.example.com."],
    ["WWW.Example.com", "www.example.com."],
    ["www.example.com.", "www.example.com."],
    ["a.b", "a.b.example.com."],
    ["*.w", "*.w.example.com."],
  ])("as %s is %s in its zone", (typed, name) => {
    expect(ownerIn(EXAMPLE, typed)).toBe(name);
  });

  it("with a dot at its end is not put below another zone", () => {
    expect(failure(() => ownerIn(EXAMPLE, "www.example.net.")).code).toBe("zone.outside");
  });
});
