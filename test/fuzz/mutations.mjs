// What is done to a recorded request: to its bytes, its headers, its path, and the structure of its body.

/** Texts that break what is careless. */
const AWKWARD = [
  "",
  " ",
  "0",
  "-1",
  "1.5",
  "1e400",
  "NaN",
  "2147483648",
  "9223372036854775808",
  "true",
  "null",
  "undefined",
  "[]",
  "{}",
  "../../../etc/passwd",
  "__proto__",
  "constructor",
  "\u0000",
  "\u0001\u001f\ufffe",
  "é€\u{1f600}",
  "\ud800",
  "\\052.myapp.com",
  "*.myapp.com",
  `${"a.".repeat(200)}com`,
  "a".repeat(64),
  "a".repeat(5000),
  "\\000\\377\\400",
  "%00%zz%",
  "<x>&amp;</x>",
  "]]>",
  "&#0;&#x110000;&lol;",
  "'\"`;--",
  "\u0024{jndi:ldap://127.0.0.1/x}",
  "2026-13-45T99:99:99Z",
  "::ffff:127.0.0.1",
  "/hostedzone/Z1",
];

const splice = (text, at, length, put) => text.slice(0, at) + put + text.slice(at + length);

function mutateBytes(bytes, random) {
  let result = Buffer.from(bytes);
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(result.length + 1);
    const how = random.below(4);
    if (how === 0 && result.length > 0) result[Math.min(at, result.length - 1)] ^= 1 << random.below(8);
    else if (how === 1)
      result = Buffer.concat([result.subarray(0, at), Buffer.from([random.below(256)]), result.subarray(at)]);
    else if (how === 2) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + random.below(8))]);
    else {
      const piece = result.subarray(at, at + random.below(40));
      result = Buffer.concat([result.subarray(0, at), ...Array(1 + random.below(20)).fill(piece), result.subarray(at)]);
    }
  }
  return result;
}

/** Tags and texts of a document, so that structure can be changed without a parser. */
function mutateXml(text, random) {
  const tags = [...text.matchAll(/<\/?([A-Za-z]+)[^>]*>/g)];
  const elements = [...text.matchAll(/<([A-Za-z]+)>([^<]*)<\/\1>/g)];
  const tag = random.pick(tags);
  const element = random.pick(elements);
  const root = text.indexOf("<", text.startsWith("<?") ? 2 : 0);
  switch (random.below(13)) {
    case 0:
      return tag === undefined ? text : splice(text, tag.index, tag[0].length, "");
    case 1:
      return tag === undefined ? text : splice(text, tag.index, 0, tag[0]);
    case 2:
      return tag === undefined ? text : splice(text, tag.index + 1, tag[0].length - 2, random.pick(tags)[1]);
    case 3:
      return element === undefined
        ? text
        : splice(text, element.index, element[0].length, element[0].repeat(2 + random.below(50)));
    case 4:
      return element === undefined ? text : splice(text, element.index, element[0].length, "");
    case 5:
    case 6: {
      if (element === undefined) return text;
      const [whole, name] = element;
      return splice(text, element.index, whole.length, `<${name}>${random.pick(AWKWARD)}</${name}>`);
    }
    case 7:
      return splice(
        text,
        root,
        0,
        `<!DOCTYPE x [<!ENTITY a "${"b".repeat(50)}"><!ENTITY c "${"&a;".repeat(50)}">]>`,
      ).replace(/<([A-Za-z]+)>[^<&]+</, "<$1>&c;<");
    case 8: {
      const depth = random.pick([10, 63, 64, 65, 5000]);
      return splice(text, tag?.index ?? 0, 0, "<a>".repeat(depth) + (random.chance(0.5) ? "</a>".repeat(depth) : ""));
    }
    case 9:
      return splice(
        text,
        tag?.index ?? 0,
        0,
        random.pick(["<!-- -- -->", "<![CDATA[ ]]>", "<?pi?>", "&amp;", "&", "<", "\u0000"]),
      );
    case 10:
      return tag === undefined
        ? text
        : splice(text, tag.index, tag[0].length, tag[0].replace(/>$/, ' a="1" a="2" xmlns:b="c" b:d=\'e\'>'));
    case 11:
      return text.replace(/<(\/?)([A-Za-z]+)/g, "<$1p:$2");
    default:
      return element === undefined
        ? text
        : splice(text, element.index, element[0].length, `<${element[1]}>${element[0]}</${element[1]}>`);
  }
}

/** Every place in a document, as its container and its key. Documents may be nested too deep to recurse. */
function placesOf(document) {
  const places = [];
  const open = [document];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    for (const key of Object.keys(value)) {
      places.push([value, key]);
      open.push(value[key]);
    }
  }
  return places;
}

