/** What a language model's provider sent: its form, and its failures, whatever status they came under. */
import { FalError, incompleteAnswer, providerError } from "../fal/error.ts";
import { createDeadline, type Deadline } from "../http/deadline.ts";
import type { ChatCompletion } from "../openai/chat/answer.ts";
import { parsed, readCompletion } from "../openai/chat/read.ts";
import type { StreamFault } from "../openai/chat/relay.ts";
import { ApiError, modelNotFound } from "../openai/error.ts";
import type { Deps } from "./deps.ts";
import { buyAnswer, type PaidAnswer, type Question, settled } from "./paid-answer.ts";

/** A failure within this time still gets its own HTTP status; then the stream opens and waits. */
export const HESITATION_MS = 10_000;

/** Ends when the client leaves, or when the model is silent for `seconds`. */
export function conversationDeadline(request: Request, seconds: number): Deadline {
  return createDeadline(request.signal, seconds * 1000, silentModel);
}

const silentModel = (ms: number) =>
  new ApiError(504, `The model said nothing for ${ms / 1000} s.`, "timeout_error", {
    code: "timeout",
  });

/** Which names there are, OpenRouter knows: one that it refuses is answered with the nearest. */
export async function ask(
  deps: Pick<Deps, "language" | "dictionary" | "purchases">,
  question: Question,
): Promise<PaidAnswer> {
  const { dictionary } = deps;
  return buyAnswer(deps, question).catch((error: unknown) => {
    if (!(error instanceof FalError) || !UNKNOWN.test(error.said ?? "")) throw error;
    const { model } = question.buyer;
    const others = dictionary.nearest(model, 4).filter((name) => name !== model);
    throw modelNotFound(model, others.slice(0, 3), error);
  });
}

/** How OpenRouter says that it has no such model, and not that the model lacks something. */
const UNKNOWN = /^No endpoints found for |is not a valid model ID/;

/**
 * A JSON answer that must hold a list under `key`. Throws where a provider's failure comes under
 * status 200, and where the answer is something else altogether.
 */
export async function providerJson(
  answer: PaidAnswer,
  list: "choices" | "data" | "output",
): Promise<Record<string, unknown>> {
  const { response, key } = answer;
  const text = await response.text().catch((error: unknown) => {
    settled(answer, undefined, "unknown");
    throw error;
  });
  const body = parsed(text);
  const whole = body !== undefined && !body.error && Array.isArray(body[list]);
  settled(answer, body, whole ? "completed" : "failed");
  if (whole) return body;
  if (body?.error) throw providerError(body.error, key.name);
  throw faultOf({ kind: "garbage", data: text }, key.name);
}

/** A whole chat completion. A choice may have failed by itself, as in a stream. */
export async function providerCompletion(answer: PaidAnswer): Promise<ChatCompletion> {
  const body = await providerJson(answer, "choices");
  const completion = readCompletion(body);
  if (!completion) {
    throw faultOf({ kind: "garbage", data: JSON.stringify(body) }, answer.key.name);
  }
  const broken = completion.choices?.find((one) => one.error || one.finish_reason === "error");
  if (!broken) return completion;
  throw providerError(broken.error ?? "The model failed.", answer.key.name);
}

export function faultOf(fault: StreamFault, key: string): Error {
  if (fault.kind === "error") {
    return fault.error instanceof Error ? fault.error : providerError(fault.error, key);
  }
  const what = fault.kind === "cut" ? "was cut short" : "is no chat completion";
  return incompleteAnswer(`the language model's answer ${what}`, key);
}
