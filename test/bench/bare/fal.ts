/**
 * A queue like fal's whose results tell when they were done: the picture's address is the moment, in
 * milliseconds since 1970.
 */
interface Job {
  done: Promise<void>;
  at: number;
}

const jobs = new Map<string, Job>();
const base = `http://127.0.0.1:${process.env.PORT}/queue`;
const encoder = new TextEncoder();
const event = (status: string) => encoder.encode(`data: ${JSON.stringify({ status })}\n\n`);

/** The prompt is the number of milliseconds that it takes. */
function submit(app: string, { prompt }: { prompt: string }): Response {
  const id = crypto.randomUUID();
  const job: Job = { done: Bun.sleep(Number(prompt)), at: 0 };
  job.done = job.done.then(() => void (job.at = performance.timeOrigin + performance.now()));
  jobs.set(id, job);
  const url = `${base}/${app}/requests/${id}`;
  const links = { response_url: url, status_url: `${url}/status`, cancel_url: `${url}/cancel` };
  return Response.json({ status: "IN_QUEUE", request_id: id, queue_position: 0, ...links });
}

function watch({ done }: Job): Response {
  const stream = new ReadableStream({
    async start(controller) {
      controller.enqueue(event("IN_PROGRESS"));
      await done;
      controller.enqueue(event("COMPLETED"));
      controller.close();
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

function result(id: string, { at }: Job): Response {
  jobs.delete(id);
  const url = `http://127.0.0.1/${at}.png`;
  return Response.json({ images: [{ url, width: 1024, height: 1024 }] });
}

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const [, id, stream] = /\/requests\/([^/]+)(\/status\/stream)?$/.exec(pathname) ?? [];
    const job = jobs.get(id ?? "");
    if (job) return stream ? watch(job) : result(id!, job);
    if (request.method !== "POST") return new Response("ok");
    const app = pathname.slice("/queue/".length);
    return submit(app, (await request.json()) as { prompt: string });
  },
});

export {};
