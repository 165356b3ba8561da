/** A task that is completed, as the outcome of a generation: for whoever renders those. */
import type { Dictionary } from "../../models/resolve.ts";
import { ApiError } from "../../openai/error.ts";
import type { Settled } from "../settled.ts";
import type { Task, TaskError } from "../task.ts";
import { planOf } from "./plans.ts";

/** Throws ApiError 404 where its model has been taken out of the configuration meanwhile. */
export function settledOf(task: Task, dictionary: Dictionary): Settled {
  const plan = planOf(dictionary, task);
  const endpoint = plan.endpoints[0]!;
  const { calls } = plan.fit(endpoint);
  const { result = [], adjusted = [], units = 0, media } = task;
  return {
    endpoint,
    results: result.map((output, index) => ({
      input: (calls[index] ?? calls[0]!).input,
      output,
    })),
    adjusted,
    units,
    upstreamMs: (task.completedAt ?? task.updatedAt) - task.createdAt,
    kept: new Map(media.flatMap(({ url, kept }) => (kept === undefined ? [] : [[url, kept]]))),
  };
}

/** The failure of a task, to be thrown at whoever waited for it. No client repeats it by itself. */
export function failureOf({ state, error = CANCELLED }: Pick<Task, "state" | "error">): ApiError {
  const { status, message, type, param, code } = state === "cancelled" ? CANCELLED : error;
  const headers = { "x-should-retry": "false" };
  return new ApiError(status, message, type, { param, code, headers });
}

const CANCELLED: TaskError = {
  status: 400,
  message: "The generation was cancelled.",
  type: "invalid_request_error",
  param: null,
  code: "cancelled",
};
