/** Where the local backend and moto (5.2) answer differently, and why ours is kept. A difference that goes away must go from here, too. */

export interface Difference {
  /** The step's name. */
  readonly step: string;
  /** Where the answers differ; `error` and `output` where one refuses what the other does. */
  readonly places: readonly string[];
  readonly because: string;
}

const WAITS = "A change takes its time here as on AWS; moto has no name servers to bring it to";
const BATCH =
  "moto checks little of a change batch and applies its changes one by one, so that some of a refused batch stays";
const MODEL = "moto does not check this constraint of the API model";
const REST = "What earlier steps left behind in moto";
const WORDS = "The words are Route 53's own (see docs/reference/local-route53.md)";

export const DIFFERENCES: readonly Difference[] = [
  {
    step: "create a hosted zone",
    places: ["output.ChangeInfo.Status", "output.DelegationSet.CallerReference", "output.DelegationSet.Id"],
    because: `${WAITS}. A zone that uses no reusable delegation set shows none on AWS; moto makes one up`,
  },
  {
    step: "create another with the same caller reference",
    places: ["error", "output"],
    because: "A caller reference of a hosted zone is never taken twice",
  },
  { step: "create one with a caller reference that is too long", places: ["error", "output"], because: MODEL },
  { step: "create one whose name is none", places: ["error", "output"], because: "moto takes anything for a name" },
  {
    step: "get the hosted zone",
    places: ["output.DelegationSet.CallerReference", "output.DelegationSet.Id"],
    because: "A zone that uses no reusable delegation set shows none on AWS; moto makes one up",
  },
  { step: "list hosted zones", places: ["output.IsTruncated", "output.NextMarker"], because: REST },
  {
    step: "list hosted zones by name",
    places: ["output.DNSName", "output.IsTruncated", "output.MaxItems"],
    because: "AWS echoes the name as it was given, and says whether there is more",
  },
  { step: "count hosted zones", places: ["output.HostedZoneCount"], because: REST },
  {
    step: "list the record sets of a new zone",
    places: ["output.MaxItems", "output.ResourceRecordSets[1].ResourceRecords[0].Value"],
    because: "moto's SOA is the text of a Python dictionary; AWS's default page is 100",
  },
  { step: "create record sets", places: ["output.ChangeInfo.Status"], because: WAITS },
  {
    step: "ask for the change",
    places: ["output.ChangeInfo.Id", "output.ChangeInfo.Status"],
    because: `${WAITS}. AWS names changes with their prefix`,
  },
  { step: "ask for a change that is not there", places: ["error", "output"], because: "moto knows every change" },
  { step: "create a record set that is there", places: ["error", "output"], because: BATCH },
  { step: "delete a record set by other values", places: ["error", "output"], because: BATCH },
  {
    step: "delete a record set that is not there",
    places: ["error.code", "error.message"],
    because: "moto answers with the error of another mistake",
  },
  { step: "create one record set that may be and one that may not", places: ["error", "output"], because: BATCH },
  {
    step: "list what is there after that",
    places: [
      "output.ResourceRecordSets[1].ResourceRecords[0].Value",
      "output.ResourceRecordSets[2].Name",
      "output.ResourceRecordSets[3].Name",
      "output.ResourceRecordSets[4]",
    ],
    because:
      "moto's SOA is the text of a Python dictionary, `*` is escaped on AWS, and moto has kept half of a refused batch",
  },
  { step: "create an address that is none", places: ["error", "output"], because: BATCH },
  {
    step: "create a record set outside the zone",
    places: ["error.message"],
    because: "InvalidChangeBatch lists what is wrong in brackets, and names end with a dot",
  },
  { step: "create a CNAME at the apex", places: ["error", "output"], because: BATCH },
  { step: "create a CNAME beside an A", places: ["error", "output"], because: BATCH },
  { step: "create a text without quotation marks", places: ["error", "output"], because: BATCH },
  { step: "create a record set with a negative TTL", places: ["error", "output"], because: MODEL },
  { step: "create a record set without TTL", places: ["error", "output"], because: BATCH },
  { step: "create a weighted record set without identifier", places: ["error", "output"], because: BATCH },
  { step: "create an identifier without policy", places: ["error", "output"], because: BATCH },
  { step: "create a weighted group", places: ["output.ChangeInfo.Status"], because: WAITS },
  { step: "create a simple record set onto a weighted group", places: ["error", "output"], because: BATCH },
  { step: "give one of the group another TTL", places: ["error", "output"], because: BATCH },
  { step: "upsert a record set", places: ["output.ChangeInfo.Status"], because: WAITS },
  { step: "name one record set twice", places: ["error", "output"], because: BATCH },
  { step: "alias a target that is not there", places: ["output.ChangeInfo.Status"], because: WAITS },
  {
    step: "delete the name servers of the zone",
    places: ["error.code", "error.message"],
    because: "moto answers with the error of another mistake",
  },
  {
    step: "list the first two",
    places: [
      "output.NextRecordName",
      "output.NextRecordType",
      "output.ResourceRecordSets[0].ResourceRecords[0].Value",
      "output.ResourceRecordSets[0].ResourceRecords[1]",
      "output.ResourceRecordSets[0].ResourceRecords[2]",
      "output.ResourceRecordSets[0].ResourceRecords[3]",
      "output.ResourceRecordSets[0].TTL",
      "output.ResourceRecordSets[0].Type",
      "output.ResourceRecordSets[1].ResourceRecords[0].Value",
      "output.ResourceRecordSets[1].ResourceRecords[1]",
      "output.ResourceRecordSets[1].ResourceRecords[2]",
      "output.ResourceRecordSets[1].ResourceRecords[3]",
      "output.ResourceRecordSets[1].TTL",
      "output.ResourceRecordSets[1].Type",
    ],
    because: `${REST}. moto's SOA is the text of a Python dictionary`,
  },
  {
    step: "list from a name and type on",
    places: [
      "output.MaxItems",
      "output.ResourceRecordSets[0].ResourceRecords[0].Value",
      "output.ResourceRecordSets[0].SetIdentifier",
      "output.ResourceRecordSets[0].Weight",
      "output.ResourceRecordSets[1].Name",
      "output.ResourceRecordSets[1].ResourceRecords[0].Value",
      "output.ResourceRecordSets[1].SetIdentifier",
      "output.ResourceRecordSets[1].TTL",
      "output.ResourceRecordSets[1].Weight",
      "output.ResourceRecordSets[2]",
      "output.ResourceRecordSets[3]",
      "output.ResourceRecordSets[4]",
      "output.ResourceRecordSets[5]",
      "output.ResourceRecordSets[6]",
    ],
    because: `${REST}. moto does not start at the identifier`,
  },
  { step: "list with a type and no name", places: ["error.message"], because: WORDS },
  { step: "delete a zone that is not empty", places: ["error.message"], because: WORDS },
  {
    step: "create a health check",
    places: ["output.Location"],
    because: "CreateHealthCheck answers with a Location header",
  },
  {
    step: "create it again with other settings",
    places: ["error", "output"],
    because: "A caller reference of a health check belongs to its settings",
  },
  { step: "create a health check with a port that is none", places: ["error", "output"], because: MODEL },
  {
    step: "update a health check by a version that is not its own",
    places: ["error", "output"],
    because: "moto does not look at the version, and applies the update",
  },
  {
    step: "update the health check",
    places: ["output.HealthCheck.HealthCheckConfig.Port", "output.HealthCheck.HealthCheckVersion"],
    because: `${REST}. moto does not count versions`,
  },
  {
    step: "get the health check",
    places: ["output.HealthCheck.HealthCheckConfig.Port", "output.HealthCheck.HealthCheckVersion"],
    because: `${REST}. moto does not count versions`,
  },
  {
    step: "list health checks",
    places: [
      "output.HealthChecks[0].HealthCheckConfig.Port",
      "output.HealthChecks[0].HealthCheckVersion",
      "output.HealthChecks[1]",
      "output.HealthChecks[2]",
      "output.IsTruncated",
      "output.MaxItems",
    ],
    because: `${REST}. moto does not count versions, and leaves IsTruncated and MaxItems out`,
  },
  {
    step: "create a reusable delegation set",
    places: ["output.DelegationSet.Id", "output.Location"],
    because: "AWS names delegation sets with their prefix, and locations with the API's version",
  },
  {
    step: "ask for DNSSEC of a zone without",
    places: ["output.KeySigningKeys"],
    because: "AWS says that there are no keys, moto nothing",
  },
  {
    step: "log queries into a group that is not there",
    places: ["error.message"],
    because: "Ours says which one it looked for",
  },
  { step: "create one by a name that is none", places: ["error", "output"], because: MODEL },
  {
    step: "log queries without a resource policy",
    places: ["error.code", "error.message", "error.status"],
    because:
      "Route 53 must be allowed to write into the group first; moto does not find the group that was made in CloudWatch Logs",
  },
  {
    step: "keep events for a number of days that AWS does not offer",
    places: ["error", "output"],
    because: "moto takes any number of days",
  },
  { step: "put none", places: ["error", "output"], because: MODEL },
  {
    step: "filter log events",
    places: ["output.searchedLogStreams[0]"],
    because: "AWS has not named the searched streams since 2019",
  },
  {
    step: "filter log events by a pattern that is none",
    places: ["error", "output"],
    because: "moto takes any pattern",
  },
  {
    step: "describe log groups",
    places: [
      "output.logGroups[0].deletionProtectionEnabled",
      "output.logGroups[0].logGroupClass",
      "output.logGroups[0].retentionInDays",
      "output.logGroups[0].storedBytes",
    ],
    because:
      "AWS shows class and protection, counts 26 bytes for each event beside its text, and did not take the retention",
  },
  {
    step: "describe log streams",
    places: ["output.logStreams[0].storedBytes", "output.logStreams[0].uploadSequenceToken"],
    because: "AWS has shown no stored bytes of a stream since 2019, and no sequence tokens since 2023",
  },
];
