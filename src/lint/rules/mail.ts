/** Mail and certificates: SPF, MX and CAA records that do not say what they seem to. */

import { findingsOf } from "../../findings/finding.ts";
import { rfc } from "../../findings/references.ts";
import { type DomainName, displayName, domainName, InvalidNameError } from "../../route53/names.ts";
import { parseRecordData } from "../../route53/record-data.ts";
import { type Facts, type Group, subjectOf, type ZoneNames } from "../facts.ts";
import type { Hit, LintCatalogue } from "../finding.ts";
import type { RuleFamily } from "./rule.ts";

/** RFC 7208 section 4.6.4. */
const MOST_LOOKUPS = 10;

const CATALOGUE = {
  "spf.own-type": {
    severity: "warning",
    about: "A record of the type SPF: the type was given up, and nobody asks for it.",
    message: "{name} has a record of the type SPF, which nobody asks for.",
    reference: rfc(7208, "3.1", "DNS resource records"),
    next: "Write it as type: TXT, with the same value.",
  },
  "spf.several": {
    severity: "problem",
    about: "A name has several TXT records that start with v=spf1: receivers then take none of them (permerror).",
    message: "{name} TXT has {count} SPF records: receivers take none of them.",
    reference: rfc(7208, "4.5", "Selecting records"),
    next: "Join their terms into one value.",
  },
  "spf.too-many-lookups": {
    severity: "problem",
    about:
      "An SPF record takes more than 10 DNS look-ups (include, a, mx, ptr, exists, redirect), those of included names counted as far as the file has them: receivers give up (permerror).",
    message: "The SPF record of {name} takes {count} DNS look-ups or more; receivers give up after 10.",
    reference: rfc(7208, "4.6.4", "DNS lookup limits"),
    next: "Replace a, mx and include by ip4 and ip6 where the addresses are known.",
  },
  "mx.null-with-others": {
    severity: "problem",
    about: 'A null MX ("0 .") says that a name takes no mail, and stands beside other MX records.',
    message: "{name} MX says both that there is no mail (0 .) and where it goes.",
    reference: rfc(7505, "3", "MX resource records specifying null MX"),
    next: "Leave out the null MX, or everything else.",
  },
  "caa.without-issue": {
    severity: "warning",
    about:
      "CAA records without issue: they restrict wildcard certificates or say where to report, and everybody may issue all others.",
    message: "{name} CAA has no issue property: every certificate authority may issue certificates for it.",
    reference: rfc(8659, "4.2", "CAA issue property"),
    next: "Add '0 issue \"...\"' with your certificate authority, or '0 issue \";\"' for none.",
  },
} as const satisfies LintCatalogue;

const finding = findingsOf(CATALOGUE);

function* look(facts: Facts): Iterable<Hit> {
  for (const group of facts.groups) {
    switch (group.type) {
      case "SPF":
        yield {
          finding: finding("spf.own-type", { name: displayName(group.name) }),
          subject: subjectOf(group),
          path: [...group.path, "type"],
        };
        break;
      case "TXT":
        yield* spf(group, facts);
        break;
      case "MX":
        yield* nullMx(group);
        break;
      case "CAA":
        yield* caa(group);
        break;
      default:
    }
  }
}

/** The texts of a group's values, strings joined, that are SPF records. */
function spfTexts({ type, sets }: Group): string[] {
  if (type !== "TXT") return [];
  // Answers of a policy are never seen together.
  const [set] = sets;
  if (set?.answer.kind !== "records") return [];
  return set.answer.values
    .map((value) => {
      const [field] = parseRecordData("TXT", value).fields;
      return field?.kind === "strings" ? Buffer.concat(field.strings).toString("latin1") : "";
    })
    .filter((text) => /^v=spf1(?: |$)/i.test(text));
}

function* spf(group: Group, facts: Facts): Iterable<Hit> {
  const texts = spfTexts(group);
  const name = displayName(group.name);
  const subject = subjectOf(group);
  if (texts.length > 1) {
    yield { finding: finding("spf.several", { name, count: String(texts.length) }), subject, path: group.path };
    return;
  }
  const [text] = texts;
  if (text === undefined) return;
  const count = lookups(text, facts.names(group.zone), new Set([group.name]));
  if (count <= MOST_LOOKUPS) return;
  yield { finding: finding("spf.too-many-lookups", { name, count: String(count) }), subject, path: group.path };
}

/** How many look-ups the terms of a record cost; what is included from elsewhere counts as one. */
function lookups(text: string, names: ZoneNames, seen: ReadonlySet<DomainName>): number {
  let count = 0;
  for (const term of text.split(/ +/).slice(1)) {
    const [, mechanism = "", target] =
      /^[-+~?]?(include|redirect|exists|ptr|mx|a)(?:[:=]([^/]+))?(?:\/.*)?$/i.exec(term) ?? [];
    if (mechanism === "") continue;
    count += 1;
    if (!/^(include|redirect)$/i.test(mechanism) || target === undefined) continue;
    const included = nameOrNone(target);
    const inner =
      included === undefined || seen.has(included)
        ? undefined
        : names.groupsAt(included).find(({ type }) => type === "TXT");
    const [own] = inner === undefined ? [] : spfTexts(inner);
    if (included !== undefined && own !== undefined) count += lookups(own, names, new Set([...seen, included]));
  }
  return count;
}

/** Undefined for macros and other text that is no name. */
function nameOrNone(text: string): DomainName | undefined {
  try {
    return domainName(text);
  } catch (error) {
    if (error instanceof InvalidNameError) return undefined;
    throw error;
  }
}

function* nullMx(group: Group): Iterable<Hit> {
  for (const { answer, path } of group.sets) {
    if (answer.kind !== "records" || answer.values.length < 2) continue;
    const isNull = (value: string) =>
      parseRecordData("MX", value).fields.some((field) => field.kind === "host" && field.host === ".");
    const index = answer.values.findIndex(isNull);
    if (index < 0) continue;
    yield {
      finding: finding("mx.null-with-others", { name: displayName(group.name) }),
      subject: subjectOf(group),
      path: [...path, "values", index],
    };
  }
}

function* caa(group: Group): Iterable<Hit> {
  const tags = group.sets.flatMap(({ answer }) =>
    answer.kind !== "records"
      ? []
      : answer.values.flatMap((value) =>
          parseRecordData("CAA", value).fields.flatMap((field) =>
            field.kind === "tag" ? [Buffer.from(field.octets).toString("latin1").toLowerCase()] : [],
          ),
        ),
  );
  if (tags.length === 0 || tags.includes("issue")) return;
  yield {
    finding: finding("caa.without-issue", { name: displayName(group.name) }),
    subject: subjectOf(group),
    path: group.path,
  };
}

export const MAIL_RULES: RuleFamily = { title: "Mail and certificates", catalogue: CATALOGUE, look };
