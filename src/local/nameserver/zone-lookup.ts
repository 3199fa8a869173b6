/** What a zone says about a name and type; see {@link import("../../dns/zone-lookup.ts")}, which others look zones up with too. */

import type * as zones from "../../dns/zone-lookup.ts";
import type { RoutingNode } from "../../routing/tree.ts";

export { lookUp } from "../../dns/zone-lookup.ts";
export type LookupState = zones.LookupState<RoutingNode>;
