/** Patience with a language model: deadlines, clients that leave, clients that read slowly. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { framesOf, said, textOf } from "../support/frames.ts";
import {
  asBinary,
  CLIENT_KEY,
  type Gateway,
  overSocket,
  type Running,
  type Start,
} from "../support/gateway.ts";
import { memory, onLinux } from "../support/process.ts";
import {
  chunk,
  COMMENT,
  createProvider,
  DONE,
  events,
  type Provider,
} from "../support/provider.ts";

const SILENT = {
  error: {
    message: "The model said nothing for 0.3 s.",
    type: "timeout_error",
    param: null,
    code: "timeout",
  },
};

/** Never. */
const silence = new Promise<never>(() => {});

async function* beats(beat: string): AsyncGenerator<string> {
  for (;;) {
    yield beat;
    await Bun.sleep(20);
  }
}

async function* chain(first: string, rest: AsyncIterable<string>) {
  yield first;
  yield* rest;
}

const OVER_SOCKETS: readonly (readonly [string, Start])[] = [
  ["over a socket", overSocket],
  ["as the binary", asBinary],
];

describe.each(OVER_SOCKETS)("%s", (_, start) => {
  let provider: Provider;
  let gateway: Gateway;
  let silent: Gateway;
  beforeAll(async () => {
    provider = createProvider();
    const env = { FAL_RUN_URL: provider.url };
    gateway = await start({ env });
    silent = await start({ env: { ...env, REQUEST_TIMEOUT: "0.3" } });
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), silent.stop()]);
    await provider.stop();
  });
  afterEach(() => provider.answer(() => Response.json({})));

  const ask = (to: Gateway, path: string, more: object = {}, signal?: AbortSignal) =>
    to.fetch(`/v1/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify({
        model: "gpt-4o",
        messages: [{ role: "user", content: "hi" }],
        input: "hi",
        ...more,
      }),
      ...(signal ? { signal } : {}),
    });

  const CALLS = [
    ["chat/completions", {}],
    ["chat/completions", { stream: true }],
    ["responses", {}],
    ["responses", { stream: true }],
    ["embeddings", {}],
  ] as const;

  const json = { headers: { "content-type": "application/json" } };
  /** By the name of the model that is silent in this way. */
  const SILENCES: Readonly<Record<string, () => Response | Promise<Response>>> = {
    "test/headless": () => silence,
    "test/bodiless": () => events([COMMENT, silence]),
    "test/beating": () => events(beats(COMMENT)),
    "test/blank": () => new Response(blanks(), json),
  };

  test.each(CALLS)(
    "a silent model ends /v1/%s %j, whatever the silence is like",
    async (path, more) => {
      provider.answer((_, text) => SILENCES[(JSON.parse(text) as { model: string }).model]!());
      const before = provider.left();
      const ends = Object.keys(SILENCES).map(async (model) => {
        const response = await ask(silent, path, { ...more, model });
        return [model, response.status, await response.json()];
      });
      const wanted = Object.keys(SILENCES).map((model) => [model, 504, SILENT]);
      expect(await Promise.all(ends)).toEqual(wanted);
      while (provider.left() < before + ends.length) await Bun.sleep(2);
    },
  );

  test.each<[string, () => AsyncIterable<string>]>([
    ["silence", () => chain(chunk({ content: "Hi" }), beats(COMMENT))],
    [
      "chunks that say nothing",
      () => chain(chunk({ content: "Hi" }), beats(chunk({ content: null }))),
    ],
  ])("%s after the first word is one error frame", async (_, answer) => {
    provider.answer(() => events(answer()));
    const frames = framesOf(await (await ask(silent, "chat/completions", { stream: true })).text());
    expect(textOf(frames)).toBe("Hi");
    expect(said(frames).at(-1)).toEqual(SILENT);
    expect(frames.done).toBe(true);
  });

  test("a slow model that goes on is not cut", async () => {
    const slowly = async function* () {
      for (const word of ["a", "b", "c", "d", "e"]) {
        yield chunk({ content: word });
        await Bun.sleep(120);
      }
      yield* [chunk({}, "stop"), DONE];
    };
    provider.answer(() => events(slowly()));
    const frames = framesOf(await (await ask(silent, "chat/completions", { stream: true })).text());
    expect(textOf(frames)).toBe("abcde");
  });

  describe.each(CALLS)("a client that leaves /v1/%s %j", (path, more) => {
    test("before the head stops the model", async () => {
      provider.answer(() => silence);
      const before = { asked: provider.asked.length, left: provider.left() };
      const leaving = new AbortController();
      const gone = ask(gateway, path, more, leaving.signal).catch((error: Error) => error.name);
      while (provider.asked.length === before.asked) await Bun.sleep(2);
      leaving.abort();
      expect(await gone).toBe("AbortError");
      while (provider.left() === before.left) await Bun.sleep(2);
    });
  });

  test.each(["chat/completions", "responses"])(
    "leaving /v1/%s amid a stream stops the model",
    async (path) => {
      const created = { type: "response.created", sequence_number: 0, response: { id: "r" } };
      const beat =
        path === "responses"
          ? `event: response.created\ndata: ${JSON.stringify(created)}\n\n`
          : chunk({ content: "on " });
      provider.answer(() => events(beats(beat)));
      const before = provider.left();
      const leaving = new AbortController();
      const response = await ask(gateway, path, { stream: true }, leaving.signal);
      const reader = response.body!.getReader();
      await reader.read();
      leaving.abort();
      while (provider.left() === before) await Bun.sleep(2);
    },
  );

  test("after all of it the gateway answers, and has said nothing of crashes", async () => {
    expect((await gateway.fetch("/healthz")).status).toBe(200);
    const levels = gateway.log().map(({ level }) => level);
    expect(levels).not.toContain("error");
  });
});

async function* forever(piece: string): AsyncGenerator<string> {
  for (;;) yield piece;
}

/** A client that does not read must not make the gateway read on, and hold what it read. */
test.if(onLinux)("a client that does not read holds the model back", async () => {
  const provider = createProvider();
  const gateway: Running = await asBinary({ env: { FAL_RUN_URL: provider.url } });
  let written = 0;
  const long = chunk({ content: "word ".repeat(2000) });
  const pieces = forever(long);
  provider.answer(
    () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            const { value } = await pieces.next();
            written += value!.length;
            controller.enqueue(new TextEncoder().encode(value));
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      ),
  );
  const before = (await memory(gateway.process.pid)).now;
  const leaving = new AbortController();
  const response = await gateway.fetch("/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: JSON.stringify({
      model: "gpt-4o",
      stream: true,
      messages: [{ role: "user", content: "hi" }],
    }),
    signal: leaving.signal,
  });
  const reader = response.body!.getReader();
  await reader.read();
  // It has stopped when what is written stands still.
  for (let last = -1; last !== written; await Bun.sleep(150)) last = written;
  const held = written;
  expect(held).toBeLessThan(64e6);
  expect((await memory(gateway.process.pid)).now - before).toBeLessThan(100);
  // And it goes on as soon as somebody reads.
  for (let read = 0; read < 2 * held;) read += (await reader.read()).value!.length;
  expect(written).toBeGreaterThan(held);
  leaving.abort();
  await gateway.stop();
  await provider.stop();
});

async function* blanks() {
  for (;;) {
    yield new TextEncoder().encode("\n");
    await Bun.sleep(20);
  }
}
