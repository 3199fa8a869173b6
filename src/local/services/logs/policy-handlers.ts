/** CloudWatch Logs: resource policies of the account. */

import type { Clock } from "../../../clock.ts";
import type { Store } from "../../store/store.ts";
import { decodeToken, encodeToken, invalidParameter, type LogsHandlers, logsError } from "./logs-faults.ts";
import { statementsOf } from "./resource-policy.ts";

export interface ResourcePolicyState {
  readonly document: string;
  /** Epoch ms. */
  readonly updatedAt: number;
}

const PAGE_SIZE = 50;
/** CloudWatch Logs quotas: ten resource policies a region, each up to 5,120 characters. */
const MAX_POLICIES = 10;
const MAX_DOCUMENT = 5120;

/** Keys: region, name. */
function policyTable(store: Store) {
  return store.table<ResourcePolicyState>("log-resource-policies");
}

export function policyDocuments(store: Store, region: string): string[] {
  return [...policyTable(store).entries({ start: [region], end: [region, "\uffff"] })].map(
    ({ value }) => value.document,
  );
}

function refuseResourceScope(input: { readonly resourceArn?: string | undefined }): void {
  if (input.resourceArn !== undefined) {
    throw invalidParameter(
      "Resource policies of a single log group (resourceArn) are not supported by this server; use the account's.",
    );
  }
}

export function policyHandlers(
  store: Store,
  clock: Pick<Clock, "now">,
): LogsHandlers<"PutResourcePolicy" | "DescribeResourcePolicies" | "DeleteResourcePolicy"> {
  const policies = policyTable(store);
  const range = (region: string) => ({ start: [region], end: [region, "\uffff"] });
  return {
    PutResourcePolicy(input, { region }) {
      refuseResourceScope(input);
      const { policyName: name, policyDocument: document } = input;
      if (!name) throw invalidParameter("Policy name must be specified.");
      if (!document) throw invalidParameter("Policy document must be specified.");
      if (document.length > MAX_DOCUMENT)
        throw logsError("LimitExceededException", `The policy document is longer than ${MAX_DOCUMENT} characters.`);
      if (statementsOf(document) === undefined)
        throw invalidParameter("Invalid resource policy: the document is not a valid policy.");
      if (policies.get([region, name]) === undefined && policies.count(range(region)) >= MAX_POLICIES) {
        throw logsError("LimitExceededException", "Resource limit exceeded.");
      }
      const updatedAt = clock.now();
      store.write(() => policies.put([region, name], { document, updatedAt }));
      return {
        resourcePolicy: {
          policyName: name,
          policyDocument: document,
          lastUpdatedTime: updatedAt,
          policyScope: "ACCOUNT",
        },
      };
    },

    DescribeResourcePolicies(input, { region }) {
      refuseResourceScope(input);
      const limit = input.limit ?? PAGE_SIZE;
      const after = input.nextToken === undefined ? undefined : decodeToken(input.nextToken).after;
      const all = [...policies.entries(range(region))].map(({ key, value }) => ({
        name: String(key[1]),
        state: value,
      }));
      const rest = after === undefined ? all : all.filter(({ name }) => name > String(after));
      const page = rest.slice(0, limit);
      const last = rest.length > limit ? page.at(-1) : undefined;
      return {
        resourcePolicies: page.map(({ name, state }) => ({
          policyName: name,
          policyDocument: state.document,
          lastUpdatedTime: state.updatedAt,
          policyScope: "ACCOUNT" as const,
        })),
        ...(last === undefined ? {} : { nextToken: encodeToken({ after: last.name }) }),
      };
    },

    DeleteResourcePolicy(input, { region }) {
      refuseResourceScope(input);
      const name = input.policyName ?? "";
      if (name === "" || policies.get([region, name]) === undefined) {
        throw logsError("ResourceNotFoundException", `Policy with name [${name}] does not exist.`);
      }
      store.write(() => policies.remove([region, name]));
      return {};
    },
  };
}
