/** The bridge: frames, back-pressure and endings from either side to the other, over real sockets. */
import { afterEach, describe, expect, test } from "bun:test";
import { createBridge, type Handlers, Refusal } from "../../src/native/bridge.ts";
import { until } from "../support/clients.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Told = { code: number; reason: string };
interface Upstream {
  send(data: string | Uint8Array): number;
  close(code?: number, reason?: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  getBufferedAmount(): number;
}

/** A server of WebSockets whose sockets and what they hear are in hand. */
function serve(handlers: Partial<Handlers> = {}) {
  const heard: (string | Uint8Array)[] = [];
  const sockets: Upstream[] = [];
  const closed: Told[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, self) =>
      self.upgrade(request, { data: {} }) ? undefined : new Response("no", { status: 400 }),
    websocket: {
      data: {} as object,
      backpressureLimit: 256 * 1024 * 1024,
      open(socket) {
        sockets.push(socket);
        handlers.open?.(socket);
      },
      message(socket, message) {
        heard.push(message);
        handlers.message?.(socket, message);
      },
      drain: (socket) => handlers.drain?.(socket),
      close: (_, code, reason) => void closed.push({ code, reason }),
    },
  });
  closing.push(() => server.stop(true));
  return { heard, sockets, closed, url: `ws://127.0.0.1:${server.port}/` };
}

/** A client, bridged to wherever `address` says. */
async function bridged(address: (signal: AbortSignal) => Promise<string>, patience?: number) {
  let ended = 0;
  const bridges: ReturnType<typeof createBridge>[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request, self) {
      const bridge = createBridge({
        address,
        ended: () => void (ended += 1),
        ...(patience && { patience }),
      });
      bridges.push(bridge);
      return self.upgrade(request, { data: bridge }) ? undefined : new Response();
    },
    websocket: {
      data: {} as Handlers,
      open: (socket) => socket.data.open(socket),
      message: (socket, message) => socket.data.message(socket, message),
      drain: (socket) => socket.data.drain(socket),
      close: (socket, code, reason) => socket.data.close(socket, code, reason),
    },
  });
  closing.push(() => server.stop(true));
  const client = new WebSocket(`ws://127.0.0.1:${server.port}/`);
  const heard: (string | Uint8Array)[] = [];
  const closed = Promise.withResolvers<Told>();
  client.onmessage = ({ data }: MessageEvent<string | Uint8Array>) => void heard.push(data);
  client.onclose = ({ code, reason }) => closed.resolve({ code, reason });
  await new Promise((resolve) => (client.onopen = resolve));
  return { client, heard, closed: closed.promise, ended: () => ended, bridge: () => bridges[0]! };
}

test("text stays text and bytes stay bytes, in order, also what was sent early", async () => {
  const upstream = serve({ message: (socket, message) => void socket.send(message) });
  const wait = Promise.withResolvers<string>();
  const { client, heard } = await bridged(() => wait.promise);
  const frames = [
    "",
    "ü",
    '{"a":1}',
    new Uint8Array([0, 255]),
    new Uint8Array(),
    "x".repeat(70_000),
  ];
  for (const frame of frames.slice(0, 3)) client.send(frame);
  wait.resolve(upstream.url);
  for (const frame of frames.slice(3)) client.send(frame);
  await until(() => heard.length === frames.length);
  const plain = (frame: string | Uint8Array) =>
    typeof frame === "string" ? frame : [...new Uint8Array(frame)];
  expect(upstream.heard.map(plain)).toEqual(frames.map(plain));
  expect(heard.map(plain)).toEqual(frames.map(plain));
});

describe("an ending", () => {
  test.each([
    [1000, "", 1000, ""],
    [1001, "bye", 1001, "bye"],
    [1008, "Unauthorized", 1008, "Unauthorized"],
    [4321, "ü".repeat(60), 4321, "ü".repeat(60)],
  ])("by fal with %i %p", async (code, reason, told, said) => {
    const upstream = serve();
    const { closed, ended } = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 1);
    upstream.sockets[0]!.close(code, reason);
    expect(await closed).toEqual({ code: told, reason: said });
    await until(() => upstream.closed.length === 1);
    expect(ended()).toBe(1);
  });

  test.each([
    [1000, "", 1000, ""],
    [1001, "leaving", 1001, "leaving"],
    [4002, "enough", 4002, "enough"],
  ])("by the client with %i %p", async (code, reason, told, said) => {
    const upstream = serve();
    const { client, ended } = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 1);
    client.close(code, reason);
    await until(() => upstream.closed.length === 1);
    expect(upstream.closed).toEqual([{ code: told, reason: said }]);
    await until(() => ended() === 1);
  });

  test("without a farewell, on either side", async () => {
    const upstream = serve();
    const one = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 1);
    upstream.sockets[0]!.terminate();
    expect(await one.closed).toEqual({ code: 1011, reason: "the connection to fal broke" });

    const two = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 2);
    two.client.terminate();
    await until(() => upstream.closed.length === 2);
    await until(() => two.ended() === 1);
  });

  test("by the gateway", async () => {
    const upstream = serve();
    const { closed, bridge } = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 1);
    bridge().end(1001, "the gateway is shutting down");
    expect(await closed).toEqual({ code: 1001, reason: "the gateway is shutting down" });
    await until(() => upstream.closed.length === 1);
  });
});

