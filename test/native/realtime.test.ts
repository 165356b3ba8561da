/** Realtime through falgate: keys and tokens, what fal is told, refusals, endings, the official client. */
import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { createFalClient } from "@fal-ai/client";
import { decodeMessage, encodeMessage } from "../../src/sandbox/msgpack.ts";
import { until } from "../support/clients.ts";
import { FAL_KEY, received } from "../support/fal.ts";
import { asBinary, assembled, CLIENT_KEY, type Gateway, type Start } from "../support/gateway.ts";

const Real = globalThis.WebSocket;
afterEach(() => void (globalThis.WebSocket = Real));

const PLACES = [
  ["over a socket", assembled],
  ["as the binary", asBinary],
] as readonly (readonly [string, Start])[];

const KEY = { authorization: `Key ${CLIENT_KEY}` };

interface Line {
  socket: WebSocket;
  heard: (string | Uint8Array)[];
  opened: Promise<boolean>;
  closed: Promise<{ code: number; reason: string }>;
}

function dial(gateway: Gateway, path: string, headers: Record<string, string> = {}): Line {
  const socket = new Real(gateway.url.replace("http", "ws") + path, { headers } as never);
  const heard: Line["heard"] = [];
  const opened = Promise.withResolvers<boolean>();
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  socket.onmessage = ({ data }: MessageEvent<string | Uint8Array>) => void heard.push(data);
  socket.onopen = () => opened.resolve(true);
  socket.onclose = ({ code, reason }) => {
    opened.resolve(false);
    closed.resolve({ code, reason });
  };
  return { socket, heard, opened: opened.promise, closed: closed.promise };
}

describe.each(PLACES)("%s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({});
  });
  afterEach(() => {
    gateway.fal.update({ refused: undefined, locked: undefined } as never);
    gateway.fal.reset();
  });
  afterAll(() => gateway.stop());

  const app = "/fal-ai/flux/dev/realtime";
  test.each([
    ["Authorization: Key", app, KEY],
    ["Authorization: Bearer", app, { authorization: `Bearer ${CLIENT_KEY}` }],
    ["x-api-key", app, { "x-api-key": CLIENT_KEY }],
    ["in the query, as browsers must", `${app}?fal_jwt_token=${CLIENT_KEY}`, {}],
    ["under /run", `/run${app}?max_buffering=2&fal_jwt_token=${CLIENT_KEY}`, {}],
    ["under an alias", `/flux-dev/realtime`, KEY],
  ])("a key: %s", async (_, path, headers) => {
    const { socket, heard, closed } = dial(gateway, path, headers);
    socket.onopen = () => {
      socket.send(JSON.stringify({ prompt: "a", request_id: "one" }));
      socket.send(encodeMessage({ prompt: "b", request_id: "two" }));
    };
    await until(() => heard.length === 2);
    const [text, bytes] = [
      heard.find((one) => typeof one === "string"),
      heard.find((one) => typeof one !== "string"),
    ];
    expect(JSON.parse(text as string)).toMatchObject({ request_id: "one", prompt: "a" });
    expect(decodeMessage(new Uint8Array(bytes as Uint8Array))).toMatchObject({ request_id: "two" });
    socket.close(1000, "done");
    expect(await closed).toMatchObject({ code: 1000 });

    const [token, ...more] = received(gateway.fal).filter(({ host }) => host !== "platform");
    expect(more).toEqual([]);
    expect(token).toMatchObject({
      ...{ method: "POST", host: "rest", path: "/tokens" },
      body: { allowed_apps: ["flux"], token_expiration: 120 },
      headers: { authorization: `Key ${FAL_KEY}` },
    });
    expect(JSON.stringify(gateway.fal.requests)).not.toContain(CLIENT_KEY);
    expect(JSON.stringify(gateway.log())).not.toContain(CLIENT_KEY);
  });

  test.each([
    ["no key", app, {}, 401],
    ["a wrong key in a header", app, { authorization: "Key wrong" }, 401],
    ["a wrong key in the query", `${app}?fal_jwt_token=wrong`, {}, 401],
    [
      "a wrong header, whatever the query",
      `${app}?fal_jwt_token=${CLIENT_KEY}`,
      { "x-api-key": "x" },
      401,
    ],
    [
      "a token of fal's that another has",
      `${app}?fal_jwt_token=eyJhbGciOiJIUzI1NiJ9.e30.AAAA`,
      {},
      401,
    ],
    ["fal's own key", app, { authorization: `Key ${FAL_KEY}` }, 401],
    ["no application", "/nobody/realtime", KEY, 404],
    ["a path that leads elsewhere", "/fal-ai/%2e%2e%2fflux/realtime", KEY, 404],
    ["another path of falgate's", "/healthz/realtime", KEY, 404],
  ])(
    "%s is refused before there is a socket",
    async (_, path, headers: Record<string, string>, status) => {
      const response = await gateway.fetch(path, {
        headers: {
          ...headers,
          ...{ upgrade: "websocket", connection: "Upgrade" },
          ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
        },
      });
      expect(response.status).toBe(status);
      expect(await dial(gateway, path, headers).opened).toBe(false);
      expect(received(gateway.fal)).toEqual([]);
    },
  );

  test("what is no handshake is no socket", async () => {
    const response = await gateway.fetch(app, { headers: KEY });
    expect([404, 405]).toContain(response.status);
    expect(received(gateway.fal)).toEqual([]);
  });

  test("fal's refusal closes it with a reason", async () => {
    gateway.fal.update({ refused: [FAL_KEY] });
    const { opened, closed } = dial(gateway, app, KEY);
    expect(await opened).toBe(true);
    expect(await closed).toEqual({ code: 1011, reason: "fal cannot be reached" });
  });

  test("fal's own words about a message pass", async () => {
    const { socket, heard } = dial(gateway, "/nobody/nothing/realtime", KEY);
    socket.onopen = () => socket.send('{"prompt":"a"}');
    await until(() => heard.length === 1);
    expect(JSON.parse(heard[0] as string)).toMatchObject({
      type: "x-fal-error",
      error: "NOT_FOUND",
    });
    socket.close();
  });

  test("the official client, with nothing but a falgate key", async () => {
    const warn = spyOn(console, "warn").mockImplementation(() => {});
    const seen: string[] = [];
    // The client knows no other address than fal's own.
    globalThis.WebSocket = class extends Real {
      constructor(url: string | URL) {
        seen.push(String(url));
        super(String(url).replace("wss://fal.run", gateway.url.replace("http", "ws")));
      }
    } as typeof WebSocket;
    const fal = createFalClient({
      credentials: CLIENT_KEY,
      requestMiddleware: async (request) => ({
        ...request,
        url: request.url.replace("https://rest.fal.ai", `${gateway.url}/rest`),
      }),
    });
    const { promise, resolve, reject } = Promise.withResolvers<{ images?: unknown[] }>();
    const connection = fal.realtime.connect("fal-ai/flux-lora", {
      onResult: (result) => resolve(result as { images?: unknown[] }),
      onError: reject,
    });
    connection.send({ prompt: "a cat" });
    expect((await promise).images).toHaveLength(1);
    connection.close();
    warn.mockRestore();
    // The token that falgate fetched for it is the one it shows, and no second one is made.
    expect(seen[0]).toContain("fal_jwt_token=ey");
    const tokens = received(gateway.fal).filter(({ path }) => path === "/tokens");
    expect(tokens.map(({ body }) => body)).toMatchObject([{ allowed_apps: ["flux-lora"] }]);
    expect(JSON.stringify(gateway.fal.requests)).not.toContain(CLIENT_KEY);
  });

  test("one line in the log for a connection, when it has ended", async () => {
    const path = "/fal-ai/flux/schnell/realtime";
    const lines = () => gateway.log().filter((line) => line.path === path);
    const { socket, opened } = dial(gateway, `${path}?fal_jwt_token=${CLIENT_KEY}`);
    await opened;
    expect(lines()).toEqual([]);
    socket.close();
    await until(() => lines().length === 1);
    expect(lines()).toMatchObject([
      { status: 101, key: "key-1", method: "GET", model: "fal-ai/flux/schnell" },
    ]);
  });
});

