import {
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  UpdateHostedZoneFeaturesCommand,
} from "@aws-sdk/client-route-53";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bareId } from "../../../../../src/route53/record-set.ts";
import { type LocalRoute53, localRoute53, PROPAGATION_MS, refused } from "./fixture.ts";

let r53: LocalRoute53;
beforeEach(async () => {
  r53 = await localRoute53();
});
afterEach(() => r53.close());

async function createZone(more: object = {}): Promise<string> {
  const made = await r53.client.send(new CreateHostedZoneCommand({ Name: "myapp.com", CallerReference: "z", ...more }));
  return bareId(made.HostedZone?.Id ?? "");
}
const update = (HostedZoneId: string, EnableAcceleratedRecovery?: boolean) =>
  r53.client.send(new UpdateHostedZoneFeaturesCommand({ HostedZoneId, EnableAcceleratedRecovery }));
const features = async (Id: string) => (await r53.client.send(new GetHostedZoneCommand({ Id }))).HostedZone?.Features;

describe("accelerated recovery", () => {
  it("is on its way, then enabled, and the other way round", async () => {
    const id = await createZone();
    expect(await features(id)).toBeUndefined();
    await update(id, true);
    expect(await features(id)).toEqual({ AcceleratedRecoveryStatus: "ENABLING" });
    await r53.clock.advance(PROPAGATION_MS);
    expect(await features(id)).toEqual({ AcceleratedRecoveryStatus: "ENABLED" });
    await update(id, true);
    expect(await features(id)).toEqual({ AcceleratedRecoveryStatus: "ENABLED" });
    await update(id, false);
    expect(await features(id)).toEqual({ AcceleratedRecoveryStatus: "DISABLING" });
    const again = await localRoute53({ store: r53.store });
    const found = await again.client.send(new GetHostedZoneCommand({ Id: id }));
    expect(found.HostedZone?.Features).toEqual({ AcceleratedRecoveryStatus: "DISABLED" });
    await again.close();
  });

  it("is for public zones, and must be said", async () => {
    const id = await createZone({ VPC: { VPCId: "vpc-1", VPCRegion: "us-east-1" } });
    expect(await refused(update(id, true))).toMatchObject({ code: "InvalidInput", status: 400 });
    expect(await refused(update("ZNONE", true))).toMatchObject({ code: "NoSuchHostedZone", status: 404 });
    expect(await refused(update(await createZone({ CallerReference: "y" })))).toMatchObject({ code: "InvalidInput" });
  });
});
