/** Calls that tell their purchase of every step. */
import type { FalKey } from "./keys.ts";
import { isEventStream, type Language, type LanguagePath } from "./language.ts";
import { endOf, type Purchase } from "./purchase.ts";
import type { Job, Queue, Result, Submission } from "./queue.ts";
import type { Answer } from "./transport.ts";

/** Submits what has got its turn, with the key that the turn has named. */
export async function submitPaid(
  queue: Queue,
  purchase: Purchase,
  { endpoint, input, ...how }: { endpoint: string; input: unknown } & Submission,
): Promise<Job> {
  try {
    const job = await queue.submit(endpoint, input, how);
    purchase.taken({ requestId: job.requestId, falKey: job.key.id });
    return job;
  } catch (error) {
    purchase.ended(endOf(error));
    throw error;
  }
}

/** The result of a request that is over. */
export async function resultPaid(queue: Queue, purchase: Purchase, job: Job): Promise<Result> {
  try {
    const result = await queue.result(job);
    purchase.ended({ state: "completed", units: result.billed });
    return result;
  } catch (error) {
    purchase.ended(endOf(error));
    throw error;
  }
}

export interface PaidQuestion {
  path: LanguagePath;
  /** The body. */
  text: string;
  signal: AbortSignal;
  key: FalKey | undefined;
}

/** A language model's answer. Whoever reads its body tells what it has cost, and of a stream the tokens. */
export async function postPaid(
  language: Language,
  purchase: Purchase,
  { path, text, signal, key }: PaidQuestion,
): Promise<Answer> {
  try {
    const answer = await language.post(path, text, signal, key);
    const requestId = answer.response.headers.get("x-fal-request-id") ?? undefined;
    purchase.taken({ requestId, falKey: answer.key.id, counted: isEventStream(answer) });
    purchase.started();
    return answer;
  } catch (error) {
    purchase.ended(signal.aborted ? { state: "cancelled" } : endOf(error));
    throw error;
  }
}
