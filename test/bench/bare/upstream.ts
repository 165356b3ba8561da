/**
 * A fal whose answers cost next to nothing: what is submitted runs for ever, bodies are counted or made
 * up. A submission is answered after `DELAY` milliseconds.
 */
const delay = Number(process.env.DELAY ?? 0);
const base = `http://127.0.0.1:${process.env.PORT}/queue`;
const encoder = new TextEncoder();
const block = new Uint8Array(65_536).fill(97);

function submitted(path: string): Response {
  const id = crypto.randomUUID();
  const [, owner, app] = path.slice("/queue".length).split("/");
  const url = `${base}/${owner}/${app}/requests/${id}`;
  const links = { response_url: url, status_url: `${url}/status`, cancel_url: `${url}/cancel` };
  return Response.json({ status: "IN_QUEUE", request_id: id, queue_position: 0, ...links });
}

const running = (path: string) => {
  const url = base + path.slice("/queue".length).replace(/\/status.*/, "");
  return {
    status: "IN_PROGRESS",
    request_id: url.split("/").at(-1),
    response_url: url,
    logs: null,
  };
};

/** Its first event, and then nothing more. */
function watched(path: string): Response {
  const event = encoder.encode(`data: ${JSON.stringify(running(path))}\n\n`);
  const stream = new ReadableStream({ start: (controller) => controller.enqueue(event) });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

async function counted(body: ReadableStream<Uint8Array> | null): Promise<Response> {
  let bytes = 0;
  for await (const chunk of body ?? []) bytes += chunk.length;
  return Response.json({ bytes });
}

function made(bytes: number): Response {
  let left = bytes;
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(left < block.length ? block.subarray(0, left) : block);
      left -= block.length;
      if (left <= 0) controller.close();
    },
  });
  return new Response(stream, { headers: { "content-type": "application/octet-stream" } });
}

/** What falgate asks of fal's platform once: without a price it remembers what each call was for. */
function platform(path: string): Response | undefined {
  const id = "fal-ai/flux/dev";
  const price = { endpoint_id: id, unit_price: 0.025, unit: "megapixels", currency: "USD" };
  if (path === "/platform/v1/models/pricing") return Response.json({ prices: [price] });
  const metadata = { display_name: "FLUX.1 [dev]", status: "active" };
  if (path === "/platform/v1/models") {
    return Response.json({ models: [{ endpoint_id: id, metadata }] });
  }
}

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  async fetch(request) {
    const { pathname: path, searchParams } = new URL(request.url);
    if (path.endsWith("/status")) return Response.json(running(path), { status: 202 });
    if (path.endsWith("/status/stream")) return watched(path);
    if (request.method !== "POST") return platform(path) ?? new Response("ok");
    const bytes = Number(searchParams.get("bytes"));
    if (bytes > 0) return made(bytes);
    if (path.startsWith("/run")) return counted(request.body);
    await request.arrayBuffer();
    if (delay > 0) await Bun.sleep(delay);
    return submitted(path);
  },
});

export {};
