/** JSON_KEEPALIVE: an answer that takes long begins with blanks, and is still the same JSON. */
import { describe, expect, test } from "bun:test";
import { patient } from "../../src/http/patience.ts";
import { trace } from "../../src/http/trace.ts";

const render = () => Response.json({ error: "told" }, { status: 502 });
const options = (seconds: number) => ({
  seconds,
  render,
  trace: trace(new Request("http://x")),
});
const after = async <T>(ms: number, value: () => T): Promise<T> => {
  await Bun.sleep(ms);
  return value();
};
const failure = () => {
  throw new Error("opensesame");
};

describe("an answer in time", () => {
  test("is passed as it is", async () => {
    const answer = Response.json({ a: 1 }, { status: 201 });
    expect(await patient(Promise.resolve(answer), options(10))).toBe(answer);
    expect(
      await patient(
        after(5, () => answer),
        options(0),
      ),
    ).toBe(answer);
  });

  test("fails as it does", async () => {
    await expect(patient(after(1, failure), options(10))).rejects.toThrow("opensesame");
    await expect(patient(after(1, failure), options(0))).rejects.toThrow("opensesame");
  });
});

describe("a late answer", () => {
  test("has status 200, blanks first, and the same JSON", async () => {
    const given = options(0.005);
    const late = Promise.withResolvers<Response>();
    const response = await patient(late.promise, given);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/json",
    ]);
    let text = "";
    for await (const piece of response.body!) {
      text += new TextDecoder().decode(piece);
      if (text.length >= 2) late.resolve(Response.json({ a: 1 }));
    }
    expect(text).toMatch(/^ {2,}\{"a":1\}$/);
    expect(JSON.parse(text)).toEqual({ a: 1 });
    await given.trace.ended;
  });

  test("that fails is the error under status 200, its cause for the log", async () => {
    const given = options(0.005);
    const response = await patient(after(20, failure), given);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ error: "told" });
    expect(given.trace.error).toMatchObject({ message: "opensesame" });
  });

  test("has no blanks within its text", async () => {
    const slow = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{"a":"x'));
        await Bun.sleep(30);
        controller.enqueue(new TextEncoder().encode('y"}'));
        controller.close();
      },
    });
    const response = await patient(
      after(10, () => new Response(slow)),
      options(0.005),
    );
    expect(((await response.json()) as { a: string }).a).toBe("xy");
  });
});
