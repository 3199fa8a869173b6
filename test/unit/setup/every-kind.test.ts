import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesOf, openWorkbench, readText, type Workbench } from "./workbench.ts";

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

/** In spellings that Route 53 may give back in another one. */
const RECORDS = `zone: { name: Kinds.Com }
records:
  - { name: a, type: A, ttl: 0, values: [192.0.2.1, 192.0.2.2] }
  - { name: aaaa, type: AAAA, ttl: 60, values: ["2001:DB8:0:0::1", "::ffff:192.0.2.1"] }
  - { name: "@", type: CAA, ttl: 60, values: ['0 issue "letsencrypt.org"', "0 iodef mailto:a@example.com"] }
  - { name: CNAME, type: CNAME, ttl: 60, values: [Target.Example.net] }
  - { name: sub, type: NS, ttl: 300, values: [ns1.example.net, ns2.example.net.] }
  - { name: sub, type: DS, ttl: 300, values: ["12345 13 2 2BB183AF5F22588179A53B0A98631FAD1A292118A6A9C4A4C0C2C3D5B6C7D8E9"] }
  - { name: https, type: HTTPS, ttl: 60, values: ["1 . alpn=h2,h3 ipv4hint=192.0.2.1"] }
  - { name: "@", type: MX, ttl: 60, values: ["10   Mail.example.com", "20 mail2.example.com."] }
  - { name: naptr, type: NAPTR, ttl: 60, values: ['100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.'] }
  - { name: ptr, type: PTR, ttl: 60, values: [Host.example.com] }
  - { name: spf, type: SPF, ttl: 60, values: ["v=spf1 -all"] }
  - { name: _sip._tcp, type: SRV, ttl: 60, values: ["1 10 5269 Xmpp.example.com"] }
  - { name: sshfp, type: SSHFP, ttl: 60, values: ["2 1 123456789ABCDEF67890123456789ABCDEF67890"] }
  - { name: svcb, type: SVCB, ttl: 60, values: ["16 svc.example.com. port=8443"] }
  - { name: _443._tcp, type: TLSA, ttl: 60, values: ["3 1 1 D2ABDE240D7CD3EE6B4B28C54DF034B97983A1D16E8A410E4561CB106618E971"] }
  - { name: "@", type: TXT, ttl: 60, values: ["a; b \\"c\\" \\\\d", '"two" "parts"', "${"long ".repeat(80)}", "grüße"] }
  - { name: "*.wild", type: A, ttl: 60, values: [192.0.2.3] }
  - { name: "esc\\\\052ape!", type: A, ttl: 60, values: [192.0.2.3] }
  - { name: "@", type: A, alias: { target: a } }
  - { name: lb, type: A, alias: { target: My-LB.eu-west-1.elb.amazonaws.com, zone: Z32O12XQLNTSW2, evaluateTargetHealth: true } }
  - { name: cdn, type: A, alias: { cloudfront: D111111ABCDEF8.cloudfront.net } }
  - { name: cdn, type: HTTPS, alias: { cloudfront: d111111abcdef8.cloudfront.net } }
  - { name: site, type: A, alias: { s3Website: eu-central-1 } }
  - { name: alb, type: AAAA, alias: { elb: dualstack.my-lb-1.us-east-1.elb.amazonaws.com, evaluateTargetHealth: true } }
  - { name: nlb, type: A, alias: { elb: my-nlb-0123456789abcdef.elb.us-east-1.amazonaws.com } }
  - { name: rest, type: A, alias: { apiGateway: d-abcde12345.execute-api.eu-west-1.amazonaws.com } }
  - { name: ga, type: A, alias: { globalAccelerator: a1234567890abcdef.awsglobalaccelerator.com } }
  - { name: endpoint, type: A, alias: { vpcEndpoint: vpce-0a-b.sqs.us-east-1.vpce.amazonaws.com, zone: Z7HUB22UULQXV } }
  - { name: runner, type: A, alias: { appRunner: abcde12345.eu-west-1.awsapprunner.com } }
  - { name: bean, type: A, alias: { elasticBeanstalk: my-env.eu-west-1.elasticbeanstalk.com } }
  - { name: same, type: A, alias: { record: a, evaluateTargetHealth: true } }
routing:
  - { name: near, type: A, ttl: 60, policy: geoproximity, answers: { ireland: { region: eu-west-1, values: [192.0.2.1] }, berlin: { coordinates: { latitude: 52.5, longitude: 13.4 }, bias: -10, values: [192.0.2.2] } } }
  - { name: txt, type: TXT, ttl: 60, policy: weighted, answers: { "one two": { weight: 0, values: [hello] }, other: { weight: 255, values: [there] } } }
  - { name: cn, type: CNAME, ttl: 60, policy: weighted, answers: { x: { weight: 1, values: [x.example.net] }, y: { weight: 1, values: [y.example.net.] } } }
  - { name: tree, type: A, policy: weighted, answers: { left: { weight: 1, alias: { target: near, evaluateTargetHealth: true } }, right: { weight: 1, alias: { target: a } } } }
  - { name: places, type: A, ttl: 60, policy: geolocation, answers: { ca: { country: US, subdivision: CA, values: [192.0.2.1] }, us: { country: US, values: [192.0.2.2] }, eu: { continent: EU, values: [192.0.2.3] } } }
`;

describe("every kind of record", () => {
  it("is applied, answered as asked for, and unchanged in a second plan", async () => {
    const file = readText(RECORDS);
    const { result, error } = await bench.apply(file);
    expect(error).toBeUndefined();
    const verifications = result.phases.flatMap((phase) => phase.verifications);
    expect(verifications.filter((one) => one.status !== "ok").map((one) => `${one.subject}: ${one.says}`)).toEqual([]);
    expect(changesOf((await bench.plan(file)).plan)).toEqual([]);
    expect(bench.test.defects).toEqual([]);
  });

  it("goes again, in one plan, when it leaves the file", async () => {
    const empty = readText("zone: { name: kinds.com }\n");
    const { result, error } = await bench.apply(empty);
    expect(error).toBeUndefined();
    expect(result.summary).toEqual({ add: 0, change: 0, remove: 42 });
    expect(changesOf((await bench.plan(empty)).plan)).toEqual([]);
  });
});
