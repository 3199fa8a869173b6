/** Where rules come from: RFC sections and pages of the Route 53 Developer Guide, with their addresses. */

import type { Reference } from "./finding.ts";

export function rfc(number: number, section: string, title: string): Reference {
  return {
    title: `RFC ${number} section ${section}, ${title}`,
    url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
  };
}

export function aws(page: string, title: string): Reference {
  return {
    title: `Route 53 Developer Guide, ${title}`,
    url: `https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/${page}.html`,
  };
}
