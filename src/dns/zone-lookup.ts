/**
 * Finds what a zone says about a name and type: the states of RFC 1034 section 4.3.2. What is at a name and type is the
 * caller's own (a routing tree, for all that we have here); this knows names, cuts and wildcards only.
 */

import { type DomainName, isWildcard, parentOf } from "../route53/names.ts";
import { TYPE } from "./types.ts";

/** What is at a name; an empty non-terminal has no sets. */
export interface NodeOf<Tree> {
  readonly name: DomainName;
  /** By type number. */
  readonly sets: ReadonlyMap<number, Tree>;
  /** NS records below the apex: what is at and under this name is another zone's, but for glue. */
  readonly isCut: boolean;
}

/** As much of a zone as a lookup needs. */
export interface ZoneOf<Tree> {
  readonly name: DomainName;
  readonly nodes: ReadonlyMap<DomainName, NodeOf<Tree>>;
  readonly hasCuts: boolean;
}

export type LookupState<Tree> =
  /** The set that was asked for; with ANY, one of those there are (RFC 8482). */
  | { readonly state: "hit"; readonly type: number; readonly tree: Tree; readonly node: NodeOf<Tree> }
  /** A CNAME is there instead: its target is asked next. */
  | { readonly state: "follow"; readonly tree: Tree; readonly node: NodeOf<Tree> }
  /** The name exists, the type does not there. */
  | { readonly state: "no-data"; readonly node: NodeOf<Tree> }
  | { readonly state: "name-error" }
  /** The name lies at or below a zone cut. */
  | { readonly state: "delegation"; readonly cut: NodeOf<Tree> };

/** The nodes of a zone, changed name by name: its owners with the cuts among them, its apex, and the empty non-terminals between. */
export class ZoneNodes<Tree> implements ZoneOf<Tree> {
  readonly name: DomainName;
  readonly #nodes = new Map<DomainName, Node<Tree>>();
  #cuts = 0;

  constructor(zone: DomainName) {
    this.name = zone;
    this.#nodes.set(zone, { name: zone, sets: new Map(), isCut: false, children: 0 });
  }

  get nodes(): ReadonlyMap<DomainName, NodeOf<Tree>> {
    return this.#nodes;
  }

  get hasCuts(): boolean {
    return this.#cuts > 0;
  }

  /** Replaces all that is at a name, which must lie within the zone; an empty map takes it away. */
  put(name: DomainName, sets: ReadonlyMap<number, Tree>): void {
    const node = sets.size === 0 ? this.#nodes.get(name) : this.#nodeAt(name);
    if (node === undefined) return;
    const isCut = name !== this.name && sets.has(TYPE.NS) && !isWildcard(name);
    this.#cuts += Number(isCut) - Number(node.isCut);
    node.sets = sets;
    node.isCut = isCut;
    this.#prune(node);
  }

  /** The node of a name, made with those above it if it is not there. */
  #nodeAt(name: DomainName): Node<Tree> {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const made: Node<Tree> = { name, sets: new Map(), isCut: false, children: 0 };
    this.#nodes.set(name, made);
    const parent = parentOf(name);
    if (parent !== undefined) this.#nodeAt(parent).children += 1;
    return made;
  }

  /** Takes a node away that has neither sets nor names below, and then perhaps the one above it. */
  #prune(node: Node<Tree>): void {
    if (node.sets.size > 0 || node.children > 0 || node.name === this.name) return;
    this.#nodes.delete(node.name);
    const parent = parentOf(node.name);
    const above = parent && this.#nodes.get(parent);
    if (above === undefined) return;
    above.children -= 1;
    this.#prune(above);
  }
}

interface Node<Tree> extends NodeOf<Tree> {
  sets: ReadonlyMap<number, Tree>;
  isCut: boolean;
  /** How many nodes are right below. */
  children: number;
}

/** The nodes of a zone from all that is in it. */
export function nodesOf<Tree>(
  zone: DomainName,
  sets: ReadonlyMap<DomainName, ReadonlyMap<number, Tree>>,
): ZoneNodes<Tree> {
  const nodes = new ZoneNodes<Tree>(zone);
  for (const [name, types] of sets) nodes.put(name, types);
  return nodes;
}

/** The names from just below the apex down to `name`. */
function* downFromApex(zone: DomainName, name: DomainName): Generator<DomainName> {
  const starts: number[] = [];
  const apexStart = zone === "." ? name.length : name.length - zone.length;
  for (let at = 0; at < apexStart; at = name.indexOf(".", at) + 1) starts.push(at);
  for (const start of starts.reverse()) yield name.slice(start) as DomainName;
}

/** The topmost cut at or above a name; a DS record belongs to the parent's side of it (RFC 4035 section 3.1.4.1). */
function cutFor<Tree>(zone: ZoneOf<Tree>, name: DomainName, type: number): NodeOf<Tree> | undefined {
  for (const ancestor of downFromApex(zone.name, name)) {
    const node = zone.nodes.get(ancestor);
    if (node === undefined) return undefined;
    if (node.isCut) return type === TYPE.DS && ancestor === name ? undefined : node;
  }
  return undefined;
}

/** The node that answers for a name: its own, or the wildcard of its closest encloser (RFC 4592 section 3.3.1). */
function nodeFor<Tree>(zone: ZoneOf<Tree>, name: DomainName): NodeOf<Tree> | undefined {
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
export function lookUp<Tree>(zone: ZoneOf<Tree>, name: DomainName, type: number): LookupState<Tree> {
  if (zone.hasCuts) {
    const cut = cutFor(zone, name, type);
    if (cut !== undefined) return { state: "delegation", cut };
  }
  const node = nodeFor(zone, name);
  if (node === undefined) return { state: "name-error" };
  if (type === TYPE.ANY) {
    const [first] = node.sets;
    return first === undefined ? { state: "no-data", node } : { state: "hit", type: first[0], tree: first[1], node };
  }
  const tree = node.sets.get(type);
  if (tree !== undefined) return { state: "hit", type, tree, node };
  const cname = node.sets.get(TYPE.CNAME);
  return cname === undefined || BESIDE_CNAME.has(type)
    ? { state: "no-data", node }
    : { state: "follow", tree: cname, node };
}
