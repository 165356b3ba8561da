/** What fal tells about a request in the queue: the submit answer and the three status bodies. */
import { appOf } from "./endpoint.ts";
import { logsOf } from "./logs.ts";
import type { Job } from "./job.ts";
import type { Queue } from "./queue.ts";

/** The three links; by default with the app only, as fal gives them. */
export function linksOf(job: Job, origin: string) {
  const full = job.marker.get("urls") === "full";
  const request = `${origin}/queue/${full ? job.endpoint : appOf(job.endpoint)}/requests/${job.id}`;
  return {
    response_url: full ? `${request}/response` : request,
    status_url: `${request}/status`,
    cancel_url: `${request}/cancel`,
  };
}

export function submitted(job: Job, queue: Queue, origin: string) {
  return {
    status: "IN_QUEUE",
    request_id: job.id,
    ...linksOf(job, origin),
    queue_position: queue.position(job),
  };
}

/** `logs` false leaves them null; `from` skips lines that a stream has sent before. */
export function statusOf(job: Job, queue: Queue, origin: string, logs: boolean, from = 0) {
  const links = linksOf(job, origin);
  const common = { status: job.state, request_id: job.id, ...links };
  if (job.state === "IN_QUEUE") return { ...common, queue_position: queue.position(job) };
  const written = logs ? logsOf(job, from) : null;
  if (job.state === "IN_PROGRESS") return { ...common, logs: written };
  const fault = job.outcome?.fault;
  const told = fault && !(job.outcome && "hidden" in job.outcome && job.outcome.hidden);
  const seconds = ((job.finishedAt ?? 0) - (job.startedAt ?? job.finishedAt ?? 0)) / 1000;
  return {
    ...common,
    logs: written,
    ...(!job.marker.has("no-metrics") && { metrics: { inference_time: seconds } }),
    ...(told && { error: fault.message, error_type: fault.type }),
  };
}
