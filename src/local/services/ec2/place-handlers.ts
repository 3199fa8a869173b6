/** Regions and their Availability Zones. */

import { availabilityZonesOf, DEFAULT_REGIONS } from "./availability-zones.ts";
import { ec2Error, refuseDryRun } from "./ec2-faults.ts";
import type { Ec2Handlers } from "./ec2-sdk.ts";
import { type Filterable, filtered } from "./selecting.ts";

interface ZoneRow {
  readonly region: string;
  readonly name: string;
  readonly id: string;
}

const noTags = () => ({});

const REGION: Filterable<string> = {
  tagsOf: noTags,
  filters: {
    endpoint: (region) => [`ec2.${region}.amazonaws.com`],
    "opt-in-status": () => ["opt-in-not-required"],
    "region-name": (region) => [region],
  },
};

const ZONE: Filterable<ZoneRow> = {
  tagsOf: noTags,
  filters: {
    "group-name": ({ region }) => [`${region}-zg-1`],
    "opt-in-status": () => ["opt-in-not-required"],
    "region-name": ({ region }) => [region],
    state: () => ["available"],
    "zone-id": ({ id }) => [id],
    "zone-name": ({ name }) => [name],
    "zone-type": () => ["availability-zone"],
  },
};

export const placeHandlers: Ec2Handlers<"DescribeRegions" | "DescribeAvailabilityZones"> = {
  DescribeRegions(input, { region }) {
    // Whoever signs for another Region has it, as far as this server is concerned.
    const all = [...new Set([...DEFAULT_REGIONS, region])].sort();
    const names = input.RegionNames ?? all;
    const missing = names.find((name) => !all.includes(name));
    if (missing !== undefined) throw ec2Error("InvalidParameterValue", `Invalid region provided: ${missing}`);
    const found = filtered(names, input.Filters, REGION);
    refuseDryRun(input);
    return {
      Regions: found.map((RegionName) => ({
        RegionName,
        Endpoint: `ec2.${RegionName}.amazonaws.com`,
        OptInStatus: "opt-in-not-required",
      })),
    };
  },

  DescribeAvailabilityZones(input, { region }) {
    const all = availabilityZonesOf(region).map((zone) => ({ region, ...zone }));
    for (const name of input.ZoneNames ?? []) {
      if (!all.some((zone) => zone.name === name)) {
        throw ec2Error("InvalidParameterValue", `Invalid availability zone: [${name}]`);
      }
    }
    for (const id of input.ZoneIds ?? []) {
      if (!all.some((zone) => zone.id === id)) {
        throw ec2Error("InvalidParameterValue", `Invalid availability zone-id: [${id}]`);
      }
    }
    const asked = all.filter(
      ({ name, id }) => (input.ZoneNames ?? [name]).includes(name) && (input.ZoneIds ?? [id]).includes(id),
    );
    const found = filtered(asked, input.Filters, ZONE);
    refuseDryRun(input);
    return {
      AvailabilityZones: found.map(({ name, id }) => ({
        ZoneName: name,
        ZoneId: id,
        RegionName: region,
        GroupName: `${region}-zg-1`,
        NetworkBorderGroup: region,
        OptInStatus: "opt-in-not-required",
        State: "available",
        ZoneType: "availability-zone",
      })),
    };
  },
};
