/** CIDR collections of IP-based routing: locations, each with blocks of addresses. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { CollectionSummary } from "@aws-sdk/client-route-53";
import { changeCidrLocations } from "../../../route53/cidr-collection.ts";
import { MAX_CIDR_COLLECTIONS } from "../../../route53/limits.ts";
import type { RecordSet } from "../../../route53/record-set.ts";
import type { Handlers } from "../../protocol/service.ts";
import type { Key } from "../../store/store.ts";
import { locationOf, type Route53Core } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { pageSize, pageToken, readPageToken, takePage } from "./paging.ts";
import { below, type CidrCollectionState, type Route53State, recordSetStoreKey, valuesOf } from "./state.ts";

type Names =
  | "CreateCidrCollection"
  | "ChangeCidrCollection"
  | "DeleteCidrCollection"
  | "ListCidrCollections"
  | "ListCidrLocations"
  | "ListCidrBlocks";

function summaryOf(collection: CidrCollectionState): CollectionSummary {
  return {
    Arn: `arn:aws:route53:::cidrcollection/${collection.id}`,
    Id: collection.id,
    Name: collection.name,
    Version: collection.version,
  };
}

function hasLocation(collection: CidrCollectionState, name: string): boolean {
  return collection.locations.some((location) => location.name === name);
}

/** `*`, the default location, is in every collection. */
export function cidrLocationExists(state: Route53State, collectionId: string, locationName: string): boolean {
  const collection = state.cidrCollections.get(collectionId);
  return collection !== undefined && (locationName === "*" || hasLocation(collection, locationName));
}

function cidrUseKey(zoneId: string, set: RecordSet): Key | undefined {
  if (set.policy.kind !== "cidr") return undefined;
  const { collectionId, locationName } = set.policy;
  return [collectionId, locationName, ...(recordSetStoreKey(zoneId, set) as readonly string[])];
}

/** Keeps which record sets use which locations, as record sets come and go; inside a transaction. */
export function noteCidrUses(
  state: Route53State,
  zoneId: string,
  { removed, put }: { readonly removed: readonly RecordSet[]; readonly put: readonly RecordSet[] },
): void {
  for (const set of removed) {
    const key = cidrUseKey(zoneId, set);
    if (key !== undefined) state.cidrUses.remove(key);
  }
  for (const set of put) {
    const key = cidrUseKey(zoneId, set);
    if (key !== undefined) state.cidrUses.put(key, true);
  }
}

