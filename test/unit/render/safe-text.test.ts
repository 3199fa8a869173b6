/** Text from outside cannot drive the terminal. */

import { expect, it } from "vitest";
import { safeText } from "../../../src/render/safe-text.ts";

it("strips escape sequences' control characters, C1 controls and bidirectional overrides", () => {
  expect(safeText("a\u001b[31mred\u0007\u009b2J\u202eb\u0000")).toBe("a[31mred2Jb");
});

it("makes line breaks and tabs one space, so that one value stays one line", () => {
  expect(safeText("one\r\n\ttwo\u2028three")).toBe("one two three");
});

it("leaves ordinary text of any language as it is", () => {
  expect(safeText("v=spf1 ~all · naïve 東京 🚀")).toBe("v=spf1 ~all · naïve 東京 🚀");
});
