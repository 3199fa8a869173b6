/** Route 53's quotas and page sizes in one place (Developer Guide, "Quotas"; API reference). Defaults of a new account. */

/** Of one ChangeResourceRecordSets request; an UPSERT counts twice in both (API reference, ChangeResourceRecordSets). */
export const MAX_RECORDS_PER_BATCH = 1000;
export const MAX_VALUE_CHARACTERS_PER_BATCH = 32_000;

/** Records in one record set. */
export const MAX_RECORDS_PER_RECORD_SET = 400;
/** Record sets of one name and type with a routing policy. */
export const MAX_RECORD_SETS_PER_GROUP = 100;
/** The same in a zone that Cloud Map owns: one for each of the instances that a service may have (Cloud Map, "Service quotas"). */
export const MAX_RECORD_SETS_PER_LINKED_GROUP = 1000;
/** Record sets that one can create in a zone; the NS and SOA that come with it are not counted. */
export const MAX_RECORD_SETS_PER_ZONE = 10_000;
/** As for health checks below: raised on request, without a named end. */
export const MAX_RECORD_SETS_PER_ZONE_RAISED = 1_000_000;
export const MAX_VPCS_PER_ZONE = 300;
/** VPCs of other accounts that may be associated with one private zone. */
export const MAX_VPC_AUTHORIZATIONS_PER_ZONE = 1000;
/** Key-signing keys (API reference, CreateKeySigningKey). */
export const MAX_KEY_SIGNING_KEYS_PER_ZONE = 2;

export const MAX_HOSTED_ZONES = 500;
export const MAX_HEALTH_CHECKS = 200;
/** AWS raises the quota on request and names no end; this many are enough to try a large account out. */
export const MAX_HEALTH_CHECKS_RAISED = 10_000;
export const MAX_TRAFFIC_POLICIES = 50;
export const MAX_TRAFFIC_POLICY_VERSIONS = 1000;
export const MAX_TRAFFIC_POLICY_INSTANCES = 5;
export const MAX_REUSABLE_DELEGATION_SETS = 100;
/** Hosted zones that use one reusable delegation set. */
export const MAX_ZONES_PER_DELEGATION_SET = 100;
export const MAX_CIDR_COLLECTIONS = 5;
export const MAX_CIDR_BLOCKS_PER_COLLECTION = 1000;
export const MAX_CHILD_HEALTH_CHECKS = 256;

/** ListResourceRecordSets: the page when MaxItems is not given, and the largest there is. */
export const DEFAULT_RECORD_SETS_PAGE = 100;
export const MAX_RECORD_SETS_PAGE = 300;
/** ListVPCAssociationAuthorizations when MaxResults is not given. */
export const DEFAULT_VPC_AUTHORIZATIONS_PAGE = 50;
/** ListResourceRecordSetProtections, both when MaxResults is not given and at most. */
export const MAX_PROTECTIONS_PAGE = 300;
/** ListHealthChecks at most. */
export const MAX_HEALTH_CHECKS_PAGE = 1000;
/** Every other list. */
export const DEFAULT_PAGE = 100;
export const MAX_PAGE = 100;

/** Protections that one request makes or removes. */
export const MAX_PROTECTIONS_PER_REQUEST = 100;

/** Tags of one resource. */
export const MAX_TAGS_PER_RESOURCE = 50;

/** Caching times of the record sets that come with a new zone, in seconds. */
export const APEX_NS_TTL_SECONDS = 172_800;
export const APEX_SOA_TTL_SECONDS = 900;
