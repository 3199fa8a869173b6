/**
 * Whether JSON is a plan, down to what carrying it out relies on: a plan that was edited or cut is refused before the first
 * call, not found out half-way. What the API itself judges (a health check's settings, a record's values) is left to it.
 */

import { domainName } from "../route53/names.ts";
import { isRecordType } from "../route53/record-set.ts";
import { type Change, PHASES, type Plan } from "./plan.ts";
import { isReference } from "./references.ts";
import { isZoneKey, zoneKey } from "./zone-key.ts";

type Json = { readonly [key: string]: unknown };
type Test = (value: unknown) => boolean;

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const isText: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => typeof value === "number";
const isFlag: Test = (value) => typeof value === "boolean";
const isIndex: Test = (value) => Number.isInteger(value) && Number(value) >= 0;
const isIdOrReference: Test = (value) => isText(value) || isReference(value);

/** A name as the program has it: absolute and in canonical spelling. */
const isName: Test = (value) => {
  try {
    return typeof value === "string" && domainName(value) === value;
  } catch {
    return false;
  }
};

/** A name as the API has it. */
const isApiName: Test = (value) => {
  try {
    return typeof value === "string" && domainName(value) !== "";
  } catch {
    return false;
  }
};

const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);
const either =
  (...tests: readonly Test[]): Test =>
  (value) =>
    tests.some((test) => test(value));
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const recordOf =
  (test: Test): Test =>
  (value) =>
    isObject(value) && Object.values(value).every(test);
const optional = (test: Test): Test => either(oneOf(undefined), test);
const shape =
  (members: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, test]) => test(value[name]));

const RECORD_SET = shape({
  Name: isApiName,
  Type: (value) => typeof value === "string" && isRecordType(value),
  SetIdentifier: optional(isText),
  HealthCheckId: optional(isIdOrReference),
  CidrRoutingConfig: optional(shape({ CollectionId: isIdOrReference, LocationName: isText })),
  ResourceRecords: optional(listOf(shape({ Value: isText }))),
  AliasTarget: optional(shape({ HostedZoneId: isIdOrReference, DNSName: isApiName })),
});
const CHECK = {
  callerReference: isText,
  config: shape({ Type: isText, ChildHealthChecks: optional(listOf(isIdOrReference)) }),
};
const ENDPOINT = shape({ name: isText, address: isText, port: isIndex });
const VPC = shape({ id: isText, region: isText });
const LOCATIONS = listOf(shape({ name: isText, blocks: listOf(isText) }));
const DOCUMENT: Test = (value) => value !== undefined;

/** What a change of a kind has beside what all have, and what is in its `before` and `after`. */
const KINDS: Readonly<Record<Change["kind"], { readonly own?: Test; readonly before: Test; readonly after: Test }>> = {
  "delegation-set": {
    own: shape({ key: isText }),
    before: shape({ id: isText }),
    after: shape({ callerReference: isText }),
  },
  "hosted-zone": {
    own: shape({ zone: isZoneKey }),
    before: shape({ id: isText, comment: isText }),
    after: shape({
      comment: isText,
      callerReference: isText,
      vpc: optional(VPC),
      delegationSet: optional(isIdOrReference),
    }),
  },
  "vpc-association": { own: shape({ zone: isZoneKey }), before: VPC, after: VPC },
  registrar: {
    own: shape({ zone: isName, onlyIfRegistered: isFlag }),
    before: shape({ nameServers: listOf(isName) }),
    after: shape({ nameServersOf: isReference }),
  },
  endpoint: { before: ENDPOINT, after: ENDPOINT },
  "health-check": {
    own: shape({ key: isText, how: oneOf("create", "update", "replace", "tag", "delete") }),
    before: shape({ id: isText, version: isNumber, ...CHECK }),
    after: shape(CHECK),
  },
  "cidr-collection": {
    own: shape({ key: isText, how: oneOf("create", "change", "trim", "delete") }),
    before: shape({ id: isText, version: isNumber, locations: LOCATIONS }),
    after: shape({ name: isText, callerReference: isText, locations: LOCATIONS }),
  },
  "record-set": { own: shape({ zone: isZoneKey }), before: RECORD_SET, after: RECORD_SET },
  "traffic-policy": {
    own: shape({ key: isText }),
    before: shape({ id: isText, version: isNumber, document: DOCUMENT }),
    after: shape({ name: isText, document: DOCUMENT, comment: isText }),
  },
  "traffic-policy-instance": {
    own: shape({ zone: isZoneKey, name: isName, type: isText }),
    before: shape({ id: isText, policyId: isText, version: isNumber, ttlSeconds: isNumber }),
    after: shape({ policy: isIdOrReference, version: isIdOrReference, ttlSeconds: isNumber }),
  },
  "log-group": {
    own: shape({ logGroup: isText }),
    before: shape({ retentionDays: either(oneOf(null), isNumber) }),
    after: shape({ retentionDays: either(oneOf(null), isNumber) }),
  },
  "log-resource-policy": {
    own: shape({ name: isText }),
    before: shape({ document: isText }),
    after: shape({ document: isText }),
  },
  "query-logging": {
    own: shape({ zone: isZoneKey }),
    before: shape({ id: isText, logGroupArn: isText }),
    after: shape({ logGroupArn: isText }),
  },
};

const COMMON = shape({ action: oneOf("add", "change", "remove"), subject: isText, why: isText });

