/**
 * What a name server must say to any octets, from the RFCs and without a line of the server's own code: slow, simple, and read
 * once more where the two differ.
 */

/** Response codes. */
export const CODE = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16, BADCOOKIE: 23 } as const;

export interface Verdict {
  /** Which response codes are right; none where there must be no response. */
  readonly rcodes: readonly number[];
  /** The largest response over UDP, in octets. */
  readonly udpLimit: number;
}

const SILENCE: Verdict = { rcodes: [], udpLimit: 0 };
const OPT = 41;

/** Octets that are not what they should be. */
class Malformed extends Error {}

function must(condition: boolean): void {
  if (!condition) throw new Malformed();
}

interface ReadOpt {
  readonly udpSize: number;
  readonly version: number;
  readonly rdata: Buffer;
}

/** RFC 7871 section 7.1.1, with the scope of zero that section 6 asks of queries. */
function mustBeSubnet(data: Buffer): void {
  must(data.length >= 4);
  const bits = data.readUInt8(2);
  const octets = { 0: 0, 1: 4, 2: 16 }[data.readUInt16BE(0)];
  must(octets !== undefined && bits <= octets * 8 && data.readUInt8(3) === 0);
  const address = data.subarray(4);
  must(address.length === Math.ceil(bits / 8));
  const beyond = address.length * 8 - bits;
  must(beyond === 0 || (address.readUInt8(address.length - 1) & (2 ** beyond - 1)) === 0);
}

/** The options' codes; each must be one that its own RFC allows. An extended error means nothing in a query, whatever is in it. */
function optionCodes(rdata: Buffer): number[] {
  const codes: number[] = [];
  for (let at = 0; at < rdata.length; ) {
    must(at + 4 <= rdata.length);
    const code = rdata.readUInt16BE(at);
    const end = at + 4 + rdata.readUInt16BE(at + 2);
    must(end <= rdata.length);
    const data = rdata.subarray(at + 4, end);
    if (code === 8) mustBeSubnet(data);
    if (code === 10) must(data.length === 8 || (data.length >= 16 && data.length <= 40));
    codes.push(code);
    at = end;
  }
  return codes;
}

/** Where a name ends. In the question nothing can be pointed to. */
function nameEnd(octets: Buffer, start: number, mayPoint: boolean): number {
  for (let at = start; ; ) {
    must(at < octets.length);
    const size = octets.readUInt8(at);
    if (size === 0) {
      must(mayPoint || at + 1 - start <= 255);
      return at + 1;
    }
    if (size >= 0xc0) {
      must(mayPoint && at + 2 <= octets.length);
      return at + 2;
    }
    must(size <= 63);
    at += 1 + size;
  }
}

/** The labels between two places, in lower case. */
function labelsOf(octets: Buffer, start: number): string[] {
  const labels: string[] = [];
  for (let at = start; octets.readUInt8(at) !== 0; at += 1 + octets.readUInt8(at)) {
    labels.push(
      octets.toString("latin1", at + 1, at + 1 + octets.readUInt8(at)).replace(/[A-Z]/g, (c) => c.toLowerCase()),
    );
  }
  return labels;
}

/** Questions with codes of their own, before it matters whose zone it is. */
function metaVerdict(type: number, questionClass: number): number | undefined {
  if (questionClass !== 1 && questionClass !== 255) return CODE.REFUSED;
  if (type === 251 || type === 252) return CODE.REFUSED;
  if (type === 253 || type === 254) return CODE.NOTIMP;
  if (type === OPT || type === 249 || type === 250) return CODE.FORMERR;
  return undefined;
}

function readBody(octets: Buffer): { questions: number[]; opt: ReadOpt | undefined } {
  const [questionCount, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => octets.readUInt16BE(at)) as [
    ...[number, number, number, number],
  ];
  const questions: number[] = [];
  let at = 12;
  for (let i = 0; i < questionCount; i++) {
    questions.push(at);
    at = nameEnd(octets, at, false) + 4;
    must(at <= octets.length);
  }
  let opt: ReadOpt | undefined;
  for (let i = 0; i < answers + authorities + additionals; i++) {
    const owner = at;
    at = nameEnd(octets, at, true);
    must(at + 10 <= octets.length);
    const end = at + 10 + octets.readUInt16BE(at + 8);
    must(end <= octets.length);
    if (octets.readUInt16BE(at) === OPT) {
      must(opt === undefined && i >= answers + authorities && octets.readUInt8(owner) === 0);
      opt = {
        udpSize: octets.readUInt16BE(at + 2),
        version: octets.readUInt8(at + 5),
        rdata: octets.subarray(at + 10, end),
      };
    }
    at = end;
  }
  return { questions, opt };
}

