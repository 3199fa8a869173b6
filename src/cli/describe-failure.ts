/** Any thrown value as a Failure: ours as it is, the SDK's with code and request id, a defect as what it is. */

import { Failure } from "../errors.ts";

interface SdkError extends Error {
  readonly $fault?: "client" | "server";
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number; readonly attempts?: number };
}

function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && "$metadata" in error;
}

/** Connection errors come as an AggregateError when a name has several addresses; the first one says it. */
function connectionCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = (error as NodeJS.ErrnoException).code;
  if (typeof own === "string" && /^E[A-Z]+$/.test(own)) return own;
  return undefined;
}

/** What no socket says. */
const OF_FILES: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EISDIR", "ENOTDIR"]);

/** A file's error, unlike a socket's, names its path, or can only be a file's. */
function fileCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return undefined;
  return OF_FILES.has(code) || (path !== undefined && syscall !== "connect") ? code : undefined;
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const file = fileCode(error);
  if (file !== undefined) {
    return new Failure({
      kind: "failed",
      code: `file.${file.toLowerCase()}`,
      message: `a file could not be used: ${(error as Error).message}`,
      next: "see that it is there and yours to read and write, and that its disk has room",
      cause: error,
    });
  }
  const connection = connectionCode(error);
  if (connection !== undefined) {
    return new Failure({
      kind: "failed",
      code: `network.${connection.toLowerCase()}`,
      message: `could not reach the service: ${(error as Error).message || connection}`,
      next: "see that the backend runs (r53kit local status) or that the address and the network are right",
      cause: error,
    });
  }
  if (error instanceof Error && error.name === "CredentialsProviderError") {
    return new Failure({
      kind: "failed",
      code: "aws.no-credentials",
      message: `AWS credentials could not be found: ${error.message}`,
      next: "set AWS_PROFILE or --profile, or work on the local backend with --backend local",
      cause: error,
    });
  }
  if (isSdkError(error)) {
    const requestId = error.$metadata?.requestId;
    return new Failure({
      kind: "failed",
      code: `aws.${error.name}`,
      message: `${error.name}: ${error.message}${requestId === undefined ? "" : ` (request id ${requestId})`}`,
      cause: error,
    });
  }
  return new Failure({
    kind: "failed",
    code: "internal",
    message: `internal error: ${error instanceof Error ? error.message : String(error)}`,
    next: "run it again with --verbose and report what it prints",
    cause: error,
  });
}