describe("no other side", () => {
  test("its address is refused", async () => {
    const { closed, ended } = await bridged(() => Promise.reject(new Refusal(1013, "fal is busy")));
    expect(await closed).toEqual({ code: 1013, reason: "fal is busy" });
    expect(ended()).toBe(1);
  });

  test("it is no WebSocket, or nobody is there", async () => {
    const plain = Bun.serve({ port: 0, fetch: () => new Response("no", { status: 403 }) });
    closing.push(() => plain.stop(true));
    for (const port of [plain.port, 1]) {
      const { closed } = await bridged(async () => `ws://127.0.0.1:${port}/`);
      expect(await closed).toEqual({ code: 1011, reason: "fal does not take the connection" });
    }
  });

  test("it is silent", async () => {
    const { closed } = await bridged(() => new Promise(() => {}), 20);
    expect(await closed).toEqual({ code: 1011, reason: "fal does not answer in time" });
  });

  test("the client has left by then", async () => {
    const upstream = serve();
    const asked = Promise.withResolvers<AbortSignal>();
    const wait = Promise.withResolvers<string>();
    const { client, bridge, ended } = await bridged((signal) => {
      asked.resolve(signal);
      return wait.promise;
    });
    const signal = await asked.promise;
    client.close();
    // A paused socket is not read; whoever ends the bridge ends the question too.
    bridge().end(1001, "");
    await until(() => signal.aborted);
    wait.resolve(upstream.url);
    await until(() => ended() === 1);
    expect(upstream.sockets).toHaveLength(0);
  });
});

describe("a side that does not read", () => {
  const FRAME = 256 * 1024;
  const COUNT = 160; // 40 MB: more than Bun would hold.

  test("the client: fal's side is held back, and everything arrives", async () => {
    const upstream = serve();
    const { client, heard } = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 1);
    client.pause();
    const [socket] = upstream.sockets;
    for (let index = 0; index < COUNT; index += 1) socket!.send(new Uint8Array(FRAME).fill(index));
    // What falgate does not read stays where it was made.
    await until(() => heldStill(() => socket!.getBufferedAmount()));
    expect(socket!.getBufferedAmount()).toBeGreaterThan(20 * 1024 * 1024);
    client.resume();
    await until(() => heard.length === COUNT);
    expect(heard.map((frame) => new Uint8Array(frame as Uint8Array)[FRAME - 1])).toEqual(
      Array.from({ length: COUNT }, (_, index) => index),
    );
  });

  test("fal: the client is held back, and everything arrives", async () => {
    const upstream = serve({ open: (socket) => socket.pause() });
    const { client } = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 1);
    for (let index = 0; index < COUNT; index += 1) client.send(new Uint8Array(FRAME).fill(index));
    await until(() => heldStill(() => client.bufferedAmount));
    expect(client.bufferedAmount).toBeGreaterThan(20 * 1024 * 1024);
    upstream.sockets[0]!.resume();
    await until(() => upstream.heard.length === COUNT);
    expect(upstream.heard.map((frame) => (frame as Uint8Array)[FRAME - 1])).toEqual(
      Array.from({ length: COUNT }, (_, index) => index),
    );
  });

  test("and ends: the other is told", async () => {
    const upstream = serve();
    const { client } = await bridged(async () => upstream.url);
    await until(() => upstream.sockets.length === 1);
    client.pause();
    for (let index = 0; index < COUNT; index += 1) upstream.sockets[0]!.send(new Uint8Array(FRAME));
    await until(() => heldStill(() => upstream.sockets[0]!.getBufferedAmount()));
    client.terminate();
    await until(() => upstream.closed.length === 1);
  });
});

/** Whether an amount has come to rest. */
async function heldStill(amount: () => number): Promise<boolean> {
  const before = amount();
  await Bun.sleep(50);
  return before === amount();
}
