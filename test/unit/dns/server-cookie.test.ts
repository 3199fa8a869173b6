/** Server cookies and the hash below them, by the test vectors of RFC 9018 and of SipHash's authors. */

import { describe, expect, it } from "vitest";
import { type CookieHolder, judgeServerCookie, makeServerCookie } from "../../../src/dns/server-cookie.ts";
import { sipHash24 } from "../../../src/dns/siphash.ts";

function octets(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString("hex");
}

const SECRET = octets("e5e973e5a6b2a43f48e7dc849e37bfcf");
const A1 = "010000005cf79f111f8130c3eee29480";
const MADE_AT = 1559731985;

function holder(parts: Partial<CookieHolder> = {}): CookieHolder {
  return {
    secret: SECRET,
    client: octets("2464c4abcf10c957"),
    address: Uint8Array.of(198, 51, 100, 100),
    nowSeconds: MADE_AT,
    ...parts,
  };
}

describe("SipHash-2-4", () => {
  it.each([
    [0, "310e0edd47db6f72"],
    [1, "fd67dc93c539f874"],
    [7, "37d1018bf50002ab"],
    [8, "6224939a79f5f593"],
    [15, "e545be4961ca29a1"],
    [63, "724506eb4c328a95"],
  ])("of %i octets is what its reference implementation gives", (length, hash) => {
    const counting = (count: number) => Uint8Array.from({ length: count }, (_, index) => index);
    expect(hex(sipHash24(counting(16), counting(length)))).toBe(hash);
  });

  it("takes a key of sixteen octets alone", () => {
    expect(() => sipHash24(new Uint8Array(8), new Uint8Array())).toThrow(RangeError);
  });
});

describe("a server cookie", () => {
  const v6 = octets("20010db80220000159ded0f4876982b8");

  it.each<[string, Partial<CookieHolder>, string]>([
    ["A.1", {}, A1],
    ["A.2", { nowSeconds: 1559734385 }, "010000005cf7a871d4a564a1442aca77"],
    [
      "A.3",
      { client: octets("fc93fc62807ddb86"), address: Uint8Array.of(203, 0, 113, 203), nowSeconds: 1559734700 },
      "010000005cf7a9acf73a7810aca2381e",
    ],
    [
      "A.4",
      {
        secret: octets("445536bcd2513298075a5d379663c962"),
        client: octets("22681ab97d52c298"),
        address: v6,
        nowSeconds: 1559741961,
      },
      "010000005cf7c609a6bb79d16625507a",
    ],
  ])("is the one of RFC 9018, appendix %s", (_, parts, cookie) => {
    expect(hex(makeServerCookie(holder(parts)))).toBe(cookie);
  });

  it("is valid with reserved octets that its maker has set, as in RFC 9018, appendix A.3", () => {
    const other = { client: octets("fc93fc62807ddb86"), address: Uint8Array.of(203, 0, 113, 203) };
    const cookie = octets("01abcdef5cf78f71a314227b6679ebf5");
    expect(judgeServerCookie(holder({ ...other, nowSeconds: 0x5cf78f71 }), cookie)).toBe("valid");
    cookie[1] = 0;
    expect(judgeServerCookie(holder({ ...other, nowSeconds: 0x5cf78f71 }), cookie)).toBe("invalid");
  });

  it("is good for an hour, is renewed after half of one, and may come five minutes early", () => {
    const at = (seconds: number) => judgeServerCookie(holder({ nowSeconds: MADE_AT + seconds }), octets(A1));
    expect([-301, -300, 0, 1800, 1801, 3600, 3601].map(at)).toEqual([
      ...["invalid", "valid", "valid", "valid"],
      ...["ageing", "ageing", "invalid"],
    ]);
  });

  it("goes on when 32 bits of seconds are over", () => {
    const end = 2 ** 32 - 10;
    const cookie = makeServerCookie(holder({ nowSeconds: end }));
    expect(judgeServerCookie(holder({ nowSeconds: end + 60 }), cookie)).toBe("valid");
  });

  it("is no good to another client, at another address, with another secret, or changed anywhere", () => {
    const judge = (parts: Partial<CookieHolder>) => judgeServerCookie(holder(parts), octets(A1));
    expect(judge({})).toBe("valid");
    expect(judge({ client: octets("2464c4abcf10c958") })).toBe("invalid");
    expect(judge({ address: Uint8Array.of(198, 51, 100, 101) })).toBe("invalid");
    expect(judge({ secret: octets("e5e973e5a6b2a43f48e7dc849e37bfce") })).toBe("invalid");
    for (let bit = 0; bit < 128; bit++) {
      const changed = octets(A1);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(judgeServerCookie(holder(), changed)).toBe("invalid");
    }
    expect(judgeServerCookie(holder(), octets(`${A1}00`))).toBe("invalid");
    expect(judgeServerCookie(holder(), new Uint8Array(8))).toBe("invalid");
  });
});
