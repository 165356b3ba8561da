/** How a call, or the work on a task, ends without a result. */
import { FalError, FORGOTTEN } from "../../fal/error.ts";
import type { ApiError } from "../../openai/error.ts";
import type { TaskError } from "../task.ts";

/** A call's failure, as it is written down. */
export interface Fault {
  error: TaskError;
  /** fal has no such endpoint any more, and nothing was billed. */
  gone?: true;
  /** It was cancelled before it made anything. */
  cancelled?: true;
}

export class CallError extends Error {
  override readonly name = "CallError";
  constructor(readonly fault: Fault) {
    super(fault.error.message);
  }
}

/** This process lets go of the task; another, or a later one, takes it up. */
export class Halted extends Error {
  override readonly name = "Halted";
}

/** Its end was asked for before anything was submitted. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export function taskError({ status, message, type, param, code }: ApiError): TaskError {
  return { status, message, type, param, code };
}

/** `explain` turns whatever was thrown into words that are fit for a client. */
export function faultOf(error: unknown, explain: (error: unknown) => ApiError): Fault {
  const fal = error instanceof FalError ? error : undefined;
  return {
    error: taskError(explain(error)),
    ...(fal?.status === 404 && fal.units === 0 && !fal.ambiguous ? { gone: true as const } : {}),
    ...(fal?.type === "client_cancelled" ? { cancelled: true as const } : {}),
  };
}

/** fal may have been paid, and nobody can say for what. It is never submitted again. */
export const OUTCOME_UNKNOWN: Fault = {
  error: {
    status: 424,
    message:
      "The generation was being submitted when the gateway was interrupted, or its result was lost upstream. Whether it was made is not known, so it was not submitted again.",
    type: "upstream_error",
    param: null,
    code: "outcome_unknown",
  },
};

/** fal took it once and does not know it any more. */
export function isForgotten(error: unknown): boolean {
  if (!(error instanceof FalError)) return false;
  return error.errorType === FORGOTTEN || isForgotten(error.cause);
}
