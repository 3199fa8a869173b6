/** Attributes of services: what clients may want to know about all instances of one. */

import { type CloudMapCore, type CloudMapHandlers, serviceOf } from "./core.ts";
import { cloudMapError } from "./errors.ts";
import { arnOf } from "./ids.ts";
import { MAX_SERVICE_ATTRIBUTES } from "./limits.ts";

export function attributeHandlers(
  core: CloudMapCore,
): CloudMapHandlers<"GetServiceAttributes" | "UpdateServiceAttributes" | "DeleteServiceAttributes"> {
  const { state, store, account } = core;

  return {
    GetServiceAttributes(input, { region }) {
      const { id, attributes } = serviceOf(core, input.ServiceId, region);
      return {
        ServiceAttributes: {
          ServiceArn: arnOf("service", id, { region, account }),
          ResourceOwner: account,
          Attributes: { ...attributes },
        },
      };
    },

    UpdateServiceAttributes(input, { region }) {
      const service = serviceOf(core, input.ServiceId, region);
      const attributes = { ...service.attributes, ...input.Attributes };
      if (Object.keys(attributes).length > MAX_SERVICE_ATTRIBUTES) {
        throw cloudMapError(
          "ServiceAttributesLimitExceededException",
          `A service can't have more than ${MAX_SERVICE_ATTRIBUTES} attributes.`,
        );
      }
      store.write(() => state.services.put([region, service.id], { ...service, attributes }));
      return {};
    },

    DeleteServiceAttributes(input, { region }) {
      const service = serviceOf(core, input.ServiceId, region);
      const left = Object.entries(service.attributes).filter(([key]) => !input.Attributes.includes(key));
      store.write(() => state.services.put([region, service.id], { ...service, attributes: Object.fromEntries(left) }));
      return {};
    },
  };
}
