/** The least that draws through fal's queue: submit, wait for the end of the stream, fetch the result. */
const target = process.env.TARGET!;

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  async fetch({ url, headers: given, body }) {
    const path = url.slice(url.indexOf("/", "http://".length));
    if (path === "/healthz") return new Response("ok");
    const headers = { authorization: given.get("authorization")! };
    const type = { "content-type": "application/json" };
    const submitted = await fetch(target + path, {
      method: "POST",
      headers: { ...headers, ...type },
      body,
    });
    const { response_url, status_url } = (await submitted.json()) as Record<string, string>;
    const stream = await fetch(`${status_url}/stream?logs=1`, { headers });
    await stream.arrayBuffer();
    return fetch(response_url!, { headers });
  },
});

export {};
