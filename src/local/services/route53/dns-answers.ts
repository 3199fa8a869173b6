/** TestDNSAnswer: the name servers are asked, with the resolver and client that the request wants, and outside the query log. */

import type * as sdk from "@aws-sdk/client-route-53";
import { type ClientSubnet, decodeMessage, encodeMessage, type Message, makeQuery } from "../../../dns/message.ts";
import { rdataToText } from "../../../dns/rdata.ts";
import { rcodeName, typeNumber } from "../../../dns/types.ts";
import { isNameProblem, readName } from "../../../route53/hosted-zone.ts";
import { type DomainName, displayName } from "../../../route53/names.ts";
import { bareId } from "../../../route53/record-set.ts";
import { masked, parseSubnet } from "../../../routing/client.ts";
import type { Handlers } from "../../protocol/service.ts";
import { type Route53Core, zoneOf } from "./core.ts";
import { invalidInput } from "./errors.ts";

/** Stands for the resolver in us-east-1 that AWS asks as when none is given: the client table has it in Virginia. */
const DEFAULT_RESOLVER = "192.0.2.1";
const DEFAULT_PREFIX_LENGTH = { ipv4: 24, ipv6: 64 } as const;
const UDP_OCTETS = 4096;

function formatOctets(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  return Array.from({ length: 8 }, (_, i) =>
    Buffer.from(octets)
      .readUInt16BE(i * 2)
      .toString(16),
  ).join(":");
}

/** Throws InvalidInput. */
function resolverAddress(text: string | undefined): string {
  if (text === undefined) return DEFAULT_RESOLVER;
  if (text.includes("/") || parseSubnet(text) === undefined) {
    throw invalidInput(`Invalid parameter : the resolver IP address ${text} is not valid.`);
  }
  return text;
}

/** Throws InvalidInput. */
function clientSubnet(address: string | undefined, mask: string | undefined): ClientSubnet | undefined {
  if (address === undefined) {
    if (mask === undefined) return undefined;
    throw invalidInput("Invalid parameter : edns0clientsubnetmask requires edns0clientsubnetip.");
  }
  const whole = address.includes("/") ? undefined : parseSubnet(address);
  if (whole === undefined) {
    throw invalidInput(`Invalid parameter : the EDNS0 client subnet IP address ${address} is not valid.`);
  }
  const family = whole.octets.length === 4 ? "ipv4" : "ipv6";
  const bits = whole.octets.length * 8;
  const prefixLength =
    mask === undefined ? DEFAULT_PREFIX_LENGTH[family] : /^[0-9]{1,3}$/.test(mask) ? Number(mask) : -1;
  if (prefixLength < 0 || prefixLength > bits) {
    throw invalidInput(
      `Invalid parameter : the EDNS0 client subnet mask must be between 0 and ${bits}, but was ${mask}.`,
    );
  }
  return {
    kind: "ecs",
    family,
    address: formatOctets(masked(whole.octets, prefixLength).octets),
    sourcePrefixLength: prefixLength,
    scopePrefixLength: 0,
  };
}

export function dnsAnswerHandlers(core: Route53Core): Handlers<typeof sdk, "TestDNSAnswer"> {
  /** As a resolver does: over UDP, and again over TCP when the answer did not fit. Undefined before the zone is published. */
  function ask(
    zoneId: string,
    query: Message,
    resolver: string,
  ): { response: Message; transport: "UDP" | "TCP" } | undefined {
    const octets = encodeMessage(query);
    for (const transport of ["UDP", "TCP"] as const) {
      const answer = core.answers.answerFromZone(zoneId, octets, { address: resolver, transport });
      if (answer === undefined) return undefined;
      const response = decodeMessage(answer);
      if (!response.flags.truncated || transport === "TCP") return { response, transport };
    }
    return undefined;
  }

  return {
    TestDNSAnswer(input) {
      const zone = zoneOf(core, bareId(input.HostedZoneId));
      if (zone.private) throw invalidInput("TestDNSAnswer supports public hosted zones only.");
      const name: DomainName | { problem: string } = readName(input.RecordName);
      if (isNameProblem(name)) throw invalidInput(name.problem);
      const type = typeNumber(input.RecordType);
      if (type === undefined)
        throw invalidInput(`Invalid parameter : the record type ${input.RecordType} is not valid.`);
      const resolver = resolverAddress(input.ResolverIP);
      const subnet = clientSubnet(input.EDNS0ClientSubnetIP, input.EDNS0ClientSubnetMask);
      const edns = { version: 0, udpSize: UDP_OCTETS, dnssecOk: false, options: subnet === undefined ? [] : [subnet] };
      const asked = ask(zone.id, makeQuery({ name, type, edns }), resolver);
      return {
        Nameserver: displayName(zone.nameServers[0] ?? ""),
        RecordName: input.RecordName,
        RecordType: input.RecordType,
        RecordData: asked?.response.answers.map(({ type: number, rdata }) => rdataToText(number, rdata)) ?? [],
        // A name server that does not have the zone yet refuses.
        ResponseCode: asked === undefined ? "REFUSED" : rcodeName(asked.response.rcode),
        Protocol: asked?.transport ?? "UDP",
      };
    },
  };
}
