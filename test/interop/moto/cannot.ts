/** Cases of the battery that moto (5.2) cannot carry out as Route 53 does, and why. One that it learns must go from here. */

export const CANNOT: readonly { readonly cases: readonly string[]; readonly because: string }[] = [
  {
    because:
      "moto does not keep GeoProximityLocation: it answers with record sets without a policy, which no second plan can find as wanted",
    cases: [
      "a geoproximity group",
      "a third geoproximity answer",
      "a geoproximity answer less",
      "another value of a geoproximity answer",
      "another identifier of a geoproximity answer",
      "a check for a geoproximity answer",
      "the TTL of a geoproximity group",
      "a simple record that becomes geoproximity",
      "a geoproximity group that goes",
      "the answers of a geoproximity group in another order",
      "another place or share of a geoproximity answer",
      "geolocation that becomes geoproximity",
      "a bias of 0 that is left out",
      "a bias",
      "a region that becomes coordinates",
    ],
  },
  {
    because: "moto does not know UpdateHealthCheck's ResetElements, so that what was left out stays as it was",
    cases: ["the path of a check as it was", "the host beside its address of a check as it was"],
  },
  {
    because: "moto does not keep AlarmIdentifier and InsufficientDataHealthStatus of a health check",
    cases: ["a CloudWatch alarm", "what an alarm without data means", "another alarm"],
  },
  {
    because:
      "moto finds a log group only by an ARN with `:*` at its end; the form that Route 53 documents has none (API reference, CreateQueryLoggingConfig)",
    cases: [
      "logging",
      "logging with a retention",
      "a retention",
      "another retention",
      "a retention that the file no longer says",
      "no logging any more",
      "another log group",
    ],
  },
];
