/** What the local backend implements of each service: the page that says so, and that it is true of what is answered. */

import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalBackend } from "../../../../src/local/local-backend.ts";
import { operationsOf } from "../../../../src/local/protocol/operation.ts";
import type { ServiceDefinition } from "../../../../src/local/protocol/service.ts";
import { plausibleInput, type RecordedRequest, RequestRecorder } from "../../../support/sdk-requests.ts";
import { SERVED_SDKS } from "../../../support/served-sdks.ts";

const defects: unknown[] = [];
const backend = await LocalBackend.start({ apiPort: 0, dnsPort: 0, onDefect: (error) => defects.push(error) });
const services = await backend.services();

afterAll(() => backend.stop());

function implemented(service: ServiceDefinition): string[] {
  return [...service.operations.keys()].filter((name) => service.handler(name) !== undefined);
}

/** Of EC2, whose SDK is large, only what is implemented is loaded. */
function operationCount(service: ServiceDefinition): number {
  return operationsOf(SERVED_SDKS[service.signingName] ?? {}).size;
}

function tableOf(service: ServiceDefinition): string[] {
  const names = [...service.operations.keys()].sort();
  const has = new Set(implemented(service));
  const all = operationCount(service);
  return [
    "",
    `## ${service.title}`,
    "",
    `${has.size} of ${all} operations. ` +
      (all > names.length ? "Those that are not listed answer 501 as well. " : "") +
      (service.constraints === undefined
        ? "Of the API model's constraints, required members are checked."
        : `The API model's constraints are checked: ${service.constraints.source}.`),
    "",
    "| operation | implemented | simpler than on AWS, or different |",
    "|---|---|---|",
    ...names.map((name) => `| ${name} | ${has.has(name) ? "yes" : "no"} | ${service.simplified[name] ?? ""} |`),
  ];
}

/** docs/reference/local-backend.md, from the services themselves. */
function conformancePage(): string {
  const total = services.reduce((sum, service) => sum + operationCount(service), 0);
  const have = services.reduce((sum, service) => sum + implemented(service).length, 0);
  return `${[
    "# What the local backend implements",
    "",
    "<!-- Generated from the services by test/unit/local/protocol/conformance.test.ts; `npm run test:unit -- test/unit/local/protocol/conformance.test.ts -u` writes it anew. -->",
    "",
    `${have} of ${total} operations of ${services.length} services. What is not implemented answers 501 \`NotImplemented\` and names`,
    "itself; nothing answers as if it had worked. How requests are read, and what is refused before a service sees it, is in",
    "[How the local backend speaks to AWS clients](local-aws-api.md).",
    ...services.flatMap(tableOf),
  ].join("\n")}\n`;
}

function send(recorded: RecordedRequest): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { method, target, headers } = recorded;
    const sent = request(
      { host: "127.0.0.1", port: backend.apiPort, method, path: target, headers: { ...headers, host: "127.0.0.1" } },
      (response) => {
        const chunks: Buffer[] = [];
        // What streams is answered when it begins; its end may be hours away.
        const streams = response.headers["content-type"]?.includes("eventstream") === true;
        const finish = () => {
          response.destroy();
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        };
        if (streams) return finish();
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", finish);
      },
    );
    sent.on("error", reject).end(recorded.body);
  });
}

describe("the conformance page", () => {
  it("is what the services say of themselves", async () => {
    await expect(conformancePage()).toMatchFileSnapshot("../../../../docs/reference/local-backend.md");
  });

  it("has notes on operations that are implemented, and on no others", () => {
    for (const service of services) {
      const notes = Object.keys(service.simplified).filter((name) => service.handler(name) === undefined);
      expect(notes, service.title).toEqual([]);
      for (const note of Object.values(service.simplified)) expect(note).toMatch(/^[^|\n]+[^.|\n]$/);
    }
  });
});

describe.each(services.map((service) => [service.title, service] as const))("%s", (_title, service) => {
  const sdk = SERVED_SDKS[service.signingName];
  let recorder: RequestRecorder;

  beforeAll(() => {
    if (sdk === undefined) throw new Error(`test/support/served-sdks.ts does not know ${service.signingName}`);
    recorder = new RequestRecorder(sdk);
  });

  afterAll(() => recorder.close());

  it.each([...service.operations.values()].map((operation) => [operation.name, operation] as const))(
    "%s answers 501 exactly when it is not implemented, and never 500",
    async (name, operation) => {
      for (const which of ["required members", "all members"] as const) {
        const recorded = await recorder.record(name, plausibleInput(operation, service.constraints, which));
        const { status, body } = await send(recorded);
        if (service.handler(name) === undefined) {
          expect(status, body).toBe(501);
          expect(body).toContain("NotImplemented");
          expect(body).toContain(`${service.title} operation ${name} is not implemented`);
        } else {
          expect(status, body).toBeLessThan(500);
        }
        // The input fits the model, so what refuses it is the service.
        expect(body).not.toContain("validation error detected");
        expect(defects).toEqual([]);
      }
    },
  );
});
