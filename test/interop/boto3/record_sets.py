"""Prints every record set of a zone as boto3 reads it, one JSON list."""

import json
import sys

import boto3

route53 = boto3.client("route53")
zone_id = route53.list_hosted_zones_by_name(DNSName=sys.argv[1])["HostedZones"][0]["Id"]
pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
print(json.dumps([record_set for page in pages for record_set in page["ResourceRecordSets"]]))
