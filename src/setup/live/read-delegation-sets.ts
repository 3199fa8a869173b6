/** Reusable delegation sets: those that the project made, known by their caller references, and those that the file names by id. */

import {
  type DelegationSet,
  GetReusableDelegationSetCommand,
  ListReusableDelegationSetsCommand,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import { Failure } from "../../errors.ts";
import { bareId } from "../../route53/record-set.ts";
import { parseDelegationSetReference } from "../ownership.ts";
import type { Scope } from "../scope.ts";
import type { LiveDelegationSet } from "./live-state.ts";

/** One for each key; the first of several. */
export async function readOwnDelegationSets(
  client: Route53Client,
  project: string,
  signal: AbortSignal | undefined,
): Promise<LiveDelegationSet[]> {
  const sets: DelegationSet[] = [];
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListReusableDelegationSetsCommand({ MaxItems: 100, ...(marker && { Marker: marker }) }),
      { ...(signal && { abortSignal: signal }) },
    );
    sets.push(...(page.DelegationSets ?? []));
    marker = page.IsTruncated ? page.NextMarker : undefined;
  } while (marker !== undefined);
  const own: LiveDelegationSet[] = [];
  for (const { Id, CallerReference } of sets) {
    const key = parseDelegationSetReference(project, CallerReference ?? "");
    if (key === undefined || own.some((one) => one.key === key)) continue;
    own.push({ key, id: bareId(Id ?? ""), own: true });
  }
  return own;
}

/** Throws a Failure for an id that there is not. */
export async function readDelegationSets(
  client: Route53Client,
  { project, delegationSets = {} }: Pick<Scope, "project" | "delegationSets">,
  signal: AbortSignal | undefined,
): Promise<LiveDelegationSet[]> {
  const named = Object.entries(delegationSets).flatMap(([key, id]) => (id === null ? [] : [{ key, id, own: false }]));
  const [own] = await Promise.all([
    readOwnDelegationSets(client, project, signal),
    ...named.map(({ key, id }) => checkIsThere(client, key, id, signal)),
  ]);
  return [...own.filter(({ key }) => !named.some((one) => one.key === key)), ...named];
}

async function checkIsThere(client: Route53Client, key: string, id: string, signal: AbortSignal | undefined) {
  try {
    await client.send(new GetReusableDelegationSetCommand({ Id: id }), { ...(signal && { abortSignal: signal }) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "NoSuchDelegationSet") throw error;
    throw new Failure({
      kind: "usage",
      code: "setup.no-delegation-set",
      message: `there is no reusable delegation set ${id}, which the file calls '${key}'`,
      next: "correct its id, or leave id: out to have one made",
      cause: error,
    });
  }
}
