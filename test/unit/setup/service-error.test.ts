import { InvalidChangeBatch, ThrottlingException } from "@aws-sdk/client-route-53";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { isRefusal } from "../../../src/setup/effects/service-error.ts";

const refused = (attempts: number) =>
  new InvalidChangeBatch({ message: "no", messages: ["no"], $metadata: { attempts } });

describe("an error of a service", () => {
  it("is a refusal when the service said no to the only time it was asked", () => {
    expect(isRefusal(refused(1))).toBe(true);
    expect(isRefusal(new ThrottlingException({ message: "Rate exceeded", $metadata: { attempts: 1 } }))).toBe(true);
    const told = new Failure({ kind: "failed", code: "aws.InvalidChangeBatch", message: "no", cause: refused(1) });
    expect(isRefusal(told)).toBe(true);
  });

  it("is none when the call was sent again: the first one may have landed with its answer lost", () => {
    expect(isRefusal(refused(2))).toBe(false);
  });

  it("is none when nobody answered", () => {
    expect(isRefusal(new Error("socket hang up"))).toBe(false);
    expect(isRefusal(new Failure({ kind: "failed", code: "network.econnreset", message: "gone" }))).toBe(false);
    expect(isRefusal("no")).toBe(false);
  });
});
