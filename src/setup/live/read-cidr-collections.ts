/** CIDR collections by name, with all of their blocks. */

import {
  type CollectionSummary,
  ListCidrBlocksCommand,
  ListCidrCollectionsCommand,
  type Route53Client,
} from "@aws-sdk/client-route-53";
import type { LiveCidrCollection } from "./live-state.ts";

export async function readCidrCollections(
  client: Route53Client,
  names: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<LiveCidrCollection[]> {
  const options = { ...(signal && { abortSignal: signal }) };
  const found: CollectionSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListCidrCollectionsCommand({ MaxResults: 100, NextToken }), options);
    found.push(...(page.CidrCollections ?? []).filter(({ Name }) => names.has(Name ?? "")));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return Promise.all(
    found.map(async ({ Id, Name, Version }) => {
      const locations = new Map<string, string[]>();
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListCidrBlocksCommand({ CollectionId: Id, MaxResults: 100, NextToken: token }),
          options,
        );
        for (const { CidrBlock = "", LocationName = "" } of page.CidrBlocks ?? []) {
          locations.set(LocationName, [...(locations.get(LocationName) ?? []), CidrBlock]);
        }
        token = page.NextToken;
      } while (token !== undefined);
      return {
        id: Id ?? "",
        name: Name ?? "",
        version: Number(Version ?? 1),
        locations: [...locations].map(([name, blocks]) => ({ name, blocks: blocks.sort() })),
      };
    }),
  );
}
