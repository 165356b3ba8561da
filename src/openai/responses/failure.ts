/** Why a response failed (`ResponseError`). */
import type { ChatFailure } from "../chat/answer.ts";
import { ApiError } from "../error.ts";

/** OpenAI's type has a closed list of codes; `type` and `param` are what the AI SDK reads beside. */
export interface ResponseError {
  code: "server_error" | "rate_limit_exceeded" | "invalid_prompt";
  message: string;
  type: string;
  param: string | null;
}

/** A failure that was thrown. Words of anything but an `ApiError` are not for clients. */
export function thrownFailure(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError(500, "The model's answer was interrupted.", "server_error", {
    code: "server_error",
    cause: thrown,
  });
}

export function fromApiError({ status, message, type, param, code }: ApiError): ResponseError {
  return { code: CODES.get(code) ?? byStatus(status), message, type, param };
}

/** A failure that came in the place of a chunk or a completion; OpenRouter's code is a status. */
export function fromChatFailure(failure: ChatFailure | string | null | undefined): ResponseError {
  const { message, code, type, param }: ChatFailure =
    typeof failure === "string" ? { message: failure } : (failure ?? {});
  return {
    code: CODES.get(code) ?? byStatus(Number(code)),
    message: message || "The model failed.",
    type: type || "server_error",
    param: param ?? null,
  };
}

const CODES: ReadonlyMap<unknown, ResponseError["code"]> = new Map([
  ["rate_limit_exceeded", "rate_limit_exceeded"],
  ["content_policy_violation", "invalid_prompt"],
  ["moderation_blocked", "invalid_prompt"],
  ["invalid_prompt", "invalid_prompt"],
]);

/** Statuses that blame the request; others may pass by themselves. */
const REFUSED: ReadonlySet<number> = new Set([400, 403, 413, 422]);

function byStatus(status: number): ResponseError["code"] {
  if (status === 429) return "rate_limit_exceeded";
  return REFUSED.has(status) ? "invalid_prompt" : "server_error";
}
