/** Finds what a zone says about a name and type: the states of RFC 1034 section 4.3.2, before any policy is asked. */

import { TYPE } from "../../dns/types.ts";
import type { DomainName } from "../../route53/names.ts";
import type { RoutingNode } from "../../routing/tree.ts";
import type { CompiledZone, ZoneNode } from "./compiled-zone.ts";

export type LookupState =
  /** The set that was asked for; with ANY, one of those there are (RFC 8482). */
  | { readonly state: "hit"; readonly type: number; readonly tree: RoutingNode }
  /** A CNAME is there instead: its target is asked next. */
  | { readonly state: "follow"; readonly tree: RoutingNode }
  /** The name exists, the type does not there. */
  | { readonly state: "no-data" }
  | { readonly state: "name-error" }
  /** The name lies at or below a zone cut. */
  | { readonly state: "delegation"; readonly cut: ZoneNode };

/** The names from just below the apex down to `name`. */
function* downFromApex(zone: CompiledZone, name: DomainName): Generator<DomainName> {
  const starts: number[] = [];
  const apexStart = zone.name === "." ? name.length : name.length - zone.name.length;
  for (let at = 0; at < apexStart; at = name.indexOf(".", at) + 1) starts.push(at);
  for (const start of starts.reverse()) yield name.slice(start) as DomainName;
}

/** The topmost cut at or above a name; a DS record belongs to the parent's side of it (RFC 4035 section 3.1.4.1). */
function cutFor(zone: CompiledZone, name: DomainName, type: number): ZoneNode | undefined {
  for (const ancestor of downFromApex(zone, name)) {
    const node = zone.nodes.get(ancestor);
    if (node === undefined) return undefined;
    if (node.isCut) return type === TYPE.DS && ancestor === name ? undefined : node;
  }
  return undefined;
}

/** The node that answers for a name: its own, or the wildcard of its closest encloser (RFC 4592 section 3.3.1). */
function nodeFor(zone: CompiledZone, name: DomainName): ZoneNode | undefined {
  const exact = zone.nodes.get(name);
  if (exact !== undefined) return exact;
  let rest: string = name;
  while (rest.length > 0) {
    rest = rest.slice(rest.indexOf(".") + 1);
    const encloser = (rest === "" ? "." : rest) as DomainName;
    if (zone.nodes.has(encloser)) return zone.nodes.get((rest === "" ? "*." : `*.${rest}`) as DomainName);
  }
  return undefined;
}

/** What a CNAME may have beside it is asked of its own name, not of its target's (RFC 4035 section 2.5). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC]);

/** `name` must lie within the zone. */
export function lookUp(zone: CompiledZone, name: DomainName, type: number): LookupState {
  if (zone.hasCuts) {
    const cut = cutFor(zone, name, type);
    if (cut !== undefined) return { state: "delegation", cut };
  }
  const node = nodeFor(zone, name);
  if (node === undefined) return { state: "name-error" };
  if (type === TYPE.ANY) {
    const [first] = node.sets;
    return first === undefined ? { state: "no-data" } : { state: "hit", type: first[0], tree: first[1] };
  }
  const tree = node.sets.get(type);
  if (tree !== undefined) return { state: "hit", type, tree };
  const cname = node.sets.get(TYPE.CNAME);
  return cname === undefined || BESIDE_CNAME.has(type) ? { state: "no-data" } : { state: "follow", tree: cname };
}
