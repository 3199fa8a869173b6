# What zones share or stand on: delegation sets, CIDR collections, VPCs of other accounts, signing keys.

resource "aws_route53_delegation_set" "shared" {
  reference_name = "shared"
}

resource "aws_route53_zone" "shared" {
  name              = "shared.net"
  delegation_set_id = aws_route53_delegation_set.shared.id
}

resource "aws_route53_cidr_collection" "offices" {
  name = "offices"
}

resource "aws_route53_cidr_location" "berlin" {
  cidr_collection_id = aws_route53_cidr_collection.offices.id
  name               = "berlin"
  cidr_blocks        = ["198.51.100.0/24", "10.0.0.0/8"]
}

resource "aws_route53_record" "berlin" {
  zone_id        = aws_route53_zone.shared.zone_id
  name           = "api"
  type           = "A"
  ttl            = 60
  set_identifier = "berlin"
  records        = ["192.0.2.1"]
  cidr_routing_policy {
    collection_id = aws_route53_cidr_collection.offices.id
    location_name = aws_route53_cidr_location.berlin.name
  }
}

resource "aws_route53_record" "rest" {
  zone_id        = aws_route53_zone.shared.zone_id
  name           = "api"
  type           = "A"
  ttl            = 60
  set_identifier = "rest"
  records        = ["192.0.2.2"]
  cidr_routing_policy {
    collection_id = aws_route53_cidr_collection.offices.id
    location_name = "*"
  }
}

resource "aws_route53_record" "near" {
  zone_id        = aws_route53_zone.shared.zone_id
  name           = "near"
  type           = "A"
  ttl            = 60
  set_identifier = "here"
  records        = ["192.0.2.3"]
  geoproximity_routing_policy {
    coordinates {
      latitude  = "49.22"
      longitude = "-74.01"
    }
    bias = -10
  }
}

resource "aws_route53_zone" "inside" {
  name = "corp.internal"
  vpc {
    vpc_id = "vpc-1"
  }
  # The association below adds another one.
  lifecycle {
    ignore_changes = [vpc]
  }
}

resource "aws_route53_vpc_association_authorization" "other" {
  zone_id = aws_route53_zone.inside.zone_id
  vpc_id  = "vpc-2"
}

resource "aws_route53_zone_association" "other" {
  zone_id = aws_route53_vpc_association_authorization.other.zone_id
  vpc_id  = aws_route53_vpc_association_authorization.other.vpc_id
}

resource "aws_route53_key_signing_key" "ksk" {
  hosted_zone_id             = aws_route53_zone.shared.zone_id
  key_management_service_arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000001"
  name                       = "ksk"
}

resource "aws_route53_hosted_zone_dnssec" "shared" {
  hosted_zone_id = aws_route53_key_signing_key.ksk.hosted_zone_id
}
