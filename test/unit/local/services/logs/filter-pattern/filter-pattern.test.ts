/** The examples of the CloudWatch Logs User Guide, "Filter pattern syntax", and what lies beside them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FilterPatternError,
  parseFilterPattern,
} from "../../../../../../src/local/services/logs/filter-pattern/filter-pattern.ts";

function matching(pattern: string, messages: readonly string[]): number[] {
  const { matches } = parseFilterPattern(pattern);
  return messages.flatMap((message, index) => (matches(message) ? [index] : []));
}

describe("terms", () => {
  const MESSAGES = [
    "[ERROR 400] BAD REQUEST",
    "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",
    "[ERROR 420] INVALID ARGUMENTS",
    "[INFO] REQUEST FAILED",
    "[WARN] all is well",
    "[ERROR 500] INTERNAL SERVER ERROR",
  ];

  it.each([
    ["", [0, 1, 2, 3, 4, 5, 6]],
    ["   ", [0, 1, 2, 3, 4, 5, 6]],
    ['" "', [0, 1, 2, 3, 4, 5, 6]],
    ["ERROR", [0, 1, 2, 3, 6]],
    ["error", []],
    ["ERROR ARGUMENTS", [2, 3]],
    ["REQUEST ERROR", [0, 1]],
    ["?ERROR ?ARGUMENTS", [0, 1, 2, 3, 6]],
    ["?WARN ?ARGUMENTS", [2, 3, 5]],
    ["?ERROR ?ARGUMENTS REQUEST", [0, 1, 4]],
    ["?WARN -ERROR", [4, 5]],
    ['"INTERNAL SERVER ERROR"', [6]],
    ["ERROR -ARGUMENTS", [0, 1, 6]],
    ['ERROR - "ARGUMENTS"', [0, 1, 6]],
    ['-"[ERROR 4"', [4, 5, 6]],
    ['?"ERROR 400" ?"ERROR 401"', [0, 1]],
    ["%AUTHORIZED%", [1]],
    ["%ERROR 40[01]%", [0, 1]],
    ["%^.INFO%", [4]],
  ])("%j lets through %j", (pattern, expected) => expect(matching(pattern, MESSAGES)).toEqual(expected));

  it("may hold escaped quotes", () => {
    expect(matching('"say \\"hi\\" \\\\"', ['they say "hi" \\ there'])).toEqual([0]);
  });

  it("all occur, or the message does not match", () => {
    const term = fc.string({ unit: fc.constantFrom("a", "b", "7", "_"), minLength: 1, maxLength: 3 });
    const terms = fc.array(term, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        terms,
        terms,
        fc.string({ unit: fc.constantFrom("a", "b", "7", "_", " "), maxLength: 12 }),
        (required, excluded, message) => {
          const pattern = [...required, ...excluded.map((one) => `-${one}`)].join(" ");
          const expected =
            required.every((one) => message.includes(one)) && !excluded.some((one) => message.includes(one));
          expect(parseFilterPattern(pattern).matches(message)).toBe(expected);
        },
      ),
    );
  });
});

describe("regular expressions", () => {
  it.each([
    ["%colou?r%", ["color", "colour", "colr"], [0, 1]],
    ["%[abcx-z]%", ["a", "y", "q"], [0, 1]],
    ["%^a{3,5}$%", ["aa", "aaa", "aaaaa", "aaaaaa"], [1, 2]],
    ["%gra|ey%", ["gray", "grey", "grow"], [0, 1]],
    [
      "%^starting|^initializing|^shutting down%",
      ["starting ...", "initializing ...", "shutting down", "skipping initializing ..."],
      [0, 1, 2],
    ],
    ["%\\[.\\]%", ["[a]", "[]]", "[ ]", "a"], [0, 1, 2]],
    ["%10\\.10\\.0\\.1%", ["10.10.0.1", "10010,051"], [0]],
    ["%10.10.0.1%", ["10.10.0.1", "10010,051"], [0, 1]],
    ["%ab[0-9]*%", ["ab", "ab0", "ab129", "a"], [0, 1, 2]],
    ["%^\\d\\D\\s\\S\\w\\W$%", ["1a bc!", "aa bc!"], [0]],
    ["%\\x3A\\x28%", ["a:(b", ":"], [0]],
  ])("%s lets through %j: %j", (pattern, messages, expected) => expect(matching(pattern, messages)).toEqual(expected));
});

describe("JSON", () => {
  const EVENT = JSON.stringify({
    eventType: "UpdateTrail",
    sourceIPAddress: "111.111.111.111",
    arrayKey: ["value", "another value"],
    objectList: [
      { name: "a", id: 1 },
      { name: "b", id: 2 },
    ],
    SomeObject: null,
    ThisFlag: true,
    "cluster.name": "c",
    latency: 75,
    number: [1000, 0.001],
    errorCode: "400",
  });

  it.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ["{$.eventType=UpdateTrail}", true],
    ['{ $.eventType = "updateTrail" }', false],
    ["{ $.sourceIPAddress != 123.123.* }", true],
    ["{ $.sourceIPAddress = 111.111.* }", true],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[1] = "value" }', false],
    ['{ $.arrayKey[7] = "value" }', false],
    ["{ $.objectList[1].id = 2 }", true],
    ["{ $.eventType = %Trail% }", true],
    ["{ $.eventType != %Trail% }", false],
    ["{ $.arrayKey[*] = %val.{2}% }", true],
    ["{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }", true],
    ["{ $.objectList[*].id > 1 }", true],
    ["{ $.objectList[*].id > 2 }", false],
    ["{ $.['cluster.name'] = \"c\" }", true],
    ['{ $.["cluster.name"] = "c" }', true],
    ["{ $.SomeObject IS NULL }", true],
    ["{ $.eventType IS NULL }", false],
    ["{ $.SomeOtherObject IS NULL }", false],
    ["{ $.SomeOtherObject NOT EXISTS }", true],
    ["{ $.SomeObject NOT EXISTS }", false],
    ["{ $.ThisFlag IS TRUE }", true],
    ["{ $.ThisFlag IS FALSE }", false],
    ["{ $.latency > 50 }", true],
    ["{ $.latency >= 75 }", true],
    ["{ $.latency < 75 }", false],
    ["{ $.latency <= 75.0 }", true],
    ["{ $.latency = 7* }", true],
    ["{ $.latency = * }", true],
    ["{ $.latency > +10e0 }", true],
    ["{ $.number[0] = 1e+3 }", true],
    ["{ $.number[0] != 1e-3 }", true],
    ["{ $.number[1] = 1e-3 }", true],
    ["{ $.errorCode = 400 }", true],
    ["{ $.eventType > 3 }", false],
    // Wildcards are at the start and the end; elsewhere an asterisk is one.
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = "Up*ail" }', false],
    // A selector that points at a list, an object or nothing matches no way round.
    ["{ $.arrayKey = 1 }", false],
    ["{ $.arrayKey != 1 }", false],
    ["{ $.missing != 1 }", false],
    ["{ $.__proto__ = * }", false],
  ])("%s: %s", (pattern, expected) => expect(parseFilterPattern(pattern).matches(EVENT)).toBe(expected));

  const PEOPLE = JSON.stringify({
    user: { id: 1, email: "John.Stiles@example.com" },
    users: [
      { id: 2, email: "John.Doe@example.com" },
      { id: 3, email: "Jane.Doe@example.com" },
    ],
    actions: ["GET", "PUT", "DELETE"],
    coordinates: [
      [0, 1, 2],
      [4, 5, 6],
      [7, 8, 9],
    ],
  });

  it.each([
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    [
      '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
      true,
    ],
    [
      '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }',
      false,
    ],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ["{ $.coordinates[2][0] = 7 }", true],
    ["{ $.coordinates[1][*] = 6 }", true],
  ])("%s: %s", (pattern, expected) => expect(parseFilterPattern(pattern).matches(PEOPLE)).toBe(expected));

  it.each(["no JSON", "1", "null", '"text"', "{"])("does not match %j", (message) => {
    expect(parseFilterPattern("{ $.a NOT EXISTS }").matches(message)).toBe(false);
  });

  it("asks AND before OR, whatever the conditions", () => {
    const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(flags, fc.infiniteStream(fc.constantFrom("&&", "||")), (values, operators) => {
        const joints = [...operators.take(values.length - 1)];
        const condition = (index: number) => `$.f${index} IS TRUE`;
        const pattern = values
          .map((_, index) => `${index === 0 ? "" : joints[index - 1]} ${condition(index)}`)
          .join(" ");
        const event = JSON.stringify(Object.fromEntries(values.map((value, index) => [`f${index}`, value])));
        const expected = new Function(
          `return ${values.map((v, i) => `${i === 0 ? "" : joints[i - 1]} ${v}`).join(" ")}`,
        )();
        expect(parseFilterPattern(`{${pattern}}`).matches(event)).toBe(expected);
      }),
    );
  });
});

describe("space-delimited", () => {
  const LINE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

  it.each([
    ["[ip, user, username, timestamp, request, status_code, bytes]", true],
    ["[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", true],
    ["[..., request =*.html*, status_code = 4*, bytes]", true],
    ["[..., request=*.html*, status_code=4*,]", true],
    ["[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]", true],
    ["[ip, user, username, timestamp, request, status_code = 4* && status_code != 403, bytes]", true],
    ["[ip, user, username, timestamp, request, status_code = 4* && status_code != 404, bytes]", false],
    ["[ip, user, ..., status_code, bytes > 1000 && bytes < 2000]", true],
    ["[ip, user, ..., status_code = 404, bytes]", true],
    ["[ip, user, ..., status_code = 4* && bytes > 1534, bytes]", false],
    ["[ip = 127.0.0.1, user, ...]", true],
    ["[ip = 127.0.0.2, user, ...]", false],
    ['[..., request = "GET /index.html HTTP/1.0", , ]', true],
    ["[a,b,c,d,e,f,g,h]", false],
    ["[(ip = 10.* || ip = 127.*) && user = Prod, user, ...]", true],
    ["[...]", true],
    ["[]", true],
  ])("%s: %s", (pattern, expected) => expect(parseFilterPattern(pattern).matches(LINE)).toBe(expected));

  const LINES = [
    "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
    "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310",
    "WARNING 09/25/2014 12:00:02 Invalid user request",
    "ERROR 09/25/2014 12:00:02 Failed to process request",
  ];

  it.each([
    ["[w1=ERROR, w2]", [3]],
    // The only field is the whole line.
    ["[w1=ERROR]", []],
    ["[w1=ERROR || w1=WARNING, w2]", [2, 3]],
    ["[w1!=ERROR && w1!=WARNING, w2]", [0, 1]],
    ["[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", [0]],
    ["[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]", [1]],
    ["[..., response_time >= 1200]", [0, 1]],
    ["[level, date, rest = *user*]", [2]],
  ])("%s lets through %j", (pattern, expected) => expect(matching(pattern, LINES)).toEqual(expected));

  it.each([
    [
      "[..., request=*.html*, status_code=4*,]",
      '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534',
      {
        $1: "127.0.0.1",
        $2: "-",
        $3: "frank",
        $4: "10/Oct/2000:13:25:15 -0700",
        $request: "GET /index.html HTTP/1.0",
        $status_code: "404",
        $7: "1534",
      },
    ],
    [
      "[ip, identity, user_id, timestamp, request, status_code, size]",
      '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534',
      {
        $ip: "127.0.0.1",
        $identity: "-",
        $user_id: "frank",
        $timestamp: "10/Oct/2000:13:25:15 -0700",
        $request: "GET /apache_pb.gif HTTP/1.0",
        $status_code: "200",
        $size: "1534",
      },
    ],
    ["[a, b]", 'one "two 2" three', { $a: "one", $b: '"two 2" three' }],
    ["[]", "one two", { $1: "one", $2: "two" }],
  ])("%s extracts", (pattern, message, expected) => {
    expect(parseFilterPattern(pattern).extract(message)).toEqual(expected);
  });

  it("counts from both ends of an ellipsis, however many fields there are", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(words, (fields) => {
        const extracted = parseFilterPattern("[first, ..., before, last]").extract(fields.join(" "));
        expect(extracted).toMatchObject({ $first: fields[0], $before: fields.at(-2), $last: fields.at(-1) });
        expect(Object.keys(extracted)).toHaveLength(fields.length);
      }),
    );
  });
});

it("takes a moment for a long message, whatever is in it", () => {
  const long = (text: string) => text.repeat(Math.floor(200_000 / text.length));
  const messages = [
    long("[ "),
    long('" '),
    long('\\" '),
    long("a"),
    `${long("1")}x`,
    `{"a":${long("[")}`,
    `{"a":"${long("1")}x"}`,
  ];
  const patterns = ["[a, ..., b > 5]", "[a = 1*, b]", "{ $.a > 5 || $.* = 7 }", "ERROR", "%a+b%", "%[ab]*c$%"];
  for (const pattern of patterns) {
    const { matches } = parseFilterPattern(pattern);
    for (const message of messages) matches(message);
  }
});

describe("what is no pattern", () => {
  it.each([
    ["a.b", "Invalid character(s) in term 'a.b'"],
    ["/api", "Invalid character(s) in term '/api'"],
    ['"unfinished', "Invalid character(s) in term '\"unfinished'"],
    ["ERROR -", "Invalid character(s) in term '-'"],
    ['-" "', "Invalid character(s) in term '-\" \"'"],
    ["%something!%", "Invalid character(s) in regular expression 'something!': '!'"],
    ["%(a)%", "Invalid character(s) in regular expression '(a)': '('"],
    ["%é%", "Invalid character(s) in regular expression 'é': 'é'"],
    ["%\\bword%", "Invalid regular expression '\\bword': '\\b' is not supported"],
    ["%a**%", "Invalid regular expression 'a**': it has nothing to repeat"],
    ["%a", "a regular expression without its closing '%' at character 1"],
    ["%a% b", "expected nothing after the closing '%', not 'b', at character 5"],
    ["%%", "an empty regular expression"],
    ["{ }", "expected a property selector such as $.name, not '}', at character 3"],
    ["{ $.a }", "expected an operator (=, !=, <, >, <=, >=), not '}', at character 7"],
    ["{ $.a = }", "expected a value, not '}', at character 9"],
    ["{ $.a = b:c }", "expected '}', '&&' or '||', not ':c', at character 10"],
    ["{ $.a = 1", "expected '}', '&&' or '||', not its end, at character 10"],
    ["{ $.a > x }", "expected a number after '>', not 'x', at character 9"],
    ["{ $.a IS NOT NULL }", "expected NULL, TRUE or FALSE after IS, not 'NOT', at character 10"],
    ["{ $.a EXISTS }", "expected an operator (=, !=, <, >, <=, >=), not 'EXISTS', at character 7"],
    ["{ a = 1 }", "expected a property selector such as $.name, not 'a', at character 3"],
    ["{ $ = 1 }", "expected '.' after '$', not '=', at character 5"],
    ["{ ($.a = 1 }", "expected ')', not '}', at character 12"],
    ["{ $.a[x] = 1 }", "expected an index, '*' or a quoted name, not 'x]', at character 7"],
    ["{ $.a = 1 } x", "expected nothing after '}', not 'x', at character 13"],
    ["{ $.*.* = 1 }", "more than one wildcard in a property selector at character 8"],
    ["{ $.*=1 || $.*=2 || $.*=3 || $.*=4 }", "more than 3 wildcard selectors at character 33"],
    ["{ $.a=%a% || $.a=%b% || $.a=%c% }", "more than 2 regular expressions at character 32"],
    [`{ ${"(".repeat(60)}$.a = 1 }`, "parentheses nested deeper than 50 at character 54"],
    ["[a, b = 1", "expected ',' or ']', not its end, at character 10"],
    ["[a, ..., b, ...]", "a second ellipsis at character 16"],
    ["[a, a]", "two fields named 'a' at character 7"],
    ["[a = 1 && b = 2]", "a condition on 'b', which is no field of the pattern, at character 17"],
    ["[a b]", "expected an operator (=, !=, <, >, <=, >=), not 'b]', at character 4"],
    ["[a > x]", "expected a number after '>', not 'x]', at character 6"],
    ["[a] b", "expected nothing after ']', not 'b', at character 5"],
  ])("%j is refused, and why is said", (pattern, reason) => {
    expect(() => parseFilterPattern(pattern)).toThrow(FilterPatternError);
    expect(() => parseFilterPattern(pattern)).toThrow(`Invalid filter pattern: ${reason}`);
  });

  it("is refused with a reason, never otherwise, whatever the text", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      "$.",
      "a",
      "=",
      "!=",
      ">",
      '"',
      "%",
      "&&",
      "||",
      "(",
      ")",
      ",",
      "...",
      "*",
      " ",
      "IS NULL",
      "4",
      "\\",
      "?",
      "-",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        try {
          const { matches, extract } = parseFilterPattern(parts.join(""));
          for (const message of ["", "a 4 [b c]", '{"a":4}']) {
            matches(message);
            extract(message);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FilterPatternError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
