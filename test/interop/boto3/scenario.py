"""Does with boto3 what an operator's script does, and prints what it saw as one JSON document."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

route53 = boto3.client("route53")
seen = {}


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Message"]]
    return None


def record(name, value="192.0.2.1", type="A", **more):
    return {"Name": name, "Type": type, "TTL": 60, "ResourceRecords": [{"Value": value}], **more}


def change(zone, *changes):
    return route53.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Comment": "boto3", "Changes": [{"Action": action, "ResourceRecordSet": set} for action, set in changes]},
    )


zone = route53.create_hosted_zone(Name="boto3.org", CallerReference="boto3-1")
zone_id = zone["HostedZone"]["Id"]
seen["zone"] = [zone["ResponseMetadata"]["HTTPStatusCode"], zone["HostedZone"]["Name"], zone["HostedZone"]["ResourceRecordSetCount"]]
seen["reference again"] = refused(route53.create_hosted_zone, Name="boto3.org", CallerReference="boto3-1")

submitted = change(zone_id, *[("CREATE", record(f"h{i:03}.boto3.org")) for i in range(500)])
seen["status"] = submitted["ChangeInfo"]["Status"]
route53.get_waiter("resource_record_sets_changed").wait(
    Id=submitted["ChangeInfo"]["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 10}
)
pages = list(route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id))
seen["pages"] = [len(page["ResourceRecordSets"]) for page in pages]
names = [set["Name"] for page in pages for set in page["ResourceRecordSets"]]
seen["distinct names"] = len(set(names))

change(
    zone_id,
    ("CREATE", record("*.boto3.org")),
    ("CREATE", record("txt.boto3.org", '"a \\"quoted\\" word" "second"', "TXT")),
    ("CREATE", record("zero.boto3.org", SetIdentifier="none", Weight=0)),
    ("CREATE", {"Name": "alias.boto3.org", "Type": "A", "AliasTarget": {"HostedZoneId": zone_id.split("/")[-1], "DNSName": "h001.boto3.org", "EvaluateTargetHealth": False}}),
)
listed = {set["Name"]: set for page in route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id) for set in page["ResourceRecordSets"]}
seen["wildcard"] = "\\052.boto3.org." in listed
seen["text"] = listed["txt.boto3.org."]["ResourceRecords"][0]["Value"]
seen["weight"] = listed["zero.boto3.org."]["Weight"]
seen["alias"] = listed["alias.boto3.org."]["AliasTarget"]["DNSName"]

seen["atomic"] = refused(
    lambda: change(zone_id, ("CREATE", record("new.boto3.org")), ("DELETE", record("never.boto3.org")))
)
seen["count"] = route53.get_hosted_zone(Id=zone_id)["HostedZone"]["ResourceRecordSetCount"]
seen["too many"] = refused(lambda: change(zone_id, *[("UPSERT", record(f"u{i}.boto3.org")) for i in range(501)]))
seen["two ttls"] = refused(lambda: change(zone_id, ("CREATE", {**record("zero.boto3.org", SetIdentifier="other", Weight=1), "TTL": 61})))
seen["not empty"] = refused(route53.delete_hosted_zone, Id=zone_id)

config = {"Type": "HTTPS", "FullyQualifiedDomainName": "www.boto3.org", "ResourcePath": "/health", "RequestInterval": 10}
check = route53.create_health_check(CallerReference="boto3-check", HealthCheckConfig=config)["HealthCheck"]
again = route53.create_health_check(CallerReference="boto3-check", HealthCheckConfig=config)["HealthCheck"]
seen["same check"] = check["Id"] == again["Id"]
seen["sni"] = check["HealthCheckConfig"]["EnableSNI"]
seen["other check"] = refused(route53.create_health_check, CallerReference="boto3-check", HealthCheckConfig={**config, "Port": 8443})
seen["metric region"] = refused(
    route53.create_health_check,
    CallerReference="boto3-metric",
    HealthCheckConfig={**config, "AlarmIdentifier": {"Region": "us-east-1", "Name": "x"}},
)
route53.delete_health_check(HealthCheckId=check["Id"])
seen["no check"] = refused(route53.get_health_check, HealthCheckId=check["Id"])

everything = [set for page in route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id) for set in page["ResourceRecordSets"] if set["Type"] not in ("NS", "SOA")]
change(zone_id, *[("DELETE", set) for set in everything])
route53.delete_hosted_zone(Id=zone_id)
seen["zones"] = route53.get_hosted_zone_count()["HostedZoneCount"]

json.dump(seen, sys.stdout)
