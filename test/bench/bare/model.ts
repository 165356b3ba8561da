/**
 * A language model: `max_tokens` words, each flushed by itself, `seed` milliseconds between two. The
 * first word is the moment at which it was said, in milliseconds since 1970.
 */
const encoder = new TextEncoder();

interface Asked {
  max_tokens: number;
  seed?: number;
}

type Sink = { write(text: Uint8Array): void; flush(): void | Promise<void>; close(): void };

const words = (id: string) => {
  const head = `data: {"id":"${id}","provider":"OpenAI","object":"chat.completion.chunk","created":1,"model":"openai/gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":"`;
  const tail = '"},"finish_reason":null,"native_finish_reason":null,"logprobs":null}]}\n\n';
  return (word: string) => encoder.encode(head + word + tail);
};

const end = (id: string) =>
  encoder.encode(
    `data: {"id":"${id}","object":"chat.completion.chunk","created":1,"model":"openai/gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
  );

let last = 0;

function answer({ max_tokens, seed = 0 }: Asked): Response {
  const id = `gen-${++last}`;
  const said = words(id);
  const stream = {
    type: "direct" as const,
    async pull(sink: Sink) {
      sink.write(said(String(performance.timeOrigin + performance.now())));
      await sink.flush();
      for (let at = 1; at < max_tokens; at++) {
        await (seed > 0 ? Bun.sleep(seed) : new Promise((resolve) => setImmediate(resolve)));
        sink.write(said(` token${at}`));
        await sink.flush();
      }
      sink.write(end(id));
      sink.close();
    },
  };
  return new Response(new ReadableStream(stream as never), {
    headers: { "content-type": "text/event-stream" },
  });
}

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  fetch: async (request) =>
    request.method === "POST" ? answer((await request.json()) as Asked) : new Response("ok"),
});

export {};
