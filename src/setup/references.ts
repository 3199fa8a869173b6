/** Things that do not exist yet when a plan is made, named in it, and put in their place when it is carried out. */

import { type ZoneKey, zoneText } from "./zone-key.ts";

/** Stands where an id will be known only after an earlier step. */
export type Reference =
  | { readonly ref: "hosted-zone"; readonly zone: ZoneKey }
  | { readonly ref: "delegation-set"; readonly key: string }
  | { readonly ref: "cidr-collection"; readonly key: string }
  | { readonly ref: "health-check"; readonly key: string }
  | { readonly ref: "traffic-policy"; readonly key: string }
  | { readonly ref: "traffic-policy-version"; readonly key: string };

/** An id, or what will have one. */
export type IdOrReference = string | Reference;

export function isReference(value: unknown): value is Reference {
  return value !== null && typeof value === "object" && "ref" in value && typeof value.ref === "string";
}

export function referenceKey(reference: Reference): string {
  return "zone" in reference ? `${reference.ref} ${reference.zone}` : `${reference.ref} ${reference.key}`;
}

/** For people. */
export function referenceText(reference: Reference): string {
  switch (reference.ref) {
    case "hosted-zone":
      return `the zone ${zoneText(reference.zone)}`;
    case "cidr-collection":
      return `the CIDR collection '${reference.key}'`;
    case "delegation-set":
      return `the delegation set '${reference.key}'`;
    case "health-check":
      return `the health check '${reference.key}'`;
    case "traffic-policy":
      return `the traffic policy '${reference.key}'`;
    case "traffic-policy-version":
      return `the version of the traffic policy '${reference.key}'`;
  }
}

/** What is known by now. */
export class KnownIds {
  readonly #ids = new Map<string, string>();

  set(reference: Reference, id: string): void {
    this.#ids.set(referenceKey(reference), id);
  }

  get(reference: Reference): string | undefined {
    return this.#ids.get(referenceKey(reference));
  }

  /** Throws when it is not known: the plan's order is wrong, or a phase it needs was left out. */
  need(value: IdOrReference): string {
    if (typeof value === "string") return value;
    const id = this.get(value);
    if (id === undefined) throw new Error(`${referenceText(value)} does not exist yet`);
    return id;
  }

  /** A copy in which ids stand for the references that are known; the others stay. */
  settle<T>(value: T): T {
    return this.#settled(value) as T;
  }

  #settled(value: unknown): unknown {
    if (isReference(value)) return this.get(value) ?? value;
    if (Array.isArray(value)) return value.map((one) => this.#settled(one));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#settled(one)]));
  }

  /** A copy with every reference replaced. */
  resolve<T>(value: T): Resolved<T> {
    return this.#resolved(value) as Resolved<T>;
  }

  #resolved(value: unknown): unknown {
    if (isReference(value)) return this.need(value);
    if (Array.isArray(value)) return value.map((one) => this.#resolved(one));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#resolved(one)]));
  }
}

/** The same with ids for references. */
export type Resolved<T> = T extends Reference
  ? string
  : T extends readonly (infer Item)[]
    ? Resolved<Item>[]
    : T extends object
      ? { [Key in keyof T]: Resolved<T[Key]> }
      : T;

/** Every reference in a value. */
export function referencesIn(value: unknown): Reference[] {
  if (isReference(value)) return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap(referencesIn);
}
