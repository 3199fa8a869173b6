import * as sts from "@aws-sdk/client-sts";
import { expect, it } from "vitest";
import { createStsService } from "../../../../../src/local/services/sts/sts-service.ts";
import { clientConfig } from "../../../../support/aws-clients.ts";
import { serve } from "../../../../support/http-server.ts";

it("tells every caller the account it was given", async () => {
  const server = await serve({ services: [createStsService({ account: "210987654321" }).service] });
  const client = new sts.STSClient(clientConfig(server));
  expect(await client.send(new sts.GetCallerIdentityCommand({}))).toMatchObject({
    Account: "210987654321",
    Arn: "arn:aws:iam::210987654321:user/local",
    UserId: expect.stringMatching(/^AIDA[A-Z0-9]{17}$/),
  });
  client.destroy();
  await server.close();
});
