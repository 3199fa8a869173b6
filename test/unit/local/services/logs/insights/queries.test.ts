/** Logs Insights queries over events in memory; many of them are the User Guide's own examples. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareNaturally } from "../../../../../../src/local/services/logs/insights/natural-order.ts";
import { parseQuery } from "../../../../../../src/local/services/logs/insights/parse-query.ts";
import { startRun } from "../../../../../../src/local/services/logs/insights/run-query.ts";
import { QueryError } from "../../../../../../src/local/services/logs/insights/syntax.ts";

const START = Date.parse("2026-11-20T08:00:00.000Z");
const MINUTE = 60_000;

/** Runs a query over messages, a minute apart, the first the oldest. */
function run(query: string, messages: readonly (string | object)[], most?: number) {
  const context = { now: START + 3600_000, rangeStart: START, rangeEnd: START + 3600_000 };
  const going = startRun(parseQuery(query), context, most);
  const events = messages.map((message, index) => ({
    message: typeof message === "string" ? message : JSON.stringify(message),
    timestamp: START + index * MINUTE,
    ingestedAt: START + index * MINUTE + 5,
    stream: index % 2 === 0 ? "even" : "odd",
    log: "123456789012:/g",
    pointer: `p${index}`,
  }));
  for (const event of events.reverse()) going.push(event);
  return { rows: going.finish(), statistics: going.statistics };
}

/** The rows as objects. */
function table(query: string, messages: readonly (string | object)[], most?: number) {
  return run(query, messages, most).rows.map((row) =>
    Object.fromEntries(row.map(({ field, value }) => [field, value])),
  );
}

/** The values of one column. */
function column(query: string, messages: readonly (string | object)[], name: string) {
  return table(query, messages).map((row) => row[name]);
}

/** What an expression is worth. */
function worth(expression: string, message: string | object = "m") {
  return table(`fields ${expression} as x | display x`, [message])[0]?.x;
}

const QUERIES = [
  "1.0 2026-11-20T08:00:00.130Z Z123412341234 www.myapp.com A NOERROR UDP FRA6 192.0.2.53 -",
  "1.0 2026-11-20T08:01:00.983Z Z123412341234 www.myapp.com AAAA NOERROR UDP FRA6 192.0.2.53 2001:db8:abcd::/48",
  "1.0 2026-11-20T08:02:00.744Z Z123412341234 wwww.myapp.com A NXDOMAIN TCP IAD12 198.51.100.7 -",
  "1.0 2026-11-20T08:03:00.000Z Z123412341234 api.myapp.com A SERVFAIL UDP FRA6 192.0.2.53 -",
];

describe("results", () => {
  it("are the events' times and messages, the latest first", () => {
    expect(run("filter @message like /o/", ["one", "two", "three"]).rows).toEqual([
      [
        { field: "@timestamp", value: "2026-11-20 08:01:00.000" },
        { field: "@message", value: "two" },
        { field: "@ptr", value: "p1" },
      ],
      [
        { field: "@timestamp", value: "2026-11-20 08:00:00.000" },
        { field: "@message", value: "one" },
        { field: "@ptr", value: "p0" },
      ],
    ]);
  });

  it("say what was looked at and what matched", () => {
    expect(run("filter @message like /o/ | limit 1", ["one", "two", "four", "é"]).statistics).toEqual({
      recordsScanned: 4,
      recordsMatched: 3,
      bytesScanned: 12,
    });
    expect(run("filter @message like /o/ | stats count(*)", ["one", "two", "three"]).statistics).toMatchObject({
      recordsMatched: 2,
    });
  });

  it.each([
    ["fields @timestamp, @message | sort @timestamp desc | limit 2", ["@timestamp", "@message", "@ptr"]],
    ["fields @logStream, @log | fields @ingestionTime", ["@logStream", "@log", "@ingestionTime", "@ptr"]],
    ["fields @message | display @logStream | display @log", ["@log", "@ptr"]],
    ["fields strlen(@message)", ["strlen(@message)", "@ptr"]],
    ["fields strlen( @message ) as n, missing", ["n", "@ptr"]],
    ["stats count(*), max(@timestamp) by @logStream", ["@logStream", "count(*)", "max(@timestamp)"]],
    ["stats count(*) as n by bin(5m) | display n", ["n"]],
    ["stats count(*) as n | fields n * 2 as twice", ["n", "twice"]],
  ])("%s has the columns %j", (query, columns) => {
    expect(run(query, ["message"]).rows[0]?.map(({ field }) => field)).toEqual(columns);
  });

  it("are limited by the query and by whoever asks", () => {
    const messages = ["a", "b", "c", "d"];
    expect(table("limit 3", messages)).toHaveLength(3);
    expect(table("limit 3", messages, 2)).toHaveLength(2);
    expect(table("limit any 1", messages)).toHaveLength(1);
    expect(column("sort @message asc | limit 2", messages, "@message")).toEqual(["a", "b"]);
    expect(column("limit 2 | sort @message asc", messages, "@message")).toEqual(["c", "d"]);
    expect(column("sort @message | filter @message > 'a' | limit 1", messages, "@message")).toEqual(["b"]);
  });
});