test("the query goes along, without the client's key and with the token", async () => {
  const asked: { url: string; headers: Headers }[] = [];
  const fal = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request, self) {
      asked.push({ url: request.url, headers: request.headers });
      return self.upgrade(request, { data: {} }) ? undefined : Response.json("a/token+1");
    },
    websocket: {
      data: {} as object,
      open: (socket) => void socket.close(4000, "seen"),
      message() {},
    },
  });
  const url = `http://127.0.0.1:${fal.port}`;
  const gateway = await assembled({ env: { FAL_RUN_URL: url, FAL_REST_URL: `${url}/rest` } });
  const path = `/comfy/me/app/realtime?max_buffering=2&fal%5Fjwt_token=${CLIENT_KEY}&x=%20y`;
  expect(await dial(gateway, path).closed).toEqual({ code: 4000, reason: "seen" });
  const [token, socket] = asked;
  expect(token!.url).toBe(`${url}/rest/tokens/`);
  expect(socket!.url).toBe(
    `${url}/comfy/me/app/realtime?max_buffering=2&x=%20y&fal_jwt_token=a%2Ftoken%2B1`,
  );
  expect(socket!.headers.get("authorization")).toBeNull();
  expect(JSON.stringify([...socket!.headers])).not.toContain(CLIENT_KEY);
  await gateway.stop();
  await fal.stop(true);
});

test("the binary says farewell to its sockets when it ends", async () => {
  const gateway = await asBinary();
  const { opened, closed } = dial(gateway, "/fal-ai/flux/dev/realtime", KEY);
  await opened;
  gateway.process.kill("SIGTERM");
  expect(await closed).toEqual({ code: 1001, reason: "the gateway is shutting down" });
  expect(await gateway.process.exited).toBe(0);
  await gateway.stop();
});
