/** Realtime connections, in JSON and in MessagePack, and with the official client. */
import { afterAll, afterEach, describe, expect, spyOn, test } from "bun:test";
import { createFalClient } from "@fal-ai/client";
import { decodeMessage, encodeMessage } from "../../src/sandbox/msgpack.ts";
import { type Json, post, quick } from "./support.ts";

const sandbox = quick();
const Real = globalThis.WebSocket;
afterEach(() => void (globalThis.WebSocket = Real));
afterAll(() => sandbox.stop());

async function connect(app: string, token?: string) {
  const { body } = await post(`${sandbox.restUrl}/tokens/`, { allowed_apps: ["x"] });
  const base = sandbox.runUrl.replace("http", "ws");
  const socket = new Real(`${base}/${app}/realtime?fal_jwt_token=${token ?? String(body)}`);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve) => (socket.onopen = resolve));
  return socket;
}

function next(socket: WebSocket): Promise<string | ArrayBuffer> {
  return new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
}

describe("frames", () => {
  test("JSON for JSON", async () => {
    const socket = await connect("fal-ai/flux/dev");
    const answer = next(socket);
    socket.send(JSON.stringify({ prompt: "a", request_id: "one" }));
    expect(JSON.parse((await answer) as string)).toMatchObject({ request_id: "one", prompt: "a" });
    socket.close();
  });

  test("MessagePack for MessagePack", async () => {
    const socket = await connect("fal-ai/flux/dev");
    const answer = next(socket);
    socket.send(encodeMessage({ prompt: "a", seed: 70000 }));
    const output = decodeMessage(new Uint8Array((await answer) as ArrayBuffer)) as Json;
    expect(output["seed"]).toBe(70000);
    expect(output["images"]).toHaveLength(1);
    socket.close();
  });

  const errors = [
    ["fal-ai/flux/dev", "{}", "MISSING"],
    ["fal-ai/flux/dev", "oops", "BAD_REQUEST"],
    ["nobody/nothing", "{}", "NOT_FOUND"],
    ["fal-ai/flux/dev", '{"prompt":"[sandbox error=no_media_generated]"}', "NO_MEDIA_GENERATED"],
  ] as const;
  for (const [app, message, error] of errors) {
    test(`${app} ${message} -> ${error}`, async () => {
      const socket = await connect(app);
      const answer = next(socket);
      socket.send(message);
      expect(JSON.parse((await answer) as string)).toMatchObject({ type: "x-fal-error", error });
      socket.close();
    });
  }

  test("a token nobody issued", async () => {
    const base = sandbox.runUrl.replace("http", "ws");
    const socket = new Real(`${base}/fal-ai/flux/dev/realtime?fal_jwt_token=a.b.c`);
    expect(JSON.parse((await next(socket)) as string)).toEqual({
      status: "error",
      error: "Unauthorized",
    });
  });
});

test("fal.realtime", async () => {
  const warn = spyOn(console, "warn").mockImplementation(() => {});
  // The client knows no other address than fal's own.
  globalThis.WebSocket = class extends Real {
    constructor(url: string | URL) {
      super(String(url).replace("wss://fal.run", sandbox.runUrl.replace("http", "ws")));
    }
  } as typeof WebSocket;
  const fal = createFalClient({
    credentials: "me:secret",
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url.replace("https://rest.fal.ai", sandbox.restUrl),
    }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<Json>();
  const connection = fal.realtime.connect("fal-ai/flux-lora", {
    onResult: (result) => resolve(result as Json),
    onError: reject,
  });
  connection.send({ prompt: "a cat" });
  expect((await promise)["images"]).toHaveLength(1);
  connection.close();
  warn.mockRestore();
});

describe("MessagePack", () => {
  const values = [
    ...[
      null,
      true,
      false,
      0,
      127,
      128,
      -1,
      -32,
      -33,
      1.5,
      2 ** 40,
      "",
      "a".repeat(40),
      "ü".repeat(200),
    ],
    ...["x".repeat(70_000), [], [1, [2]], Array.from({ length: 20 }, (_, index) => index), {}],
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index])),
  ];
  for (const value of values) {
    test(JSON.stringify(value).slice(0, 40), () => {
      expect(decodeMessage(encodeMessage(value))).toEqual(value);
    });
  }

  test("bytes, and what is broken", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(decodeMessage(encodeMessage({ bytes }))).toEqual({ bytes });
    expect(() => decodeMessage(new Uint8Array([0xa5, 1]))).toThrow(RangeError);
    expect(() => decodeMessage(new Uint8Array([0xc7]))).toThrow(RangeError);
  });
});