export function cidrCollectionHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store, propagation } = core;

  function collectionOf(id: string): CidrCollectionState {
    const collection = state.cidrCollections.get(id);
    if (collection === undefined) {
      throw route53Error("NoSuchCidrCollectionException", `No CIDR collection found with ID: ${id}`);
    }
    return collection;
  }

  function isUsed(...prefix: readonly [collectionId: string, locationName?: string]): boolean {
    const [collectionId, locationName] = prefix;
    const range = locationName === undefined ? below(collectionId) : below(collectionId, locationName);
    return valuesOf(state.cidrUses, { ...range, limit: 1 }).length > 0;
  }

  return {
    CreateCidrCollection(input) {
      const known = state.cidrCollectionNames.get(input.Name);
      if (known !== undefined) {
        const existing = collectionOf(known);
        if (existing.callerReference !== input.CallerReference) {
          throw route53Error(
            "CidrCollectionAlreadyExistsException",
            "A CIDR collection with this name and a different caller reference already exists in this account.",
          );
        }
        return { Collection: summaryOf(existing), Location: locationOf("cidrcollection", existing.id) };
      }
      if (state.cidrCollections.count() >= MAX_CIDR_COLLECTIONS) {
        throw route53Error("LimitsExceeded", `This account has ${MAX_CIDR_COLLECTIONS} CIDR collections, its limit.`);
      }
      const collection: CidrCollectionState = {
        id: newUuid(),
        name: input.Name,
        callerReference: input.CallerReference,
        version: 1,
        locations: [],
      };
      store.write(() => {
        state.cidrCollections.put(collection.id, collection);
        state.cidrCollectionNames.put(collection.name, collection.id);
      });
      return { Collection: summaryOf(collection), Location: locationOf("cidrcollection", collection.id) };
    },

    ChangeCidrCollection(input) {
      const collection = collectionOf(input.Id);
      if (input.CollectionVersion !== undefined && input.CollectionVersion !== collection.version) {
        throw route53Error(
          "CidrCollectionVersionMismatchException",
          `The version of the CIDR collection is ${collection.version}, not ${input.CollectionVersion}.`,
        );
      }
      const changed = changeCidrLocations(
        collection.locations,
        input.Changes.map(({ LocationName, Action, CidrList }) => ({
          locationName: LocationName,
          action: Action,
          blocks: CidrList,
        })),
      );
      if (!changed.ok) throw route53Error(changed.code, changed.message);
      const updated: CidrCollectionState = {
        ...collection,
        version: collection.version + 1,
        locations: changed.locations,
      };
      for (const { name } of collection.locations) {
        if (hasLocation(updated, name) || !isUsed(collection.id, name)) continue;
        throw route53Error(
          "CidrBlockInUseException",
          `The last CIDR block of location ${name} cannot be deleted: resource record sets use the location.`,
        );
      }
      const change = store.write(() => {
        state.cidrCollections.put(updated.id, updated);
        return propagation.record();
      });
      propagation.startCidrCollection(updated.id, change);
      return { Id: change.id };
    },

    DeleteCidrCollection(input) {
      const collection = collectionOf(input.Id);
      if (collection.locations.length > 0 || isUsed(collection.id)) {
        throw route53Error("CidrCollectionInUseException", "This CIDR collection is in use, and isn't empty.");
      }
      store.write(() => {
        state.cidrCollections.remove(collection.id);
        state.cidrCollectionNames.remove(collection.name);
      });
      propagation.startCidrCollection(collection.id);
      return {};
    },

    ListCidrCollections(input) {
      const size = pageSize(input.MaxResults);
      const [start] = readPageToken(input.NextToken, 1) ?? [];
      const page = takePage(valuesOf(state.cidrCollections, start === undefined ? {} : { start }), size);
      return {
        CidrCollections: page.items.map(summaryOf),
        ...(page.next === undefined ? {} : { NextToken: pageToken(page.next.id) }),
      };
    },

    ListCidrLocations(input) {
      const { locations } = collectionOf(input.CollectionId);
      const size = pageSize(input.MaxResults);
      const [start] = readPageToken(input.NextToken, 1) ?? [];
      const first = start === undefined ? 0 : locations.findIndex((location) => location.name === start);
      if (first < 0) throw invalidInput("The value of NextToken is not valid.");
      const page = takePage(locations.slice(first), size);
      return {
        CidrLocations: page.items.map(({ name }) => ({ LocationName: name })),
        ...(page.next === undefined ? {} : { NextToken: pageToken(page.next.name) }),
      };
    },

    ListCidrBlocks(input) {
      const collection = collectionOf(input.CollectionId);
      const { LocationName: wanted } = input;
      if (wanted !== undefined && !hasLocation(collection, wanted)) {
        throw route53Error(
          "NoSuchCidrLocationException",
          `The CIDR collection ${collection.id} has no location named ${wanted}.`,
        );
      }
      const size = pageSize(input.MaxResults);
      const blocks = collection.locations
        .filter(({ name }) => wanted === undefined || name === wanted)
        .flatMap(({ name, blocks }) => blocks.map((block) => ({ CidrBlock: block, LocationName: name })));
      const [start] = readPageToken(input.NextToken, 1) ?? [];
      const first = start === undefined ? 0 : blocks.findIndex(({ CidrBlock }) => CidrBlock === start);
      if (first < 0) throw invalidInput("The value of NextToken is not valid.");
      const page = takePage(blocks.slice(first), size);
      return {
        CidrBlocks: page.items,
        ...(page.next === undefined ? {} : { NextToken: pageToken(page.next.CidrBlock) }),
      };
    },
  };
}
