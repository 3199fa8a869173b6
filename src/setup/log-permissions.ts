/** Whether a CloudWatch Logs resource policy lets Route 53 write query logs, and the policy that does. */

interface Statement {
  readonly Effect?: string;
  readonly Principal?: string | { readonly Service?: string | readonly string[] };
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

const SERVICE = "route53.amazonaws.com";
const ACTIONS = ["logs:CreateLogStream", "logs:PutLogEvents"] as const;

function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

/** `*` is any text, `?` any character (IAM User Guide, "Wildcards in resource elements"). */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "i").test(text);
}

/** Conditions are not read: a statement that has one may or may not hold, so it counts as not permitting. */
export function permitsQueryLogs(document: string, logGroupArn: string): boolean {
  let statements: readonly Statement[];
  try {
    const parsed = JSON.parse(document) as { readonly Statement?: Statement | readonly Statement[] };
    statements = parsed.Statement === undefined ? [] : [parsed.Statement].flat();
  } catch {
    return false;
  }
  // A log stream of the group is what is written to.
  const stream = `${logGroupArn}:log-stream:any`;
  return ACTIONS.every((action) =>
    statements.some((one) => {
      const services = typeof one.Principal === "string" ? [one.Principal] : list(one.Principal?.Service);
      return (
        one.Effect === "Allow" &&
        one.Condition === undefined &&
        services.some((service) => service === "*" || service === SERVICE) &&
        list(one.Action).some((pattern) => matches(pattern, action)) &&
        list(one.Resource).some((pattern) => matches(pattern, stream) || matches(pattern, `${logGroupArn}:*`))
      );
    }),
  );
}

/** As the Developer Guide has it, "Configuring logging for DNS queries", for exactly these groups. */
export function queryLogPolicy(logGroupArns: readonly string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Route53QueryLogs",
        Effect: "Allow",
        Principal: { Service: SERVICE },
        Action: [...ACTIONS],
        Resource: logGroupArns.map((arn) => `${arn}:*`),
      },
    ],
  });
}
