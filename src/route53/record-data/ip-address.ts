/** IP addresses as text and octets; IPv6 text in the one form of RFC 5952. */

/** Four octets, or undefined when the text is no dotted quad (leading zeros are refused: some readers take them for octal). */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const octets = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    octets[i] = Number(part);
  }
  return octets;
}

export function formatIpv4(octets: Uint8Array): string {
  return octets.join(".");
}

function hexGroups(text: string): number[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** Sixteen octets, or undefined; accepts `::` and a dotted quad at the end (RFC 4291 section 2.2), no zone index. */
export function parseIpv6(text: string): Uint8Array | undefined {
  let source = text;
  const lastColon = text.lastIndexOf(":");
  if (text.includes(".")) {
    const quad = parseIpv4(text.slice(lastColon + 1));
    if (quad === undefined || lastColon < 0) return undefined;
    const view = new DataView(quad.buffer);
    source = `${text.slice(0, lastColon + 1)}${view.getUint16(0).toString(16)}:${view.getUint16(2).toString(16)}`;
  }
  const halves = source.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(hexGroups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const given = head.length + (tail?.length ?? 0);
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const groups = [...head, ...new Array<number>(8 - given).fill(0), ...(tail ?? [])];
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  groups.forEach((group, i) => {
    view.setUint16(i * 2, group);
  });
  return octets;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`, IPv4-mapped with a dotted quad. */
export function formatIpv6(octets: Uint8Array): string {
  const view = new DataView(octets.buffer, octets.byteOffset, 16);
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(i * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${formatIpv4(octets.subarray(12, 16))}`;
  }
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return best.length < 2 ? text(0, 8) : `${text(0, best.start)}::${text(best.start + best.length, 8)}`;
}
