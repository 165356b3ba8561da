/** Calls of fal's queue that tell their purchase of every step. */
import type { FalKey } from "./keys.ts";
import { endOf, type Purchase } from "./purchase.ts";
import type { Job, Queue, Result } from "./queue.ts";

/** Submits what has got its turn, with the key that the turn has named. */
export async function submitPaid(
  queue: Queue,
  purchase: Purchase,
  { endpoint, input }: { endpoint: string; input: unknown },
  key: FalKey | undefined,
): Promise<Job> {
  try {
    const job = await queue.submit(endpoint, input, key);
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
