/** `/status/stream`: every change of a request, pushed the moment it happens. */
import { cut } from "./reply.ts";
import { logsOf } from "./logs.ts";
import type { Job, State } from "./job.ts";
import type { Queue } from "./queue.ts";
import { statusOf } from "./status.ts";

const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };

export function statusStream(job: Job, queue: Queue, origin: string, logs: boolean, drop: boolean) {
  let told = 0;
  let state: State | undefined;
  /** Undefined when nothing is new: a woken watcher does not always have something to tell. */
  function frame() {
    // In a stream each event carries only the lines that are new.
    const body = statusOf(job, queue, origin, logs, told);
    const lines = logs ? logsOf(job, told).length : 0;
    if (job.state === "IN_PROGRESS" && state === job.state && lines === 0) return undefined;
    told += lines;
    state = job.state;
    return `data: ${JSON.stringify(body)}\n\n`;
  }
  if (drop) return cut(frame(), headers);

  const encoder = new TextEncoder();
  let unwatch = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      let last: string | undefined;
      const send = () => {
        const next = frame();
        if (next && next !== last) controller.enqueue(encoder.encode(next));
        last = next ?? last;
        if (job.state === "COMPLETED" || !queue.find(job.id)) controller.close();
      };
      if (job.state !== "COMPLETED") unwatch = queue.watch(job, send);
      send();
    },
    cancel: () => unwatch(),
  });
  return new Response(stream, { headers });
}
