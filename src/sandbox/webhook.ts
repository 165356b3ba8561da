/** Tells a caller's `fal_webhook` how a request ended, again and again until it listens. */
import type { Job } from "./job.ts";
import { signed } from "./signature.ts";
import type { Outcome } from "./work.ts";

const attempts = 5;
const timeout = 15_000;

/** `wait` is the pause before the second attempt; each further one is twice as long. */
export async function callWebhook(job: Job, outcome: Outcome, wait: number): Promise<void> {
  if (job.webhook === undefined) return;
  const body = JSON.stringify(payloadOf(job, outcome));
  const user = job.key.split(":")[0]!;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt) await Bun.sleep(wait * 2 ** (attempt - 1));
    const status = await post(job.webhook, body, signed(job.id, user, body));
    // A redirect is a failure for good; everything else below 300 is thanks.
    if (status >= 200 && status < 400) return;
  }
}

function payloadOf({ id }: Job, outcome: Outcome) {
  const ids = { request_id: id, gateway_request_id: id };
  if (!outcome.fault) return { ...ids, status: "OK", payload: outcome.output };
  const error = `Invalid status code: ${outcome.fault.status}`;
  return { ...ids, status: "ERROR", error, payload: outcome.fault.body };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
    });
    return response.status;
  } catch {
    return 0;
  }
}
