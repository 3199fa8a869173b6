/** Who asks and where they are, remembered: the same few resolvers ask again and again. */

import { type ClientSubnet, formatClientSubnet } from "../../dns/message.ts";
import { formatIpv4, formatIpv6 } from "../../route53/record-data/ip-address.ts";
import { type Client, type ClientLocator, masked, parseSubnet } from "../../routing/client.ts";
import type { Sender } from "./response.ts";

export interface LocatedClient {
  readonly client: Client;
  /** How many bits of the address tell the place. */
  readonly locatingBits: number;
}

/** Octets of a client subnet option before its address. */
const HEAD_OCTETS = 4;

/** The address of a client subnet option's data, with zeros for what is left out. */
function optionAddress(octets: Buffer, start: number): Uint8Array {
  const address = new Uint8Array(octets[start + 1] === 1 ? 4 : 16);
  const first = start + HEAD_OCTETS;
  address.set(octets.subarray(first, first + (((octets[start + 2] as number) + 7) >> 3)));
  return address;
}

/** `192.0.2.0/24`, of a well-formed client subnet option's data. */
export function subnetOptionText(octets: Buffer, start: number): string {
  const address = optionAddress(octets, start);
  return `${address.length === 4 ? formatIpv4(address) : formatIpv6(address)}/${octets[start + 2]}`;
}

export class LocatedClients {
  static readonly #MOST = 10_000;
  readonly #locate: ClientLocator;
  readonly #byText = new Map<string, LocatedClient>();
  readonly #byOption = new Map<string, LocatedClient>();

  constructor(locate: ClientLocator) {
    this.#locate = locate;
  }

  /** The client is the subnet a resolver asks for, or else the resolver. */
  of(subnet: ClientSubnet | undefined, sender: Sender): LocatedClient {
    // A resolver may ask on behalf of nobody with a prefix of length 0 (RFC 7871 section 7.1.2).
    const anonymous = subnet === undefined || subnet.sourcePrefixLength === 0;
    return this.#ofText(anonymous ? sender.address : formatClientSubnet(subnet));
  }

  /** The same for the data of a client subnet option, known to be well-formed, as it is in a message. */
  ofOption(octets: Buffer, start: number, length: number, sender: Sender): LocatedClient {
    const bits = octets[start + 2] as number;
    if (bits === 0) return this.#ofText(sender.address);
    const key = octets.toString("latin1", start, start + length);
    const known = this.#byOption.get(key);
    if (known !== undefined) return known;
    return this.#remember(this.#byOption, key, masked(optionAddress(octets, start), bits));
  }

  #ofText(text: string): LocatedClient {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    return this.#remember(this.#byText, text, parseSubnet(text) ?? { octets: new Uint8Array(4), prefixLength: 0 });
  }

  #remember(known: Map<string, LocatedClient>, key: string, subnet: Client["subnet"]): LocatedClient {
    const { location, bits } = this.#locate(subnet);
    const made: LocatedClient = { client: { subnet, location }, locatingBits: bits };
    if (known.size >= LocatedClients.#MOST) known.clear();
    known.set(key, made);
    return made;
  }
}
