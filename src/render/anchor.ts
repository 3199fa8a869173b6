/** Trust anchors in the forms that validators read. */

import type { TrustAnchor } from "../dns/trust-anchor.ts";

/** `ds` and `dnskey` are zone-file lines, as unbound's `trust-anchor-file` takes them; `bind` is for `delv -a` and named.conf. */
export type AnchorForm = "ds" | "dnskey" | "bind";

function bindEntry({ zone, dnskey }: TrustAnchor): string {
  const [flags, protocol, algorithm, publicKey] = dnskey.split(" ");
  return `  ${zone} static-key ${flags} ${protocol} ${algorithm} "${publicKey}";`;
}

export function renderAnchors(anchors: readonly TrustAnchor[], form: AnchorForm): string {
  switch (form) {
    case "ds":
      return anchors.map(({ zone, ttlSeconds, ds }) => `${zone} ${ttlSeconds} IN DS ${ds}`).join("\n");
    case "dnskey":
      return anchors.map(({ zone, ttlSeconds, dnskey }) => `${zone} ${ttlSeconds} IN DNSKEY ${dnskey}`).join("\n");
    case "bind":
      return ["trust-anchors {", ...anchors.map(bindEntry), "};"].join("\n");
  }
}
