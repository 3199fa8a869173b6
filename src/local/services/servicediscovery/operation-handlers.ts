/** GetOperation and ListOperations. */

import type { Operation } from "@aws-sdk/client-servicediscovery";
import type { CloudMapCore, CloudMapHandlers } from "./core.ts";
import { cloudMapError } from "./errors.ts";
import { type FilterRule, filterBy } from "./filters.ts";
import { takePage } from "./paging.ts";
import { below, type OperationState, valuesOf } from "./state.ts";

const FILTERS: Readonly<Record<string, FilterRule<OperationState>>> = {
  NAMESPACE_ID: { conditions: ["EQ"], valueOf: ({ namespaceId }) => namespaceId },
  SERVICE_ID: { conditions: ["EQ"], valueOf: ({ serviceId }) => serviceId ?? "" },
  // The API Reference calls a status SUCCEED that the model and the answers call SUCCESS.
  STATUS: {
    conditions: ["EQ", "IN"],
    valueOf: ({ status }) => status,
    read: (value) => (value === "SUCCEED" ? "SUCCESS" : value),
  },
  TYPE: { conditions: ["EQ", "IN"], valueOf: ({ type }) => type },
  UPDATE_DATE: { conditions: ["BETWEEN"], valueOf: ({ updatedAt }) => updatedAt },
};

/** The newest first. */
function orderKey({ createdAt, id }: OperationState): string {
  return `${String(Number.MAX_SAFE_INTEGER - createdAt).padStart(16, "0")} ${id}`;
}

export function operationHandlers(core: CloudMapCore): CloudMapHandlers<"GetOperation" | "ListOperations"> {
  const { state, account } = core;

  function operationToApi(operation: OperationState): Operation {
    const { errorCode, errorMessage } = operation;
    return {
      Id: operation.id,
      OwnerAccount: account,
      Type: operation.type,
      Status: operation.status,
      ...(errorCode === undefined ? {} : { ErrorCode: errorCode }),
      ...(errorMessage === undefined ? {} : { ErrorMessage: errorMessage }),
      CreateDate: new Date(operation.createdAt),
      UpdateDate: new Date(operation.updatedAt),
      Targets: { ...operation.targets },
    };
  }

  return {
    GetOperation(input, { region }) {
      const operation = state.operations.get([region, input.OperationId]);
      if (operation === undefined || (input.OwnerAccount ?? account) !== account) {
        throw cloudMapError("OperationNotFound", `Operation with ID ${input.OperationId} not found.`);
      }
      return { Operation: operationToApi(operation) };
    },

    ListOperations(input, { region }) {
      const meets = filterBy(input.Filters, FILTERS);
      // With a namespace its operations go out of the list, and its deletion is one of them.
      const listed = valuesOf(state.operations, below(region))
        .filter(({ type, status }) => type !== "DELETE_NAMESPACE" || status !== "SUCCESS")
        .map((operation) => ({ key: orderKey(operation), operation }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      const page = takePage(
        input,
        (last) => (last === undefined ? listed : listed.filter(({ key }) => key > last)),
        ({ key }) => key,
      );
      return {
        // A page is taken first and then filtered, so it may hold fewer than there are (API Reference, NextToken).
        Operations: page.items
          .filter(({ operation }) => meets(operation))
          .map(({ operation: { id, status } }) => ({ Id: id, Status: status })),
        ...page.next,
      };
    },
  };
}