describe("fields", () => {
  const EVENT = {
    eventName: "StartInstances",
    userIdentity: { type: "IAMUser", "user.id": "7" },
    requestParameters: { instancesSet: { items: [{ instanceId: "i-abcde123" }] } },
    "foo-bar": 1.5,
    ok: true,
    "@own": "mine",
    nothing: null,
  };

  it.each([
    ["eventName", "StartInstances"],
    ["userIdentity.type", "IAMUser"],
    ["userIdentity.`user.id`", "7"],
    ["requestParameters.instancesSet.items.0.instanceId", "i-abcde123"],
    ["`foo-bar`", "1.5"],
    ["ok", "1"],
    ["@@own", "mine"],
    ["nothing", undefined],
    ["toString", undefined],
    ["@timestamp", "2026-11-20 08:00:00.000"],
  ])("%s of a JSON event is %s", (name, value) => expect(worth(name, EVENT)).toBe(value));

  it.each([
    ["version", "1.0"],
    ["queryTimestamp", "2026-11-20T08:01:00.983Z"],
    ["hostZoneId", "Z123412341234"],
    ["queryName", "www.myapp.com"],
    ["queryType", "AAAA"],
    ["responseCode", "NOERROR"],
    ["protocol", "UDP"],
    ["edgeLocation", "FRA6"],
    ["resolverIp", "192.0.2.53"],
    ["ednsClientSubnet", "2001:db8:abcd::/48"],
  ])("%s of a Route 53 query log line is %s", (name, value) => expect(worth(name, QUERIES[1])).toBe(value));

  it("are two hundred at most", () => {
    const event = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, i]));
    expect(worth("f199", event)).toBe("199");
    expect(worth("f200", event)).toBeUndefined();
  });
});

describe("filter", () => {
  const EVENTS = [
    { status: 200, path: "/a", level: "INFO", ok: true },
    { status: "404", path: "/b/Exception", level: "WARN" },
    { status: 500, path: "/c", level: "ERROR", ok: false },
    { path: "/d exception" },
  ];

  it.each([
    ["status = 200", ["/a"]],
    ["status=404", ["/b/Exception"]],
    ["status > 300 and status < 500", ["/b/Exception"]],
    ["(status>=404)", ["/c", "/b/Exception"]],
    ["status <= 200 or level = 'ERROR'", ["/c", "/a"]],
    ["not (status = 200)", ["/d exception", "/c", "/b/Exception"]],
    ["status != 200", ["/d exception", "/c", "/b/Exception"]],
    ["ispresent(status) and status != 200", ["/c", "/b/Exception"]],
    ["path like /Exception/", ["/b/Exception"]],
    ["path =~ /Exception/", ["/b/Exception"]],
    ['path like "Exception"', ["/b/Exception"]],
    ["path like /(?i)exception/", ["/d exception", "/b/Exception"]],
    ["path =~ /^\\/[a-c]$/", ["/c", "/a"]],
    ["path not like /(?i)exception/", ["/c", "/a"]],
    ["status like /[45]\\d\\d/", ["/c", "/b/Exception"]],
    ['level in ["INFO", "WARN"]', ["/b/Exception", "/a"]],
    ["status in [200,404]", ["/b/Exception", "/a"]],
    ['level not in ["INFO","WARN","ERROR"]', ["/d exception"]],
    ["ok = 1", ["/a"]],
    ['ok = "true"', ["/a"]],
    ["ok", ["/a"]],
    ["status / 2 - 50 = 50", ["/a"]],
    ["a = 1 or b = 2 and c = 3", []],
    ["@timestamp > 1795161600000", ["/d exception", "/c", "/b/Exception"]],
    ["toMillis(@timestamp) >= (now() * 1000 - 3480000)", ["/d exception", "/c"]],
    ["strcontains(path, 'b')", ["/b/Exception"]],
  ])("%s", (condition, paths) => {
    expect(column(`filter ${condition} | display path`, EVENTS, "path")).toEqual(paths);
  });

  it("is also called where, and lines that begin with # are no part of it", () => {
    const query =
      "fields path\n  # | filter path like /a/\n| where level = 'ERROR' # no comment at the end of a line".replace(
        / # no.*/,
        "",
      );
    expect(column(query, EVENTS, "path")).toEqual(["/c"]);
  });
});

