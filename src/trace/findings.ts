/** Everything a trace can find, with its severity, words, source and next step. */

import { type FindingDefinition, findingsOf } from "../findings/finding.ts";
import { aws, rfc } from "../findings/references.ts";

const ZONE_CUTS = rfc(1034, "4.2.2", "Administrative considerations");
const LAME = rfc(1912, "2.8", "NS records, lame delegations");
const NEGATIVE_CACHING = rfc(2308, "5", "Caching negative answers");
const CNAME = rfc(1034, "3.6.2", "Aliases and canonical names");
const ROUTING = aws("routing-policy", "Choosing a routing policy");

export const TRACE_FINDINGS = {
  "trace.intercepted": {
    severity: "problem",
    message:
      "Something on the way answers in place of {server}: the answer offers recursion, which no server of {zone} does.",
    reference: rfc(1034, "4.3.1", "Queries and responses"),
    next: "This network redirects DNS, so the trace shows its resolver, not the name servers: run it from another network.",
  },
  "trace.not-delegated": {
    severity: "problem",
    message: "{zone} has no {name}: the domain is not registered, or has no name servers at the registrar.",
    reference: aws("domain-name-servers-glue-records", "Adding or changing name servers"),
    next: "Register the domain, or set its name servers at the registrar to those of the hosted zone.",
  },
  "trace.no-such-name": {
    severity: "problem",
    message: "{name} does not exist in {zone}.",
    reference: rfc(2308, "2.1", "Name error"),
    next: "See that the record exists (r53kit setup plan) and that this is the zone you edit: there may be two of one name.",
  },
  "trace.no-data": {
    severity: "warning",
    message: "{name} exists but has no {type} record.",
    reference: rfc(2308, "2.2", "No data"),
    next: "Nothing, if {type} records are not wanted there; a routing policy without a match and a default answers so, too.",
  },
  "trace.negative-ttl": {
    severity: "info",
    message: "Whoever asked for {name} goes on seeing nothing for up to {duration} after the record is made.",
    reference: NEGATIVE_CACHING,
  },
  "trace.negative-without-soa": {
    severity: "warning",
    message: "{zone} says that there is nothing without its SOA record, so resolvers ask again every time.",
    reference: NEGATIVE_CACHING,
    next: "Put the zone's SOA record into the authority section of negative answers, as every common name server does.",
  },
  "trace.alias-loop": {
    severity: "problem",
    message: "The aliases of {name} go round in circles.",
    reference: CNAME,
    next: "Point one of these names at an address: {chain}.",
  },
  "trace.too-many-aliases": {
    severity: "problem",
    message: "{name} leads through more aliases than resolvers follow.",
    reference: CNAME,
    next: "Point it closer to its end.",
  },
  "trace.alias-leads-nowhere": {
    severity: "problem",
    message: "{name} is an alias of {target}, which {lacks}.",
    reference: CNAME,
    next: "Correct the alias, or make the record it points to; a dangling alias can be taken over by whoever gets its target.",
  },
  "trace.not-authoritative": {
    severity: "problem",
    message: "No name server of {zone} answers for {name} with authority.",
    reference: LAME,
    next: "See that the delegated servers are those of the zone, not resolvers.",
  },
  "trace.gave-up": {
    severity: "problem",
    message: "Resolving {name} leads through too many {what}; resolvers give up as well.",
    reference: rfc(1034, "5.3.3", "Algorithm"),
    next: "Look at the delegations above: they are circular or far too deep.",
  },
  "delegation.dead": {
    severity: "problem",
    message: "No name server of {zone} gives an answer: the zone is down for everyone whose cache has run out.",
    reference: LAME,
    next: "Compare the name servers at the registrar with those of the hosted zone (r53kit zones list).",
  },
  "delegation.lame": {
    severity: "problem",
    message: "{zone} is delegated to {servers}, but not served there: {how}.",
    reference: LAME,
    next: "Give the parent the name servers of the hosted zone's own delegation set; a zone made again gets another one.",
  },
  "delegation.unreachable": {
    severity: "problem",
    message: "No answer comes from {servers}: {how}.",
    reference: rfc(2182, "4", "Unreachable servers"),
    next: "See that the server runs and that UDP and TCP port {port} pass the firewalls.",
  },
  "delegation.missing-glue": {
    severity: "problem",
    message: "{server} lies in {zone}, which it serves, and the parent gives no address for it: nobody can find it.",
    reference: rfc(1034, "4.2.1", "Technical considerations"),
    next: "Register the host's addresses (glue) at the registrar, or use name servers outside the zone.",
  },
  "delegation.server-without-address": {
    severity: "problem",
    message: "{server}, a name server of {zone}, has no address.",
    reference: LAME,
    next: "Correct the name server's name at the parent and in the zone.",
  },
  "delegation.glue-differs": {
    severity: "warning",
    message: "The parent says that {server} has the address {glue}; the zone itself says {addresses}.",
    reference: ZONE_CUTS,
    next: "Correct the host's addresses at the registrar, or the record in the zone.",
  },
  "delegation.only-at-parent": {
    severity: "warning",
    message: "The parent delegates {zone} to {servers}, which the zone's own NS records do not name.",
    reference: ZONE_CUTS,
    next: "Make the registrar's name servers and the zone's NS record the same.",
  },
  "delegation.only-in-zone": {
    severity: "warning",
    message: "The NS records of {zone} name {servers}, which the parent does not delegate to.",
    reference: ZONE_CUTS,
    next: "Make the registrar's name servers and the zone's NS record the same.",
  },
  "delegation.single-server": {
    severity: "warning",
    message: "{zone} has one name server only: when it is away, so is the zone.",
    reference: rfc(2182, "5", "How many secondaries?"),
    next: "Delegate to every server of the delegation set.",
  },
  "dnssec.broken": {
    severity: "problem",
    message:
      "The DS records that {parent} has for {zone}, of {vouchedFor}, fit none of its keys: it has {keys}. Validating resolvers answer SERVFAIL for everything in it.",
    reference: rfc(4035, "5.2", "Authenticating referrals"),
    next: "Take the DS records away where they are: at the registrar for a domain, else in the zone above. Or sign with the key that they are of.",
  },
  "dnssec.not-vouched-for": {
    severity: "info",
    message: "{zone} is signed, but {parent} has no DS record for it, so nobody validates it.",
    reference: aws("dns-configuring-dnssec", "Configuring DNSSEC signing in Amazon Route 53"),
  },
  "servers.disagree": {
    severity: "problem",
    message: "The name servers of {zone} do not agree about {name}: {groups}.",
    reference: ZONE_CUTS,
    next: "Wait until the change is INSYNC and trace again; if it stays, the servers serve different zones of one name.",
  },
  "servers.values-differ": {
    severity: "warning",
    message: "The name servers of {zone} give different records for {name}, each always its own: {groups}.",
    reference: ZONE_CUTS,
    next: "Wait until the change is INSYNC and trace again; a routing policy would make each server vary by itself.",
  },
  "servers.answers-vary": {
    severity: "info",
    message: "The answer for {name} varies from query to query, as weighted and multivalue routing do: {groups}.",
    reference: ROUTING,
  },
  "servers.serials-differ": {
    severity: "warning",
    message: "The name servers of {zone} have different versions of it (SOA serials {serials}).",
    reference: rfc(1912, "2.2", "SOA records"),
    next: "Give zone transfers time; a server that stays behind cannot reach its primary.",
  },
  "ttl.long": {
    severity: "warning",
    message:
      "Resolvers keep the {type} record of {name} for {duration}: a failover or a change takes that long to be seen.",
    reference: aws("best-practices-dns", "Best practices"),
    next: "Use 60 seconds where health checks decide, and lower the TTL a day before a planned change.",
  },
  "ttl.zero": {
    severity: "info",
    message:
      "The {type} record of {name} has a TTL of 0: every look-up of every client reaches the name servers, and is billed.",
    reference: rfc(1035, "3.2.1", "Format"),
  },
  "server.no-edns": {
    severity: "warning",
    message: "{server} ({address}) does not understand EDNS.",
    reference: rfc(6891, "7", "Transport considerations"),
    next: "Update the server, or the firewall before it: without EDNS there is no client subnet and no DNSSEC.",
  },
  "server.says": {
    severity: "info",
    message: "{server} ({address}) adds: {text}.",
    reference: rfc(8914, "2", "Extended DNS error EDNS0 option format"),
  },
  "answer.needs-tcp": {
    severity: "info",
    message: "The answer does not fit in {size} octets over UDP; whoever cannot use TCP does not get it.",
    reference: rfc(7766, "5", "Transport protocol selection"),
  },
  "subnet.used": {
    severity: "info",
    message: "The answer depends on the client's network: on the first {bits} bits of {subnet}.",
    reference: ROUTING,
  },
  "subnet.ignored": {
    severity: "info",
    message: "No part of the answer depends on the client's network: {subnet} made no difference.",
    reference: rfc(7871, "7.2.1", "Authoritative nameserver"),
  },
  "machine.no-ipv6": {
    severity: "info",
    message: "This machine reaches no IPv6 address ({addresses}), so those were not judged.",
    reference: rfc(3901, "3", "Policy based avoidance of name space fragmentation"),
  },
} as const satisfies Readonly<Record<string, FindingDefinition>>;

export const traceFinding = findingsOf(TRACE_FINDINGS);
