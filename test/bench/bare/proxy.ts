/** The least that a proxy can do: each request goes to `TARGET` as it came, and the answer back. */
const target = process.env.TARGET!;

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  fetch({ url, method, headers, body }) {
    const path = url.slice(url.indexOf("/", "http://".length));
    if (path === "/healthz") return new Response("ok");
    return fetch(target + path, { method, headers, body });
  },
});

export {};