describe("parse", () => {
  const LINE = "25 May 2019 10:24:39,474 [ERROR] {foo=2, bar=data} The error was: DataIntegrityException";

  it.each([
    ['parse @message "[*] * The error was: *" as level, config, exception'],
    ["parse @message /\\[(?<level>\\S+)\\]\\s+(?<config>\\{.*\\})\\s+The error was: (?<exception>\\S+)/"],
    ["parse '[*] * The error was: *' as level, config, exception"],
  ])("%s", (parse) => {
    expect(table(`${parse} | display level, config, exception`, [LINE])).toEqual([
      { level: "ERROR", config: "{foo=2, bar=data}", exception: "DataIntegrityException", "@ptr": "p0" },
    ]);
  });

  it("makes fields for what follows", () => {
    const messages = ["user=u1, method:GET, latency := 100", "user=u1, method:GET, latency := 200", "other"];
    const query = `parse @message "user=*, method:*, latency := *" as @user, @method, @latency
      | stats avg(@latency) as latency by @method, @user | filter ispresent(@user)`;
    expect(table(query, messages)).toEqual([{ "@method": "GET", "@user": "u1", latency: "150" }]);
  });

  it("goes on with what it found, and names groups that have no name", () => {
    const query = `parse @message "url=*" as url | parse url "/api/*/users/*" as version, user
      | parse @message /(url)=\\/(api)/ as a, b | display version, user, a, b`;
    expect(table(query, ["url=/api/v1/users/7", "x"])).toEqual([
      { "@ptr": "p1" },
      { version: "v1", user: "7", a: "url", b: "api", "@ptr": "p0" },
    ]);
  });
});

