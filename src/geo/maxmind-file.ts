/**
 * A MaxMind DB file in memory: the binary tree that leads from an address's bits to the record of its network.
 * Source: MaxMind DB File Format Specification 2.0. Why this is our own code: docs/decisions/0006-geo-database.md.
 */

import { DataSection, MaxmindFormatError } from "./maxmind-data.ts";

export interface MaxmindMetadata {
  /** e.g. `GeoLite2-City` */
  readonly databaseType: string;
  /** Files of version 6 hold IPv4 addresses too, as the last 32 of 128 bits. */
  readonly ipVersion: 4 | 6;
  readonly builtAt: Date;
  readonly nodeCount: number;
  /** Of each of a node's two records. */
  readonly recordBits: 24 | 28 | 32;
}

export interface FoundNetwork {
  /** For {@link MaxmindFile.record}: equal ones are one record. Undefined when the file has nothing on the address. */
  readonly record: number | undefined;
  /** The length of the network's prefix, in bits of the address's own family. */
  readonly bits: number;
}

const METADATA_MARKER = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
const METADATA_WITHIN_OCTETS = 128 * 1024;
const SEPARATOR_OCTETS = 16;
const IPV4_IN_IPV6_BITS = 96;

function numberText(value: unknown): string {
  return typeof value === "number" ? String(value) : "unknown";
}

function readMetadata(octets: Buffer): { readonly metadata: MaxmindMetadata; readonly start: number } {
  const from = Math.max(0, octets.length - METADATA_WITHIN_OCTETS);
  const found = octets.subarray(from).lastIndexOf(METADATA_MARKER);
  if (found < 0)
    throw new MaxmindFormatError("it has no metadata at its end, so it is another kind of file or cut short");
  const start = from + found;
  const fields = new DataSection(octets.subarray(start + METADATA_MARKER.length)).decode(0);
  if (typeof fields !== "object" || fields === null) throw new MaxmindFormatError("its metadata is no map");
  const {
    binary_format_major_version: version,
    database_type: databaseType,
    ip_version: ipVersion,
    build_epoch: builtAtSeconds,
    node_count: nodeCount,
    record_size: recordBits,
  } = fields as Readonly<Record<string, unknown>>;
  if (version !== 2) throw new MaxmindFormatError(`its format is version ${numberText(version)}, not 2`);
  if (recordBits !== 24 && recordBits !== 28 && recordBits !== 32) {
    throw new MaxmindFormatError(`its tree has records of ${numberText(recordBits)} bits, not 24, 28 or 32`);
  }
  if ((ipVersion !== 4 && ipVersion !== 6) || typeof nodeCount !== "number") {
    throw new MaxmindFormatError("its metadata lacks the IP version or the number of nodes");
  }
  const metadata: MaxmindMetadata = {
    databaseType: typeof databaseType === "string" ? databaseType : "",
    ipVersion,
    builtAt: new Date(typeof builtAtSeconds === "number" ? builtAtSeconds * 1000 : 0),
    nodeCount,
    recordBits,
  };
  return { metadata, start };
}

export class MaxmindFile {
  readonly metadata: MaxmindMetadata;
  readonly #tree: Buffer;
  readonly #data: DataSection;
  readonly #nodeOctets: number;
  readonly #ipv4Root: number;

  /** Keeps `octets`. Throws a {@link MaxmindFormatError} when they are no MaxMind DB, or not all of one. */
  constructor(octets: Uint8Array) {
    const file = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    const { metadata, start } = readMetadata(file);
    this.metadata = metadata;
    this.#nodeOctets = metadata.recordBits / 4;
    const treeOctets = metadata.nodeCount * this.#nodeOctets;
    if (treeOctets + SEPARATOR_OCTETS > start) {
      throw new MaxmindFormatError("its tree is shorter than its metadata says");
    }
    this.#tree = file.subarray(0, treeOctets);
    this.#data = new DataSection(file.subarray(treeOctets + SEPARATOR_OCTETS, start));
    this.#ipv4Root = this.#findIpv4Root();
  }

  /** `address` is four or sixteen octets in network order. */
  find(address: Uint8Array): FoundNetwork {
    const { nodeCount, ipVersion } = this.metadata;
    const isIpv4 = address.length === 4;
    if (!isIpv4 && ipVersion === 4) return { record: undefined, bits: 0 };
    const length = address.length * 8;
    let node = isIpv4 ? this.#ipv4Root : 0;
    let bits = 0;
    while (node < nodeCount && bits < length) {
      node = this.#child(node, ((address[bits >> 3] ?? 0) >> (7 - (bits & 7))) & 1);
      bits += 1;
    }
    return { record: node > nodeCount ? node : undefined, bits };
  }

  /**
   * What the file says of a network, or of it only what has one of these keys, at any depth. Throws a
   * {@link MaxmindFormatError} when the file is damaged there.
   */
  record(record: number, keys?: ReadonlySet<string>): unknown {
    return this.#data.decode(record - this.metadata.nodeCount - SEPARATOR_OCTETS, keys);
  }

  /** Different records in the order of addresses, as far as the first nodes of the tree lead. */
  *firstRecords(mostNodes: number): Generator<number> {
    const { nodeCount } = this.metadata;
    const given = new Set<number>();
    // Several ways may lead to one node: IPv4 has aliases in the IPv6 tree.
    const seen = new Set<number>();
    const ahead = [0];
    for (let node = ahead.pop(); node !== undefined && seen.size < mostNodes; node = ahead.pop()) {
      if (node > nodeCount && !given.has(node)) {
        given.add(node);
        yield node;
      }
      if (node >= nodeCount || seen.has(node)) continue;
      seen.add(node);
      ahead.push(this.#child(node, 1), this.#child(node, 0));
    }
  }

  #findIpv4Root(): number {
    if (this.metadata.ipVersion === 4) return 0;
    let node = 0;
    for (let bit = 0; bit < IPV4_IN_IPV6_BITS && node < this.metadata.nodeCount; bit++) node = this.#child(node, 0);
    return node;
  }

  /** The left record of a node for 0, the right one for 1: a node, nothing (the node count), or a record behind it. */
  #child(node: number, side: number): number {
    const at = node * this.#nodeOctets;
    const tree = this.#tree;
    switch (this.metadata.recordBits) {
      case 24:
        return tree.readUIntBE(at + 3 * side, 3);
      case 28: {
        // The middle octet has the upper four bits of both.
        const middle = tree.readUInt8(at + 3);
        const upper = side === 0 ? middle >> 4 : middle & 15;
        return upper * 2 ** 24 + tree.readUIntBE(at + 4 * side, 3);
      }
      case 32:
        return tree.readUInt32BE(at + 4 * side);
    }
  }
}
