/** What an error makes of a task: its end as failed or cancelled, or nothing where it is to be tried again. */
import { FalError } from "../../fal/error.ts";
import { isPassing } from "../../fal/retry.ts";
import { ApiError } from "../../openai/error.ts";
import type { TaskError } from "../task.ts";
import { CallError, Cancelled, Halted, taskError } from "./failure.ts";

export interface Verdict {
  state: "failed" | "cancelled";
  error?: TaskError;
}

export interface VerdictOptions {
  explain(error: unknown): ApiError;
  halt: AbortSignal;
  /** Whether its end was asked for. */
  ending: boolean;
}

/**
 * A store that cannot be written, an upload that fal's storage does not take just now, and whatever
 * nobody has thought of are no fault of the task's.
 */
export function verdictOf(thrown: unknown, options: VerdictOptions): Verdict | undefined {
  const { explain, halt, ending } = options;
  if (halt.aborted || thrown instanceof Halted) return undefined;
  const ours = thrown instanceof ApiError || thrown instanceof FalError;
  if (thrown instanceof Cancelled || (ending && (ours || isAbort(thrown)))) {
    return { state: "cancelled" };
  }
  if (thrown instanceof CallError) {
    const { error, cancelled } = thrown.fault;
    if (cancelled || (ending && error.code === "outcome_unknown")) return { state: "cancelled" };
    return { state: "failed", error };
  }
  const passes = thrown instanceof FalError && isPassing(thrown);
  return ours && !passes ? { state: "failed", error: taskError(explain(thrown)) } : undefined;
}

const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";