describe("stats", () => {
  const EVENTS = [{ d: 10, who: "a" }, { d: 20, who: "b" }, { d: 30, who: "a" }, { d: "x", who: "a" }, { who: "c" }];

  it.each([
    ["count(*)", "5"],
    ["count()", "5"],
    ["count(d)", "4"],
    ["count_distinct(who)", "3"],
    ["sum(d)", "60"],
    ["avg(d)", "20"],
    ["min(d)", "10"],
    ["max(who)", "c"],
    ["pct(d, 50)", "20"],
    ["pct(d, 100)", "30"],
    ["pct(d, 75)", "25"],
    ["median(d)", "20"],
    ["stddev(d)", "8.165"],
    ["earliest(who)", "a"],
    ["latest(who)", "c"],
    ["sortsFirst(d)", "x"],
    ["sortsLast(d)", "30"],
    ["max(d) - min(d)", "20"],
    ["sum(d / 3)", "20"],
    ["sum(d) / count(*)", "12"],
    ["count(who = 'a') + 1", "6"],
  ])("%s is %s", (aggregate, value) => {
    expect(table(`stats ${aggregate} as x`, EVENTS)).toEqual([{ x: value }]);
  });

  it("refers to its earlier values", () => {
    expect(table("stats max(d) as most, min(d) as fewest, most - fewest as span", EVENTS)).toEqual([
      { most: "30", fewest: "10", span: "20" },
    ]);
  });

  it("groups, also by time, and sorts and filters the groups", () => {
    expect(table("stats count(*) as n by who | sort n desc, who asc", EVENTS)).toEqual([
      { who: "a", n: "3" },
      { who: "b", n: "1" },
      { who: "c", n: "1" },
    ]);
    expect(table("stats count(*) by bin(2m) | sort bin(2m)", EVENTS)).toEqual([
      { "bin(2m)": "2026-11-20 08:00:00.000", "count(*)": "2" },
      { "bin(2m)": "2026-11-20 08:02:00.000", "count(*)": "2" },
      { "bin(2m)": "2026-11-20 08:04:00.000", "count(*)": "1" },
    ]);
    expect(table("stats count(*) by who | filter count(*) > 1 | sort count(*)", EVENTS)).toEqual([
      { who: "a", "count(*)": "3" },
    ]);
    expect(table("stats count(*) as n by who | stats max(n) as most", EVENTS)).toEqual([{ most: "3" }]);
  });

  it("has no rows where nothing came", () => expect(table("filter who = 'z' | stats count(*)", EVENTS)).toEqual([]));

  it.each([
    [
      "stats count(*) by queryType, bin(1h) | sort queryType",
      [
        ["A", "3"],
        ["AAAA", "1"],
      ],
    ],
    [
      "stats count(*) as numRequests by resolverIp | sort numRequests desc | limit 10",
      [
        ["192.0.2.53", "3"],
        ["198.51.100.7", "1"],
      ],
    ],
    ['filter responseCode="SERVFAIL" | stats count(*) by queryName', [["api.myapp.com", "1"]]],
    ['filter isIpv4InSubnet(resolverIp, "198.51.100.0/24") | stats count(*) by queryName', [["wwww.myapp.com", "1"]]],
  ])("of Route 53's query logs: %s", (query, expected) => {
    const rows = run(query, QUERIES).rows.map((row) => [row[0]?.value, row.at(-1)?.value]);
    expect(rows).toEqual(expected);
  });

  it("adds up like arithmetic", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 }), (numbers) => {
        const [row] = table(
          "stats sum(n) as s, count(n) as c, min(n) as a, max(n) as z",
          numbers.map((n) => ({ n })),
        );
        expect(row).toEqual({
          s: String(numbers.reduce((sum, one) => sum + one, 0)),
          c: String(numbers.length),
          a: String(Math.min(...numbers)),
          z: String(Math.max(...numbers)),
        });
      }),
    );
  });
});

