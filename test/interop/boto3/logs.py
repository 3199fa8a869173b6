"""CloudWatch Logs, Route 53 Domains and STS as a boto3 user meets them; prints what it saw as JSON."""

import json
import time

import boto3
from botocore.exceptions import ClientError

GROUP = "/aws/route53/boto3.org"
seen = {}


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]]
    raise AssertionError("it was not refused")


seen["caller"] = boto3.client("sts").get_caller_identity()["Account"]

logs = boto3.client("logs")
seen["no group"] = refusal(logs.filter_log_events, logGroupName=GROUP)
logs.create_log_group(logGroupName=GROUP, tags={"team": "dns"})
seen["group again"] = refusal(logs.create_log_group, logGroupName=GROUP)
seen["retention"] = refusal(logs.put_retention_policy, logGroupName=GROUP, retentionInDays=2)[:2]
logs.put_retention_policy(logGroupName=GROUP, retentionInDays=30)
for stream in ["Z1/FRA6", "Z1/IAD12"]:
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
now = int(time.time() * 1000)
for i in range(10):
    stream = "Z1/FRA6" if i % 2 == 0 else "Z1/IAD12"
    rcode = "NXDOMAIN" if i % 5 == 0 else "NOERROR"
    event = {"timestamp": now - 100 + i, "message": f"{i} {rcode}"}
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=[event])
old = logs.put_log_events(logGroupName=GROUP, logStreamName="Z1/FRA6", logEvents=[{"timestamp": now - 20 * 86400000, "message": "old"}])
seen["rejected"] = old["rejectedLogEventsInfo"]
pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 4}))
seen["pages"] = [len(page["events"]) for page in pages]
seen["messages"] = [event["message"] for page in pages for event in page["events"]]
seen["filtered"] = [e["message"] for e in logs.filter_log_events(logGroupName=GROUP, filterPattern="NXDOMAIN", logStreamNamePrefix="Z1/")["events"]]
seen["pattern"] = refusal(logs.filter_log_events, logGroupName=GROUP, filterPattern="a.b")[2]
latest = logs.get_log_events(logGroupName=GROUP, logStreamName="Z1/FRA6", limit=2)
before = logs.get_log_events(logGroupName=GROUP, logStreamName="Z1/FRA6", limit=2, nextToken=latest["nextBackwardToken"])
seen["latest"] = [event["message"] for event in before["events"] + latest["events"]]
seen["end"] = logs.get_log_events(
    logGroupName=GROUP, logStreamName="Z1/FRA6", nextToken=latest["nextForwardToken"], startFromHead=True
)["nextForwardToken"] == latest["nextForwardToken"]
group = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"][0]
seen["group"] = [group["arn"], group["retentionInDays"], logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]]

line = "1.0 2026-11-20T08:16:02.130Z Z1 www.boto3.org A {} UDP FRA6 192.0.2.53 -"
lines = [{"timestamp": now + i, "message": line.format(rcode)} for i, rcode in enumerate(["NOERROR", "SERVFAIL", "NOERROR"])]
logs.create_log_stream(logGroupName=GROUP, logStreamName="Z1/LHR5")
logs.put_log_events(logGroupName=GROUP, logStreamName="Z1/LHR5", logEvents=lines)
fields = "[version, time, zone, name, type, rcode = SERV*, ...]"
seen["by field"] = [e["message"] for e in logs.filter_log_events(logGroupName=GROUP, filterPattern=fields)["events"]] == [line.format("SERVFAIL")]
tried = logs.test_metric_filter(filterPattern="{ $.latency > 50 || $.error IS TRUE }", logEventMessages=['{"latency":75}', '{"latency":1}', '{"error":true}'])
seen["tried"] = [match["eventNumber"] for match in tried["matches"]]
query_id = logs.start_query(
    logGroupName=GROUP,
    startTime=now // 1000 - 60,
    endTime=now // 1000 + 60,
    queryString="filter ispresent(responseCode) | stats count(*) as n by responseCode | sort n desc",
)["queryId"]
while (answer := logs.get_query_results(queryId=query_id))["status"] in ("Scheduled", "Running"):
    pass
seen["queried"] = [[field["value"] for field in row] for row in answer["results"]]
seen["no query"] = refusal(logs.start_query, logGroupName=GROUP, startTime=0, endTime=now // 1000, queryString="fields @message | count()")
logs.put_subscription_filter(
    logGroupName=GROUP,
    filterName="f",
    filterPattern="",
    destinationArn="arn:aws:firehose:us-east-1:123456789012:deliverystream/d",
    roleArn="arn:aws:iam::123456789012:role/r",
)
seen["subscriptions"] = [f["filterName"] for f in logs.describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]]
tail = logs.start_live_tail(logGroupIdentifiers=[group["logGroupArn"]], logEventFilterPattern='"live 1"')["responseStream"]
seen["tailed"] = []
for event in tail:
    if "sessionStart" in event:
        for i in range(3):
            logs.put_log_events(logGroupName=GROUP, logStreamName="Z1/FRA6", logEvents=[{"timestamp": now + i, "message": f"live {i}"}])
    seen["tailed"] += [[e["logStreamName"], e["message"]] for e in event.get("sessionUpdate", {}).get("sessionResults", [])]
    if seen["tailed"]:
        break
tail.close()

boto3.client("route53").create_hosted_zone(Name="boto3.org", CallerReference="logs")
domains = boto3.client("route53domains")
seen["domains"] = [domain["DomainName"] for page in domains.get_paginator("list_domains").paginate() for domain in page["Domains"]]
changed = domains.update_domain_nameservers(DomainName="boto3.org", Nameservers=[{"Name": "ns-0.awsdns-00.com"}])
seen["operation"] = domains.get_operation_detail(OperationId=changed["OperationId"])["Status"]
seen["name servers"] = [server["Name"] for server in domains.get_domain_detail(DomainName="boto3.org")["Nameservers"]]
seen["not ours"] = refusal(domains.get_domain_detail, DomainName="example.net")
seen["not implemented"] = refusal(domains.list_prices)

print(json.dumps(seen))
