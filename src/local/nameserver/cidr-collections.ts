/** CIDR collections as the name servers look clients up in them, which explanations do too. */

export { CidrCollections } from "../../routing/cidr-collections.ts";