function isChange(value: unknown): value is Json {
  if (!COMMON(value) || !isObject(value)) return false;
  const { kind, action, before, after } = value;
  const known = Object.hasOwn(KINDS, String(kind)) ? KINDS[kind as Change["kind"]] : undefined;
  if (known === undefined || !(known.own?.(value) ?? true)) return false;
  // A registrar's change has no `before` while its zone does not exist.
  const start = action === "add" || (kind === "registrar" && before === null) ? oneOf(null) : known.before;
  return start(before) && (action === "remove" ? oneOf(null) : known.after)(after);
}

const ANSWER = either(
  shape({ kind: oneOf("all"), values: listOf(isText), ttlSeconds: isNumber }),
  shape({ kind: oneOf("some"), values: listOf(isText), maybeNone: isFlag }),
  shape({ kind: oneOf("any", "none") }),
);
const EXPECTATION = either(
  shape({ check: oneOf("delegation"), zone: isName, leavesRegistrar: optional(oneOf(true)) }),
  shape({ check: oneOf("health"), key: isText }),
  shape({ check: oneOf("vpcs"), zone: isZoneKey, vpcs: listOf(isText) }),
  shape({ check: oneOf("answer"), zone: isZoneKey, name: isName, type: isText, answer: ANSWER }),
  shape({ check: oneOf("instance"), zone: isZoneKey, name: isName, type: isText }),
  shape({ check: oneOf("query-log"), zone: isZoneKey, logGroup: isText }),
);

/** Every call is of a record set change that has what it sends, and every such change is in a batch. */
function batchesFit(batches: unknown, changes: readonly Json[]): boolean {
  if (
    !listOf(
      shape({
        zone: isZoneKey,
        calls: listOf(shape({ action: oneOf("CREATE", "UPSERT", "DELETE"), change: isIndex })),
        makesRoom: oneOf(undefined, true),
      }),
    )(batches)
  ) {
    return false;
  }
  const called = new Set<number>();
  for (const batch of batches as readonly { zone: string; calls: readonly { action: string; change: number }[] }[]) {
    for (const { action, change: index } of batch.calls) {
      const change = changes[index];
      if (change?.kind !== "record-set" || change.zone !== batch.zone) return false;
      if ((action === "DELETE" ? change.before : change.after) === null) return false;
      called.add(index);
    }
  }
  return changes.every((change, index) => change.kind !== "record-set" || called.has(index));
}

function isPhase(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { changes, batches, expectations } = value;
  return (
    Array.isArray(changes) &&
    changes.every(isChange) &&
    batchesFit(batches, changes) &&
    listOf(EXPECTATION)(expectations)
  );
}

const THRESHOLDS = shape({ maxUpdatesPercent: isNumber, maxRemovalsPercent: isNumber, above: isNumber });

/** Shown, and never acted on. */
const AMOUNT: Test = (value) => typeof value === "string" && /^-?\d{1,12}(\.\d{1,9})?$/.test(value);
const ASSESSMENT = shape({
  findings: listOf(
    shape({
      code: isText,
      severity: oneOf("problem", "warning", "info"),
      message: isText,
      subject: isText,
      reference: shape({ title: isText, url: isText }),
      place: shape({ file: isText, line: optional(isNumber), column: optional(isNumber) }),
    }),
  ),
  monthlyCost: shape({
    prices: shape({ date: isText, source: isText }),
    queriesPerMonth: shape({ total: isIndex, from: oneOf("option", "file", "assumed") }),
    before: AMOUNT,
    after: AMOUNT,
    difference: AMOUNT,
  }),
});

const PLAN = shape({
  purpose: oneOf("apply", "destroy"),
  createdAt: isText,
  project: isText,
  file: isText,
  backend: shape({ label: isText, account: isText, confirmsChanges: isFlag }),
  scope: shape({
    project: isText,
    zones: listOf(shape({ name: isName, private: optional(oneOf(true)), id: optional(isText) })),
    cidrCollectionNames: optional(listOf(isText)),
    delegationSets: optional(recordOf(either(oneOf(null), isText))),
    healthCheckKeys: listOf(isText),
    healthCheckIds: (value) => isObject(value) && Object.values(value).every(isText),
    trafficPolicyNames: listOf(isText),
    logGroups: listOf(isText),
    readsTrafficFlow: isFlag,
  }),
  zones: listOf(
    shape({
      name: isName,
      private: optional(oneOf(true)),
      id: either(oneOf(null), isText),
      thresholds: either(oneOf(null), THRESHOLDS),
    }),
  ),
  phases: listOf(isPhase),
  notes: listOf(isText),
  observed: shape({ fingerprint: isText, subjects: (value) => isObject(value) && Object.values(value).every(isText) }),
  assessment: optional(ASSESSMENT),
});

/** Of a value that says it is a plan of this format. */
export function isWholePlan(value: unknown): boolean {
  if (!PLAN(value) || !isObject(value)) return false;
  const { phases, zones } = value as unknown as { phases: readonly Json[]; zones: Plan["zones"] };
  if (phases.map(({ phase }) => phase).join() !== PHASES.join()) return false;
  const names = new Set<string>(zones.map(zoneKey));
  return phases.every(({ changes }) =>
    (changes as readonly Json[]).every((change) => !("zone" in change) || names.has(String(change.zone))),
  );
}
