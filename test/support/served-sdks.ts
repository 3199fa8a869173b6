/** The SDK modules of the services that the local backend serves, by signing name. */

import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as ec2 from "@aws-sdk/client-ec2";
import * as route53 from "@aws-sdk/client-route-53";
import * as domains from "@aws-sdk/client-route-53-domains";
import * as cloudMap from "@aws-sdk/client-servicediscovery";
import * as sts from "@aws-sdk/client-sts";

export const SERVED_SDKS: Readonly<Record<string, object>> = {
  route53,
  logs,
  route53domains: domains,
  servicediscovery: cloudMap,
  ec2,
  sts,
};
