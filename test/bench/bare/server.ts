/** A server that does nothing: what the runtime itself takes to start, and holds in memory. */
Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  fetch: () => new Response("ok"),
});

export {};
