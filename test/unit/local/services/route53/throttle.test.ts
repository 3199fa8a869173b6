import {
  CreateHostedZoneCommand,
  GetHealthCheckStatusCommand,
  GetHostedZoneCountCommand,
  ListGeoLocationsCommand,
  ListHostedZonesCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, describe, expect, it } from "vitest";
import { type LocalRoute53, localRoute53, refused } from "./fixture.ts";

let r53: LocalRoute53;
afterEach(() => r53.close());

const count = () => r53.client.send(new GetHostedZoneCountCommand({}));
const THROTTLED = { code: "Throttling", status: 400, message: "Rate exceeded" };

describe("a backend that throttles", () => {
  it("takes an action's burst, then its rate, and refuses the rest as AWS does", async () => {
    r53 = await localRoute53({ throttle: true });
    const status = () => r53.client.send(new GetHealthCheckStatusCommand({ HealthCheckId: "none" }));
    for (let i = 0; i < 4; i++) expect((await refused(status())).code).toBe("NoSuchHealthCheck");
    expect(await refused(status())).toEqual(THROTTLED);
    await r53.clock.advance(1000);
    expect((await refused(status())).code).toBe("NoSuchHealthCheck");
    expect(await refused(status())).toEqual(THROTTLED);
  });

  it("takes the account's burst over all actions, and what was refused costs nothing", async () => {
    r53 = await localRoute53({ throttle: true });
    for (let i = 0; i < 25; i++) {
      await count();
      await r53.client.send(new ListGeoLocationsCommand({}));
    }
    for (let i = 0; i < 5; i++) expect(await refused(count())).toEqual(THROTTLED);
    await r53.clock.advance(200);
    await count();
    await count();
    expect(await refused(r53.client.send(new ListHostedZonesCommand({})))).toEqual(THROTTLED);
  });

  it("changes nothing when it refuses", async () => {
    r53 = await localRoute53({ throttle: true });
    const create = (i: number) =>
      r53.client.send(new CreateHostedZoneCommand({ Name: `n${i}.com`, CallerReference: `${i}` }));
    for (let i = 0; i < 40; i++) await create(i);
    expect(await refused(create(40))).toEqual(THROTTLED);
    expect((await count()).HostedZoneCount).toBe(40);
    await r53.clock.advance(500);
    await create(40);
  });
});

describe("a backend that does not throttle", () => {
  it("takes whatever comes", async () => {
    r53 = await localRoute53();
    for (let i = 0; i < 120; i++) await count();
  });
});