function mutateJson(text, random) {
  // Mutated before into a nest that JSON.stringify cannot write.
  if (text.includes("[".repeat(1000))) return text;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const [parent, key] = random.pick(placesOf(value)) ?? [];
  const other = () =>
    random.pick([null, true, 0, -1, 1.5, 1e308, 2 ** 63, "", [], {}, [[]], { a: 1 }, random.pick(AWKWARD)]);
  switch (random.below(8)) {
    case 0:
    case 1:
      if (parent !== undefined) parent[key] = other();
      return JSON.stringify(value);
    case 2:
      if (parent !== undefined) delete parent[key];
      return JSON.stringify(value);
    case 3:
      if (parent !== undefined) parent[key] = Array(1 + random.below(300)).fill(parent[key]);
      return JSON.stringify(value);
    case 4:
      return JSON.stringify(value).replace("{", '{"__proto__":{"x":1},"constructor":{"prototype":{}},');
    case 5: {
      const depth = random.pick([20, 1000, 20_000]);
      return text.replace(/:/, `:${"[".repeat(depth)}${random.chance(0.5) ? "]".repeat(depth) : ""},"x":`);
    }
    case 6:
      return JSON.stringify(other());
    default:
      return splice(
        text,
        random.below(text.length + 1),
        1,
        random.pick(['"', "\\", "{", "]", "\\ud800", "1e", "\u0007", "//"]),
      );
  }
}

function mutateForm(text, random) {
  const parts = text.split("&");
  const at = random.below(parts.length);
  switch (random.below(5)) {
    case 0:
      parts[at] = `${parts[at]?.split("=")[0]}=${encodeURIComponent(random.pick(AWKWARD).toWellFormed?.() ?? "x")}`;
      break;
    case 1:
      parts.splice(at, 1);
      break;
    case 2:
      parts.splice(at, 0, parts[at] ?? "", `${parts[at]?.split("=")[0]}.member.1.x=y`);
      break;
    case 3:
      parts[at] = `${"A.".repeat(random.pick([3, 31, 33, 5000]))}1=x`;
      break;
    default:
      parts[at] = `%zz%=%${parts[at]}`;
  }
  return parts.join("&");
}

function mutateStructure(request, random) {
  const text = request.body.toString("utf8");
  const type = request.headers["content-type"] ?? "";
  const mutated = type.includes("json")
    ? mutateJson(text, random)
    : type.includes("form")
      ? mutateForm(text, random)
      : mutateXml(text, random);
  return { ...request, body: Buffer.from(mutated, "utf8") };
}

const encode = (text) => encodeURIComponent(text.toWellFormed?.() ?? text.replace(/[\ud800-\udfff]/g, "?"));

function mutateTarget(request, random) {
  const [path, query] = request.target.split("?");
  const segments = path.split("/");
  const at = 1 + random.below(Math.max(1, segments.length - 1));
  const withQuery = (own) => (own === undefined ? path : `${path}?${own}`);
  const parts = (query ?? "").split("&").filter((part) => part !== "");
  switch (random.below(12)) {
    case 0:
      segments[at] = encode(random.pick(AWKWARD));
      break;
    case 1:
      segments[at] = random.pick(["%", "%zz", "%00", "%c3%28", "%2f", "%2e%2e", "..", "a%20b", "%ff%fe"]);
      break;
    case 2:
      segments.splice(at, 1);
      break;
    case 3:
      segments.splice(at, 0, "", segments[at] ?? "");
      break;
    case 4:
      segments[at] = "x".repeat(random.pick([33, 257, 4000]));
      break;
    case 5:
      return { ...request, target: `http://localhost${request.target}` };
    case 6:
      return { ...request, target: withQuery([...parts, ...parts].join("&")) };
    case 7:
      return { ...request, target: withQuery(`${parts.join("&")}&maxitems=${encode(random.pick(AWKWARD))}`) };
    case 8:
      return {
        ...request,
        target: withQuery(`${parts.map((part) => `${part.split("=")[0]}=${encode(random.pick(AWKWARD))}`).join("&")}`),
      };
    case 9:
      return { ...request, target: withQuery(`Action=${random.pick(["GetCallerIdentity", "x"])}&Version=2011-06-15`) };
    case 10:
      return { ...request, target: `${request.target}/` };
    default:
      return { ...request, target: withQuery(`${"a=b&".repeat(random.pick([2, 1000]))}%=%`) };
  }
  return { ...request, target: segments.join("/") + (query === undefined ? "" : `?${query}`) };
}

