/** Cloud Map's quotas and page sizes (Developer Guide, "Service quotas"; API Reference). Defaults of a new account. */

export const MAX_NAMESPACES_PER_REGION = 50;
export const MAX_INSTANCES_PER_NAMESPACE = 2000;
export const MAX_INSTANCES_PER_SERVICE = 1000;

export const MAX_CUSTOM_ATTRIBUTES = 30;
/** Characters of all keys and values of an instance. */
export const MAX_ATTRIBUTE_CHARACTERS = 5000;
export const MAX_SERVICE_ATTRIBUTES = 30;
export const MAX_TAGS_PER_RESOURCE = 50;

/** Of every list; also the most that a page holds. */
export const PAGE_SIZE = 100;
/** Instances that DiscoverInstances returns unless told otherwise. */
export const DISCOVERED_INSTANCES = 100;

/** How long Cloud Map waits before it believes a custom health status, in ms (API Reference, HealthCheckCustomConfig). */
export const CUSTOM_HEALTH_WAIT_MS = 30_000;
