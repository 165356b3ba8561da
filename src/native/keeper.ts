/** Fetching the result of a request that is over, and keeping it as fal gave it. */
import { falError } from "../fal/error.ts";
import type { Pass } from "../fal/pass.ts";
import type { Job, Status } from "../fal/queue.ts";
import { isPassing } from "../fal/retry.ts";
import type { Requests } from "../store/requests.ts";
import { textOf } from "./body.ts";
import { keptHeaders } from "./headers.ts";

/** Waits before a result is asked for again, after an answer that says nothing about it. */
const PAUSES_MS = [250, 500, 1000, 2000, 4000];

/** Fetches a completed request's result, whatever it is, and keeps it with its last status. */
export function keeper(pass: Pass, requests: Requests, sleep = Bun.sleep) {
  async function fetched({ key, url }: Job) {
    const headers = { "accept-encoding": "identity" };
    const { response } = await pass({ method: "GET", url, headers, key });
    const body = await textOf(response);
    if (!response.ok) {
      const error = falError(response, body, key.name);
      if (isPassing(error)) throw error;
    }
    return { status: response.status, body, headers: keptHeaders(response.headers) };
  }

  /** A broken connection or a busy ingress is no result, and must not be kept as one. */
  async function insist(job: Job) {
    for (const pause of PAUSES_MS) {
      try {
        return await fetched(job);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await sleep(pause);
      }
    }
    return fetched(job);
  }

  return async (job: Job, last: Status): Promise<void> => {
    const result = await insist(job);
    await requests.settle(job.requestId, { statusBody: JSON.stringify(last), ...result });
  };
}
