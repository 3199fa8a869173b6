/** Private hosted zones of one name in two VPCs on a daemon: set up by the AWS CLI, asked by dig, through restarts and kill -9. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalStatus } from "../../src/local/status.ts";
import { identify, isAlive } from "../../src/local/store/process-identity.ts";
import { type CliHome, cliHome, eventually } from "../support/cli.ts";
import { awsShell } from "./aws-shell.ts";
import { AWS_CLI, DIG, describeWith, isHere, runProcess } from "./peers.ts";

describeWith(AWS_CLI, () => {
  describe.skipIf(!isHere(DIG))("and dig", () => {
    let home: CliHome;
    let status: LocalStatus;
    const { made, json } = awsShell(() => ({ apiUrl: `http://127.0.0.1:${status.apiPort}` }));

    async function start(): Promise<void> {
      const ports = ["--api-port", String(status?.apiPort ?? 0), "--dns-port", String(status?.dnsPort ?? 0)];
      const { code, stderr } = await home.run(["local", "start", ...ports]);
      expect(code, stderr).toBe(0);
      await look();
    }
    async function look(): Promise<void> {
      status = await home.json<LocalStatus>(["local", "status"]);
    }
    const places = () => Object.fromEntries(status.vpcs.map(({ id, address }) => [id, address]));

    async function dig(server: string | undefined, ...args: readonly string[]): Promise<string[]> {
      const line = [`@${server}`, "-p", String(status.dnsPort), "+time=5", "+tries=3", "+short", ...args];
      const { stdout } = await runProcess("dig", line, { env: process.env });
      return stdout.split("\n").filter((one) => one !== "");
    }
    const inVpc = (vpc: string, ...args: readonly string[]) => dig(places()[vpc], ...args);

    /** Creates a private zone and waits until it is served. */
    async function zone(vpc: string, reference: string, address: string): Promise<string> {
      const { HostedZone, ChangeInfo } = await json(`aws route53 create-hosted-zone --name example.com \\
        --caller-reference ${reference} --hosted-zone-config PrivateZone=true --vpc VPCRegion=us-east-1,VPCId=${vpc}`);
      expect(ChangeInfo.Status).toBe("PENDING");
      const { ChangeInfo: change } = await json(`aws route53 change-resource-record-sets \\
        --hosted-zone-id ${HostedZone.Id} --change-batch '{"Changes": [{"Action": "CREATE", "ResourceRecordSet":
          {"Name": "www.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "${address}"}]}}]}'`);
      await inSync(change.Id);
      return HostedZone.Id;
    }
    const inSync = (change: string) =>
      eventually("the change in sync", async () => {
        const { ChangeInfo } = await json(`aws route53 get-change --id ${change}`);
        return ChangeInfo.Status === "INSYNC" ? true : undefined;
      });
    async function association(verb: "associate" | "disassociate", id: string, vpc: string): Promise<void> {
      const { ChangeInfo } =
        await json(`aws route53 ${verb}-vpc-${verb === "associate" ? "with" : "from"}-hosted-zone \\
        --hosted-zone-id ${id} --vpc VPCRegion=us-east-1,VPCId=${vpc}`);
      await inSync(ChangeInfo.Id);
      await look();
    }

    beforeAll(async () => {
      home = await cliHome();
      await start();
    });
    afterAll(() => home?.dispose());

    it("get different answers under one name in two VPCs, and the public one outside", async () => {
      made.BLUE = await zone("vpc-b1", "blue", "10.0.0.1");
      made.GREEN = await zone("vpc-9e", "green", "10.0.0.2");
      await look();
      expect(places()).toEqual({ "vpc-b1": "127.53.2.1", "vpc-9e": "127.53.2.2" });
      expect(await inVpc("vpc-b1", "www.example.com")).toEqual(["10.0.0.1"]);
      expect(await inVpc("vpc-9e", "+tcp", "www.example.com")).toEqual(["10.0.0.2"]);
      expect(await dig("127.53.0.53", "www.example.com")).toEqual([]);
      const { stdout } = await home.run(["local", "status"]);
      expect((await home.run(["local", "env"])).stdout).toContain("export R53KIT_RESOLVER_VPC_9E='127.53.2.2'");
      expect(stdout).toMatch(/vpc-9e +us-east-1 +127\.53\.2\.2 +example\.com/);
    });

    it("see a VPC come to a zone and leave it", async () => {
      await association("associate", made.BLUE ?? "", "vpc-3d");
      expect(places()["vpc-3d"]).toBe("127.53.2.3");
      expect(await inVpc("vpc-3d", "www.example.com")).toEqual(["10.0.0.1"]);
      await association("disassociate", made.BLUE ?? "", "vpc-b1");
      expect(places()).toEqual({ "vpc-9e": "127.53.2.2", "vpc-3d": "127.53.2.3" });
      expect(await inVpc("vpc-3d", "www.example.com")).toEqual(["10.0.0.1"]);
      await association("associate", made.GREEN ?? "", "vpc-44");
      expect(places()["vpc-44"]).toBe("127.53.2.1");
      expect(await inVpc("vpc-44", "www.example.com")).toEqual(["10.0.0.2"]);
    });

    it("find every VPC where it was after a restart, and after kill -9", async () => {
      const before = places();
      expect((await home.run(["local", "stop"])).code).toBe(0);
      await start();
      expect(places()).toEqual(before);
      expect(await inVpc("vpc-3d", "www.example.com")).toEqual(["10.0.0.1"]);

      const victim = identify(status.pid);
      process.kill(status.pid, "SIGKILL");
      await eventually("its end", () => (isAlive(victim) ? undefined : true));
      await start();
      expect(places()).toEqual(before);
      expect(await inVpc("vpc-9e", "www.example.com")).toEqual(["10.0.0.2"]);
    });

    it("go by the DNS attributes of a VPC that EC2 has, until it is deleted", async () => {
      const { Vpc } = await json("aws ec2 create-vpc --cidr-block 10.0.0.0/16");
      const vpc: string = Vpc.VpcId;
      await look();
      expect(places()[vpc]).toBe("127.53.2.4");
      await association("associate", made.GREEN ?? "", vpc);
      expect(await inVpc(vpc, "www.example.com")).toEqual([]);
      expect((await home.run(["local", "status"])).stdout).toContain("unseen: enableDnsHostnames is off");
      await json(`aws ec2 modify-vpc-attribute --vpc-id ${vpc} --enable-dns-hostnames`);
      expect(await inVpc(vpc, "www.example.com")).toEqual(["10.0.0.2"]);
      await association("disassociate", made.GREEN ?? "", vpc);
      await json(`aws ec2 delete-vpc --vpc-id ${vpc}`);
      await look();
      expect(places()[vpc]).toBeUndefined();
    });
  });
});
