/** Protections: names and types of a hosted zone whose record sets nobody may create, change or delete. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { ProtectionError, RRType } from "@aws-sdk/client-route-53";
import { isNameProblem, readName } from "../../../route53/hosted-zone.ts";
import { MAX_PROTECTIONS_PAGE, MAX_PROTECTIONS_PER_REQUEST } from "../../../route53/limits.ts";
import { type DomainName, isWithin, listOrderKey, toRoute53 } from "../../../route53/names.ts";
import { bareId, isRecordType, type RecordType } from "../../../route53/record-set.ts";
import type { AwsError } from "../../protocol/aws-error.ts";
import type { Handlers } from "../../protocol/service.ts";
import type { Key } from "../../store/store.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput, route53Error } from "./errors.ts";
import { pageSize, pageToken, readPageToken, takePage } from "./paging.ts";
import { below, belowFrom, type HostedZoneState, type ProtectionState, type Route53State, valuesOf } from "./state.ts";

type Names =
  | "CreateResourceRecordSetProtections"
  | "DeleteResourceRecordSetProtections"
  | "ListResourceRecordSetProtections";

/** API reference, ResourceRecordSetProtectionConfig. */
const MAX_COMMENT_CHARACTERS = 256;

interface Entry {
  readonly RecordName: string;
  readonly RecordType: RRType;
  readonly Comment?: string | undefined;
}

interface ReadEntry {
  readonly entry: Entry;
  readonly name: DomainName;
  readonly type: RecordType;
}

function protectionKey(zoneId: string, name: DomainName, type: RecordType): Key {
  return [zoneId, listOrderKey(name), type];
}

export function protectionOf(
  state: Route53State,
  zoneId: string,
  name: DomainName,
  type: RecordType,
): ProtectionState | undefined {
  return state.protections.get(protectionKey(zoneId, name, type));
}

function failure(entry: Entry, Code: string, Message: string): ProtectionError {
  return { RecordName: entry.RecordName, RecordType: entry.RecordType, Code, Message };
}

function readEntry(zone: HostedZoneState, entry: Entry): ReadEntry | ProtectionError {
  const name = readName(entry.RecordName);
  if (isNameProblem(name)) return failure(entry, "InvalidInput", name.problem);
  if (!isWithin(name, zone.name)) {
    const message = `RRSet with DNS name ${toRoute53(name)} is not permitted in zone ${toRoute53(zone.name)}`;
    return failure(entry, "InvalidInput", message);
  }
  if (!isRecordType(entry.RecordType)) {
    return failure(entry, "InvalidInput", `Records of type ${entry.RecordType} cannot be protected.`);
  }
  if ((entry.Comment ?? "").length > MAX_COMMENT_CHARACTERS) {
    return failure(entry, "InvalidInput", `A comment can have up to ${MAX_COMMENT_CHARACTERS} characters.`);
  }
  return { entry, name, type: entry.RecordType };
}

/** The entries as they are kept, or what is wrong with each that cannot be. */
function readEntries(
  zone: HostedZoneState,
  entries: readonly Entry[],
): { readonly read: readonly ReadEntry[]; readonly failures: readonly ProtectionError[] } {
  const read: ReadEntry[] = [];
  const failures: ProtectionError[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const one = readEntry(zone, entry);
    if ("Code" in one) failures.push(one);
    else if (seen.has(`${one.name} ${one.type}`)) {
      failures.push(failure(entry, "InvalidInput", "The same name and type appear more than once in the request."));
    } else {
      seen.add(`${one.name} ${one.type}`);
      read.push(one);
    }
  }
  return { read, failures };
}

function invalidBatch(failures: readonly ProtectionError[]): AwsError {
  return route53Error(
    "InvalidResourceRecordSetProtectionBatch",
    `${failures.length} of the entries in the request couldn't be processed; no protection was created or deleted.`,
    { Errors: failures },
  );
}

export function recordSetProtectionHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store } = core;

  /** Throws InvalidInput, or InvalidResourceRecordSetProtectionBatch when an entry could never be processed. */
  function checkedEntries(zone: HostedZoneState, entries: readonly Entry[]): readonly ReadEntry[] {
    if (entries.length < 1 || entries.length > MAX_PROTECTIONS_PER_REQUEST) {
      throw invalidInput(`A request must have between 1 and ${MAX_PROTECTIONS_PER_REQUEST} protections.`);
    }
    const { read, failures } = readEntries(zone, entries);
    if (failures.length > 0) throw invalidBatch(failures);
    return read;
  }

  return {
    CreateResourceRecordSetProtections(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const entries = checkedEntries(zone, input.Protections);
      const existing = entries
        .filter(({ name, type }) => protectionOf(state, zone.id, name, type) !== undefined)
        .map(({ entry }) =>
          failure(entry, "ProtectionAlreadyExists", "A protection already exists for the name and type."),
        );
      if (existing.length === entries.length) {
        throw route53Error(
          "ProtectionAlreadyExists",
          "A protection already exists for every name and type in the request.",
          { Errors: existing },
        );
      }
      if (existing.length > 0) throw invalidBatch(existing);
      store.write(() => {
        for (const { entry, name, type } of entries) {
          const comment = entry.Comment === undefined ? {} : { comment: entry.Comment };
          state.protections.put(protectionKey(zone.id, name, type), { name, type, ...comment });
        }
      });
      return {};
    },

    DeleteResourceRecordSetProtections(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const entries = checkedEntries(zone, input.Protections);
      const missing = entries
        .filter(({ name, type }) => protectionOf(state, zone.id, name, type) === undefined)
        .map(({ entry }) => failure(entry, "ProtectionNotFound", "No protection exists for the name and type."));
      if (missing.length > 0) throw invalidBatch(missing);
      store.write(() => {
        for (const { name, type } of entries) state.protections.remove(protectionKey(zone.id, name, type));
      });
      return {};
    },

    ListResourceRecordSetProtections(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      const size = pageSize(input.MaxResults, MAX_PROTECTIONS_PAGE, MAX_PROTECTIONS_PAGE);
      const { StartRecordName: startName, StartRecordType: startType } = input;
      let from = readPageToken(input.NextToken, 2, "InvalidPaginationToken");
      if (from === undefined && startType !== undefined && startName === undefined) {
        throw invalidInput("Invalid parameter : the type parameter requires the name parameter.");
      }
      if (from === undefined && startName !== undefined) {
        const name = readName(startName);
        if (isNameProblem(name)) throw invalidInput(name.problem);
        from = [listOrderKey(name), startType ?? ""];
      }
      const range = from === undefined ? below(zone.id) : belowFrom(zone.id, ...from);
      const { items, next } = takePage(valuesOf(state.protections, { ...range, limit: size + 1 }), size);
      return {
        ResourceRecordSetProtections: items.map(({ name, type, comment }) => ({
          RecordName: toRoute53(name),
          RecordType: type,
          ...(comment === undefined ? {} : { Comment: comment }),
        })),
        ...(next === undefined ? {} : { NextToken: pageToken(listOrderKey(next.name), next.type) }),
      };
    },
  };
}
