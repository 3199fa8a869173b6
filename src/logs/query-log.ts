/** A Route 53 query log line (Developer Guide, "Public DNS query logging", format 1.0): entry to text and back. */

export interface QueryLogEntry {
  /** Epoch ms. */
  readonly time: number;
  readonly zoneId: string;
  /** Lower case, without the trailing dot, as Route 53 logs it. */
  readonly name: string;
  /** Record type name. */
  readonly type: string;
  /** `NOERROR`, `NXDOMAIN`, ... */
  readonly rcode: string;
  readonly protocol: "UDP" | "TCP";
  /** e.g. `FRA6` */
  readonly edgeLocation: string;
  readonly resolverAddress: string;
  /** e.g. `2001:db8:abcd::/48`; undefined where the line has `-`. */
  readonly clientSubnet?: string;
}

export function formatQueryLogEntry(entry: QueryLogEntry): string {
  return [
    "1.0",
    new Date(entry.time).toISOString(),
    entry.zoneId,
    entry.name,
    entry.type,
    entry.rcode,
    entry.protocol,
    entry.edgeLocation,
    entry.resolverAddress,
    entry.clientSubnet ?? "-",
  ].join(" ");
}

/** Reads a line; undefined when it is not a version 1.0 query log line. */
export function parseQueryLogEntry(line: string): QueryLogEntry | undefined {
  const [version, time, zoneId, name, type, rcode, protocol, edgeLocation, resolverAddress, subnet, ...rest] = line
    .trim()
    .split(" ");
  if (version !== "1.0" || rest.length > 0 || subnet === undefined || time === undefined) return undefined;
  if (!zoneId || !name || !type || !rcode || !edgeLocation || !resolverAddress) return undefined;
  if (protocol !== "UDP" && protocol !== "TCP") return undefined;
  const at = Date.parse(time);
  if (Number.isNaN(at)) return undefined;
  return {
    time: at,
    zoneId,
    name,
    type,
    rcode,
    protocol,
    edgeLocation,
    resolverAddress,
    ...(subnet === "-" ? {} : { clientSubnet: subnet }),
  };
}