/** `serves` says whether a server has a zone that encloses a name, given as labels in lower case. */
export function verdictOn(octets: Buffer, serves: (labels: readonly string[]) => boolean): Verdict {
  if (octets.length < 12 || (octets.readUInt8(2) & 0x80) !== 0) return SILENCE;
  const answered = (rcodes: readonly number[], udpLimit = 512): Verdict => ({ rcodes, udpLimit });
  if (((octets.readUInt8(2) >> 3) & 15) !== 0) return answered([CODE.NOTIMP]);
  try {
    const { questions, opt } = readBody(octets);
    const codes = opt?.version === 0 ? optionCodes(opt.rdata) : [];
    const [question] = questions;
    if (question === undefined && codes.includes(10)) return answered([CODE.NOERROR, CODE.BADCOOKIE]);
    if (question === undefined || questions.length !== 1) return answered([CODE.FORMERR]);
    if (opt !== undefined && opt.version !== 0) return answered([CODE.BADVERS]);
    const end = nameEnd(octets, question, false);
    const meta = metaVerdict(octets.readUInt16BE(end), octets.readUInt16BE(end + 2));
    if (meta !== undefined) return answered([meta]);
    if (!serves(labelsOf(octets, question))) return answered([CODE.REFUSED]);
    const udpLimit = opt === undefined ? 512 : Math.min(Math.max(opt.udpSize, 512), 4096);
    return answered([CODE.NOERROR, CODE.NXDOMAIN], udpLimit);
  } catch (error) {
    if (error instanceof Malformed) return answered([CODE.FORMERR]);
    throw error;
  }
}

interface ReadRecord {
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Buffer;
  readonly isRoot: boolean;
}

/** Where a name ends, its pointers followed, each of which must lead back. */
function followedNameEnd(octets: Buffer, start: number): number {
  let end: number | undefined;
  let length = 1;
  for (let at = start, before = start; ; ) {
    must(at < octets.length);
    const size = octets.readUInt8(at);
    if (size === 0) return end ?? at + 1;
    if (size >= 0xc0) {
      must(at + 2 <= octets.length);
      const target = octets.readUInt16BE(at) & 0x3fff;
      must(target < before && target >= 12);
      end ??= at + 2;
      at = target;
      before = target;
      continue;
    }
    must(size <= 63);
    length += size + 1;
    must(length <= 255);
    at += 1 + size;
  }
}

function readRecords(octets: Buffer): { readonly additionals: readonly ReadRecord[]; readonly questionEnd: number } {
  const counts = [4, 6, 8, 10].map((at) => octets.readUInt16BE(at)) as [number, number, number, number];
  let at = 12;
  must(counts[0] <= 1);
  if (counts[0] === 1) at = followedNameEnd(octets, at) + 4;
  const questionEnd = at;
  must(questionEnd <= octets.length);
  const sections = counts.slice(1).map((count) =>
    Array.from({ length: count }, (): ReadRecord => {
      const owner = at;
      at = followedNameEnd(octets, at);
      must(at + 10 <= octets.length);
      const end = at + 10 + octets.readUInt16BE(at + 8);
      must(end <= octets.length);
      const [type, ttl] = [octets.readUInt16BE(at), octets.readUInt32BE(at + 4)];
      const rdata = octets.subarray(at + 10, end);
      at = end;
      return { type, ttl, rdata, isRoot: octets.readUInt8(owner) === 0 };
    }),
  );
  must(at === octets.length);
  for (const [section, read] of sections.entries()) must(section === 2 || read.every((record) => record.type !== OPT));
  return { additionals: sections[2] ?? [], questionEnd };
}

/** With the upper bits of the OPT record. Only of a response that {@link faultOf} finds nothing wrong with. */
export function rcodeOf(response: Buffer): number {
  const opt = readRecords(response).additionals.find((record) => record.type === OPT);
  return (response.readUInt8(3) & 15) | (((opt?.ttl ?? 0) >>> 24) << 4);
}

/** What is wrong with a response to a query, in words; undefined when nothing is. */
export function faultOf(
  query: Buffer,
  response: Buffer,
  verdict: Verdict,
  isUdp: boolean,
  isResolver: boolean,
): string | undefined {
  if (verdict.rcodes.length === 0) return "a response where there must be none";
  if (response.length < 12) return "half a header";
  if (isUdp && response.length > verdict.udpLimit) return `${response.length} octets, ${verdict.udpLimit} allowed`;
  const [asked, said] = [query.readUInt16BE(2), response.readUInt16BE(2)];
  if (response.readUInt16BE(0) !== query.readUInt16BE(0)) return "another id";
  if ((said & 0x8000) === 0) return "QR is not set";
  // Opcode, RD and CD come back; AD and Z are zero, and only a resolver sets RA.
  if (((said ^ asked) & 0x7910) !== 0) return "opcode, RD or CD differs";
  if ((said & (isResolver ? 0x0460 : 0x00e0)) !== 0) return "a flag that may not be set";
  try {
    const { additionals, questionEnd } = readRecords(response);
    if (response.readUInt16BE(4) === 1 && !response.subarray(12, questionEnd).equals(query.subarray(12, questionEnd))) {
      return "another question";
    }
    const opts = additionals.filter((record) => record.type === OPT);
    const [opt] = opts;
    if (opts.length > 1 || opt?.isRoot === false) return "OPT records that may not be";
    if (opt !== undefined && ((opt.ttl >>> 16) & 0xff) !== 0) return "an EDNS version other than 0";
    if (opt !== undefined) optionsMustBeWhole(opt.rdata);
  } catch (error) {
    if (error instanceof Malformed) return "cannot be read";
    throw error;
  }
  const rcode = rcodeOf(response);
  return verdict.rcodes.includes(rcode) ? undefined : `rcode ${rcode}, ${verdict.rcodes.join(" or ")} expected`;
}

function optionsMustBeWhole(rdata: Buffer): void {
  let at = 0;
  while (at < rdata.length) {
    must(at + 4 <= rdata.length);
    at += 4 + rdata.readUInt16BE(at + 2);
  }
  must(at === rdata.length);
}
