/** Who gets which answer: a client at every Region, on every continent, and wherever the rules make a difference. Pure. */

import { typeName } from "../dns/types.ts";
import { CONTINENTS } from "../route53/geo-locations.ts";
import { displayName } from "../route53/names.ts";
import { parseSubnet } from "../routing/client.ts";
import { locationOfCountry } from "../routing/client-locations.ts";
import { looksAtClient, type Reach } from "../routing/reach.ts";
import { AWS_REGIONS, regionLocation } from "../routing/region-places.ts";
import { type AskingClient, clientAt, clientIn, countryName, NOBODY } from "./clients.ts";
import { EXPLAIN_FORMAT, type WorldExplanation, type WorldRow } from "./explanation.ts";
import { possibleAnswers, type Question, visit } from "./question.ts";
import { contextIn, headOf, healthIn, reachIn, type Scene } from "./scene.ts";

export interface WorldClient extends Pick<WorldRow, "group" | "code" | "text"> {
  readonly asking: AskingClient;
}

/** Populous countries that can speak for their continents, where no rule is about them. */
const SPEAKERS: Readonly<Record<string, readonly string[]>> = {
  AF: ["NG", "ET", "ZA"],
  AN: ["AQ"],
  AS: ["IN", "JP", "ID"],
  EU: ["DE", "FR", "GB", "IT", "PL"],
  NA: ["US", "MX", "CA"],
  OC: ["AU", "NZ", "PG"],
  SA: ["BR", "CO", "AR"],
};

/** `DE`, `US-CA`: countries and subdivisions that geolocation rules are about. */
function placesOfRules({ policies }: Reach): string[] {
  const codes = policies.flatMap((policy) =>
    policy.kind === "geolocation"
      ? policy.branches.flatMap(({ place: { countryCode, subdivisionCode } }) => {
          if (countryCode === undefined || countryCode === "*") return [];
          return [subdivisionCode === undefined ? countryCode : `${countryCode}-${subdivisionCode}`];
        })
      : [],
  );
  return [...new Set(codes)].sort();
}

function regionClients(): WorldClient[] {
  return AWS_REGIONS.flatMap((region) => {
    const location = regionLocation(region);
    if (location === undefined) return [];
    const { countryCode, subdivisionCode } = location;
    const text = countryName(subdivisionCode === undefined ? countryCode : `${countryCode}-${subdivisionCode}`);
    return [{ group: "region", code: region, text, asking: clientAt(location, `clients at ${region}`) }];
  });
}

/** A country of each continent that no rule is about, if there is one. */
function continentClients(ruled: ReadonlySet<string>): WorldClient[] {
  return Object.entries(CONTINENTS).flatMap(([code, { name, countries }]) => {
    const candidates = [...(SPEAKERS[code] ?? []), ...Object.keys(countries)];
    const speaker = candidates.find((country) => !ruled.has(country)) ?? candidates[0];
    const location = speaker === undefined ? undefined : locationOfCountry(speaker);
    if (speaker === undefined || location === undefined) return [];
    const text = `${name}, here ${countryName(speaker)}`;
    return [{ group: "continent", code, text, asking: clientAt(location, `clients in ${text}`) }];
  });
}

function cidrClients({ source, geography }: Scene, { policies }: Reach): WorldClient[] {
  const wanted = new Set(
    policies.flatMap((policy) =>
      policy.kind === "cidr" ? policy.branches.map((one) => `${one.collectionId} ${one.locationName}`) : [],
    ),
  );
  return source.cidrCollections.flatMap(({ id, locations }) =>
    locations.flatMap(({ name, blocks }): WorldClient[] => {
      const [block] = blocks;
      const subnet = block === undefined ? undefined : parseSubnet(block);
      if (block === undefined || subnet === undefined || !wanted.has(`${id} ${name}`)) return [];
      return [{ group: "cidr-location", code: block, text: name, asking: clientIn(subnet, block, geography.locate) }];
    }),
  );
}

/** Everybody that a question's answers may tell apart, as far as places go. */
export function worldClients(scene: Scene, reach: Reach): WorldClient[] {
  const places = placesOfRules(reach);
  const countries = places.flatMap((code): WorldClient[] => {
    const location = locationOfCountry(code);
    if (location === undefined) return [];
    const text = countryName(code);
    return [{ group: "country", code, text, asking: clientAt(location, `clients in ${text}`) }];
  });
  return [
    ...countries,
    ...cidrClients(scene, reach),
    ...continentClients(new Set(places.map((code) => code.slice(0, 2)))),
    ...regionClients(),
    { group: "nobody", code: "-", text: "in no place that is known", asking: NOBODY },
  ];
}

export function explainWorld(scene: Scene, question: Question): WorldExplanation {
  const health = healthIn(scene);
  const reach = reachIn(scene, question);
  const rows = worldClients(scene, reach).map(({ asking, ...place }): WorldRow => {
    const context = contextIn(scene, health, asking.client);
    return { ...place, answers: possibleAnswers(visit(scene.zone, question, context), question, context) };
  });
  return {
    format: EXPLAIN_FORMAT,
    kind: "world",
    question: { name: displayName(question.name), type: typeName(question.type) },
    ...headOf(scene, reach.healthChecks),
    dependsOnClient: reach.policies.some(looksAtClient),
    rows,
  };
}
