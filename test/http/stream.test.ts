/** Answers in pieces: keep-alive comments, back-pressure, leaving clients and failures on the way. */
import { describe, expect, test } from "bun:test";
import { eventStream, frame, jsonStream, pump } from "../../src/http/stream.ts";
import { trace } from "../../src/http/trace.ts";

const newTrace = () => trace(new Request("http://x"));
const SOON = {
  text: ": keep-alive\n\n",
  silence: 5,
  after: (p: string) => p === "" || p.endsWith("\n\n"),
};

/** A source that gives what it is told to, when it is told to. */
function held() {
  const queue: PromiseWithResolvers<IteratorResult<string>>[] = [];
  let asked = 0;
  let returned = false;
  const at = (index: number) => (queue[index] ??= Promise.withResolvers());
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => at(asked++).promise,
      async return() {
        returned = true;
        return { done: true, value: undefined };
      },
    }),
  };
  let given = 0;
  return {
    source,
    give: (value: string) => at(given++).resolve({ done: false, value }),
    end: () => at(given++).resolve({ done: true, value: undefined }),
    fail: (error: Error) => at(given++).reject(error),
    asked: () => asked,
    returned: () => returned,
  };
}

async function* of(...pieces: string[]) {
  yield* pieces;
}

test("an event is one block, its data one line", () => {
  expect(frame("x", { text: "a\nb" })).toBe('event: x\ndata: {"text":"a\\nb"}\n\n');
});

test("passes the pieces on, closes, and tells the trace", async () => {
  const traced = newTrace();
  const response = eventStream(of("a\n\n", "b\n\n"), { trace: traced });
  expect(await response.text()).toBe("a\n\nb\n\n");
  await traced.ended;
});

describe("silence", () => {
  test("is filled with comments, before the first event and between two", async () => {
    const { source, give, end } = held();
    const reader = eventStream(source, { trace: newTrace(), silence: 5 }).body!.getReader();
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await read()).toBe(": keep-alive\n\n");
    expect(await read()).toBe(": keep-alive\n\n");
    give("event\n\n");
    let next = await read();
    while (next.startsWith(":")) next = await read();
    expect(next).toBe("event\n\n");
    expect(await read()).toBe(": keep-alive\n\n");
    end();
    while (!(await reader.read()).done);
  });

  test("is never filled within an event", async () => {
    const { source, give, end } = held();
    const response = eventStream(source, { trace: newTrace(), silence: 5 });
    give("data: half");
    const text = response.text();
    await Bun.sleep(30);
    give(" and half\n\n");
    end();
    expect(await text).toContain("data: half and half\n\n");
  });

  test("is no matter to JSON", async () => {
    const { source, give, end } = held();
    const text = jsonStream(source, { trace: newTrace() }).text();
    await Bun.sleep(10);
    give("{}");
    end();
    expect(await text).toBe("{}");
  });

  test("ends with the stream", async () => {
    const traced = newTrace();
    const stream = pump(of("a"), { trace: traced, keepAlive: SOON });
    await new Response(stream).text();
    await traced.ended;
    await Bun.sleep(20); // A timer left behind would write to a closed stream, which throws.
  });
});

test("the source is asked no faster than the client reads", async () => {
  let asked = 0;
  async function* endless() {
    for (;;) {
      asked += 1;
      yield "x".repeat(65_536);
    }
  }
  const server = Bun.serve({
    port: 0,
    fetch: () => new Response(pump(endless(), { trace: newTrace() })),
  });
  const reader = (await fetch(server.url)).body!.getReader();
  await reader.read();
  // What the sockets between hold is all that is taken ahead.
  for (let last = -1; last !== asked; await Bun.sleep(50)) last = asked;
  const ahead = asked;
  expect(ahead).toBeLessThan(1000);
  for (let read = 0; read < (ahead + 10) * 65_536;) read += (await reader.read()).value!.length;
  expect(asked).toBeGreaterThan(ahead);
  await server.stop(true);
});

test("a client that leaves ends the source and the trace", async () => {
  const { source, returned } = held();
  const traced = newTrace();
  const stream = pump(source, { trace: traced, keepAlive: SOON });
  await stream.cancel();
  await traced.ended;
  expect(returned()).toBe(true);
});

test("a failure breaks the stream, and its cause is for the log", async () => {
  const { source, give, fail } = held();
  const traced = newTrace();
  const reader = pump(source, { trace: traced }).getReader();
  give("a");
  await reader.read();
  const cause = new Error("opensesame");
  fail(cause);
  // Bun would print the reason to the terminal, so there is none.
  expect(await reader.read().catch((reason: unknown) => [reason])).toEqual([undefined]);
  await traced.ended;
  expect(traced.error).toBe(cause);
});
