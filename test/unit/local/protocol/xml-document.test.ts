import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedRequestError } from "../../../../src/local/protocol/aws-error.ts";
import { parseXml } from "../../../../src/local/protocol/xml-document.ts";
import { escapeXml } from "../../../../src/local/protocol/xml-output.ts";

describe("reading XML", () => {
  it("gives names without their prefixes, text and attributes", () => {
    const root = parseXml(
      '<?xml version="1.0" encoding="UTF-8"?>\n<r:A xmlns:r="u" k=\'v &amp; w\'><B>x</B><!-- c --><B/></r:A>\n',
    );
    expect(root.name).toBe("A");
    expect(root.attributes).toEqual({ k: "v & w" });
    expect(root.children.map(({ name, text }) => [name, text])).toEqual([
      ["B", "x"],
      ["B", ""],
    ]);
  });

  it("decodes the named entities, character references and CDATA", () => {
    expect(parseXml("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;<![CDATA[<&>]]></a>").text).toBe("<>&\"'A\u{1f600}<&>");
  });

  it("reads back whatever text is escaped into it", () => {
    const text = fc.string({ unit: "grapheme" }).filter((one) => !/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/.test(one));
    fc.assert(
      fc.property(text, (one) => {
        expect(parseXml(`<a>${escapeXml(one)}</a>`).text).toBe(one);
      }),
    );
  });

  it("keeps a member called __proto__ from being anything special", () => {
    const root = parseXml("<a><__proto__>x</__proto__></a>");
    expect(root.children[0]?.name).toBe("__proto__");
    expect(({} as { x?: string }).x).toBeUndefined();
  });

  it.each([
    ["a document type, so nothing can be expanded", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["an unknown entity", "<a>&b;</a>"],
    ["a bare ampersand", "<a>b & c</a>"],
    ["a reference to a control character", "<a>&#0;</a>"],
    ["a reference to a surrogate", "<a>&#xD800;</a>"],
    ["a reference beyond Unicode", "<a>&#x110000;</a>"],
    ["a control character", "<a>\u0001</a>"],
    ["an element that is not closed", "<a><b></a>"],
    ["an end without a beginning", "<a></a></b>"],
    ["two roots", "<a/><b/>"],
    ["text outside", "x<a/>"],
    ["nothing", "  "],
    ["an attribute given twice", '<a b="1" b="2"/>'],
    ["an attribute without quotes", "<a b=1/>"],
    ["a tag that does not end", "<a"],
    ["a comment that does not end", "<a><!-- </a>"],
    ["an encoding other than UTF-8", '<?xml version="1.0" encoding="UTF-16"?><a/>'],
    ["deep nesting", "<a>".repeat(1000)],
  ])("refuses %s", (_what, source) => {
    expect(() => parseXml(source)).toThrow(MalformedRequestError);
  });

  it("throws nothing but its own error, whatever comes", () => {
    const pieces = fc.constantFrom(
      "<",
      ">",
      "/",
      "a",
      " ",
      "=",
      '"',
      "&",
      ";",
      "#",
      "!",
      "[",
      "]",
      "-",
      "?",
      "CDATA",
      "x",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        try {
          parseXml(parts.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRequestError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
