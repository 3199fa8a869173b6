/** Whether a set of resource policies lets an AWS service do something; as much of IAM's evaluation as such policies use. */

import { matchesGlob } from "../../../logs/glob.ts";

export interface PolicyRequest {
  /** e.g. `route53.amazonaws.com` */
  readonly service: string;
  /** e.g. `logs:PutLogEvents` */
  readonly action: string;
  readonly resourceArn: string;
  /** What conditions may ask for, by key in lower case, e.g. `aws:sourceaccount`. */
  readonly conditions: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string");
}

/** The statements of a policy document, or undefined when it is no policy document. */
export function statementsOf(document: string): readonly Json[] | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    return undefined;
  }
  if (!isObject(policy)) return undefined;
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  const complete = statements.every(
    (statement) =>
      isObject(statement) &&
      (statement.Effect === "Allow" || statement.Effect === "Deny") &&
      (statement.Action !== undefined || statement.NotAction !== undefined) &&
      (statement.Principal !== undefined || statement.NotPrincipal !== undefined),
  );
  return complete ? (statements as Json[]) : undefined;
}

function principalFits(principal: unknown, service: string): boolean {
  if (principal === "*") return true;
  if (!isObject(principal)) return false;
  return (
    textsOf(principal.AWS).includes("*") || textsOf(principal.Service).some((one) => one === "*" || one === service)
  );
}

function actionFits(actions: unknown, action: string): boolean {
  return textsOf(actions).some((pattern) => matchesGlob(pattern.toLowerCase(), action.toLowerCase()));
}

function resourceFits(resources: unknown, arn: string): boolean {
  return textsOf(resources).some((pattern) => matchesGlob(pattern, arn));
}

const COMPARE: Readonly<Record<string, (wanted: string, given: string) => boolean>> = {
  stringequals: (wanted, given) => wanted === given,
  stringlike: matchesGlob,
  arnequals: matchesGlob,
  arnlike: matchesGlob,
};

/** A condition that this does not know is not met: nothing is allowed by mistake. */
function conditionsMet(conditions: unknown, given: Readonly<Record<string, string>>): boolean {
  if (conditions === undefined) return true;
  if (!isObject(conditions)) return false;
  return Object.entries(conditions).every(([operator, keys]) => {
    const compare = COMPARE[operator.toLowerCase()];
    if (compare === undefined || !isObject(keys)) return false;
    return Object.entries(keys).every(([key, wanted]) => {
      const value = given[key.toLowerCase()];
      return value !== undefined && textsOf(wanted).some((one) => compare(one, value));
    });
  });
}

function applies(statement: Json, request: PolicyRequest): boolean {
  const principal =
    statement.Principal === undefined
      ? !principalFits(statement.NotPrincipal, request.service)
      : principalFits(statement.Principal, request.service);
  const action =
    statement.Action === undefined
      ? !actionFits(statement.NotAction, request.action)
      : actionFits(statement.Action, request.action);
  const resource =
    statement.Resource === undefined
      ? statement.NotResource !== undefined && !resourceFits(statement.NotResource, request.resourceArn)
      : resourceFits(statement.Resource, request.resourceArn);
  return principal && action && resource && conditionsMet(statement.Condition, request.conditions);
}

/** Some statement allows it and none denies it (IAM User Guide, "Policy evaluation logic"). */
export function policiesAllow(documents: readonly string[], request: PolicyRequest): boolean {
  const statements = documents.flatMap((document) => statementsOf(document) ?? []);
  const applying = statements.filter((statement) => applies(statement, request));
  return applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny");
}
