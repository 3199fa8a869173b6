/** The Cloud Map commands of the AWS DNS Services walkthrough in the AWS CLI, corrected only where they cannot work; answers by dig. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestBackend, type TestBackend } from "../support/backend.ts";
import { eventually } from "../support/cli.ts";
import { awsShell } from "./aws-shell.ts";
import { AWS_CLI, DIG, describeWith, isHere, runProcess } from "./peers.ts";

describeWith(AWS_CLI, () => {
  let backend: TestBackend;
  /** What earlier steps made, for the shell: NAMESPACE, SERVICE, OPERATION. */
  const { made, json, refusal } = awsShell(() => backend);

  beforeAll(async () => {
    // Half a minute of waiting for custom health passes in 0.3 s.
    backend = await startTestBackend({ inMemory: true, speed: 100 });
  });
  afterAll(() => backend.stop());

  /** Asks for an operation as the walkthrough does, until it is done. */
  const succeeded = () =>
    eventually("the operation's success", async () => {
      const { Operation } = await json(`aws servicediscovery get-operation --operation-id "$OPERATION"`);
      expect(Operation.Status, Operation.ErrorMessage).not.toBe("FAIL");
      return Operation.Status === "SUCCESS" ? Operation : undefined;
    });
  async function addresses(name: string): Promise<string[]> {
    const { vpcs, dnsPort } = await backend.local.status();
    const address = vpcs.find(({ id }) => id === "vpc-12345678")?.address;
    const { stdout } = await runProcess("dig", [`@${address}`, "-p", String(dnsPort), name, "+short"], {
      env: process.env,
    });
    return stdout.split("\n").filter((line) => line !== "");
  }

  it("creates the private DNS namespace, and its operation succeeds", async () => {
    const { OperationId } = await json(`aws servicediscovery create-private-dns-namespace \\
      --name "my-company.local" \\
      --description "Private namespace for microservices" \\
      --vpc "vpc-12345678"`);
    made.OPERATION = OperationId;
    const operation = await succeeded();
    expect(operation).toMatchObject({
      Id: OperationId,
      Type: "CREATE_NAMESPACE",
      Status: "SUCCESS",
      Targets: { NAMESPACE: expect.stringMatching(/^ns-[a-z2-7]{16}$/) },
    });
    made.NAMESPACE = operation.Targets.NAMESPACE;
  });

  it("creates the service registry, with members that the API has put aside", async () => {
    const { Service } = await json(`aws servicediscovery create-service \\
      --name "web-service" \\
      --namespace-id "$NAMESPACE" \\
      --dns-config '{
        "NamespaceId": "'"$NAMESPACE"'",
        "DnsRecords": [
          {
            "Type": "A",
            "TTL": 60
          }
        ]
      }' \\
      --health-check-custom-config '{
        "FailureThreshold": 3
      }' \\
      --description "Frontend web application service"`);
    expect(Service).toMatchObject({
      Id: expect.stringMatching(/^srv-[a-z2-7]{16}$/),
      Arn: `arn:aws:servicediscovery:us-east-1:123456789012:service/${Service.Id}`,
      Name: "web-service",
      NamespaceId: made.NAMESPACE,
      DnsConfig: { NamespaceId: made.NAMESPACE, DnsRecords: [{ Type: "A", TTL: 60 }] },
      HealthCheckCustomConfig: { FailureThreshold: 1 },
    });
    made.SERVICE = Service.Id;
  });

  it("registers the instance", async () => {
    const { OperationId } = await json(`aws servicediscovery register-instance \\
      --service-id "$SERVICE" \\
      --instance-id "web-service-instance-1" \\
      --attributes '{
        "AWS_INSTANCE_IPV4": "10.0.1.100",
        "AWS_INSTANCE_PORT": "8080",
        "environment": "production",
        "version": "1.2.3"
      }'`);
    made.OPERATION = OperationId;
    expect(await succeeded()).toMatchObject({
      Type: "REGISTER_INSTANCE",
      Targets: { INSTANCE: "web-service-instance-1", SERVICE: made.SERVICE },
    });
  });

  it("discovers it", async () => {
    const { Instances } = await json(`aws servicediscovery discover-instances \\
      --namespace-name "my-company.local" \\
      --service-name "web-service"`);
    expect(Instances).toEqual([
      {
        InstanceId: "web-service-instance-1",
        NamespaceName: "my-company.local",
        ServiceName: "web-service",
        HealthStatus: "HEALTHY",
        Attributes: {
          AWS_INSTANCE_IPV4: "10.0.1.100",
          AWS_INSTANCE_PORT: "8080",
          environment: "production",
          version: "1.2.3",
        },
      },
    ]);
    const other = await json(`aws servicediscovery discover-instances \\
      --namespace-name my-company.local \\
      --service-name web-service --query-parameters version=2.0.0`);
    expect(other.Instances).toEqual([]);
  });

  it("shows whose the hosted zone is, and lets Route 53 change nothing in it", async () => {
    const { HostedZones } = await json("aws route53 list-hosted-zones");
    const arn = `arn:aws:servicediscovery:us-east-1:123456789012:namespace/${made.NAMESPACE}`;
    expect(HostedZones[0]).toMatchObject({
      Name: "my-company.local.",
      LinkedService: { ServicePrincipal: "servicediscovery.amazonaws.com", Description: arn },
    });
    const id = HostedZones[0].Id.replace("/hostedzone/", "");
    expect(await refusal(`aws route53 delete-hosted-zone --id ${id}`)).toContain(
      `An error occurred (AccessDenied) when calling the DeleteHostedZone operation: The resource hostedzone/${id} can only be managed through AWS Cloud Map (${arn})`,
    );
  });

  describe.skipIf(!isHere(DIG))("dig", () => {
    it("finds the instance, no longer when it is unhealthy, and again when it is well", async () => {
      const told = (status: string) =>
        json(`aws servicediscovery update-instance-custom-health-status \\
          --service-id "$SERVICE" --instance-id web-service-instance-1 --status ${status}`);
      const answers = (wanted: readonly string[]) =>
        eventually(`the answer [${wanted}]`, async () =>
          (await addresses("web-service.my-company.local")).join() === wanted.join() ? true : undefined,
        );
      expect(await addresses("web-service.my-company.local")).toEqual(["10.0.1.100"]);
      await told("UNHEALTHY");
      await answers([]);
      expect(await json(`aws servicediscovery get-instances-health-status --service-id "$SERVICE"`)).toEqual({
        Status: { "web-service-instance-1": "UNHEALTHY" },
      });
      await told("HEALTHY");
      await answers(["10.0.1.100"]);
    });
  });

  it("says what is still in use, as clients know it", async () => {
    expect(await refusal(`aws servicediscovery delete-service --id "$SERVICE"`)).toContain(
      "(ResourceInUse) when calling the DeleteService operation: Service contains registered instances; delete the instances before deleting the service",
    );
    expect(await refusal(`aws servicediscovery delete-namespace --id "$NAMESPACE"`)).toContain(
      "(ResourceInUse) when calling the DeleteNamespace operation: Namespace has associated services; delete the services before deleting the namespace",
    );
    expect(await refusal("aws servicediscovery get-namespace --id ns-none")).toContain("(NamespaceNotFound)");
  });

  it("takes everything away again, in the opposite order", async () => {
    const deregistered = await json(
      `aws servicediscovery deregister-instance --service-id "$SERVICE" --instance-id web-service-instance-1`,
    );
    made.OPERATION = deregistered.OperationId;
    await succeeded();
    await json(`aws servicediscovery delete-service --id "$SERVICE"`);
    made.OPERATION = (await json(`aws servicediscovery delete-namespace --id "$NAMESPACE"`)).OperationId;
    expect(await succeeded()).toMatchObject({ Type: "DELETE_NAMESPACE" });
    expect(await json("aws servicediscovery list-namespaces")).toEqual({ Namespaces: [] });
    expect((await json("aws route53 list-hosted-zones")).HostedZones).toEqual([]);
    expect(backend.defects).toEqual([]);
  });
});
