/** Traffic policies and their versions. A version never changes but for its comment. */

import type * as sdk from "@aws-sdk/client-route-53";
import type { TrafficPolicy } from "@aws-sdk/client-route-53";
import { MAX_TRAFFIC_POLICIES, MAX_TRAFFIC_POLICY_VERSIONS } from "../../../route53/limits.ts";
import type { RecordType } from "../../../route53/record-set.ts";
import { parseTrafficPolicyDocument } from "../../../route53/traffic-policy.ts";
import type { Handlers } from "../../protocol/service.ts";
import { locationOf, type Route53Core } from "./core.ts";
import { invalidInput, noSuchTrafficPolicy, route53Error } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { pageSize, takePage } from "./paging.ts";
import { below, type TrafficPolicyState, valuesOf } from "./state.ts";

type Names =
  | "CreateTrafficPolicy"
  | "CreateTrafficPolicyVersion"
  | "GetTrafficPolicy"
  | "ListTrafficPolicies"
  | "ListTrafficPolicyVersions"
  | "UpdateTrafficPolicyComment"
  | "DeleteTrafficPolicy";

function trafficPolicyToApi(policy: TrafficPolicyState): TrafficPolicy {
  return {
    Id: policy.id,
    Version: policy.version,
    Name: policy.name,
    Type: policy.type,
    Document: policy.document,
    ...(policy.comment === undefined ? {} : { Comment: policy.comment }),
  };
}

/** The record type that a document answers. Throws InvalidTrafficPolicyDocument with everything that is wrong. */
function typeOfDocument(text: string): RecordType {
  // AWS takes JSON booleans and numbers where the format's syntax has strings.
  const parsed = parseTrafficPolicyDocument(text, { jsonTypes: "any" });
  if (parsed.ok) return parsed.document.recordType;
  const problems = parsed.problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  throw route53Error(
    "InvalidTrafficPolicyDocument",
    `The traffic policy document is not valid: ${problems.join("; ")}`,
  );
}

/** Throws NoSuchTrafficPolicy. */
export function trafficPolicyOf(core: Route53Core, id: string, version: number): TrafficPolicyState {
  const policy = core.state.trafficPolicies.get([id, version]);
  if (policy === undefined) throw noSuchTrafficPolicy(id, version);
  return policy;
}

export function trafficPolicyHandlers(core: Route53Core): Handlers<typeof sdk, Names> {
  const { state, store } = core;

  /** The versions that there are, lowest first. */
  function versionsOf(id: string): TrafficPolicyState[] {
    return valuesOf(state.trafficPolicies, below(id));
  }

  function createVersion(
    of: Pick<TrafficPolicyState, "id" | "version" | "name" | "type">,
    { Document, Comment }: { readonly Document: string; readonly Comment?: string | undefined },
  ) {
    const policy: TrafficPolicyState = {
      ...of,
      document: Document,
      ...(Comment === undefined ? {} : { comment: Comment }),
    };
    store.write(() => {
      state.trafficPolicies.put([policy.id, policy.version], policy);
      state.trafficPolicyNames.put(policy.name, policy.id);
      state.trafficPolicyVersions.put(policy.id, policy.version);
    });
    return {
      TrafficPolicy: trafficPolicyToApi(policy),
      Location: locationOf("trafficpolicy", policy.id, policy.version),
    };
  }

  return {
    CreateTrafficPolicy(input) {
      const type = typeOfDocument(input.Document);
      if (state.trafficPolicyNames.get(input.Name) !== undefined) {
        throw route53Error(
          "TrafficPolicyAlreadyExists",
          `A traffic policy that has the same value for Name already exists: ${input.Name}`,
        );
      }
      if (state.trafficPolicyNames.count() >= MAX_TRAFFIC_POLICIES) {
        throw route53Error(
          "TooManyTrafficPolicies",
          `This account has ${MAX_TRAFFIC_POLICIES} traffic policies, its limit.`,
        );
      }
      return createVersion({ id: newUuid(), version: 1, name: input.Name, type }, input);
    },

    CreateTrafficPolicyVersion(input) {
      const [first] = versionsOf(input.Id);
      if (first === undefined) throw noSuchTrafficPolicy(input.Id);
      const type = typeOfDocument(input.Document);
      const version = (state.trafficPolicyVersions.get(input.Id) ?? 0) + 1;
      if (version > MAX_TRAFFIC_POLICY_VERSIONS) {
        throw route53Error(
          "TooManyTrafficPolicyVersionsForCurrentPolicy",
          `This traffic policy has had ${MAX_TRAFFIC_POLICY_VERSIONS} versions, its limit.`,
        );
      }
      return createVersion({ id: first.id, version, name: first.name, type }, input);
    },

    GetTrafficPolicy(input) {
      return { TrafficPolicy: trafficPolicyToApi(trafficPolicyOf(core, input.Id, input.Version)) };
    },

    ListTrafficPolicies(input) {
      const size = pageSize(input.MaxItems);
      function* summaries() {
        const start = input.TrafficPolicyIdMarker;
        for (const { key } of state.trafficPolicyVersions.entries(start === undefined ? {} : { start })) {
          const versions = versionsOf(String(key));
          const latest = versions.at(-1);
          if (latest !== undefined) yield { latest, count: versions.length };
        }
      }
      const page = takePage(summaries(), size);
      return {
        TrafficPolicySummaries: page.items.map(({ latest, count }) => ({
          Id: latest.id,
          Name: latest.name,
          Type: latest.type,
          LatestVersion: latest.version,
          TrafficPolicyCount: count,
        })),
        IsTruncated: page.next !== undefined,
        TrafficPolicyIdMarker: page.next?.latest.id ?? "",
        MaxItems: size,
      };
    },

    ListTrafficPolicyVersions(input) {
      const size = pageSize(input.MaxItems);
      const versions = versionsOf(input.Id);
      if (versions.length === 0) throw noSuchTrafficPolicy(input.Id);
      const marker = input.TrafficPolicyVersionMarker ?? "1";
      if (!/^[0-9]{1,4}$/.test(marker)) {
        throw invalidInput(`Invalid parameter : the traffic policy version marker ${marker} is not a version.`);
      }
      const page = takePage(
        versions.filter((policy) => policy.version >= Number(marker)),
        size,
      );
      return {
        TrafficPolicies: page.items.map(trafficPolicyToApi),
        IsTruncated: page.next !== undefined,
        TrafficPolicyVersionMarker: page.next === undefined ? "" : String(page.next.version),
        MaxItems: size,
      };
    },

    UpdateTrafficPolicyComment(input) {
      const policy = { ...trafficPolicyOf(core, input.Id, input.Version), comment: input.Comment };
      store.write(() => state.trafficPolicies.put([policy.id, policy.version], policy));
      return { TrafficPolicy: trafficPolicyToApi(policy) };
    },

    DeleteTrafficPolicy(input) {
      const policy = trafficPolicyOf(core, input.Id, input.Version);
      const used = valuesOf(state.trafficPolicyInstances).some(
        (instance) => instance.policyId === policy.id && instance.policyVersion === policy.version,
      );
      if (used) {
        throw route53Error(
          "TrafficPolicyInUse",
          "One or more traffic policy instances were created by using the specified traffic policy.",
        );
      }
      store.write(() => {
        state.trafficPolicies.remove([policy.id, policy.version]);
        if (versionsOf(policy.id).length > 0) return;
        state.trafficPolicyNames.remove(policy.name);
        state.trafficPolicyVersions.remove(policy.id);
      });
      return {};
    },
  };
}
