# A VPC, and a private zone that answers in it; what Terraform asks EC2 for on the way.

data "aws_availability_zones" "here" {
  state = "available"
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

resource "aws_vpc" "network" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  tags = {
    Name = "network"
  }
}

resource "aws_route53_zone" "private" {
  name = "network.internal"
  vpc {
    vpc_id = aws_vpc.network.id
  }
}

resource "aws_route53_record" "gateway" {
  zone_id = aws_route53_zone.private.zone_id
  name    = "gateway"
  type    = "A"
  ttl     = 60
  records = [cidrhost(aws_vpc.network.cidr_block, 1)]
}

output "zones" {
  value = length(data.aws_availability_zones.here.names)
}

output "subnets" {
  value = length(data.aws_subnets.default.ids)
}
