/** Why a call may not be bought, each as the client is told it. */
import { ApiError } from "../openai/error.ts";
import type { CountersLost } from "../store/counters/counters.ts";
import type { Budget } from "./limits.ts";
import { money } from "./money.ts";
import { endOf } from "./period.ts";

/** No client tries a call again that its budget does not cover. */
const FINAL = { "x-should-retry": "false" };

export function exhausted(budget: Budget, amount: number, now: number): ApiError {
  const { microUsd, period } = budget;
  const room = period === "total" ? "in all" : `a ${period}`;
  const anew = endOf(period, now);
  const next =
    anew === undefined ? "" : ` It begins anew on ${new Date(anew).toISOString().slice(0, 10)}.`;
  const message = `The budget of this key, ${money(microUsd)} ${room}, has no room for a call that may cost ${money(amount)}.${next}`;
  return new ApiError(402, message, "insufficient_quota", {
    code: "insufficient_quota",
    headers: FINAL,
  });
}

export function unpriced(endpoint: string): ApiError {
  const message = `This key has a budget, and what '${endpoint}' costs is not known.`;
  return new ApiError(402, message, "insufficient_quota", {
    code: "insufficient_quota",
    headers: FINAL,
  });
}

export function unreachable(cause: CountersLost): ApiError {
  const message = "Budgets cannot be read right now. Try again in a moment.";
  return new ApiError(503, message, "server_error", {
    code: "counters_unavailable",
    headers: { "retry-after": "2" },
    cause,
  });
}

/** Its owner wants nothing more to be spent, also of what it had begun. */
export function revoked(): ApiError {
  const message = "This API key was revoked before fal was asked for this, so it was not made.";
  return new ApiError(401, message, "invalid_request_error", {
    code: "api_key_revoked",
    headers: FINAL,
  });
}
