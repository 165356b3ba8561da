/** A fal whose every request is over at once and has made the file `FILE`, which it serves. */

const HOST = `http://127.0.0.1:${process.env.PORT}`;
const event = 'data: {"status":"COMPLETED","request_id":"1"}\n\n';
const made = { video: { url: `${HOST}/files/film.mp4`, content_type: "video/mp4" } };

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  fetch({ method, url }) {
    const { pathname } = new URL(url);
    if (pathname.startsWith("/files/")) {
      return new Response(Bun.file(process.env.FILE!), {
        headers: { "content-type": "video/mp4" },
      });
    }
    if (method === "POST") {
      return Response.json({ request_id: crypto.randomUUID(), status: "IN_QUEUE" });
    }
    if (pathname.endsWith("/status/stream")) {
      return new Response(event, { headers: { "content-type": "text/event-stream" } });
    }
    return Response.json(pathname.endsWith("/status") ? { status: "COMPLETED" } : made);
  },
});

export {};
