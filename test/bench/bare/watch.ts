/** The least that watches many requests at once: submits each, holds its status stream, writes nothing. */
const target = process.env.TARGET!;
const headers = { authorization: "Key bench:secret", "content-type": "application/json" };

async function hold(endpoint: string, body: string): Promise<void> {
  const submitted = await fetch(`${target}/${endpoint}`, { method: "POST", headers, body });
  const { status_url } = (await submitted.json()) as { status_url: string };
  const stream = await fetch(`${status_url}/stream?logs=1`, {
    headers,
    timeout: false,
  } as RequestInit);
  for await (const _ of stream.body!);
}

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  async fetch(request) {
    if (request.method === "POST") void hold("fal-ai/veo3.1/fast", await request.text());
    return new Response("ok");
  },
});

export {};