function mutateHeaders(request, random) {
  const headers = { ...request.headers };
  const name = random.pick(Object.keys(headers));
  const garble = (text) =>
    mutateBytes(Buffer.from(text, "latin1"), random)
      .toString("latin1")
      .replace(/[\r\n\0]/g, "?");
  switch (random.below(12)) {
    case 0:
      delete headers[name];
      break;
    case 1:
      headers[name] = garble(headers[name]);
      break;
    case 2:
      delete headers.authorization;
      break;
    case 3:
      headers.authorization = random.pick([
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=",
        "AWS4-HMAC-SHA256 Credential=////",
        "AWS4-HMAC-SHA256 Credential=a/20261120/us-east-1/s3/aws4_request",
        `AWS4-HMAC-SHA256 Credential=${"a/".repeat(3000)}`,
        "Bearer x",
      ]);
      break;
    case 4:
      headers["x-amz-target"] = random.pick([
        "",
        ".",
        "Logs_20140328.",
        "Logs_20140328.__proto__",
        ".CreateLogGroup",
        "x".repeat(5000),
      ]);
      break;
    case 5:
      headers["content-type"] = random.pick([
        "",
        "text/xml",
        "application/json",
        "application/x-www-form-urlencoded",
        "\x80",
      ]);
      break;
    case 6:
      headers.host = random.pick([
        "rebound.example",
        "127.0.0.1.rebound.example",
        "[::1]:1",
        "localhost:99999",
        "",
        "a b",
        "0",
      ]);
      break;
    case 7:
      headers.origin = random.pick(["http://rebound.example", "null", "http://localhost", "%%"]);
      break;
    case 8:
      headers["content-encoding"] = random.pick(["gzip", "br", "x"]);
      break;
    case 9:
      headers["x-filler"] = "x".repeat(random.pick([1000, 17_000]));
      break;
    case 10:
      for (let i = 0; i < 300; i++) headers[`x-${i}`] = "y";
      break;
    default:
      headers["transfer-encoding"] = random.pick(["chunked", "gzip, chunked", "identity", "x"]);
  }
  return { ...request, headers };
}

function mutateMethod(request, random) {
  return {
    ...request,
    method: random.pick(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY", "x"]),
  };
}

/** How a request is put on the wire. */
function mutateDelivery(request, random) {
  const size = request.body.length;
  return {
    ...request,
    delivery: random.pick([
      { kind: "slow", pieces: 2 + random.below(4) },
      { kind: "truncated", bytes: random.below(size + 1) },
      { kind: "promises too much", extra: 1 + random.below(100) },
      { kind: "promises too little", missing: 1 + random.below(Math.max(1, size)) },
      { kind: "chunked", broken: random.chance(0.5) },
      { kind: "gone" },
      { kind: "no HTTP", bytes: Array.from({ length: 1 + random.below(60) }, () => random.below(256)) },
    ]),
  };
}

function mutateHuge(request, random) {
  const size = random.pick([100_000, 1_000_000, 10_600_000]);
  const text = request.body.toString("utf8");
  const filler = "x".repeat(size);
  const body = text.includes("</") ? text.replace(/>[^<]+</, `>${filler}<`) : text.replace(/:"[^"]*"/, `:"${filler}"`);
  return { ...request, body: Buffer.from(body === text ? filler : body) };
}

const MUTATIONS = [
  [24, "structure", mutateStructure],
  [10, "bytes", (request, random) => ({ ...request, body: mutateBytes(request.body, random) })],
  [14, "target", mutateTarget],
  [12, "headers", mutateHeaders],
  [4, "method", mutateMethod],
  [3, "delivery", mutateDelivery],
  [6, "another's body", (request, random, corpus) => ({ ...request, body: random.pick(corpus).body })],
  [0.05, "huge", mutateHuge],
];
const TOTAL = MUTATIONS.reduce((sum, [weight]) => sum + weight, 0);

function weighted(random) {
  let at = random.next() * TOTAL;
  for (const mutation of MUTATIONS) {
    at -= mutation[0];
    if (at < 0) return mutation;
  }
  return MUTATIONS[0];
}

/** A request of the corpus with one to three mutations; `mutations` names them. */
export function mutated(corpus, random) {
  let request = { ...random.pick(corpus), delivery: { kind: "whole" }, mutations: [] };
  const count = random.chance(0.7) ? 1 : random.chance(0.7) ? 2 : 3;
  for (let i = 0; i < count; i++) {
    const [, name, mutate] = weighted(random);
    request = { ...mutate(request, random, corpus), mutations: [...request.mutations, name] };
  }
  return request;
}
