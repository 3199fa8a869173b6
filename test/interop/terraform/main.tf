# A zone with every routing policy there is, as an operator would write it.

variable "endpoint" {
  type = string
}

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    route53 = var.endpoint
    logs    = var.endpoint
    sts     = var.endpoint
    ec2     = var.endpoint
  }
}

resource "aws_route53_zone" "main" {
  name    = "terraform.net"
  comment = "Made by Terraform"
  tags = {
    stage = "test"
  }
}

resource "aws_route53_health_check" "site" {
  for_each          = toset(["primary", "secondary"])
  type              = "HTTP"
  ip_address        = each.key == "primary" ? "127.0.10.1" : "127.0.10.2"
  port              = 8081
  resource_path     = "/health"
  request_interval  = 10
  failure_threshold = 3
  tags = {
    Name = each.key
  }
}

resource "aws_route53_health_check" "both" {
  type                   = "CALCULATED"
  child_health_threshold = 1
  child_healthchecks     = [for check in aws_route53_health_check.site : check.id]
}

resource "aws_route53_record" "simple" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "www.terraform.net"
  type    = "A"
  ttl     = 300
  records = ["192.0.2.1", "192.0.2.2"]
}

resource "aws_route53_record" "text" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "terraform.net"
  type    = "TXT"
  ttl     = 300
  records = ["v=spf1 -all"]
}

resource "aws_route53_record" "wildcard" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "*.terraform.net"
  type    = "CNAME"
  ttl     = 60
  records = ["www.terraform.net"]
}

resource "aws_route53_record" "alias" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "terraform.net"
  type    = "A"

  alias {
    name                   = aws_route53_record.simple.name
    zone_id                = aws_route53_zone.main.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "weighted" {
  for_each       = { blue = 80, green = 0 }
  zone_id        = aws_route53_zone.main.zone_id
  name           = "api.terraform.net"
  type           = "A"
  ttl            = 60
  set_identifier = each.key
  records        = ["192.0.2.10"]

  weighted_routing_policy {
    weight = each.value
  }
}

resource "aws_route53_record" "failover" {
  for_each        = { primary = "PRIMARY", secondary = "SECONDARY" }
  zone_id         = aws_route53_zone.main.zone_id
  name            = "orders.terraform.net"
  type            = "A"
  ttl             = 60
  set_identifier  = each.key
  records         = ["192.0.2.20"]
  health_check_id = aws_route53_health_check.site[each.key].id

  failover_routing_policy {
    type = each.value
  }
}

resource "aws_route53_record" "latency" {
  for_each       = toset(["eu-west-1", "us-east-1"])
  zone_id        = aws_route53_zone.main.zone_id
  name           = "near.terraform.net"
  type           = "A"
  ttl            = 60
  set_identifier = each.key
  records        = ["192.0.2.30"]

  latency_routing_policy {
    region = each.key
  }
}

resource "aws_route53_record" "geolocation" {
  for_each       = { europe = { continent = "EU", country = null }, default = { continent = null, country = "*" } }
  zone_id        = aws_route53_zone.main.zone_id
  name           = "geo.terraform.net"
  type           = "AAAA"
  ttl            = 60
  set_identifier = each.key
  records        = ["2001:db8::1"]

  geolocation_routing_policy {
    continent = each.value.continent
    country   = each.value.country
  }
}

resource "aws_route53_record" "multivalue" {
  for_each                         = toset(["one", "two"])
  zone_id                          = aws_route53_zone.main.zone_id
  name                             = "many.terraform.net"
  type                             = "A"
  ttl                              = 60
  set_identifier                   = each.key
  records                          = ["192.0.2.40"]
  multivalue_answer_routing_policy = true
}

resource "aws_route53_traffic_policy" "global" {
  name = "global"
  document = jsonencode({
    AWSPolicyFormatVersion = "2015-10-01"
    RecordType             = "A"
    StartEndpoint          = "only"
    Endpoints = {
      only = { Type = "value", Value = "192.0.2.50" }
    }
  })
}

resource "aws_route53_traffic_policy_instance" "global" {
  name                   = "global.terraform.net"
  traffic_policy_id      = aws_route53_traffic_policy.global.id
  traffic_policy_version = 1
  hosted_zone_id         = aws_route53_zone.main.zone_id
  ttl                    = 60
}

resource "aws_cloudwatch_log_group" "queries" {
  name              = "/aws/route53/terraform.net"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_resource_policy" "queries" {
  policy_name = "route53"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "route53.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:aws:logs:*:*:log-group:/aws/route53/*"
    }]
  })
}

resource "aws_route53_query_log" "main" {
  depends_on               = [aws_cloudwatch_log_resource_policy.queries]
  cloudwatch_log_group_arn = aws_cloudwatch_log_group.queries.arn
  zone_id                  = aws_route53_zone.main.zone_id
}
