/** The IPv4 block of a VPC, as EC2 reads it. */

import { isIPv4 } from "node:net";
import { ec2Error, invalidValue } from "./ec2-faults.ts";

/** VPC User Guide, "VPC CIDR blocks": between a /28 and a /16. */
const LARGEST_BITS = 16;
const SMALLEST_BITS = 28;

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** With the host bits cleared, as EC2 keeps it. Throws InvalidParameterValue or InvalidVpc.Range. */
export function vpcCidrBlock(text: string): string {
  const [, address = "", bitsText = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const bits = Number(bitsText);
  if (!isIPv4(address) || bitsText === "" || bits > 32) {
    throw invalidValue(text, "cidrBlock", "This is not a valid CIDR block.");
  }
  if (bits < LARGEST_BITS || bits > SMALLEST_BITS) throw ec2Error("InvalidVpc.Range", `The CIDR '${text}' is invalid.`);
  const size = 2 ** (32 - bits);
  return `${addressOf(Math.floor(numberOf(address) / size) * size)}/${bits}`;
}

/** The nth address that a subnet of this block gives away; EC2 keeps the first four for itself. */
export function hostAddress(cidrBlock: string, index: number): string {
  const [address = ""] = cidrBlock.split("/");
  return addressOf(numberOf(address) + 4 + index);
}