describe("sort and dedup", () => {
  it("orders as the User Guide does", () => {
    const ordered = [
      "!:",
      "#",
      "*%04",
      "0#",
      "5A",
      "111A",
      "2345_",
      "@",
      "@_",
      "A",
      "A9876fghj",
      "a12345hfh",
      "0",
      "01",
      "1",
      "2",
      "3",
    ];
    const shuffled = [...ordered].sort((a, b) => (a.length - b.length) * 7 - a.charCodeAt(0) + b.charCodeAt(0));
    const same = (values: (string | undefined)[]) =>
      values.map((value) => (value === "01" ? "0?" : value === "1" ? "0?" : value));
    // 01 and 1 are the same number.
    expect(same(column("sort @message asc", shuffled, "@message"))).toEqual(same(ordered));
    expect(same(column("sort @message desc", shuffled, "@message"))).toEqual(same([...ordered].reverse()));
  });

  it("has one order for any texts", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "B", "1", "20", "_"), maxLength: 5 });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(Math.sign(compareNaturally(a, b))).toBe(-Math.sign(compareNaturally(b, a)) + 0);
        if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0) {
          expect(compareNaturally(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it("gives the first of a long list as of a short one", () => {
    const messages = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 5000}`);
    expect(column("sort @message desc | limit 3", messages, "@message")).toEqual(["4999", "4998", "4997"]);
  });

  it("keeps the first of each value, and all that have none", () => {
    const events = [{ s: "a", n: 1 }, { s: "b", n: 2 }, { s: "a", n: 3 }, { n: 4 }, { n: 5 }];
    expect(column("fields n | dedup s", events, "n")).toEqual(["5", "4", "3", "2"]);
    expect(column("fields n | sort n asc | dedup s | limit 3", events, "n")).toEqual(["1", "2", "4"]);
  });
});

describe("functions", () => {
  it.each([
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["2 ^ 3", "8"],
    ["10 % 3", "1"],
    ["7 / 2", "3.5"],
    ["1 / 3", "0.3333"],
    ["1 / 0", undefined],
    ["-2 + 1", "-1"],
    ["abs(-3)", "3"],
    ["ceil(1.2)", "2"],
    ["floor(1.8)", "1"],
    ["round(1.456, 1)", "1.5"],
    ["sqrt(9)", "3"],
    ["log(1)", "0"],
    ["greatest(1, 5, 3)", "5"],
    ["least(4, 2, 3)", "2"],
    ["ltrim('xyZxyfooxyZ','xyZ')", "fooxyZ"],
    ["rtrim('xyZfooxyxyZ','xyZ')", "xyZfoo"],
    ["trim('xyZxyfooxyxyZ','xyZ')", "foo"],
    ["trim('  x ')", "x"],
    ["strlen('é😀')", "2"],
    ["messageSize('é')", "2"],
    ["toupper('a')", "A"],
    ["tolower('A')", "a"],
    ["substr('xyZfooxyZ', 3, 3)", "foo"],
    ["substr('xyZfooxyZ', 6)", "xyZ"],
    ["replace('foo', 'o', '0')", "f00"],
    ["replace('foo', 'o', '$&')", "f$&$&"],
    ["strcontains('foo', 'oo')", "1"],
    ["startsWith('foo', 'oo')", "0"],
    ["endsWith('foo', 'oo')", "1"],
    ["concat(@logStream, '-', 1)", "even-1"],
    ["isPresent(missing)", "0"],
    ["isempty(missing)", "1"],
    ["isblank('  ')", "1"],
    ["isempty('  ')", "0"],
    ["coalesce(missing, @logStream)", "even"],
    ["if(1 > 2, 'yes', 'no')", "no"],
    ["case(1 > 2, 'a', 2 > 1, 'b', 'c')", "b"],
    ["case(1 > 2, 'a', 'c')", "c"],
    ["isNumeric('1e3')", "1"],
    ["toNumber('12') + 1", "13"],
    ["bin(5m)", "2026-11-20 08:00:00.000"],
    ["bin(1mon)", "2026-11-01 00:00:00.000"],
    ["bin(1q)", "2026-10-01 00:00:00.000"],
    ["bin(1years)", "2026-01-01 00:00:00.000"],
    ["bin(1w)", "2026-11-16 00:00:00.000"],
    // 300 is capped at the sixty seconds of a minute.
    ["datefloor(fromMillis(1795161959000), 300s)", "2026-11-20 08:05:00.000"],
    ["datefloor(@timestamp, 1d)", "2026-11-20 00:00:00.000"],
    ["dateceil(fromMillis(1795161600001), 1h)", "2026-11-20 09:00:00.000"],
    ["dateceil(@timestamp, 1h)", "2026-11-20 08:00:00.000"],
    ["dateceil(@timestamp, 1mo)", "2026-12-01 00:00:00.000"],
    ["toMillis(@timestamp)", "1795161600000"],
    ["now()", "1795165200"],
    ["queryTimeRange()", "3600000"],
    ["isValidIp('2001:db8::1')", "1"],
    ["isValidIpV4('2001:db8::1')", "0"],
    ["isIpInSubnet('2001:db8::1', '2001:db8::/32')", "1"],
    ["isIpv6InSubnet('192.0.2.1', '2001:db8::/32')", "0"],
    ["isIpv4InSubnet('192.0.2.1', 'nonsense')", "0"],
    ['"say \\"hi\\""', 'say "hi"'],
    ["1 = 1 and not 2 = 3", "1"],
  ])("%s is %s", (expression, value) => expect(worth(expression)).toBe(value));
});

describe("what would grow without end", () => {
  it("ends as nothing", () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `| fields concat(x${i}, x${i}) as x${i + 1}`).join(" ");
    expect(worth("strlen(@message)")).toBe("1");
    expect(table(`fields @message as x0 ${doubling} | display strlen(x20), ispresent(x21)`, ["m"])).toEqual([
      { "strlen(x20)": "1048576", "ispresent(x21)": "0", "@ptr": "p0" },
    ]);
    const long = "a".repeat(100_000);
    expect(worth("replace(@message, 'a', @message)", long)).toBeUndefined();
  });

  it("takes a moment for the longest message", () => {
    const message = `${"1".repeat(1_000_000)}x`;
    expect(table("filter @message > 5 and @message like /1+$/ | stats max(@message), count(*)", [message])).toEqual([]);
  });
});

describe("what is no query", () => {
  it.each([
    ["", "unexpected end of query at line 1 and position 0, expecting a command", 0, 0],
    ["bogus x", "unexpected symbol found bogus at line 1 and position 0, expecting a command", 0, 5],
    [
      "fields @timestamp, custom_field | count()",
      "unexpected symbol found count at line 1 and position 34, expecting a command",
      34,
      39,
    ],
    ["fields @message\n| filter x ==", "unexpected symbol found = at line 2 and position 12", 28, 29],
    [
      "filter x like",
      "unexpected end of query at line 1 and position 13, expecting a text or a regular expression",
      13,
      13,
    ],
    ["filter x like /a", "a regular expression that is not closed at line 1 and position 14", 14, 15],
    [
      "filter x like /a(/",
      "an invalid regular expression: a group that is not closed at line 1 and position 17",
      17,
      18,
    ],
    ["filter x = 'a", "a quotation mark that is not closed at line 1 and position 11", 11, 12],
    ["filter (x = 1", "unexpected end of query at line 1 and position 13, expecting ')'", 13, 13],
    ["filter x in 1", "unexpected symbol found 1 at line 1 and position 12, expecting '['", 12, 13],
    ["filter count(*) > 1", "the aggregate count outside stats at line 1 and position 7", 7, 12],
    ["fields nope(x)", "the unknown function nope at line 1 and position 7", 7, 11],
    ["fields abs()", "the wrong number of arguments for abs at line 1 and position 7", 7, 10],
    ["fields abs(5m)", "wrong arguments for abs at line 1 and position 7", 7, 10],
    ["fields bin(5x)", "no period 5x at line 1 and position 11", 11, 12],
    ["stats f1 by f2", "Unknown symbols found in or after stats: f1 at line 1 and position 6", 6, 8],
    ["stats avg(count(*))", "the aggregate count outside stats at line 1 and position 10", 10, 15],
    ["stats pct(x)", "pct without a percentile from 0 to 100 at line 1 and position 6", 6, 9],
    ["stats sum(*)", "sum without a field at line 1 and position 6", 6, 9],
    [
      "stats count(*) | stats count(*) | stats count(*)",
      "more than 2 stats commands at line 1 and position 34",
      34,
      39,
    ],
    ["limit 0", "a limit that is not between 1 and 100000 at line 1 and position 6", 6, 7],
    ["limit x", "unexpected symbol found x at line 1 and position 6, expecting a number", 6, 7],
    ["sort x sideways", "unexpected symbol found sideways at line 1 and position 7", 7, 15],
    ["dedup x | sort x", "unexpected symbol found sort at line 1 and position 10, expecting limit after dedup", 10, 14],
    [
      'parse @message "* *" as a',
      "a glob expression that has not as many asterisks as names at line 1 and position 6",
      6,
      6,
    ],
    ["parse @message /a/", "a regular expression without a named group at line 1 and position 6", 6, 6],
    [
      "parse @message /(?<a>a)/ as b",
      "more names than the regular expression has groups without one at line 1 and position 6",
      6,
      6,
    ],
    ["pattern @message", "the command pattern, which this server does not support, at line 1 and position 0", 0, 7],
    [
      "filter @message. = 1",
      "unexpected symbol found = at line 1 and position 17, expecting the name of a field",
      17,
      18,
    ],
  ])("%j is refused with its place", (query, message, start, end) => {
    let error: unknown;
    try {
      parseQuery(query);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ message, start, end });
  });

  it("is refused with its place, never otherwise, whatever the text", () => {
    const piece = fc.constantFrom(
      "fields",
      "filter",
      "stats",
      "count(",
      "*",
      ")",
      "(",
      "|",
      "by",
      "bin(5m)",
      "sort",
      "@message",
      "x",
      "=",
      "like",
      "/a/",
      '"b"',
      "as",
      ",",
      "[",
      "]",
      "not",
      "in",
      "parse",
      "limit",
      "3",
      "-",
      "`",
      "'",
      "/",
      "dedup",
      "\n",
      "#",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const text = pieces.join(" ");
        try {
          table(text, ["a", { x: 1 }]);
        } catch (error) {
          expect(error).toBeInstanceOf(QueryError);
          const { start, end } = error as QueryError;
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
