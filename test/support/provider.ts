/** A language model's provider in a test's hands: what it was sent, to the byte, and what it answers. */

export interface Asked {
  path: string;
  headers: Headers;
  text: string;
}

export interface Provider {
  url: string;
  asked: Asked[];
  /** How many answers were given up by who had asked. */
  left(): number;
  /** What is answered from now on. */
  answer(with_: Answering): void;
  stop(): Promise<void>;
}

/** `request.signal` aborts when the asker leaves. */
type Answering = (request: Request, text: string) => Response | Promise<Response>;

export function createProvider(): Provider {
  const asked: Asked[] = [];
  let left = 0;
  let answer: Answering = () => Response.json({ choices: [] });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const text = await request.text();
      asked.push({ path: new URL(request.url).pathname, headers: request.headers, text });
      request.signal.addEventListener("abort", () => void (left += 1));
      return answer(request, text);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    asked,
    left: () => left,
    answer: (with_) => void (answer = with_),
    stop: () => server.stop(true),
  };
}

export const PATH = "/openrouter/router/openai/v1";

type Piece = string | Uint8Array | Promise<unknown>;

/** An event stream, written piece by piece; a promise is waited for, and is not written. */
export function events(pieces: Iterable<Piece> | AsyncIterable<Piece>): Response {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      for await (const piece of pieces) {
        if (typeof piece === "string") controller.enqueue(encoder.encode(piece));
        if (piece instanceof Uint8Array) controller.enqueue(piece);
      }
      controller.close();
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

/** The same, broken off instead of closed, after so many milliseconds. */
export function broken(bytes: Uint8Array | string, after = 2): Response {
  const stream = new ReadableStream({
    async start(controller) {
      if (bytes.length > 0) controller.enqueue(Buffer.from(bytes as string));
      // The bytes must be on the wire before the end of the connection overtakes them.
      await Bun.sleep(after);
      controller.error(undefined);
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

export interface Chunk {
  choices?: unknown[];
  [key: string]: unknown;
}

const HEAD = {
  id: "gen-1",
  provider: "OpenAI",
  model: "openai/gpt-4o",
  object: "chat.completion.chunk",
  created: 1_800_000_000,
};

export const data = (value: unknown) =>
  `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

/** One chunk as OpenRouter writes it. */
export function chunk(delta: object, finish: string | null = null, more: Chunk = {}): string {
  const choice = { index: 0, delta: { role: "assistant", ...delta }, finish_reason: finish };
  const choices = [{ ...choice, native_finish_reason: finish, logprobs: null }];
  return data({ ...HEAD, choices, ...more });
}

export const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  cost: 0.000018,
  prompt_tokens_details: { cached_tokens: 0 },
};

export const usageChunk = data({ ...HEAD, choices: [], usage: USAGE });
export const DONE = "data: [DONE]\n\n";
export const COMMENT = ": OPENROUTER PROCESSING\n\n";

/** A stream of words, as OpenRouter sends it. */
export const words = (...said: string[]) => [
  COMMENT,
  ...said.map((content) => chunk({ content })),
  chunk({ content: "" }, "stop"),
  usageChunk,
  DONE,
];
