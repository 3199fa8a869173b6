/** Writes small MaxMind DB files, so that tests need no real one. Format: MaxMind DB File Format Specification 2.0. */

import { parseSubnet } from "../../src/routing/client.ts";

export type MaxmindValue =
  | string
  | number
  | boolean
  | readonly MaxmindValue[]
  | { readonly [key: string]: MaxmindValue };

export interface MaxmindContent {
  /** Prefix like `8.8.8.0/24` or `2001:4860::/32` to its record; shorter prefixes first where they nest. */
  readonly networks: Readonly<Record<string, MaxmindValue>>;
  readonly ipVersion?: 4 | 6;
  readonly recordBits?: 24 | 28 | 32;
  readonly databaseType?: string;
  /** Instead of the metadata that fits. */
  readonly metadata?: Readonly<Record<string, MaxmindValue>>;
}

function head(type: number, size: number): Buffer {
  const [short, extra] =
    size < 29
      ? [size, Buffer.alloc(0)]
      : size < 285
        ? [29, Buffer.of(size - 29)]
        : [30, Buffer.of((size - 285) >> 8, (size - 285) & 255)];
  const first = type < 8 ? Buffer.of((type << 5) | short) : Buffer.of(short, type - 7);
  return Buffer.concat([first, extra]);
}

function encode(value: MaxmindValue): Buffer {
  if (typeof value === "string") {
    const text = Buffer.from(value, "utf8");
    return Buffer.concat([head(2, text.length), text]);
  }
  if (typeof value === "boolean") return head(14, value ? 1 : 0);
  if (typeof value === "number") {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) {
      const octets = Buffer.alloc(4);
      octets.writeUInt32BE(value);
      const from = octets.findIndex((octet) => octet !== 0);
      const short = from < 0 ? Buffer.alloc(0) : octets.subarray(from);
      return Buffer.concat([head(6, short.length), short]);
    }
    const octets = Buffer.alloc(8);
    octets.writeDoubleBE(value);
    return Buffer.concat([head(3, 8), octets]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encode)]);
  const members = Object.entries(value as Readonly<Record<string, MaxmindValue>>);
  return Buffer.concat([head(7, members.length), ...members.flatMap(([key, member]) => [encode(key), encode(member)])]);
}

/** A pointer of the shortest size, to an offset below 2048. */
export function encodePointer(offset: number): Buffer {
  return Buffer.of((1 << 5) | (offset >> 8), offset & 255);
}

type Side = number | { readonly record: number };
type Node = [Side | undefined, Side | undefined];

export function writeMaxmind(content: MaxmindContent): Buffer {
  const { networks, ipVersion = 6, recordBits = 28, databaseType = "Test-City" } = content;
  const nodes: Node[] = [[undefined, undefined]];
  const data: Buffer[] = [];
  const offsets = new Map<string, number>();
  let dataOctets = 0;
  for (const [prefix, record] of Object.entries(networks)) {
    const subnet = parseSubnet(prefix);
    if (subnet === undefined) throw new Error(`${prefix} is no prefix`);
    const key = JSON.stringify(record);
    let offset = offsets.get(key);
    if (offset === undefined) {
      const octets = encode(record);
      offset = dataOctets;
      offsets.set(key, offset);
      data.push(octets);
      dataOctets += octets.length;
    }
    const inIpv6 = ipVersion === 6 && subnet.octets.length === 4;
    const address = inIpv6 ? Buffer.concat([Buffer.alloc(12), subnet.octets]) : Buffer.from(subnet.octets);
    insert(nodes, address, subnet.prefixLength + (inIpv6 ? 96 : 0), { record: offset });
  }
  const number = (side: Side | undefined) =>
    side === undefined ? nodes.length : typeof side === "number" ? side : nodes.length + 16 + side.record;
  const tree = nodes.map(([left, right]) => encodeNode(number(left), number(right), recordBits));
  const metadata = content.metadata ?? {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Date.UTC(2026, 10, 1) / 1000,
    database_type: databaseType,
    description: { en: "for a test" },
    ip_version: ipVersion,
    languages: [],
    node_count: nodes.length,
    record_size: recordBits,
  };
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([...tree, Buffer.alloc(16), ...data, marker, encode(metadata)]);
}

function insert(nodes: Node[], address: Buffer, length: number, record: Side): void {
  let at = 0;
  for (let bit = 0; bit < length; bit++) {
    const node = nodes[at] as Node;
    const side = ((address[bit >> 3] as number) >> (7 - (bit & 7))) & 1;
    if (bit === length - 1) {
      node[side] = record;
      return;
    }
    const next = node[side];
    if (typeof next === "number") at = next;
    else {
      // What a shorter prefix said of the whole holds for both halves.
      nodes.push([next, next]);
      node[side] = nodes.length - 1;
      at = nodes.length - 1;
    }
  }
}

function encodeNode(left: number, right: number, recordBits: 24 | 28 | 32): Buffer {
  const octets = Buffer.alloc(recordBits / 4);
  if (recordBits === 28) {
    octets.writeUIntBE(left % 2 ** 24, 0, 3);
    octets.writeUInt8(Math.floor(left / 2 ** 24) * 16 + Math.floor(right / 2 ** 24), 3);
    octets.writeUIntBE(right % 2 ** 24, 4, 3);
  } else {
    octets.writeUIntBE(left, 0, recordBits / 8);
    octets.writeUIntBE(right, recordBits / 8, recordBits / 8);
  }
  return octets;
}
